"""Statements that must not pass about remarks of the office on questions of a submission."""

from tests.kit.statement_parts import NO_RIGHT, Attack, told, traced

TRACED, FROZEN = "question_remark_trace", "question_remark_frozen"
SPARE = "'00000000-0000-4000-8000-0000000000ac'"
REMARK = (
    "INSERT INTO question_remark (id, submission_id, application_id, scheme_version_id, requirement_code, text,"
    f" written_by, written_at) SELECT {SPARE}, :{{0}}_submission, id, scheme_version_id, 'GOV-02', 'x', :{{1}}, now()"
    " FROM application WHERE id = :{0}_application"
)
REPLY = "UPDATE question_remark SET reply = 'y', replied_by = :{1}, replied_at = now() WHERE id = :{0}_remark"
CHANGE = "UPDATE question_remark SET text = 'y' WHERE id = :{}_remark"
REMARKED = traced(SPARE, REMARK.format("remarked", "planner"))
REPLIED = traced(":sent_back_remark", REPLY.format("sent_back", "sent_back_person"))
AGAIN = told(":sent_back_application", "draft", "submitted") + (
    "UPDATE application SET state = 'submitted', submitted_at = now() WHERE id = :sent_back_application"
)

ABOUT_REMARKS = [
    *(Attack(f"a remark read by {by}", f"SELECT FROM question_remark WHERE id = :{which}_remark", "none", "rows", by=by)
      for by, which in (("agency remarked", "remarked"), ("agency mine", "sent_back"), ("inspector", "sent_back"))),
    Attack("a remark that leaves no trace", REMARK.format("remarked", "planner"), TRACED, by="planner"),
    *(Attack(f"a remark by a {who}", REMARK.format("remarked", who), NO_RIGHT, TRACED, by=who)
      for who in ("reviewer", "decider")),
    Attack("a remark by the agency", REMARK.format("remarked", "remarked_person"), NO_RIGHT, TRACED,
           by="agency remarked"),
    Attack("a remark by who has an interest", REMARK.format("remarked", "tied_to_remark"), NO_RIGHT, TRACED,
           by="planner of tied_to_remark"),
    Attack("a remark in the name of another", REMARK.format("remarked", "decider"), NO_RIGHT, TRACED, by="planner"),
    Attack("a remark on what is with the agency", REMARK.format("sent_back", "planner"), FROZEN, by="planner"),
    Attack("a remark on what was submitted before", REMARK.format("sent_again", "planner"), FROZEN, by="planner"),
    Attack("a remark changed without a trace", CHANGE.format("remarked"), TRACED, by="planner"),
    Attack("a remark changed by who has an interest", CHANGE.format("remarked"), "none", TRACED,
           by="planner of tied_to_remark"),
    Attack("a remark changed once it was sent", CHANGE.format("sent_back"), FROZEN, by="planner"),
    Attack("a remark sent while nothing goes back", "UPDATE question_remark SET sent_at = now()"
           " WHERE id = :remarked_remark", FROZEN, by="planner"),
    Attack("a remark sent with a move that leaves no trace", "UPDATE application SET state = 'draft'"
           " WHERE id = :remarked_application; UPDATE question_remark SET sent_at = now() WHERE id = :remarked_remark",
           "application_trace", by="planner"),
    Attack("a reply by the office", REPLY.format("sent_back", "planner"), FROZEN, by="planner"),
    Attack("a reply that leaves no trace", REPLY.format("sent_back", "sent_back_person"), TRACED,
           by="agency sent_back"),
    Attack("a reply by another agency", REPLY.format("sent_back", "sent_back_person"), "none", TRACED,
           by="agency mine"),
    Attack("a reply after the application was sent again", REPLY.format("sent_again", "sent_again_person"), FROZEN,
           by="agency sent_again"),
    Attack("an application sent again with an open remark", AGAIN, "application_frozen", by="agency sent_back"),
    Attack("a remark moved to another question", "UPDATE question_remark SET requirement_code = 'GOV-02'", NO_RIGHT,
           by="planner"),
    Attack("a remark removed", "DELETE FROM question_remark WHERE id = :remarked_remark", NO_RIGHT, by="planner"),
    Attack("the term of an application that came back ended by hand", "UPDATE deadline SET done_at = now()"
           " WHERE kind = 'returned' AND subject_id = :sent_back_application", "deadline_done", by="agency sent_back"),
]  # fmt: skip
