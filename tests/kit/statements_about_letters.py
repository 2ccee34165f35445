"""Statements about letters that must not pass, whoever sends them."""

from tests.kit.statement_parts import NO_RIGHT, Attack

TOLD = (
    "INSERT INTO event (format, happened_at, name, subject_id, actor_kind, actor_id, data)"
    " VALUES (2, now(), 'letter.post', :letter, 'person', :{}, '{{}}'); "
)
POST = "UPDATE letter SET by_post = true, posted_on = {}, posted_by = :planner, noted_at = now() WHERE id = :{}"
ABOUT_LETTERS = [
    Attack("posted without its event", POST.format("current_date + 1", "letter"), "letter_trace", by="planner"),
    Attack("posted as told by another", TOLD.format("decider") + POST.format("current_date + 1", "letter"),
           "letter_trace", by="planner"),
    Attack("posted before it was written", POST.format("'2020-01-01'", "letter"), "ck_letter_posted_after",
           by="planner"),
    Attack("posted another day", POST.format("current_date + 1", "posted_letter"), "letter_frozen", by="planner"),
    Attack("no longer by post", "UPDATE letter SET posted_on = NULL, posted_by = NULL, noted_at = NULL"
           " WHERE id = :posted_letter", "letter_frozen", by="planner"),
    Attack("posted by who does not plan", POST.format("current_date", "letter"), "none", "letter_trace", by="reviewer"),
    Attack("posted by the agency itself", POST.format("current_date", "letter"), "none", "letter_trace",
           by="agency holder"),
    Attack("another number of a letter", "UPDATE letter SET number = 'x'", NO_RIGHT, by="planner"),
    Attack("a letter deleted", "DELETE FROM letter", NO_RIGHT, by="planner"),
    Attack("a letter made up", "INSERT INTO letter (id, number, agency_id, kind, moment, written_on, only_post,"
           " by_post) VALUES (gen_random_uuid(), 'x', :holder, 'renewal', 'begin', now(), false, false)", NO_RIGHT,
           "rows", by="planner"),
]  # fmt: skip
