"""Statements about cases and certificates that must not pass, whoever sends them, with what answers each role.

An answer is a constraint's name or an SQLSTATE; "none" where no row is touched, "rows" where it is the role's work.
"""

from tests.kit.statement_parts import (
    ACTIVE,
    AGREED,
    BASIS,
    CERTIFICATE,
    CHANGE,
    DECIDED,
    DECIDED_CHANGE,
    DECISION,
    GRANTED,
    INSERTED,
    INSPECTOR,
    NO_RIGHT,
    POPULATION,
    ROUND,
    SUBMITTED,
    Attack,
    answered,
    beside,
    filed,
    moved,
    told,
)

ABOUT_CASES = [
    # Certificates
    moved("certificate", "withdrawn", "active", "flow"),
    moved("certificate", "withdrawn", "suspended", "flow"),
    moved("certificate", "replaced", "active", "flow"),
    moved("certificate", "issuing", "suspended", "flow"),
    moved("certificate", "issuing", "withdrawn", "flow"),
    moved("certificate", "active", "issuing", "flow"),
    moved("certificate", "suspended", "issuing", "flow"),
    moved("certificate", "active", "suspended", "trace"),
    moved("certificate", "active", "withdrawn", "trace"),
    moved("certificate", "suspended", "active", "trace"),
    Attack(
        "suspended with an event only",
        told(":active_certificate", "active", "suspended") + ACTIVE.format("state = 'suspended'"),
        "certificate_trace",
    ),
    Attack(
        "suspended with a line in the history only",
        CHANGE.format("suspended", "active_certificate") + ACTIVE.format("state = 'suspended'"),
        "certificate_trace",
    ),
    Attack(
        "suspended with the trace of another move",
        told(":active_certificate", "active", "withdrawn")
        + CHANGE.format("withdrawn", "active_certificate")
        + ACTIVE.format("state = 'suspended'"),
        "certificate_trace",
    ),
    Attack(
        "suspended with the trace of another certificate",
        told(":suspended_certificate", "active", "suspended")
        + CHANGE.format("suspended", "suspended_certificate")
        + ACTIVE.format("state = 'suspended'"),
        "certificate_trace",
    ),
    Attack("a condition is dropped", ACTIVE.format("conditions = '[]', conditional = false"), NO_RIGHT),
    Attack("valid for ever", ACTIVE.format("valid_until = '2999-01-01'"), NO_RIGHT),
    Attack("another number", ACTIVE.format("number = 'KW-2020-00001-00'"), NO_RIGHT),
    Attack("another agency's", ACTIVE.format("agency_id = :other"), NO_RIGHT),
    Attack("other facts", ACTIVE.format("printed = '{}'"), NO_RIGHT),
    Attack("another place in the lists", ACTIVE.format("status_index = 5"), NO_RIGHT),
    Attack("issued earlier", ACTIVE.format("issued_at = '2020-01-01'"), NO_RIGHT, "certificate_trace"),
    Attack("signed by the web", ACTIVE.format("credential = 'x'"), NO_RIGHT, "rows"),
    Attack(
        "touched after its end",
        "UPDATE certificate SET version = 9 WHERE id = :withdrawn_certificate",
        "certificate_frozen",
    ),
    Attack("deleted", "DELETE FROM certificate WHERE id = :withdrawn_certificate", NO_RIGHT),
    Attack("born active", CERTIFICATE.format(":decision", "active"), NO_RIGHT, "certificate_flow"),
    Attack("without a decision", CERTIFICATE.format("gen_random_uuid()", "issuing"), NO_RIGHT, "granted"),
    Attack(
        "a change that nobody decided",
        CHANGE.replace("'replace'", "'suspend'").format("suspended", "active_certificate")[:-2],
        "decided",
    ),
    Attack(
        "a change by the decision of another kind",
        DECIDED.format(":decider", "lift", "active_certificate")
        + BASIS
        + DECIDED_CHANGE.format("suspend", "suspended", ":decider", "active_certificate")[:-2],
        "decided",
    ),
    Attack(
        "a change by the decision on another certificate",
        DECIDED.format(":decider", "suspend", "suspended_certificate")
        + BASIS
        + DECIDED_CHANGE.format("suspend", "suspended", ":decider", "active_certificate")[:-2],
        "decided",
    ),
    Attack(
        "a change in the name of somebody else",
        DECIDED.format(":decider", "suspend", "active_certificate")
        + BASIS
        + DECIDED_CHANGE.format("suspend", "suspended", ":reviewer", "active_certificate")[:-2],
        "decided",
    ),
    Attack(
        "suspended by its inspector",
        DECIDED.format("(" + INSPECTOR + ")", "suspend", "active_certificate")[:-2],
        "four_eyes",
    ),
    Attack(
        "withdrawn by its planner",
        DECIDED.format("(" + INSPECTOR.replace("inspector", "planner") + ")", "withdraw", "active_certificate")[:-2],
        "four_eyes",
    ),
    Attack(
        "decided without a basis", DECIDED.format(":decider", "suspend", "active_certificate")[:-2], "decision_trace"
    ),
    Attack(
        "decided on another basis",
        DECIDED.format(":decider", "suspend", "active_certificate") + BASIS.replace("'{}'", "'[]'")[:-2],
        "basis_digest",
    ),
    Attack("an activity more", GRANTED.format('"x"', '"logistics"', "", "false"), "granted_scope"),
    Attack("no activity", GRANTED.format("", '"logistics"', "", "false"), "granted_scope"),
    Attack(
        "a country more", GRANTED.format('"temporary_agency_work"', '"logistics"', '"XX"', "false"), "granted_scope"
    ),
    Attack(
        "more scope without an audit for that",
        DECIDED.format(":decider", "extend_scope", "active_certificate") + BASIS[:-2],
        "extended_scope",
    ),
    Attack("another scope than stated", "UPDATE application SET scope = '{}'", NO_RIGHT),
    Attack("another scope than decided", "UPDATE decision SET scope = '{}'", NO_RIGHT),
    Attack(
        "a certificate for more than was granted",
        CERTIFICATE.format(":decision", "issuing")
        .replace("(id,", "(scope, id,")
        .replace("SELECT ", "SELECT '{}', ", 1),
        NO_RIGHT,
        "granted_scope",
    ),
    Attack("another basis", "UPDATE decision_basis SET content = ''", NO_RIGHT),
    Attack("another ground", "UPDATE decision_ground SET code = 'x'", NO_RIGHT),
    Attack("history rewritten", "UPDATE certificate_change SET reason = ''", NO_RIGHT),
    Attack("history removed", "DELETE FROM certificate_change", NO_RIGHT),
    Attack(
        "history with a chosen transaction",
        "INSERT INTO certificate_change (certificate_id, agency_id, move, state, reason, changed_at, txid)"
        " VALUES (:active_certificate, :holder, 'x', 'active', '', now(), '1')",
        NO_RIGHT,
    ),
    # Applications, answers, evidence
    moved("application", "refused", "accepted", "flow"),
    moved("application", "refused", "draft", "flow"),
    moved("application", "withdrawn", "submitted", "flow"),
    moved("application", "concluded", "accepted", "flow"),
    moved("application", "accepted", "draft", "flow"),
    moved("application", "draft", "accepted", "flow", by="agency draft_applicant"),
    moved("application", "submitted", "concluded", "flow"),
    moved("application", "submitted", "accepted", "trace"),
    moved("application", "draft", "submitted", "trace", by="agency draft_applicant"),
    Attack(
        "a note without a move",
        "UPDATE application SET review_note = 'fine' WHERE id = :submitted_application",
        "application_trace",
    ),
    Attack("to another agency", "UPDATE application SET agency_id = :other WHERE id = :draft_application", NO_RIGHT),
    Attack("born accepted", INSERTED["application"].format("accepted"), "application_flow"),
    Attack("removed", "DELETE FROM application WHERE id = :draft_application", NO_RIGHT),
    Attack(
        "an answer after submission",
        "UPDATE answer SET value = 'conform' WHERE application_id = :submitted_application",
        "answer_frozen",
        by="agency submitted_applicant",
    ),
    Attack(
        "an answer after acceptance",
        "UPDATE answer SET explanation = 'x' WHERE application_id = :accepted_application",
        "answer_frozen",
        by="agency accepted_applicant",
    ),
    Attack(
        "a new answer after submission",
        answered("submitted_application"),
        "answer_frozen",
        by="agency submitted_applicant",
    ),
    Attack("an answer removed", "DELETE FROM answer WHERE application_id = :draft_application", NO_RIGHT),
    Attack(
        "a file after submission", filed("submitted_application"), "evidence_frozen", by="agency submitted_applicant"
    ),
    Attack(
        "a file after the conclusion",
        filed("concluded_application"),
        "evidence_frozen",
        by="agency concluded_applicant",
    ),
    Attack("another file under the same name", "UPDATE evidence SET sha256 = 'cd' WHERE id = :mine_evidence", NO_RIGHT),
    Attack("a file received earlier", "UPDATE evidence SET uploaded_at = now() WHERE id = :mine_evidence", NO_RIGHT),
    Attack("a file removed", "DELETE FROM evidence WHERE id = :mine_evidence", NO_RIGHT),
    Attack(
        "a note after the refusal",
        "UPDATE application SET review_note = 'x' WHERE id = :refused_application",
        "application_frozen",
    ),
    # Audits, samples, verdicts, findings
    Attack("an inspector with a tie", INSERTED["audit"].format("planned").replace(":inspector", ":reviewer"), "no_tie"),
    Attack("a list after the report", POPULATION.format("reported"), "population_frozen"),
    moved("audit", "concluded", "reviewed", "flow"),
    Attack(
        "an audit without agreement", INSERTED["audit"].format("planned").replace("concluded", "unsigned"), "agreement"
    ),
    Attack(
        "agreed in another's name",
        AGREED.replace(":unsigned_signatory", ":planner"),
        NO_RIGHT,
        "rows",
        by="agency unsigned",
    ),
    Attack("another's agreement", AGREED, NO_RIGHT, "rows", by="agency other"),
    Attack(
        "submitted in another's name",
        SUBMITTED.replace(":unsigned_signatory", ":planner"),
        NO_RIGHT,
        "rows",
        by="agency unsigned",
    ),
    Attack("another's submission", SUBMITTED, NO_RIGHT, "rows", by="agency other"),
    Attack(
        "a submission under another digest",
        SUBMITTED.replace("'{}'", "'x'"),
        NO_RIGHT,
        "ck_submission_sha256",
        by="agency unsigned",
    ),
    Attack("submitted otherwise", "UPDATE submission SET declared_name = 'x'", NO_RIGHT),
    Attack("said otherwise in a hearing", "UPDATE hearing_statement SET words = 'x'", NO_RIGHT),
    Attack("agreed otherwise", "UPDATE agreement_acceptance SET sha256 = 'x'", NO_RIGHT),
    Attack(
        "agreed for another agency",
        AGREED.replace("(id,", "(agency_id, id,").replace("SELECT ", "SELECT :mine, "),
        NO_RIGHT,
        "rows",
        by="agency mine",
    ),
    moved("audit", "cancelled", "planned", "flow"),
    moved("audit", "concluded", "in_progress", "flow"),
    moved("audit", "reviewed", "in_progress", "flow"),
    moved("audit", "reviewed", "reported", "trace"),
    moved("audit", "planned", "reviewed", "flow"),
    moved("audit", "in_progress", "concluded", "flow"),
    moved("audit", "reported", "cancelled", "flow"),
    moved("audit", "reported", "in_progress", "trace"),
    moved("audit", "reported", "reviewed", "trace"),
    Attack(
        "moved with the event of another move",
        told(":reported_audit", "reviewed", "reviewed")
        + "UPDATE audit SET state = 'reviewed' WHERE id = :reported_audit",
        "audit_trace",
    ),
    Attack("a better score", "UPDATE audit SET score = 0 WHERE id = :reviewed_audit", "audit_trace"),
    Attack("another summary", "UPDATE audit SET summary = 'x' WHERE id = :reported_audit", "audit_trace"),
    Attack("another score after it", "UPDATE audit SET score = 0 WHERE id = :concluded_audit", "audit_frozen"),
    Attack(
        "another score with an event that moves nothing",
        told(":concluded_audit", "concluded", "concluded") + "UPDATE audit SET score = 0 WHERE id = :concluded_audit",
        "audit_frozen",
    ),
    Attack("another inspector", "UPDATE audit SET inspector_id = :inspector WHERE id = :planned_audit", "audit_trace"),
    Attack(
        "an own audit given away",
        "UPDATE audit SET inspector_id = :decider WHERE id = :planned_audit",
        "audit_led",
        "audit_trace",
        by="inspector of planned_inspector",
    ),
    Attack("another planner", "UPDATE audit SET planner_id = :planner WHERE id = :planned_audit", NO_RIGHT),
    Attack("no surprise", "UPDATE audit SET announced = true WHERE id = :planned_audit", NO_RIGHT),
    Attack("born reviewed", INSERTED["audit"].format("reviewed"), "audit_flow"),
    Attack("removed", "DELETE FROM audit WHERE id = :planned_audit", NO_RIGHT),
    Attack("a late verdict", "UPDATE verdict SET value = 'conform' WHERE audit_id = :reported_audit", "verdict_frozen"),
    Attack("a later one", "UPDATE verdict SET note = 'x' WHERE audit_id = :concluded_audit", "verdict_frozen"),
    Attack(
        "a verdict more",
        "INSERT INTO verdict SELECT audit_id, requirement_code, unit, reference, scheme_version_id, value, note,"
        " recorded_by, recorded_at, version FROM verdict WHERE audit_id = :reviewed_audit LIMIT 1",
        "verdict_frozen",
    ),
    Attack(
        "a late text for the agency",
        "INSERT INTO requirement_judgement (audit_id, requirement_code, scheme_version_id, agency_text, written_by,"
        " written_at, version) SELECT audit_id, requirement_code, scheme_version_id, 'x', recorded_by, now(), 1"
        " FROM verdict WHERE audit_id = :reviewed_audit LIMIT 1",
        "requirement_judgement_frozen",
    ),
    Attack("a text less", "DELETE FROM requirement_judgement WHERE audit_id = :in_progress_audit", NO_RIGHT),
    Attack(
        "another scope confirmed", "UPDATE audit SET confirmed_scope = '{}' WHERE id = :reviewed_audit", "audit_frozen"
    ),
    Attack("hidden again", "UPDATE audit SET revealed_at = NULL WHERE id = :revealed_audit", "audit_frozen"),
    Attack("revealed untold", "UPDATE audit SET revealed_at = now() WHERE id = :surprise_audit", "audit_trace"),
    Attack("a verdict less", "DELETE FROM verdict WHERE audit_id = :in_progress_audit", NO_RIGHT),
    Attack(
        "a unit more",
        "INSERT INTO sampled_unit VALUES (:reported_audit, 'worker', 'friend', 99)",
        "sampled_unit_frozen",
    ),
    Attack(
        "a unit beside the draw, as if by lot",
        "INSERT INTO sampled_unit VALUES (:in_progress_audit, 'worker', 'friend', 99)",
        "sampled_unit_origin",
        by="inspector of in_progress_inspector",
    ),
    Attack("another unit", "UPDATE sampled_unit SET reference = 'x' WHERE audit_id = :in_progress_audit", NO_RIGHT),
    Attack("a friendlier list", "UPDATE population SET members = '[]' WHERE audit_id = :in_progress_audit", NO_RIGHT),
    Attack("he took no part", "DELETE FROM audit_participant WHERE audit_id = :reviewed_audit", NO_RIGHT),
    moved("finding", "closed", "open", "frozen", "reviewed_closed_finding"),
    moved("finding", "open", "closed", "flow", "reviewed_open_finding"),
    moved("finding", "answered", "closed", "trace", "reviewed_answered_finding"),
    moved("finding", "open", "answered", "trace", "concluded_open_finding"),
    Attack(
        "an answer after the decision without its move",
        "UPDATE finding SET solution = 'x' WHERE id = :concluded_answered_finding",
        "finding_trace",
    ),
    Attack("milder", "UPDATE finding SET grade = 'minor' WHERE id = :reported_open_finding", NO_RIGHT),
    Attack("lighter", "UPDATE finding SET points = 0, blocks = false WHERE id = :reported_open_finding", NO_RIGHT),
    Attack("never found", "DELETE FROM finding WHERE id = :reported_open_finding", NO_RIGHT),
    Attack("born closed", INSERTED["finding"].format("closed", "reported"), "finding_flow"),
    Attack("found after the decision", INSERTED["finding"].format("open", "concluded"), "finding_frozen"),
    Attack(
        "an answer after its end",
        "UPDATE finding SET solution = 'x' WHERE id = :reviewed_closed_finding",
        "finding_frozen",
    ),
    Attack("said without a move", ROUND.format("reviewed_open_finding"), "corrective_action_trace"),
    Attack(
        "accepted without a move",
        "UPDATE corrective_action SET outcome = 'accepted' WHERE finding_id = :reviewed_answered_finding",
        "corrective_action_trace",
    ),
    Attack(
        "judged otherwise later",
        "UPDATE corrective_action SET outcome = 'returned' WHERE finding_id = :reviewed_closed_finding",
        "corrective_action_frozen",
    ),
    Attack("other words", "UPDATE corrective_action SET solution = 'x'", NO_RIGHT),
    Attack("never said", "DELETE FROM corrective_action", NO_RIGHT),
    Attack(
        "a file beside a closed finding",
        beside(filed("reviewed_case"), "reviewed_closed_finding"),
        "evidence_frozen",
        by="agency reviewed_audited",
    ),
    Attack(
        "a file beside a finding of another case",
        beside(filed("accepted_application"), "reviewed_open_finding"),
        "evidence_frozen",
        by="agency accepted_applicant",
    ),
    Attack(
        "a file that was judged, removed",
        "UPDATE evidence SET removed_at = now() WHERE id = :judged_evidence",
        "evidence_frozen",
        by="agency reviewed_audited",
    ),
    # Decisions
    Attack("by whom it was about", DECISION.format(":reviewed_inspector"), "four_eyes"),
    Attack("another outcome", "UPDATE decision SET outcome = 'refuse'", NO_RIGHT, "23000"),
    Attack("other reasons", "UPDATE decision SET reasons = 'x'", NO_RIGHT),
    Attack("removed", "DELETE FROM decision", NO_RIGHT),
]
