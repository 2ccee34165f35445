"""Statements that must not pass about appeals, and the decisions on them."""

from tests.kit.statement_parts import BASIS, DECIDED, NO_RIGHT, Attack, moved

HOLDER, STRANGER = "agency appealing", "agency mine"
NEW = "'00000000-0000-4000-8000-00000000a99e'"
TOLD = (
    "INSERT INTO event (happened_at, name, subject_id, actor_id, data) VALUES (now(), 'appeal.{}', {},"
    ' gen_random_uuid(), \'{{"before": "{}", "after": "{}"}}\'); '
)
LODGED = TOLD.format("lodge", NEW, "", "")
TERM = (
    "INSERT INTO deadline (id, kind, subject_id, agency_id, due_on, owner_role, opened_at) VALUES (gen_random_uuid(),"
    f" 'appeal_outcome', {NEW}, :appealing, now(), 'decider', now()); "
)
APPEAL = (
    "INSERT INTO appeal (id, decision_id, agency_id, state, reasons, received_on, until, on_paper, lodged_by,"
    f" lodged_at, handler_id, taken_at, version) VALUES ({NEW}, {{}}, :appealing, '{{}}', 'x', now(), now(), {{}},"
    " {}, now(), {}, {}, 1)"
)
OWN, NOBODY = (":free_decision", "lodged", "false", ":appealing_person"), ("NULL", "NULL")
TAKE = TOLD.format("take", ":lodged_appeal", "lodged", "in_hand")
TAKEN = (
    "UPDATE appeal SET state = 'in_hand', handler_id = {}, taken_at = now(), late_answer = '{}' WHERE id = :{}_appeal"
)
LATE = TOLD.format("take", ":late_appeal", "lodged", "in_hand")
REFUSE = TOLD.format("refuse", ":lodged_appeal", "lodged", "refused")
REFUSED = "UPDATE appeal SET state = 'refused', handler_id = :decider, taken_at = now(), late_answer = 'x' WHERE id = :"
DECIDE = TOLD.format("decide", ":in_hand_appeal", "in_hand", "decided")
DECIDED_NOW = "UPDATE appeal SET state = 'decided', outcome = 'dismissed', decided_by = {} WHERE id = :in_hand_appeal"
OUTCOME = DECIDED.format("{}", "appeal_outcome", "handled_certificate")
THIS = "current_setting('test.decision')::uuid"
IN_PLACE = (
    DECIDED.format(":decider", "suspend", "handled_certificate")
    .replace("(id,", "(replaces_decision_id, id,", 1)
    .replace("SELECT gen_random_uuid()", "SELECT :free_decision, gen_random_uuid()", 1)
)
BACK = TOLD.format("withdraw", ":lodged_appeal", "lodged", "withdrawn")
TAKEN_BACK = "UPDATE appeal SET state = 'withdrawn' WHERE id = :lodged_appeal"

ABOUT_APPEALS = [
    Attack("an appeal, untold", TERM + APPEAL.format(*OWN, *NOBODY), "appeal_told", by=HOLDER),
    Attack("an appeal without its term", LODGED + APPEAL.format(*OWN, *NOBODY), "appeal_told", by=HOLDER),
    Attack("an appeal against what was decided about another",
           LODGED + TERM + APPEAL.format(":at_once", *OWN[1:], *NOBODY), "appeal_contested", by=HOLDER),
    Attack("an appeal against the outcome of an appeal",
           (LODGED + TERM + APPEAL.format(":appeal_decision", *OWN[1:], *NOBODY)).replace(":appealing", ":answered"),
           "appeal_contested", by="agency answered"),
    Attack("an appeal on paper by the agency itself",
           LODGED + TERM + APPEAL.format(":free_decision", "lodged", "true", ":appealing_person", *NOBODY),
           "appeal_lodged", by=HOLDER),
    Attack("an appeal in the name of another",
           LODGED + TERM + APPEAL.format(":free_decision", "lodged", "false", ":decider", *NOBODY), "appeal_lodged",
           by=HOLDER),
    Attack("an appeal in the name of a colleague",
           LODGED + TERM + APPEAL.format(":free_decision", "lodged", "false", ":appealing_colleague", *NOBODY),
           NO_RIGHT, "rows", by=HOLDER),
    Attack("an appeal that begins in hand",
           LODGED + TERM + APPEAL.format(*OWN, ":decider", "now()"), "appeal_lodged", by=HOLDER),
    Attack("an appeal that begins decided",
           LODGED + TERM + APPEAL.format(":free_decision", "refused", *OWN[2:], *NOBODY), "appeal_flow", by=HOLDER),
    Attack("taken up by the agency", TAKE + TAKEN.format(":decider", "", "lodged"), "appeal_own", "rows", by=HOLDER),
    Attack("taken up by who decided", TAKE + TAKEN.format(":contested_decider", "", "lodged"), "appeal_handler"),
    Attack("taken up by whom an interest ties", TAKE + TAKEN.format(":tied_to_appeal", "", "lodged"), "appeal_handler"),
    Attack("taken up, untold", TAKEN.format(":decider", "", "lodged"), "appeal_trace"),
    Attack("one that is late without a reason", LATE + TAKEN.format(":decider", "", "late"), "appeal_late"),
    Attack("one in time refused", REFUSE + REFUSED + "lodged_appeal", "appeal_late"),
    Attack("decided without a decision", DECIDE + DECIDED_NOW.format("decision_id"), "appeal_decided"),
    Attack("decided by who does not handle it",
           OUTCOME.format(":first_decider") + BASIS + DECIDE + DECIDED_NOW.format(THIS), "appeal_decided"),
    Attack("decided, untold", OUTCOME.format(":decider") + BASIS + DECIDED_NOW.format(THIS), "appeal_trace"),
    Attack("a decision that no appeal names", (OUTCOME.format(":decider") + BASIS)[:-2], "decision_appeal"),
    Attack("in place of a decision that no appeal asks to take anew", (IN_PLACE + BASIS)[:-2], "decision_in_place"),
    Attack("other minutes", TOLD.format("hear", ":in_hand_appeal", "in_hand", "in_hand")
           + "UPDATE appeal SET heard = 'y' WHERE id = :in_hand_appeal", "appeal_said"),
    Attack("other reasons for an appeal", "UPDATE appeal SET reasons = 'y'", NO_RIGHT, by=HOLDER),
    Attack("more time to appeal", "UPDATE appeal SET until = '2999-01-01'", NO_RIGHT),
    Attack("a decided appeal that changes", "UPDATE appeal SET version = 9 WHERE id = :decided_appeal",
           "appeal_frozen"),
    moved("appeal", "decided", "in_hand", "flow"),
    Attack("taken back by another agency", BACK + TAKEN_BACK, "none", "rows", by=STRANGER),
    Attack("the term to decide anew ended without a decision",
           "UPDATE deadline SET done_at = now() WHERE kind = 'appeal_follow_up'", "deadline_done"),
    *(Attack(f"an appeal read by {by}", "SELECT FROM appeal WHERE agency_id = :appealing", "none", "rows", by=by)
      for by in (STRANGER, "inspector")),
]  # fmt: skip

APPEALED_LAWFULLY = LODGED + TERM + APPEAL.format(*OWN, *NOBODY)
TAKEN_LAWFULLY = TAKE + TAKEN.format(":decider", "", "lodged")
ADMITTED_LAWFULLY = LATE + TAKEN.format(":decider", "x", "late")
TAKEN_BACK_LAWFULLY = BACK + TAKEN_BACK
DECIDED_LAWFULLY = OUTCOME.format(":decider") + BASIS + DECIDE + DECIDED_NOW.format(THIS)
