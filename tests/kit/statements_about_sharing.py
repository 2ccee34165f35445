"""Statements that must not pass about what the people of an agency share among themselves."""

from tests.kit.statement_parts import NO_RIGHT, Attack

GIVE = (
    "INSERT INTO question_task (application_id, requirement_code, scheme_version_id, person_id, given_by, given_at)"
    " SELECT id, 'GOV-02', scheme_version_id, :{0}, coalesce({2}, :{0}), now() FROM application WHERE id = :{1}"
)
SAY = (
    "INSERT INTO question_comment (id, application_id, requirement_code, scheme_version_id, text, written_by,"
    " written_at) SELECT gen_random_uuid(), id, 'GOV-02', scheme_version_id, 'x', {0}, now() FROM application"
    " WHERE id = :{1}"
)
TAKE = "UPDATE question_task SET person_id = NULL WHERE application_id = :shared_application"
GIVEN = GIVE.format("shared_person", "shared_application", "NULL")
PASSED_ON = TAKE.replace("NULL", "NULL, given_by = :lent_person")  # by a colleague of who gave it
SAID = SAY.format(":shared_person", "shared_application")

ABOUT_SHARING = [
    *(Attack(f"{table} read by {by}", f"SELECT FROM {table} WHERE application_id = :shared_application", "none",
             "rows", by=by)
      for table in ("question_task", "question_comment") for by in ("agency mine", "planner", "inspector")),
    Attack("a question given by the office", GIVEN, "none", "rows", by="planner"),
    Attack("a question given in the name of a colleague", GIVE.format("shared_person", "shared_application",
           ":shared_colleague"), NO_RIGHT, "rows", by="agency shared"),
    Attack("a question given to somebody else's people", GIVE.format("sent_back_person", "shared_application",
           ":shared_person"), "question_task_lawful", by="agency shared"),
    Attack("a question given after the submission", GIVE.format("sent_again_person", "sent_again_application", "NULL"),
           "question_task_frozen", by="agency sent_again"),
    Attack("a question taken away by another agency", TAKE, "none", "rows", by="agency mine"),
    Attack("a comment of the office", SAY.format(":planner", "shared_application"), "none", "rows", by="planner"),
    Attack("a comment in the name of a colleague", SAY.format(":shared_colleague", "shared_application"), NO_RIGHT,
           "rows", by="agency shared"),
    Attack("a comment after the submission", SAY.format(":sent_again_person", "sent_again_application"),
           "question_comment_frozen", by="agency sent_again"),
    *(Attack(f"a comment: {verb}", verb, NO_RIGHT, by="agency shared")
      for verb in ("UPDATE question_comment SET text = 'y'", "DELETE FROM question_comment")),
]  # fmt: skip
