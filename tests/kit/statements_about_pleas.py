"""Statements that must not pass about files that agencies ask us to take."""

from tests.kit.statement_parts import NO_RIGHT, Attack, traced

SPARE = "'00000000-0000-4000-8000-0000000000ad'"
ASK = (
    "INSERT INTO file_plea (id, agency_id, sha256, filename, kinds, reason, asked_by, asked_at)"
    f" VALUES ({SPARE}, :{{}}, 'x', 'x.csv', '[]', 'x', :{{}}, now())"
)
BESIDE = (  # for a file beside a verdict, which the agency never reads
    "INSERT INTO file_plea (id, agency_id, audit_id, sha256, filename, kinds, reason, asked_by, asked_at)"
    f" VALUES ({SPARE}, :in_progress_audited, :in_progress_audit, 'x', 'x.csv', '[]', 'x', :{{}}, now())"
)
ANSWER = "UPDATE file_plea SET granted = true, answered_by = :{}, answered_at = now() WHERE id = :{}_plea"
ASKED = traced(SPARE, ASK.format("shared", "shared_person"))
ASKED_BESIDE = traced(SPARE, BESIDE.format("in_progress_inspector"))
ANSWERED = traced(":open_plea", ANSWER.format("planner", "open"))
TRACED, LAWFUL = "file_plea_trace", "file_plea_lawful"

ABOUT_PLEAS = [
    *(Attack(f"a plea read by {by}", "SELECT FROM file_plea WHERE id = :open_plea", "none", "rows", by=by)
      for by in ("agency mine", "decider", "inspector", "planner of tied_to_plea")),
    Attack("a plea that leaves no trace", ASK.format("shared", "shared_person"), TRACED, by="agency shared"),
    Attack("a plea for another agency", ASK.format("mine", "shared_person"), NO_RIGHT, TRACED, by="agency shared"),
    Attack("a plea in the name of a colleague", ASK.format("shared", "shared_colleague"), NO_RIGHT, TRACED,
           by="agency shared"),
    Attack("a plea that is answered at once", ASK.format("shared", "shared_person").replace(
        "asked_at)", "asked_at, granted, answered_by, answered_at)").replace("now())", "now(), true, :planner, now())"),
        LAWFUL, by="agency shared"),
    Attack("a plea answered by the agency", ANSWER.format("shared_person", "open"), "none", LAWFUL,
           by="agency shared"),
    Attack("a plea answered by who has an interest", ANSWER.format("tied_to_plea", "open"), "none", TRACED,
           by="planner of tied_to_plea"),
    Attack("a plea answered in the name of another", ANSWER.format("decider", "open"), NO_RIGHT, TRACED, by="planner"),
    Attack("a plea answered without a trace", ANSWER.format("planner", "open"), TRACED, by="planner"),
    Attack("a plea answered twice", ANSWER.format("planner", "answered"), LAWFUL, by="planner"),
    Attack("a plea beside a verdict by who does not audit it", BESIDE.format("inspector"), NO_RIGHT, TRACED,
           by="inspector"),
    Attack("a plea beside a verdict that the agency reads", "SELECT FROM file_plea WHERE id = :beside_plea", "none",
           "rows", by="agency in_progress_audited"),
    Attack("another reason afterwards", "UPDATE file_plea SET reason = 'y'", NO_RIGHT, by="agency shared"),
    Attack("a plea removed", "DELETE FROM file_plea", NO_RIGHT, by="planner"),
]  # fmt: skip
