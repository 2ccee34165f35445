"""Statements about notes of the office that must not pass, whoever sends them."""

from tests.kit.statement_parts import NO_RIGHT, Attack

WRITE = (
    "INSERT INTO staff_note (id, agency_id, text, written_by, written_at, withdrawn_at)"
    " VALUES (gen_random_uuid(), :{}, 'x', :{}, now(), {})"
)
BACK = "UPDATE staff_note SET withdrawn_at = {} WHERE id = :{}"
ABOUT_NOTES = [
    Attack("a note read by its agency", "SELECT FROM staff_note", "none", "rows", by="agency holder"),
    Attack("a note read by an inspector", "SELECT FROM staff_note", "none", "rows", by="inspector"),
    Attack("a note about an agency with an interest", "SELECT FROM staff_note WHERE agency_id = :other", "none", "rows",
           by="planner"),
    Attack("a note by an agency", WRITE.format("holder", "holder_person", "NULL"), "staff_note_written",
           by="agency holder"),
    Attack("a note in the name of another", WRITE.format("holder", "decider", "NULL"), NO_RIGHT, "rows", by="planner"),
    Attack("a note by who has an interest", WRITE.format("other", "planner", "NULL"), NO_RIGHT, "rows", by="planner"),
    Attack("a note taken back when written", WRITE.format("holder", "planner", "now()"), "staff_note_written",
           by="planner"),
    Attack("the note of another taken back", BACK.format("now()", "note"), "none", "rows", by="decider"),
    Attack("a note shown again", BACK.format("NULL", "note_taken_back"), "staff_note_frozen", by="planner"),
    Attack("a note in other words", "UPDATE staff_note SET text = 'y' WHERE id = :note", NO_RIGHT, by="planner"),
    Attack("a note deleted", "DELETE FROM staff_note WHERE id = :note", NO_RIGHT, "rows", by="planner"),
]  # fmt: skip
