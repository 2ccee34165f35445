"""Typed questions on the pages of a self-assessment: asked, hidden, checked, read back, and sealed as they stand."""

import json

import pytest
from sqlalchemy import select

from audits.applications import queries, services
from audits.applications.models import Answer, Submission
from audits.applications.rules import Typed
from audits.core.access import Role
from audits.schemes.queries import scheme_of_version
from certificates.documents.models import Document
from portal.work import handlers
from tests.kit.applying import submit
from tests.kit.browser import Browser
from tests.kit.factories import answer_all, give_password, make_agency, make_application, make_person, make_scheme
from tests.kit.typed_questions import norm


@pytest.fixture
def version(session):
    return make_scheme(session, norm())


@pytest.fixture
def person(session):
    roles = [Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY]
    person = give_password(session, make_person(session, roles, make_agency(session), name="Noor de Wit"))
    session.commit()
    return person


@pytest.fixture
def draft(session, person, version):
    application = make_application(session, agency=person.agency, signatory=person, version=version)
    session.commit()
    return application


@pytest.fixture
def owner(app, session, person):
    browser = Browser(app).sign_in(session, person)
    session.commit()
    return browser


def question(draft, code="HOU-01"):
    return f"/agency/applications/{draft.id}/questions/{code}"


def stored(session, draft, code="HOU-01"):
    session.expire_all()
    return session.get(Answer, (draft.id, code)).details


PLACES = "Ede; 4; 1-1-2020\nUrk; 8"


def test_typed_answers_are_kept_as_values_and_shown_again(owner, session, draft):
    owner.open(question(draft))
    typed = {"detail_beds": "12", "detail_places": PLACES}
    owner.submit(value="conform", **typed, button="Save and continue")
    assert stored(session, draft) == {
        "beds": "12",
        "places": [{"town": "Ede", "sleeps": "4", "since": "2020-01-01"}, {"town": "Urk", "sleeps": "8"}],
    }
    page = owner.open(question(draft))
    assert page.value("detail_beds") == "12"
    assert page.value("detail_places") == "Ede; 4; 2020-01-01\nUrk; 8;"
    owner.submit(button="Save and continue")
    assert stored(session, draft)["places"][1] == {"town": "Urk", "sleeps": "8"}


def test_what_is_no_answer_is_named_and_nothing_typed_is_lost(owner, session, draft):
    owner.open(question(draft))
    page = owner.submit(
        status=422, value="conform", detail_beds="a few", detail_places="Ede; many", button="Save and continue"
    )
    assert page.errors == ["Enter a whole number, like 12.", "Row 1, Beds: Enter a whole number, like 12."]
    assert (page.value("detail_beds"), page.value("detail_places")) == ("a few", "Ede; many")


def test_a_required_one_keeps_the_answer_from_being_whole(owner, session, draft):
    owner.open(question(draft))
    page = owner.submit(status=422, value="conform", button="Save and continue")
    assert page.errors == ["Answer this question too."]
    assert "HOU-01" not in queries.answered_codes(session, draft)
    owner.submit(value="conform", detail_beds="3", button="Save and continue")
    session.expire_all()
    assert "HOU-01" in queries.answered_codes(session, draft)


def test_a_question_comes_and_goes_with_an_earlier_answer_and_its_own_is_kept(owner, session, draft):
    owner.open(question(draft))
    assert not owner.page.soup.select("[name=detail_rent]")
    owner.submit(value="conform", detail_beds="11", button="Save and continue")
    page = owner.open(question(draft))
    assert page.soup.select("[name=detail_rent]")
    owner.submit(detail_rent="€ 120,50", button="Save and continue")
    assert stored(session, draft)["rent"] == "120.5"
    owner.open(question(draft))
    owner.submit(detail_beds="9", button="Save and continue")
    assert stored(session, draft) == {"beds": "9", "rent": "120.5"}
    assert not owner.open(question(draft)).soup.select("[name=detail_rent]")
    page = owner.open(f"/agency/applications/{draft.id}/answers")
    assert "Kept, but not asked any more and not sent: 1 answers." in page.text


def test_what_does_not_agree_is_explained_or_mended_before_it_is_sent(owner, session, draft, person):
    answer_all(session, draft, person)
    session.commit()
    owner.open(question(draft))
    owner.submit(detail_beds="12", detail_places="Ede; 4", button="Save and continue")
    page = owner.open(f"/agency/applications/{draft.id}/answers")
    assert "Explain this: The beds do not add up." in page.text
    with pytest.raises(Exception, match="do not agree with each other: HOU-01"), session.begin_nested():
        submit(session, person.actor, draft)
    owner.open(question(draft))
    owner.submit(explanation="Two beds are being repaired.", button="Save and continue")
    owner.open(question(draft))
    owner.submit(detail_places="A; 1\nB; 1\nC; 1\nD; 9", button="Save and continue")
    assert "Mend this: Too many places." in owner.open(question(draft)).text
    with pytest.raises(Exception, match="do not agree"), session.begin_nested():
        submit(session, person.actor, draft)
    owner.open(question(draft))
    owner.submit(detail_places="A; 1\nB; 11", button="Save and continue")
    assert "Mend this" not in owner.open(question(draft)).text
    session.expire_all()
    submit(session, person.actor, draft)


def test_page_check_answers_receipt_and_file_say_the_same(app, owner, session, draft, person):
    answer_all(session, draft, person)
    session.commit()
    owner.open(question(draft))
    owner.submit(detail_beds="9", detail_places="Ede; 9; 27 maart 2020", button="Save and continue")
    owner.open(question(draft, "GOV-01"))
    owner.submit(detail_abroad="yes", button="Save and continue")
    owner.open(question(draft, "GOV-01"))
    owner.submit(detail_ways=["self"], button="Save and continue")
    page = owner.open(f"/agency/applications/{draft.id}/answers")
    on_page = [dd.get_text() for dd in page.soup.select(".kw-details dd")]
    assert on_page == ["Yes", "Ourselves", "9 beds", "Ede · 9 · 27 March 2020"]
    session.expire_all()
    submit(session, person.actor, draft)
    session.commit()
    kept = session.scalars(select(Submission)).one()
    sealed = {each["code"]: each for each in json.loads(kept.content)["answers"]}
    details = sealed["GOV-01"]["details"] + sealed["HOU-01"]["details"]
    assert [each["words"]["en"] for each in details] == on_page
    assert sealed["HOU-01"]["details"][0]["value"] == "9"
    with app.app_context():
        handlers.submission_receipt(session, {"submission_id": str(kept.id)})
    facts = session.scalars(select(Document.snapshot)).one()
    printed = [
        detail["words"] for chapter in facts["chapters"] for each in chapter["answers"] for detail in each["details"]
    ]
    language = facts["language"]
    assert printed == [each["words"][language] for each in details]


def test_two_people_on_one_typed_question_see_each_other(app, owner, session, draft, person):
    other = Browser(app).sign_in(session, make_person(session, Role.AGENCY_EDITOR, person.agency))
    session.commit()
    owner.open(question(draft))
    other.open(question(draft))
    other.submit(value="conform", detail_beds="5", button="Save and continue")
    page = owner.submit(status=409, value="conform", detail_beds="7", button="Save and continue")
    assert "5 beds" in page.soup.select_one(".kw-conflict").get_text()
    assert page.value("detail_beds") == "7"
    owner.submit(button="Save and continue")
    assert stored(session, draft)["beds"] == "7"


def test_saving_while_typing_tells_what_is_asked_now(owner, session, draft):
    page = owner.open(question(draft))
    token = page.value("csrf_token")
    save = page.soup.select_one("[data-kw-answer]")["data-save"]
    shown = page.value("shown")
    said = {
        "csrf_token": token,
        "value": "conform",
        "detail_beds": "12",
        "version": "0",
        "shown": shown,
        "details": "1",
    }
    answer = json.loads(owner.client.post(save, data=said).data)
    assert 'name="detail_rent"' in answer["details"]
    said |= {"version": answer["version"], "shown": answer["shown"], "detail_places": "Ede; 4"}
    answer = json.loads(owner.client.post(save, data=said | {"detail_rent": "3"}).data)
    assert "The beds do not add up." in answer["checks"]


def test_a_citizen_number_is_refused_in_a_typed_answer_too(session, draft, person):
    said = Typed(
        "conform", details={"beds": "1", "places": [{"town": "111222333", "sleeps": "1"}]}, asked=frozenset({"beds"})
    )
    _kept, refused = services.save_answers(session, person.actor, draft.id, {"HOU-01": said})
    assert "citizen service number" in str(refused["HOU-01"])


def test_nobody_stores_what_the_question_cannot_have(session, draft, person):
    for details in ({"beds": "many"}, {"nobody": "1"}, {"beds": 3}, {"rent": "1e3"}):
        said = Typed("conform", details=details)
        _kept, refused = services.save_answers(session, person.actor, draft.id, {"HOU-01": said})
        assert "HOU-01" in refused


def test_a_requirement_with_a_condition_is_asked_while_it_holds(session, app):
    version = make_scheme(session, norm(GOV_02={"shown_if": "abroad"}).replace("version: '1.1'", "version: '1.2'"))
    person = make_person(session, [Role.AGENCY_OWNER], make_agency(session))
    draft = make_application(session, agency=person.agency, signatory=person, version=version)

    def asked():
        session.expire_all()
        return {item.code for item in queries.self_assessment_of(session, draft).requirements}

    whole = {item.code for item in scheme_of_version(version).requirements}
    assert "GOV-02" not in asked()
    yes = Typed("conform", details={"abroad": True}, asked=frozenset({"abroad"}))
    services.save_answers(session, person.actor, draft.id, {"GOV-01": yes})
    assert "GOV-02" in asked()
    services.save_answer(session, person.actor, draft.id, "GOV-02", value="nonconform", explanation="So it is.")
    no = Typed("conform", details={"abroad": False}, asked=frozenset({"abroad"}))
    services.save_answers(session, person.actor, draft.id, {"GOV-01": no})
    assert "GOV-02" not in asked()
    assert len(whole) > len(asked())
    assert queries.answers_of(session, draft.id)["GOV-02"].explanation == "So it is."
