"""A renewal starts from the last cycle: answers and files are offered, and nothing is stored before it was seen."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from audits.applications import services
from audits.applications.models import Answer, Evidence
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.errors import NotFoundError
from tests.kit.agency_pages import questions
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.applications import make_application

CODE = "GOV-01"


def kept(session, application, person, name="handbook.pdf", digest="ab"):
    file = {"filename": name, "media_type": "application/pdf", "size": 9, "sha256": digest * 32}
    about = {"application_id": application.id, "scheme_version_id": application.scheme_version_id}
    row = Evidence(id=uuid4(), requirement_code=CODE, uploaded_by=person.id, uploaded_at=clock.now(), **file, **about)
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def earlier(session, person):
    """The application of the last cycle, with an explanation and two files on one question."""
    application = make_application(session, agency=person.agency, signatory=person, state=ApplicationState.CONCLUDED)
    session.get_one(Answer, (application.id, CODE)).explanation = "See our handbook."
    files = [kept(session, application, person), kept(session, application, person, "old.pdf", "cd")]
    session.commit()
    return application, files


@pytest.fixture
def renewal(session, person, earlier):
    application = make_application(session, agency=person.agency, signatory=person, answers=False)
    session.commit()
    return application


def answered(session, application):
    return session.scalars(select(Answer.requirement_code).where(Answer.application_id == application.id)).all()


def files_of(session, application):
    return session.scalars(select(Evidence.filename).where(Evidence.application_id == application.id)).all()


def test_the_last_answer_is_offered_and_stored_only_when_somebody_saves_it(owner, session, renewal):
    page = owner.open(f"{questions(renewal)}/{CODE}")
    assert "It is not stored yet." in page.text
    assert page.value("explanation") == "See our handbook."
    assert answered(session, renewal) == []
    assert "0 of" in owner.open(f"/agency/applications/{renewal.id}").text
    owner.open(f"{questions(renewal)}/{CODE}")
    owner.submit(explanation="See our new handbook.")
    assert answered(session, renewal) == [CODE]
    assert session.get_one(Answer, (renewal.id, CODE)).explanation == "See our new handbook."
    page = owner.open(f"{questions(renewal)}/{CODE}")
    assert "It is not stored yet." not in page.text


def test_files_of_last_time_are_used_again_if_they_stay_ticked(owner, session, earlier, renewal):
    handbook, old = earlier[1]
    page = owner.open(f"{questions(renewal)}/{CODE}")
    assert [box["value"] for box in page.soup.select("[name=again][checked]")] == [str(handbook.id), str(old.id)]
    owner.submit(again=[str(handbook.id)])
    assert files_of(session, renewal) == ["handbook.pdf"]
    assert sorted(files_of(session, earlier[0])) == ["handbook.pdf", "old.pdf"]  # what was said stays


def test_without_ticks_no_file_is_taken_over(owner, session, renewal):
    owner.open(f"{questions(renewal)}/{CODE}")
    owner.submit(again=[])
    assert (answered(session, renewal), files_of(session, renewal)) == ([CODE], [])


def test_a_first_application_has_nothing_to_offer(owner, draft):
    page = owner.open(f"{questions(draft)}/{CODE}")
    assert "It is not stored yet." not in page.text
    assert page.soup.select("[name=again]") == []


def test_only_own_files_of_that_question_can_be_taken_over(session, person, earlier, renewal):
    stranger = make_application(session, agency=make_agency(session), state=ApplicationState.CONCLUDED)
    theirs = kept(session, stranger, person)
    for code, file in ((CODE, theirs), ("PAY-05", earlier[1][0])):
        with pytest.raises(NotFoundError):
            services.take_over_files(session, person.actor, renewal.id, code, [file.id])


def test_the_declaration_shows_the_scope_that_is_applied_for(owner, renewal):
    assert "The scope that you apply for" in owner.open(f"/agency/applications/{renewal.id}/declaration").text
