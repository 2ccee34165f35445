"""Share the questions of a draft among the people of an agency: who takes which on, and what they say about one.

It is the agency's own work, on which nothing rests: the trail holds none of it, and no staff read it.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from audits.applications import notices
from audits.applications.colleagues import comments_on, helpers_of, tasks_of
from audits.applications.models import Application, QuestionComment, QuestionTask
from audits.applications.rules import LONGEST_COMMENT, check_no_citizen_number
from audits.applications.services.course import check_code, load_draft
from audits.core import clock
from audits.core.access import Actor
from audits.core.errors import RuleError, missing
from audits.core.letters import check_length
from audits.core.notices import tell_person
from audits.core.typed import tidy
from audits.people.models import Person
from audits.schemes.queries import scheme_of_version


def give_questions(
    session: Session, actor: Actor, application_id: UUID, codes: Collection[str], *, person_id: UUID | None
) -> int:
    """Give questions to somebody of the agency who may answer them, or to nobody; return how many were not theirs yet.

    That person is told by mail, once, and not of what they give themselves. RuleError at `person`.
    """
    application = load_draft(session, actor, application_id)
    for code in codes:
        check_code(scheme_of_version(application.scheme_version), code)
    if person_id is not None and person_id not in {each.id for each in helpers_of(session, application.agency_id)}:
        raise RuleError("Choose a colleague who may fill in the application.", "person")
    kept, given = tasks_of(session, application_id), 0
    for code in codes:
        task = kept.get(code)
        if (task.person_id if task else None) == person_id:
            continue
        given += 1
        task = task or QuestionTask(
            application_id=application.id, requirement_code=code, scheme_version_id=application.scheme_version_id
        )
        task.person_id, task.given_by, task.given_at = person_id, actor.id, clock.now()
        session.add(task)
    session.flush()
    if given and person_id is not None and person_id != actor.id:
        _tell(session, actor, application, [person_id])
    return given


def comment_on(
    session: Session, actor: Actor, application_id: UUID, code: str, *, comment_id: UUID, text: str
) -> QuestionComment:
    """Say something about a question to colleagues; who has the question and who spoke before get a mail with a link.

    `comment_id` comes from the page: who sends it twice says it once. RuleError at `text`.
    """
    application = load_draft(session, actor, application_id)
    check_code(scheme_of_version(application.scheme_version), code)
    if said := session.get(QuestionComment, comment_id):
        if (said.written_by, said.application_id) != (actor.id, application.id):
            raise missing(QuestionComment)
        return said
    words = tidy(text)
    if not words:
        raise RuleError("Write your comment.", "text")
    check_length(words, LONGEST_COMMENT, "text")
    check_no_citizen_number(words, "text")
    task = tasks_of(session, application_id).get(code)
    wanted = {each.written_by for each in comments_on(session, application_id, code)}
    if task and task.person_id:
        wanted.add(task.person_id)
    comment = QuestionComment(
        id=comment_id,
        application_id=application.id,
        requirement_code=code,
        scheme_version_id=application.scheme_version_id,
        text=words,
        written_by=actor.id,
        written_at=clock.now(),
    )
    session.add(comment)
    session.flush()
    there = {each.id for each in helpers_of(session, application.agency_id)}
    _tell(session, actor, application, (wanted & there) - {actor.id})
    return comment


def _tell(session: Session, actor: Actor, application: Application, people: Collection[UUID]) -> None:
    """Queue a mail to colleagues that says who, and nothing of what."""
    who = session.get_one(Person, actor.id).name
    for person_id in sorted(people):
        notice = notices.QuestionsShared(reference=application.reference, who=who)
        tell_person(session, person_id, notice, subject_id=application.id)
