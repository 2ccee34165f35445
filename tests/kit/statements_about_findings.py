"""Statements that must not pass about findings: how they are superseded, and how their grade changes by two people."""

from tests.kit.statement_parts import INSERTED, NO_RIGHT, ROUND, Attack, beside, filed, moved, told

# Another grade for a finding: proposed by somebody, and answered by somebody.
PROPOSED = (
    "INSERT INTO grade_change (id, finding_id, grade_before, grade, points, blocks, reason, asked_by, asked_at)"
    " SELECT gen_random_uuid(), id, grade, '{}', 8, true, 'x', {}, now() FROM finding WHERE id = :{}"
)
GRANTED = (
    "UPDATE grade_change SET granted = true, answered_by = {}, answered_at = now()"
    " WHERE finding_id = :{} AND answered_at IS NULL"
)
TOLD = told(":reported_open_finding", "open", "open")
BY_INSPECTOR = PROPOSED.format("major", ":reported_inspector", "reported_open_finding")
BY_DECIDER = PROPOSED.format("major", ":decider", "reported_open_finding")
BY_REVIEWER = GRANTED.format(":reviewer", "reported_open_finding")
INSPECTOR = "inspector of reported_inspector"
# A minor finding of a holder, that becomes a critical one.
CRITICAL = (
    told(":found_finding", "open", "open")
    + PROPOSED.format("critical", ":found_inspector", "found_finding")
    + "; "
    + GRANTED.format(":decider", "found_finding")
)

REMARK = (
    "INSERT INTO remark (id, audit_id, scheme_version_id, requirement_code, grade, note, agency_text, written_by,"
    " written_at) SELECT gen_random_uuid(), id, scheme_version_id, 'PAY-01', 'minor', 'x', 'x', inspector_id, now()"
    " FROM audit WHERE id = :{}_audit"
)
REMARKED = (
    "INSERT INTO remark (id, audit_id, scheme_version_id, requirement_code, grade, note, agency_text, written_by,"
    " written_at) VALUES (gen_random_uuid(), :in_progress_audit, :other_version, 'PAY-01', 'minor', 'x', 'x',"
    " :inspector, now())"
)
REPEATED = (
    INSERTED["finding"]
    .format("open", "reported")
    .replace("(id,", "(repeat_of_id, id,")
    .replace("SELECT gen", "SELECT {}, gen")
)
ASKER = "coalesce(nullif(current_setting('kw.person', true), '')::uuid, :planner)"
# More time: asked for by whoever is there, granted by somebody.
ASKED = (
    "INSERT INTO extension (id, finding_id, due_before, wanted_until, reason, asked_by, asked_at)"
    " SELECT gen_random_uuid(), id, due_on, '2999-01-01', 'x',"
    f" {ASKER}, now() FROM finding WHERE id = :reported_answered_finding"
)
ANSWERED_TOLD = told(":reported_answered_finding", "answered", "answered")
DISPUTED = (
    ASKED.replace("extension", "dispute")
    .replace("due_before, wanted_until, ", "")
    .replace("due_on, '2999-01-01', ", "")
)
UPHELD = (
    told(":found_finding", "open", "open")
    + "UPDATE dispute SET granted = true, answered_by = :reviewer, answered_at = now(), answer = 'x'"
    " WHERE finding_id = :found_finding; "
)
TICKED = (
    "INSERT INTO review_check (audit_id, chapter, code, ticked, remark, reviewed_by, reviewed_at)"
    " VALUES (:{}_audit, 'x', 'x', true, '', :reviewer, now())"
)
EXTENSION_GRANTED = (
    "UPDATE extension SET granted = true, granted_until = '2999-01-01', answered_by = {}, answered_at = now()"
    " WHERE finding_id = :reported_open_finding AND {}"
)


def extended(by: str) -> str:
    return TOLD + EXTENSION_GRANTED.format(by, "answered_at IS NULL")


ABOUT_FINDINGS = [
    # Findings
    moved("finding", "superseded", "open", "flow", "reviewed_superseded_finding"),
    moved("finding", "open", "superseded", "trace", "reviewed_open_finding"),
    Attack(
        "an answer to a superseded finding",
        "UPDATE finding SET solution = 'x' WHERE id = :reviewed_superseded_finding",
        "finding_frozen",
    ),
    Attack(
        "an answer to a closed finding, with an event",
        told(":reviewed_closed_finding", "closed", "closed")
        + "UPDATE finding SET solution = 'x' WHERE id = :reviewed_closed_finding",
        "finding_frozen",
    ),
    Attack(
        "found milder than found",
        INSERTED["finding"]
        .format("open", "reported")
        .replace("(id,", "(grade_found, id,")
        .replace("SELECT gen", "SELECT 'major', gen"),
        "finding_as_found",
    ),
    Attack("found otherwise later", "UPDATE finding SET grade_found = 'minor'", NO_RIGHT),
    Attack("superseding another", "UPDATE finding SET supersedes_id = id", NO_RIGHT),
    Attack(
        "answered while the report is corrected", ROUND.format("in_progress_open_finding"), "corrective_action_reported"
    ),
    moved("finding", "answered", "proven", "flow", "reviewed_answered_finding"),
    moved("finding", "open", "plan_accepted", "flow", "reviewed_open_finding"),
    moved("finding", "plan_accepted", "closed", "flow", "reviewed_plan_accepted_finding"),
    Attack(
        "closed by a plan",
        told(":reviewed_answered_finding", "answered", "closed")
        + ROUND.format("reviewed_answered_finding")
        .replace("(finding_id,", "(step, finding_id,")
        .replace("VALUES (", "VALUES ('plan', ")
        + "; UPDATE finding SET state = 'closed' WHERE id = :reviewed_answered_finding",
        "finding_proven",
    ),
    Attack(
        "a file beside a superseded finding",
        beside(filed("reviewed_case"), "reviewed_superseded_finding"),
        "evidence_frozen",
        by="agency reviewed_audited",
    ),
    # By hand, and found before
    Attack("a remark after the report", REMARK.format("reported"), "remark_frozen"),
    Attack("a remark by another inspector", REMARK.format("in_progress"), "none", "rows", by="inspector"),
    Attack("a remark by the agency", REMARKED, NO_RIGHT, "rows", by="agency in_progress_audited"),
    Attack("a milder remark", "UPDATE remark SET grade = 'minor'", NO_RIGHT),
    Attack("never remarked", "DELETE FROM remark", NO_RIGHT),
    *(
        Attack(f"a remark read by {by}", "SELECT FROM remark WHERE id = :remark", "none", "rows", by=by)
        for by in ("agency in_progress_audited", "inspector")
    ),
    Attack(
        "a remark taken back by another inspector",
        "UPDATE remark SET withdrawn_at = now() WHERE id = :remark",
        "none",
        "rows",
        by="inspector",
    ),
    Attack("a repeat of another agency's", REPEATED.format(":concluded_open_finding"), "finding_repeated"),
    Attack("a repeat of itself", REPEATED.format(":reported_open_finding"), "finding_repeated"),
    Attack("no repeat any more", "UPDATE finding SET repeat_of_id = NULL", NO_RIGHT),
    # Disputes and reviews
    moved("finding", "withdrawn", "open", "flow", "reviewed_withdrawn_finding"),
    Attack(
        "an answer to a withdrawn finding",
        "UPDATE finding SET solution = 'x' WHERE id = :reviewed_withdrawn_finding",
        "finding_frozen",
    ),
    Attack(
        "withdrawn without a dispute",
        told(":reported_answered_finding", "answered", "withdrawn")
        + "UPDATE finding SET state = 'withdrawn' WHERE id = :reported_answered_finding",
        "finding_disputed",
    ),
    Attack(
        "withdrawn before the dispute is answered",
        told(":found_finding", "open", "withdrawn")
        + "UPDATE finding SET state = 'withdrawn' WHERE id = :found_finding",
        "finding_disputed",
    ),
    Attack(
        "withdrawn for nothing",
        UPHELD
        + told(":found_finding", "open", "withdrawn")
        + "UPDATE finding SET state = 'withdrawn' WHERE id = :found_finding; "
        "SELECT 1 / count(*) FROM audit WHERE id = :found_audit AND score = (SELECT coalesce(sum(points), 0)"
        " FROM finding WHERE audit_id = :found_audit AND state NOT IN ('superseded', 'withdrawn'))",
        "rows",
    ),
    Attack("a dispute, untold", DISPUTED, "dispute_trace", by="agency reported_audited"),
    Attack("a dispute by another agency", DISPUTED, "none", "dispute_trace", by="agency mine"),
    Attack("a dispute by the inspector", DISPUTED, NO_RIGHT, "dispute_trace", by=INSPECTOR),
    Attack(
        "a dispute that was answered before it was raised",
        ANSWERED_TOLD + DISPUTED.replace("(id,", "(answered_at, id,").replace("SELECT gen", "SELECT now(), gen"),
        "dispute_frozen",
        by="agency reported_audited",
    ),
    Attack(
        "a dispute of a closed finding",
        DISPUTED.replace("reported_answered", "reported_closed"),
        "dispute_frozen",
        by="agency reported_audited",
    ),
    Attack(
        "a dispute answered by who did the audit",
        UPHELD.replace(":reviewer", ":found_inspector")[:-2],
        "dispute_second_person",
    ),
    Attack("a dispute answered twice", UPHELD + UPHELD[:-2], "dispute_frozen"),
    Attack(
        "a dispute answered by the inspector",
        "UPDATE dispute SET answer = 'x' WHERE finding_id = :found_finding",
        "none",
        "dispute_trace",
        by="inspector of found_inspector",
    ),
    Attack("other reasons for a dispute", "UPDATE dispute SET reason = 'x'", NO_RIGHT),
    *(
        Attack(f"a dispute read by {by}", "SELECT FROM dispute", "none", "rows", by=by)
        for by in ("agency mine", "inspector")
    ),
    Attack(
        "reviewed while a dispute is open",
        told(":found_audit", "reported", "reviewed") + "UPDATE audit SET state = 'reviewed' WHERE id = :found_audit",
        "audit_answered",
        by="reviewer",
    ),
    Attack("a point ticked later", TICKED.format("concluded"), "review_check_frozen", by="reviewer"),
    Attack(
        "a point ticked in the name of somebody else",
        TICKED.format("reviewed").replace(":reviewer", ":decider"),
        NO_RIGHT,
        "rows",
        by="reviewer",
    ),
    Attack("a point ticked by the inspector", TICKED.format("reviewed"), NO_RIGHT, "rows", by="inspector"),
    Attack("a point no longer ticked", "UPDATE review_check SET ticked = false", NO_RIGHT),
    *(
        Attack(f"a checklist read by {by}", "SELECT FROM review_check", "none", "rows", by=by)
        for by in ("agency reported_audited", INSPECTOR)
    ),
    # More time
    Attack("more time, untold", ASKED, "extension_trace", by="agency reported_audited"),
    Attack("more time by another agency", ASKED, "none", "extension_trace", by="agency mine"),
    Attack("more time by the inspector", ASKED, NO_RIGHT, "extension_trace", by=INSPECTOR),
    Attack(
        "more time asked in the name of somebody else",
        ASKED.replace(ASKER, ":planner"),
        NO_RIGHT,
        "extension_trace",
        by="agency reported_audited",
    ),
    Attack(
        "more time that was granted before it was asked",
        ANSWERED_TOLD + ASKED.replace("(id,", "(answered_at, id,").replace("SELECT gen", "SELECT now(), gen"),
        "extension_frozen",
        by="agency reported_audited",
    ),
    Attack(
        "more time for a closed finding",
        ASKED.replace("reported_answered", "reported_closed"),
        "extension_frozen",
        by="agency reported_audited",
    ),
    Attack(
        "more time by its inspector",
        extended(":reported_inspector"),
        "none",
        "extension_second_person",
        by=INSPECTOR,
    ),
    Attack("more time by who took part", extended(":reported_inspector"), "extension_second_person"),
    Attack(
        "more time for nothing",
        extended(":reviewer")
        + "; SELECT 1 / count(*) FROM finding WHERE id = :reported_open_finding AND due_on = '2999-01-01'",
        "rows",
    ),
    Attack(
        "more time, answered twice",
        extended(":reviewer") + "; " + EXTENSION_GRANTED.format(":reviewer", "granted"),
        "extension_frozen",
    ),
    Attack("a later term", "UPDATE finding SET due_on = '2999-01-01'", NO_RIGHT),
    Attack("other reasons for more time", "UPDATE extension SET reason = 'x'", NO_RIGHT),
    Attack(
        "an agency reads what another asked",
        "SELECT FROM extension WHERE finding_id = :reviewed_open_finding",
        "none",
        "rows",
        by="agency mine",
    ),
    Attack(
        "another inspector reads what was asked",
        "SELECT FROM extension WHERE finding_id = :reviewed_open_finding",
        "none",
        "rows",
        by="inspector",
    ),
    # Grades
    Attack("another grade, untold", BY_INSPECTOR, "grade_change_trace", by=INSPECTOR),
    Attack(
        "another grade that was granted before it was asked",
        TOLD + BY_INSPECTOR.replace("(id,", "(answered_at, id,").replace("SELECT gen", "SELECT now(), gen"),
        "grade_change_frozen",
    ),
    Attack(
        "another grade after the review",
        PROPOSED.format("major", ":reviewed_inspector", "reviewed_answered_finding"),
        "grade_change_frozen",
    ),
    Attack(
        "another grade than there was",
        BY_INSPECTOR.replace("id, grade, 'major'", "id, 'critical', 'major'"),
        "grade_change_frozen",
    ),
    Attack(
        "another grade by one person",
        TOLD + BY_INSPECTOR + "; " + GRANTED.format(":reported_inspector", "reported_open_finding"),
        "grade_change_second_person",
        by=INSPECTOR,
    ),
    Attack(
        "another grade by two who are not its inspector",
        TOLD + BY_DECIDER + "; " + BY_REVIEWER,
        "grade_change_second_person",
    ),
    Attack(
        "another grade by two who took part",
        TOLD
        + BY_INSPECTOR
        + "; "
        + GRANTED.format("(SELECT planner_id FROM audit WHERE id = :reported_audit)", "reported_open_finding"),
        "grade_change_second_person",
    ),
    Attack(
        "another grade, answered twice",
        TOLD + BY_INSPECTOR + "; " + BY_REVIEWER + "; " + BY_REVIEWER.replace("answered_at IS NULL", "granted"),
        "grade_change_frozen",
    ),
    Attack(
        "another grade for nothing",
        TOLD
        + BY_INSPECTOR
        + "; "
        + BY_REVIEWER
        + "; SELECT 1 / count(*) FROM finding JOIN audit ON audit.id = audit_id"
        " WHERE finding.id = :reported_open_finding AND grade = 'major' AND points = 8 AND grade_found <> 'major'"
        " AND score = (SELECT sum(points) FROM finding f"
        " WHERE f.audit_id = audit.id AND f.state NOT IN ('superseded', 'withdrawn'))",
        "rows",
    ),
    Attack("a critical grade that is nobody's task", CRITICAL, "urgent_task"),
    Attack("other reasons for a grade", "UPDATE grade_change SET reason = 'x'", NO_RIGHT),
    Attack("a heavier proposal", "UPDATE grade_change SET points = 0", NO_RIGHT),
    Attack(
        "reviewed while a grade is open",
        TOLD
        + BY_INSPECTOR
        + "; "
        + told(":reported_audit", "reported", "reviewed")
        + "UPDATE audit SET state = 'reviewed' WHERE id = :reported_audit",
        "audit_answered",
        by="reviewer",
    ),
    Attack("a grade by the agency", BY_INSPECTOR, NO_RIGHT, "grade_change_trace", by="agency reported_audited"),
    Attack("a grade by another inspector", BY_INSPECTOR, "none", "grade_change_trace", by="inspector"),
    Attack(
        "an answer by the agency",
        "UPDATE grade_change SET answer = 'x' WHERE finding_id = :reviewed_closed_finding",
        "none",
        "grade_change_frozen",
        by="agency reviewed_audited",
    ),
    # Verdicts
    Attack(
        "another verdict without a reason",
        "UPDATE verdict SET value = 'x', reason = ' ' WHERE audit_id = :in_progress_audit",
        "verdict_reason",
    ),
    # Reading
    Attack(
        "an agency reads a grade that is only proposed",
        "SELECT FROM grade_change WHERE finding_id = :reviewed_open_finding",
        "none",
        "rows",
        by="agency reviewed_audited",
    ),
    Attack(
        "another inspector reads a grade",
        "SELECT FROM grade_change WHERE finding_id = :reviewed_open_finding",
        "none",
        "rows",
        by="inspector",
    ),
    Attack(
        "an agency reads the grade of another",
        "SELECT FROM grade_change WHERE finding_id = :reviewed_closed_finding",
        "none",
        "rows",
        by="agency mine",
    ),
]
FOUND_AS_IT_IS = (INSPECTOR, INSERTED["finding"].format("open", "reported"))
ASKED_FOR_TIME = ("agency reported_audited", ANSWERED_TOLD + ASKED)
CONTESTED = ("agency reported_audited", ANSWERED_TOLD + DISPUTED)
GRADED = (INSPECTOR, TOLD + BY_DECIDER + "; " + GRANTED.format(":reported_inspector", "reported_open_finding"))
