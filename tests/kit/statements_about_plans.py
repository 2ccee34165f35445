"""Statements that must not pass about an agency's say in the plan of its audit, and about the sums behind figures."""

from tests.kit.statement_parts import NO_RIGHT, Attack, traced

SPARE = "'00000000-0000-4000-8000-0000000000ae'"
OBJECT = (
    "INSERT INTO team_objection (id, audit_id, agency_id, person_id, reason, asked_by, asked_at)"
    f" SELECT {SPARE}, id, agency_id, :{{who}}, 'x', :{{by}}, now() FROM audit WHERE id = :{{audit}}_audit"
)
ANSWER = (
    "UPDATE team_objection SET upheld = {upheld}, answer = 'x', answered_by = :{by}, answered_at = now()"
    " WHERE id = :{which}_objection"
)
PROPOSE = (
    "INSERT INTO proposed_day (id, audit_id, agency_id, day, proposed_by, proposed_at)"
    f" VALUES ({SPARE}, :{{audit}}_audit, :{{agency}}, current_date + 30, :{{by}}, now())"
)
SEND = (
    "INSERT INTO sent_plan (id, audit_id, agency_id, number, content, sent_by, sent_at)"
    f" SELECT {SPARE}, id, agency_id, 9, '{{{{}}}}', :{{by}}, now() FROM audit WHERE id = :{{audit}}_audit"
)
SENT = traced(SPARE, SEND.format(by="planner", audit="planned"))
READ = "SELECT FROM {} WHERE id = :{}"
TAKE_BACK = "UPDATE proposed_day SET withdrawn_at = now() WHERE id = :{}_day"
PLANNED, ITS = "agency planned_audited", "planned_audited_person"
OWN_OBJECTION = OBJECT.format(who="planned_inspector", by=ITS, audit="planned")
OWN_DAY = PROPOSE.format(audit="planned", agency="planned_audited", by=ITS)
REJECT = ANSWER.format(upheld="false", by="planner", which="open")
OBJECTED, REJECTED, PROPOSED = (
    traced(SPARE, OWN_OBJECTION),
    traced(":open_objection", REJECT),
    traced(SPARE, OWN_DAY),
)
LAWFUL, FROZEN, TRACED = (f"team_objection_{name}" for name in ("lawful", "frozen", "trace"))
NO_SAY, UNTRACED = "proposed_day_frozen", "proposed_day_trace"

ABOUT_PLANS = [
    *(Attack(f"an objection read by {by}", READ.format("team_objection", "open_objection"), "none", "rows", by=by)
      for by in ("agency mine", "inspector of planned_inspector")),
    Attack("an objection that leaves no trace", OWN_OBJECTION, TRACED, by=PLANNED),
    Attack("an objection in the name of somebody else", OWN_OBJECTION.replace(f":{ITS}", ":planned_audited_other"),
           NO_RIGHT, TRACED, by=PLANNED),
    Attack("an objection to who does not go along", OBJECT.format(who="reviewer", by=ITS, audit="planned"), LAWFUL,
           by=PLANNED),
    Attack("an objection once the audit has started",
           OBJECT.format(who="in_progress_inspector", by="in_progress_audited_person", audit="in_progress"), FROZEN,
           by="agency in_progress_audited"),
    Attack("an objection in an audit that was not announced",
           OBJECT.format(who="planned_inspector", by=ITS, audit="revealed"), FROZEN, by="agency revealed_agency"),
    Attack("an objection answered by who has an interest",
           REJECT.replace(":planner", ":tied_to_plan"), "none", TRACED, by="planner of tied_to_plan"),
    Attack("an objection answered in the name of another", ANSWER.format(upheld="false", by="decider", which="open"),
           NO_RIGHT, TRACED, by="planner"),
    Attack("an objection answered by the agency", ANSWER.format(upheld="true", by=ITS, which="open"), "none", LAWFUL,
           by=PLANNED),
    Attack("an objection answered without a trace", REJECT, TRACED, by="planner"),
    Attack("an objection upheld while the person goes along", REJECT.replace("false", "true"), LAWFUL, by="planner"),
    Attack("an objection answered twice", REJECT.replace(":open", ":answered"), "none", LAWFUL, by="planner"),
    Attack("another reason for an objection", "UPDATE team_objection SET reason = 'y'", NO_RIGHT, by=PLANNED),
    Attack("an objection removed", "DELETE FROM team_objection", NO_RIGHT, by="planner"),
    Attack("a proposed day read by another agency", READ.format("proposed_day", "proposed_day"), "none", "rows",
           by="agency mine"),
    Attack("a proposed day that leaves no trace", OWN_DAY, UNTRACED, by=PLANNED),
    Attack("a proposed day in the name of another", OWN_DAY.replace(f":{ITS}", ":planned_audited_other"), NO_RIGHT,
           UNTRACED, by=PLANNED),
    Attack("a day proposed once the audit has started",
           PROPOSE.format(audit="in_progress", agency="in_progress_audited", by="in_progress_audited_person"), NO_SAY,
           by="agency in_progress_audited"),
    Attack("a day proposed for an audit that was not announced",
           PROPOSE.format(audit="revealed", agency="revealed_agency", by=ITS), NO_SAY, by="agency revealed_agency"),
    Attack("a proposed day taken back by the office", TAKE_BACK.format("proposed"), "none", UNTRACED, by="planner"),
    Attack("a proposed day taken back without a trace", TAKE_BACK.format("proposed"), UNTRACED, by=PLANNED),
    Attack("a proposed day taken back twice", TAKE_BACK.format("dropped"), NO_SAY, by=PLANNED),
    Attack("a plan read by another agency", READ.format("sent_plan", "sent_plan"), "none", "rows", by="agency mine"),
    Attack("a plan that leaves no trace", SEND.format(by="planner", audit="planned"), "sent_plan_trace", by="planner"),
    Attack("a plan sent by who has an interest", SEND.format(by="tied_to_plan", audit="planned"), NO_RIGHT,
           "sent_plan_trace", by="planner of tied_to_plan"),
    Attack("a plan of an audit that was not announced", SEND.format(by="planner", audit="revealed"), "sent_plan_frozen",
           by="planner"),
    Attack("a plan sent otherwise afterwards", "UPDATE sent_plan SET content = '{}'", NO_RIGHT, by="planner"),
    *(Attack(f"sums in {table} read by {by}", f"SELECT FROM {table}", "none", "rows", by=by)
      for table in ("audit_tally", "requirement_tally") for by in ("agency mine", "inspector")),
    Attack("which notes are alike", "SELECT FROM note_tally", "none", "rows", by="decider"),
    Attack("a sum written by the web", "UPDATE audit_tally SET verdicts = 0", NO_RIGHT, "rows", by="planner"),
]  # fmt: skip
