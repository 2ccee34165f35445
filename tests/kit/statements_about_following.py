"""Statements that must not pass about who follows which agencies."""

from tests.kit.statement_parts import NO_RIGHT, Attack

KEEP = "SELECT keep_follow(gen_random_uuid(), '{}', '{}', false, '{{}}', now(), gen_random_uuid(), 3)"
ABOUT_FOLLOWING = [
    *(Attack(f"who follows read by {by}", f"SELECT FROM {table}", "none", "rows", by=by)
      for by in ("decider", "administrator", "agency other", "nobody")
      for table in ("follow", "followed", "webhook", "webhook_call")),
    Attack("a list by hand", "INSERT INTO follow SELECT * FROM follow", NO_RIGHT),
    Attack("an agency put in a list", "INSERT INTO followed SELECT * FROM followed", NO_RIGHT),
    Attack("an agency taken out of a list", "DELETE FROM followed", NO_RIGHT),
    Attack("messages led elsewhere", "UPDATE follow SET address = 'x@y.example'", NO_RIGHT),
    Attack("a list confirmed by hand", "UPDATE follow SET confirmed_at = now()", NO_RIGHT),
    Attack("a list without an address", KEEP.format("x", "nl"), "ck_follow_address", register="ck_follow_address"),
    Attack("a list in a language that is not ours", KEEP.format("x@y.example", "pl"), "ck_follow_language",
           register="ck_follow_language"),
    Attack("a list kept", KEEP.format("x@y.example", "nl"), "rows", register="rows", by="nobody"),
    Attack("a list read by its id", "SELECT FROM follow_state(:followed)", "rows", register="rows", by="nobody"),
    Attack("lists read without an id", "SELECT FROM follow_state(NULL)", "none", register="none", by="nobody"),
    Attack("calls led elsewhere", "UPDATE webhook SET url = 'https://x.example'", NO_RIGHT),
    Attack("a webhook by hand", "INSERT INTO webhook SELECT * FROM webhook", NO_RIGHT),
    Attack("another's call sent again", "WITH c AS (SELECT replay_call(gen_random_uuid(), gen_random_uuid(), now()))"
           " SELECT FROM webhook_calls(gen_random_uuid(), 9), c", "none", register="none", by="nobody"),
]  # fmt: skip
