"""Statements that must not pass about what an agency and the office write to each other."""

from tests.kit.statement_parts import NO_RIGHT, Attack, traced

AUDITED, TRACED = "agency in_progress_audited", "case_message_trace"
SPARE = "'00000000-0000-4000-8000-0000000000ab'"
WRITE = (
    f"INSERT INTO case_message (id, application_id, agency_id, from_agency, author_id, text, sent_at)"
    f" SELECT {SPARE}, id, agency_id, {{}}, :{{}}, 'x', now() FROM application WHERE id = :{{}}"
)
OURS = WRITE.format("true", "in_progress_audited_person", "in_progress_case")
WRITTEN, WRITTEN_BACK = traced(SPARE, OURS), traced(SPARE, WRITE.format("false", "planner", "in_progress_case"))

ABOUT_MESSAGES = [
    *(Attack(f"a message read by {by}", "SELECT FROM case_message WHERE application_id = :in_progress_case", "none",
             "rows", by=by) for by in ("agency mine", "inspector of in_progress_inspector")),
    Attack("a message that leaves no trace", OURS, "case_message_trace", by=AUDITED),
    Attack("a message before the case was handed in", WRITE.format("true", "nobody", "mine_draft").replace(
        ":nobody", "nullif(current_setting('kw.person', true), '')::uuid"), "case_message_lawful",
        by="agency mine"),
    Attack("a message in the name of a colleague", WRITE.format("true", "decider", "in_progress_case"), NO_RIGHT,
           TRACED, by=AUDITED),
    Attack("a message of the office by an agency", WRITE.format("false", "in_progress_audited_person",
           "in_progress_case"), NO_RIGHT, TRACED, by=AUDITED),
    Attack("a message of an agency by the office", WRITE.format("true", "planner", "in_progress_case"), NO_RIGHT,
           TRACED, by="planner"),
    *(Attack(f"a message by a {who}", WRITE.format("false", who, "in_progress_case"), NO_RIGHT, TRACED, by=who)
      for who in ("reviewer", "decider")),
    Attack("a message to an agency of interest", WRITE.format("false", "tied_planner", "in_progress_case"), NO_RIGHT,
           TRACED, by="planner of tied_planner"),
    *(Attack(f"a message: {verb}", verb, NO_RIGHT, by="planner")
      for verb in ("UPDATE case_message SET text = 'x'", "DELETE FROM case_message")),
]  # fmt: skip
