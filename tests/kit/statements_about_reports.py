"""Statements that must not pass about reports: drafts and comments, how a visit went, second readings."""

from tests.kit.statement_parts import NO_RIGHT, Attack, told
from tests.kit.statements_about_entries import AUDITED, ITS, ME, OTHER

TOLD = told(":in_progress_audit", "in_progress", "in_progress")
NARROW = told(":narrow_audit", "in_progress", "in_progress")
REPORTED = told(":reported_audit", "reported", "reported")
DRAFT = (
    "INSERT INTO report_draft (id, audit_id, agency_id, number, facts, due_on, sent_by, sent_at)"
    " VALUES (gen_random_uuid(), :{0}_audit, :{0}_audited, 9, '{{}}', current_date, :{0}_inspector, now())"
)
COMMENTED = "UPDATE report_draft SET comments = '{{}}', commented_by = {}, commented_at = now() WHERE id = :open_draft"
AGAIN = "UPDATE report_draft SET comments = '[]' WHERE id = :said_draft"
ANSWERED = f"UPDATE report_draft SET answers = '{{}}', answered_by = {ME}, answered_at = now() WHERE id = :said_draft"
CONDUCT = (
    "INSERT INTO audit_conduct (audit_id, opening, closing, languages, deviations, written_by, written_at, version)"
    " VALUES (:narrow_audit, '', '', '', '', :narrow_inspector, now(), 1)"
)
OTHERWISE = "UPDATE audit_conduct SET deviations = 'y' WHERE audit_id = :{}_audit"
DRAWN = "INSERT INTO second_reading (audit_id, agency_id, drawn_at) VALUES (:narrow_audit, :narrow_agency, now())"
READ = "UPDATE second_reading SET reader_id = {}, read_at = now(), agrees = true, note = 'x' WHERE audit_id = :{}_audit"
REVIEWED = told(":reviewed_audit", "reviewed", "reviewed")

ABOUT_REPORTS = [
    *(Attack(f"a draft read by {by}", "SELECT FROM report_draft WHERE audit_id = :in_progress_audit", "none", "rows",
             by=by) for by in (OTHER, "agency mine")),
    Attack("a draft, untold", DRAFT.format("in_progress"), "report_draft_trace", by=ITS),
    Attack("a draft by another inspector", TOLD + DRAFT.format("in_progress"), NO_RIGHT, "rows", by=OTHER),
    Attack("a draft after the report", REPORTED + DRAFT.format("reported"), "report_draft_frozen",
           by="inspector of reported_inspector"),
    Attack("another draft", "UPDATE report_draft SET facts = '{}'", NO_RIGHT),
    Attack("comments by the inspector", TOLD + COMMENTED.format(ME), "report_draft_person", by=ITS),
    Attack("comments by another agency", TOLD + COMMENTED.format(ME), "none", "report_draft_person", by="agency mine"),
    Attack("comments by a reviewer", TOLD + COMMENTED.format(ME), "none", "report_draft_person", by="reviewer"),
    Attack("comments in the name of somebody else", TOLD + COMMENTED.format(":decider"), "report_draft_person",
           "report_draft_person", by=AUDITED),
    Attack("comments that were changed", TOLD + AGAIN,
           "report_draft_frozen", by=ITS),
    Attack("answers before there are comments", TOLD + ANSWERED.replace(":said", ":open"), "report_draft_frozen",
           by=ITS),
    Attack("answers by the agency", TOLD + ANSWERED, "report_draft_person", "rows", by=AUDITED),
    *(Attack(f"the visit read by {by}", "SELECT FROM audit_conduct WHERE audit_id = :in_progress_audit", "none", "rows",
             by=by) for by in (OTHER, AUDITED)),
    Attack("the visit by another inspector", NARROW + CONDUCT, NO_RIGHT, "rows", by=OTHER),
    Attack("the visit by a reviewer", TOLD + OTHERWISE.format("in_progress"), "none", "rows", by="reviewer"),
    Attack("the visit, untold", OTHERWISE.format("in_progress"), "audit_conduct_trace", by=ITS),
    Attack("the visit after the report", REPORTED + OTHERWISE.format("reported"), "audit_conduct_frozen",
           by="inspector of reported_inspector"),
    *(Attack(f"a second reading seen by {by}", "SELECT FROM second_reading WHERE audit_id = :reported_audit", "none",
             "rows", by=by) for by in (OTHER, "agency reported_audited")),
    Attack("a second reading asked by another inspector", NARROW + DRAWN, NO_RIGHT, "rows", by=OTHER),
    Attack("a second reading by who did the audit", REPORTED + READ.format(":reported_inspector", "reported"), "none",
           "second_reading_person", by="inspector of reported_inspector"),
    Attack("a second reading by who reviewed", REVIEWED + READ.format(":reviewed_reviewer", "reviewed"),
           "second_reading_person", by="reviewer"),
    Attack("a second reading, untold", READ.format(":reviewer", "reported"), "second_reading_trace", by="reviewer"),
    Attack("a second reading that was done", told(":concluded_audit", "concluded", "concluded")
           + READ.format(":reviewer", "concluded"), "second_reading_frozen", by="decider"),
    Attack("another lot", "UPDATE second_reading SET drawn_at = now()", NO_RIGHT),
]  # fmt: skip
