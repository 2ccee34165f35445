"""Statements that must not pass about what links agencies: nobody is unheard, nothing said is changed or skipped."""

from tests.kit.statement_parts import GRANTED, NO_RIGHT, Attack, moved, told

OFFICE, LINKED = "planner", "agency open_linked"
HIT = "UPDATE link_hit SET {} WHERE id = :open_link_hit"
JUDGED = "verdict = 'counts_not', reason = 'x', judged_by = {}, judged_at = now()"
HEARD = told(":open_link_report", "open", "open")
TRACE = "INSERT INTO link_trace (agency_id, kind, key, shown, noted_at) VALUES (:open_linked, 'bank', 'x', 'x', now())"
REPORT = (
    "INSERT INTO link_report (id, agency_id, made_at, compared, state, version)"
    " VALUES (gen_random_uuid(), :{}, now(), 1, '{}', 1)"
)
ENDED = "UPDATE link_report SET state = '{}', judged_by = {}, judged_at = now() WHERE id = :open_link_report; "
TASK_DONE = "UPDATE deadline SET done_at = now() WHERE subject_id = :open_link_report"
OPENED = (
    "INSERT INTO link_report (id, agency_id, made_at, compared, state, version)"
    " SELECT gen_random_uuid(), agency_id, now(), 1, 'open', 1 FROM audit WHERE id = :reviewed_audit; "
)

ABOUT_LINKS = [
    Attack("a trace of the web", TRACE, NO_RIGHT, "rows", by=OFFICE),
    Attack("a report of the web", REPORT.format("mine", "open"), NO_RIGHT, "link_report_task", by=OFFICE),
    Attack("a report that begins judged", REPORT.format("mine", "dismissed"), NO_RIGHT, "link_report_flow", by=OFFICE),
    Attack("a hit without its event", HIT.format(JUDGED.format(":planner")), "link_hit_trace", by=OFFICE),
    Attack(
        "a verdict of nobody",
        HEARD
        + HIT.format(JUDGED.format("NULL"))
        .replace("'counts_not'", "NULL")
        .replace("judged_by = NULL", "judged_by = :open_linked_owner"),
        "link_hit_heard",
        by=OFFICE,
    ),
    Attack("another answer", HEARD + HIT.format("answer = 'y'"), "link_hit_said", by=OFFICE),
    Attack(
        "counted in a judged report",
        "UPDATE link_hit SET verdict = 'counts_not' WHERE id = :referred_link_hit",
        "link_hit_frozen",
        by=OFFICE,
    ),
    Attack(
        "answered for the agency",
        "UPDATE link_hit SET answered_by = :planner WHERE id = :open_link_hit",
        "link_hit_said",
        by=OFFICE,
    ),
    Attack(
        "judged before all of it was",
        told(":open_link_report", "open", "dismissed") + ENDED.format("dismissed", ":planner") + TASK_DONE,
        "link_report_judged",
        by=OFFICE,
    ),
    Attack(
        "judged, and the task left",
        told(":open_link_report", "open", "dismissed")
        + HIT.format(JUDGED.format(":planner"))
        + "; "
        + ENDED.format("dismissed", ":planner").rstrip("; "),
        "link_report_task",
        by=OFFICE,
    ),
    moved("link_report", "referred", "dismissed", "flow", by=OFFICE),
    Attack(
        "another reason later",
        "UPDATE link_report SET reason = 'y' WHERE id = :dismissed_link_report",
        "link_report_frozen",
        by=OFFICE,
    ),
    Attack(
        "judged without its event",
        HEARD + HIT.format(JUDGED.format(":planner")) + "; " + ENDED.format("dismissed", ":planner") + TASK_DONE,
        "link_report_trace",
        by=OFFICE,
    ),
    Attack(
        "granted while links are open",
        OPENED + GRANTED.format('"temporary_agency_work"', '"logistics"', "", "false"),
        NO_RIGHT,
        "decision_links",
    ),
    Attack(
        "another agency reads the question",
        "SELECT FROM link_hit WHERE id = :open_link_hit",
        "none",
        "rows",
        by="agency mine",
    ),
    Attack(
        "another agency answers",
        "UPDATE link_hit SET answer = 'y' WHERE id = :open_link_hit",
        "none",
        "link_hit_said",
        by="agency mine",
    ),
    Attack(
        "the agency reads the report", "SELECT FROM link_report WHERE id = :open_link_report", "none", "rows", by=LINKED
    ),
    Attack(
        "the agency ends the report",
        ENDED.format("dismissed", ":planner").rstrip("; "),
        "none",
        "link_report_task",
        by=LINKED,
    ),
    Attack(
        "an inspector reads the report",
        "SELECT FROM link_report WHERE id = :open_link_report",
        "none",
        "rows",
        by="inspector",
    ),
    Attack(
        "an inspector reads a hit", "SELECT FROM link_hit WHERE id = :open_link_hit", "none", "rows", by="inspector"
    ),
    Attack("staff read traces", "SELECT FROM link_trace WHERE agency_id = :open_linked", "none", "rows", by=OFFICE),
]
