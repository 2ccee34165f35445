"""Sharing the questions of a draft: who may have one, who is told, what is said, and that no staff see it."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from audits.applications import services
from audits.applications.colleagues import codes_of, comments_on, shared_of
from audits.applications.models import QuestionComment
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from tests.kit.applying import submit
from tests.kit.factories import answer_all, make_agency, make_person
from tests.kit.queued import enqueued

CODES = ["GOV-01", "GOV-02"]


@pytest.fixture
def owner(signatory):
    return signatory


@pytest.fixture
def editor(session, owner):
    return make_person(session, Role.AGENCY_EDITOR, owner.agency, name="Ada Bos")


def give(session, person, draft, to, codes=CODES):
    return services.give_questions(session, person.actor, draft.id, codes, person_id=to and to.id)


def comment(session, person, draft, text="Where is it?", comment_id=None):
    said = {"comment_id": comment_id or uuid4(), "text": text}
    return services.comment_on(session, person.actor, draft.id, "GOV-01", **said)


def told(session):
    return [each["person_id"] for each in enqueued(session, "mail", "questions_shared")]


def test_questions_are_given_told_of_once_and_given_back(session, draft, owner, editor):
    assert give(session, owner, draft, editor) == 2
    assert give(session, owner, draft, editor) == 0
    assert shared_of(session, draft.id).names == dict.fromkeys(CODES, "Ada Bos")
    assert told(session) == [str(editor.id)]
    assert give(session, editor, draft, None, ["GOV-01"]) == 1
    assert give(session, editor, draft, editor, ["REC-01"]) == 1  # oneself: no mail
    assert codes_of(session, draft.id, editor.id) == {"GOV-02", "REC-01"}
    assert told(session) == [str(editor.id)]


def test_only_who_may_fill_in_the_application_of_this_agency_gets_one(session, draft, owner):
    signatory = make_person(session, Role.AGENCY_SIGNATORY, owner.agency)
    stranger = make_person(session, Role.AGENCY_OWNER, make_agency(session))
    for person in (signatory, stranger, make_person(session, Role.PLANNER)):
        with pytest.raises(RuleError) as refusal:
            give(session, owner, draft, person)
        assert refusal.value.field == "person"
    for person, refused in ((stranger, NotFoundError), (signatory, NotAllowedError)):
        with pytest.raises(refused):
            give(session, person, draft, None)
        with pytest.raises(refused):
            comment(session, person, draft)
    with pytest.raises(NotFoundError):
        give(session, owner, draft, None, ["GOV-99"])


def test_who_has_the_question_and_who_spoke_before_hear_of_a_comment(session, draft, owner, editor):
    third = make_person(session, Role.AGENCY_EDITOR, owner.agency)
    comment(session, third, draft)
    give(session, owner, draft, owner, ["GOV-01"])
    comment(session, editor, draft, "In the safe.")
    assert sorted(told(session)) == sorted([str(owner.id), str(third.id)])
    assert "safe" not in str(enqueued(session, "mail", "questions_shared"))
    assert [each.text for each in comments_on(session, draft.id, "GOV-01")] == ["Where is it?", "In the safe."]
    assert shared_of(session, draft.id).comments == {"GOV-01": 2}


def test_a_comment_sent_twenty_times_is_said_once(session, draft, owner, editor):
    comment_id = uuid4()
    for _ in range(20):
        comment(session, owner, draft, comment_id=comment_id)
    assert session.scalar(select(func.count()).select_from(QuestionComment)) == 1
    with pytest.raises(NotFoundError):
        comment(session, editor, draft, comment_id=comment_id)


@pytest.mark.parametrize("text", ["  ", "x" * 1001, "It is 123456782."])
def test_a_comment_that_is_none_too_long_or_names_a_number_is_refused(session, draft, owner, text):
    with pytest.raises(RuleError) as refusal:
        comment(session, owner, draft, text)
    assert refusal.value.field == "text"


def test_after_the_submission_nothing_is_shared_any_more(session, draft, owner):
    answer_all(session, draft, owner)
    submit(session, owner.actor, draft)
    for act in (comment, lambda *who: give(*who, None)):
        with pytest.raises(IllegalMoveError):
            act(session, owner, draft)
