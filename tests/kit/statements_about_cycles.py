"""Statements that must not pass about the cycle of a certificate, and about what an audit of a holder looks at."""

from tests.kit.statement_parts import DECIDED, NO_RIGHT, Attack

WITHOUT_APPLICATION = (
    "INSERT INTO audit (id, reference, kind, certification_id, agency_id, scheme_version_id, planner_id, inspector_id,"
    " state, planned_on, announced, summary, recommendation, version) SELECT gen_random_uuid(), 'X', '{}', id,"
    " agency_id, scheme_version_id, :planner, :inspector, 'planned', now(), true, '', '', 1 FROM certification"
    " WHERE id = :{}"
)
CHOSEN = (
    "INSERT INTO audit_requirement (audit_id, requirement_code, scheme_version_id, reasons)"
    " SELECT id, 'GOV-01', scheme_version_id, '[]' FROM audit WHERE id = :{}_audit"
)
SEEN = (
    "INSERT INTO verdict (audit_id, requirement_code, unit, reference, scheme_version_id, value, note, recorded_by,"
    " recorded_at, version) SELECT a.id, '{}', s.unit, s.reference, a.scheme_version_id, 'conform', '', inspector_id,"
    " now(), 1 FROM audit a JOIN sampled_unit s ON s.audit_id = a.id WHERE a.id = :narrow_audit"
)

JOINED = (
    "INSERT INTO team_member (id, audit_id, person_id, role, joined_at, left_at)"
    " VALUES (gen_random_uuid(), :chosen_audit, {}, 'expert', now(), NULL)"
)
LEFT = "UPDATE team_member SET left_at = now() WHERE audit_id = :chosen_audit"

AWAY = (
    "INSERT INTO absence (id, person_id, deputy_id, first_day, last_day, recorded_by, recorded_at)"
    " VALUES (gen_random_uuid(), :{}, :{}, now(), now(), :{}, now())"
)
DID = (
    "INSERT INTO event (format, happened_at, name, subject_id, actor_kind, actor_id, data)"
    " VALUES (2, now(), 'audit.record', :decided_audit, 'person', :decider, '{}'); "
)
DAY = (
    "INSERT INTO audit_day (id, audit_id, person_id, day, place, hours_planned, said_by, said_at)"
    " VALUES (gen_random_uuid(), :{}_audit, :{}, now(), 'x', 1, :{}, now())"
)
EXPLAINED = (
    "INSERT INTO audit_time (audit_id, computed, planned, reason, said_by, said_at)"
    " VALUES (:in_progress_audit, 1, 1, 'x', :{}, now())"
)
HANDED = "SELECT hand_over(:chosen_inspector, :in_progress_expert, now())"
NOTED = "UPDATE verdict SET note = 'x' WHERE audit_id = :in_progress_audit"
TOLD_OTHERWISE = "UPDATE requirement_judgement SET agency_text = 'x' WHERE audit_id = :in_progress_audit"
TAKEN_BACK = "UPDATE remark SET withdrawn_at = now() WHERE id = :remark"
SUMMED_UP = "UPDATE audit SET summary = 'x' WHERE id = :in_progress_audit"
MEMBER, EXPERT = "inspector of in_progress_member", "inspector of in_progress_expert"

OF_THE_TEAM = [
    Attack("a decision by who did something", DID + DECIDED.format(":decider", "suspend", "active_certificate"),
           "four_eyes"),
    Attack("a verdict by an expert", NOTED, "none", "verdict_sealed", by=EXPERT),
    Attack("a text by an expert", TOLD_OTHERWISE, "none", "rows", by=EXPERT),
    Attack("a remark by an expert", TAKEN_BACK, "none", "rows", by=EXPERT),
    Attack("a report by an expert", SUMMED_UP, "none", "audit_trace", by=EXPERT),
    Attack("a report by a member", SUMMED_UP, "audit_led", "audit_trace", by=MEMBER),
    Attack(
        "a finding by a member",
        "UPDATE finding SET cause = 'x' WHERE id = :in_progress_open_finding",
        "none",
        "finding_trace",
        by=MEMBER,
    ),
    Attack(
        "a round by a member",
        "UPDATE corrective_action SET note = 'x' WHERE finding_id = :in_progress_answered_finding",
        "none",
        "corrective_action_reported",
        by=MEMBER,
    ),
    Attack(
        "a term by a member",
        "UPDATE deadline SET owner_id = :in_progress_member WHERE subject_id = :in_progress_audit",
        "none",
        "deadline_done",
        by=MEMBER,
    ),
    Attack("the absence of another", AWAY.format("in_progress_expert", "in_progress_member", "in_progress_member"),
           NO_RIGHT, "rows", by=MEMBER),
    Attack("an absence said by another", AWAY.format("in_progress_member", "in_progress_expert", "decider"), NO_RIGHT,
           "rows", by=MEMBER),
    Attack("a deputy with a tie", AWAY.format("chosen_inspector", "chosen_interested", "chosen_inspector"), "no_tie",
           by="inspector of chosen_inspector"),
    Attack("a deputy of another trade", AWAY.format("chosen_inspector", "planner", "decider"), "deputy_fits"),
    Attack("back by another", "UPDATE absence SET ended_at = now()", "none", "rows", by=MEMBER),
    Attack("a day of a stranger", DAY.format("in_progress", "reviewer", "decider"), "day_of_team"),
    Attack("a day said by another", DAY.format("in_progress", "in_progress_member", "decider"), NO_RIGHT, "rows",
           by=MEMBER),
    Attack("a day after the report", DAY.format("reported", "reported_inspector", "decider"), "audit_day_frozen"),
    Attack("a longer day", "UPDATE audit_day SET hours_done = 9", NO_RIGHT),
    Attack("no such day", "DELETE FROM audit_day", NO_RIGHT),
    Attack(
        "another day without a reason",
        DAY.format("in_progress", "in_progress_inspector", "decider")
        .replace("said_at)", "said_at, supersedes_id)").replace("now())", "now(), :day)"),
        "ck_audit_day_reason",
    ),
    Attack("hours explained by a member", EXPLAINED.format("in_progress_member"), NO_RIGHT, "rows", by=MEMBER),
    Attack("hours never explained", "DELETE FROM audit_time", NO_RIGHT),
    Attack("work handed over by a planner", HANDED, NO_RIGHT, by="planner"),
    Attack("work handed over by nobody", HANDED, NO_RIGHT, by="nobody"),
    Attack("away for longer", "UPDATE absence SET last_day = '2999-01-01'", NO_RIGHT),
    Attack("never away", "DELETE FROM absence", NO_RIGHT),
    Attack(
        "away again",
        "UPDATE absence SET ended_at = now(); UPDATE absence SET ended_at = NULL",
        "23000",
    ),
]  # fmt: skip

ABOUT_CYCLES = [
    *OF_THE_TEAM,
    Attack(
        "goes along in what one planned",
        JOINED.format("(SELECT planner_id FROM audit WHERE id = :chosen_audit)"),
        "planned_it",
        by="planner",
    ),
    Attack(
        "audits what one planned",
        "UPDATE audit SET inspector_id = planner_id WHERE id = :planned_audit",
        "planned_it",
        by="planner",
    ),
    Attack("somebody with an interest goes along", JOINED.format(":chosen_interested"), "no_tie"),
    Attack(
        "goes along by the inspector", JOINED.format(":reviewer"), NO_RIGHT, "rows", by="inspector of chosen_inspector"
    ),
    Attack("leaves by the inspector", LEFT, "none", "rows", by="inspector of chosen_inspector"),
    Attack("leaves once more", LEFT.replace("chosen", "narrow"), "team_member_frozen"),
    Attack("went along as another", "UPDATE team_member SET role = 'observer'", NO_RIGHT),
    Attack("never went along", "DELETE FROM team_member WHERE audit_id = :chosen_audit", NO_RIGHT),
    Attack(
        "an audit without application of who holds no certificate",
        WITHOUT_APPLICATION.format("special", "concluded_case"),
        "audit_of_holder",
    ),
    Attack(
        "an audit in the cycle of another",
        WITHOUT_APPLICATION.format("special", "chosen_cycle").replace(
            " agency_id, scheme_version_id, :pl", " :narrow_agency, scheme_version_id, :pl"
        ),
        "audit_of_holder",
    ),
    Attack(
        "a renewal without application",
        WITHOUT_APPLICATION.format("renewal", "chosen_cycle"),
        "ck_audit_application",
    ),
    Attack("another kind", "UPDATE audit SET kind = 'renewal' WHERE id = :chosen_audit", NO_RIGHT),
    Attack("another occasion", "UPDATE audit SET occasion = 'x' WHERE id = :chosen_audit", NO_RIGHT),
    Attack("another cycle", "UPDATE audit SET certification_id = :narrow_cycle WHERE id = :chosen_audit", NO_RIGHT),
    Attack("a cycle by hand", "INSERT INTO certification VALUES (:mine_draft, :mine, :mine_version)", NO_RIGHT),
    Attack("more to look at after the start", CHOSEN.format("narrow"), "requirements_chosen"),
    Attack(
        "more to look at by the inspector",
        CHOSEN.format("chosen"),
        NO_RIGHT,
        "rows",
        by="inspector of chosen_inspector",
    ),
    Attack("less to look at", "DELETE FROM audit_requirement WHERE audit_id = :chosen_audit", NO_RIGHT),
    Attack("for another reason", "UPDATE audit_requirement SET reasons = '[]'", NO_RIGHT),
    Attack("a verdict on what is not looked at", SEEN.format("GOV-01"), "requirement_covered"),
]
