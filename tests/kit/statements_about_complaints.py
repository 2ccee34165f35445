"""Statements that must not pass about complaints about us, and about who handles complaints and signals."""

from tests.kit.statement_parts import NO_RIGHT, Attack

KEEP = "SELECT keep_complaint(gen_random_uuid(), '{}', 'nl', '{}', '', now())"
TOLD = (
    "INSERT INTO event (happened_at, name, subject_id, actor_id, data) VALUES (now(), 'complaint.{}', :{},"
    " gen_random_uuid(), '{{}}'); "
)
HANDLED = "INSERT INTO handling (subject_id, told, agency_id, handler_id, taken_at) VALUES ({}, '{}', {}, {}, now())"
ANSWERED = "UPDATE handling SET verdict = 'founded', answer = 'y', answered_at = now() WHERE subject_id = :{}"
TAKEN = TOLD.format("take", "free_complaint") + HANDLED.format(":free_complaint", "complaint", "NULL", "WHO")

ABOUT_COMPLAINTS = [
    Attack("a complaint by hand", "INSERT INTO complaint SELECT * FROM complaint", NO_RIGHT),
    Attack("a complaint in other words", "UPDATE complaint SET message = 'y'", NO_RIGHT),
    Attack("a complaint dropped", "DELETE FROM complaint", NO_RIGHT),
    Attack("a complaint about what nobody knows", KEEP.format("x", "x"), "ck_complaint_about",
           register="ck_complaint_about"),
    Attack("a complaint that says nothing", KEEP.format("delay", ""), "ck_complaint_message",
           register="ck_complaint_message"),
    Attack("a complaint kept", KEEP.format("delay", "x"), "rows", register="rows", by="nobody"),
    *(Attack(f"complaints read by {by}", "SELECT FROM complaint", "none", "rows", by=by)
      for by in ("agency mine", "inspector", "administrator", "nobody")),
    *(Attack(f"who handles a signal read by {by}", "SELECT FROM handling WHERE told = 'signal'", "none", "rows", by=by)
      for by in ("agency concluded_audited", "decider", "inspector")),
    Attack("handled, untold", HANDLED.format(":free_complaint", "complaint", "NULL", ":decider"), "handling_trace"),
    Attack("handled without a complaint", TOLD.format("take", "decider")
           + HANDLED.format(":decider", "complaint", "NULL", ":decider"), "handling_subject"),
    Attack("handled in the name of another", TAKEN.replace("WHO", ":reviewer"), NO_RIGHT, "rows"),
    Attack("handled by somebody of an agency", TAKEN.replace("WHO", ":mine_owner"), "handling_untied"),
    Attack("a signal handled by whom an interest ties", TOLD.format("take", "other_signal")
           + HANDLED.format(":other_signal", "signal", ":other", ":planner"), "handling_untied", by="planner"),
    Attack("answered, untold", ANSWERED.format("handled_complaint"), "handling_trace"),
    Attack("answered by another", TOLD.format("answer", "handled_complaint") + ANSWERED.format("handled_complaint"),
           NO_RIGHT, "rows", by="reviewer"),
    Attack("answered twice", TOLD.format("answer", "answered_complaint") + ANSWERED.format("answered_complaint"),
           "handling_frozen"),
    *(Attack(f"{name} by a person", f"SELECT {name}(now())", NO_RIGHT, "rows", by=by)
      for name in ("forget_words", "forget_told", "forget_addresses") for by in ("administrator", "planner")),
    *(Attack(f"{table} read by an agency", f"SELECT FROM {table}", "none", "rows", by="agency mine")
      for table in ("forgotten", "case_log_leaves", "sent_message")),
    Attack("the address of another's calendar", "SELECT FROM calendar_feed", "none", "rows", by="planner"),
    Attack("a calendar of another ended", "DELETE FROM calendar_feed", "none", "rows", by="planner"),
    Attack("a calendar made for another", "INSERT INTO calendar_feed VALUES ('x', :decider, true, now())", NO_RIGHT,
           "rows", by="planner"),
    Attack("a message of another seen", "UPDATE sent_message SET read_at = now()", "none", "rows", by="planner"),
    Attack("counts of what was forgotten made up", "INSERT INTO forgotten VALUES (current_date, 'x', 1)",
           NO_RIGHT, "rows"),
]  # fmt: skip

TAKEN_UP_LAWFULLY = TAKEN.replace("WHO", ":decider")
ANSWERED_LAWFULLY = TOLD.format("answer", "handled_complaint") + ANSWERED.format("handled_complaint")
