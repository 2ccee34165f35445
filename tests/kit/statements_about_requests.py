"""Statements that must not pass about what an inspector asks of an agency."""

from tests.kit.statement_parts import EVENT, NO_RIGHT, Attack, told

ITS, OTHER, AUDITED = "inspector of in_progress_inspector", "inspector", "agency in_progress_audited"
ASK = (
    "INSERT INTO evidence_request (id, audit_id, agency_id, scheme_version_id, requirement_code, text, due_on,"
    " asked_by, asked_at) SELECT gen_random_uuid(), id, agency_id, scheme_version_id, 'GOV-02', 'x', current_date + 7,"
    " inspector_id, now() FROM audit WHERE id = :{}_audit"
)
ANSWER = "UPDATE evidence_request SET answer = 'x', answered_by = :{}, answered_at = now() WHERE id = :open_request"
FILE = (
    "INSERT INTO evidence (id, application_id, requirement_code, scheme_version_id, request_id, filename, media_type,"
    " size, sha256, uploaded_by, uploaded_at) SELECT gen_random_uuid(), :in_progress_case, '{}', scheme_version_id,"
    " id, 'x.pdf', 'application/pdf', 1, repeat('e', 64), :in_progress_audited_person, now()"
    " FROM evidence_request WHERE id = :{}_request"
)
SPARE = "'00000000-0000-4000-8000-0000000000aa'"
BY_ZERO = "22012"
GIVEN = FILE.format("GOV-02", "open")

ABOUT_REQUESTS = [
    *(Attack(f"a request read by {by}", "SELECT FROM evidence_request WHERE id = :open_request", "none", "rows", by=by)
      for by in (OTHER, "agency mine")),
    *(Attack(f"a request by {by}", ASK.format("in_progress"), said, "evidence_request_trace", by=by)
      for by, said in ((OTHER, "none"), (AUDITED, NO_RIGHT), ("reviewer", NO_RIGHT))),
    Attack("a request that leaves no trace", ASK.format("in_progress"), "evidence_request_trace", by=ITS),
    Attack("a request to an agency that knows of nothing", ASK.format("surprise"), "evidence_request_lawful",
           by="inspector of surprise_inspector"),
    Attack("a request after the report", ASK.format("reported"), "evidence_request_frozen",
           by="inspector of reported_inspector"),
    Attack("a request answered by who asked", ANSWER.format("in_progress_inspector"), "evidence_request_lawful",
           by=ITS),
    Attack("a request answered by another agency", ANSWER.format("in_progress_audited_person"), "none",
           "evidence_request_trace", by="agency mine"),
    Attack("a request taken back by the agency",
           "UPDATE evidence_request SET withdrawn_at = now() WHERE id = :open_request", "evidence_request_lawful",
           "evidence_request_trace", by=AUDITED),
    Attack("all requests answered by an agency", "UPDATE evidence_request SET answer = 'x'", "none",
           "evidence_request_lawful", by="agency mine"),
    Attack("a request that is nobody's task", ASK.format("in_progress").replace("gen_random_uuid()", SPARE) + "; "
           + EVENT.format(subject=SPARE, before="", after="")
           + f"SELECT 1 / (1 - count(*)) FROM deadline WHERE subject_id = {SPARE} AND done_at IS NULL", "rows",
           BY_ZERO, by=ITS),
    Attack("a request that stays a task after its answer", ANSWER.format("in_progress_audited_person")
           + "; SELECT 1 / count(*) FROM deadline WHERE subject_id = :open_request AND done_at IS NULL", BY_ZERO,
           by=AUDITED),
    Attack("a request that goes on after the fieldwork", told(":in_progress_audit", "in_progress", "cancelled")
           + "UPDATE audit SET state = 'cancelled' WHERE id = :in_progress_audit; SELECT 1 / count(*)"
           " FROM evidence_request WHERE id = :open_request AND withdrawn_at IS NULL", BY_ZERO, by="planner"),
    Attack("another answer afterwards", "UPDATE evidence_request SET answer = 'y' WHERE id = :given_request",
           "evidence_request_lawful", by=AUDITED),
    Attack("another question afterwards", "UPDATE evidence_request SET text = 'y' WHERE id = :open_request", NO_RIGHT,
           by=ITS),
    Attack("a question removed", "DELETE FROM evidence_request WHERE id = :open_request", NO_RIGHT, by=ITS),
    Attack("the term of a request ended by hand",
           "UPDATE deadline SET done_at = now() WHERE kind = 'evidence_request' AND subject_id = :open_request",
           "deadline_done"),
    Attack("a file after the answer", FILE.format("GOV-02", "given"), "evidence_frozen", by=AUDITED),
    Attack("a file beside another requirement", FILE.format("GOV-03", "open"), "evidence_frozen", by=AUDITED),
    Attack("a file of an answer taken away",
           "UPDATE evidence SET removed_at = now() WHERE request_id = :given_request", "evidence_frozen", by=AUDITED),
]  # fmt: skip
