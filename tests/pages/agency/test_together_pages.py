"""Pages on which colleagues share questions: a question and a chapter given away, comments, and what stands where."""

import pytest

from audits.core.access import Role
from audits.schemes.queries import scheme_of_version
from tests.kit.browser import Browser
from tests.kit.factories import make_agency, make_application, make_person, make_scheme


@pytest.fixture
def owner(session):
    make_scheme(session)
    return make_person(session, Role.AGENCY_OWNER, make_agency(session), name="Noor de Wit")


@pytest.fixture
def editor(session, owner):
    return make_person(session, Role.AGENCY_EDITOR, owner.agency, name="Ada Bos")


@pytest.fixture
def draft(session, owner):
    return make_application(session, agency=owner.agency, signatory=owner)


def test_a_question_is_given_and_talked_about(app, session, owner, editor, draft):
    browser, path = Browser(app).sign_in(session, owner), f"/agency/applications/{draft.id}/questions/GOV-01"
    browser.open(path)
    page = browser.follow("Give to a colleague, or comment")
    page = browser.submit(person=str(editor.id), text="Where is the policy?")
    assert page.notes == ["Saved."]
    assert "Where is the policy?" in page.text
    page = browser.open(path)
    assert "Ada Bos has this question." in page.text
    assert "1 comment." in page.text
    theirs = Browser(app).sign_in(session, editor).open(f"/agency/applications/{draft.id}/shared")
    assert [row[0].split()[0] for row in theirs.rows] == ["GOV-01"]


def test_who_only_comments_on_an_older_page_gives_nothing_back(app, session, owner, editor, draft):
    path = f"/agency/applications/{draft.id}/questions/GOV-01"
    older, newer = (Browser(app).sign_in(session, owner) for _ in range(2))
    for each in (older, newer):
        each.open(f"{path}/together")
    newer.submit(person=str(editor.id))
    older.submit(text="Who knows this?")
    assert "Ada Bos has this question." in older.open(path).text
    older.open(f"{path}/together")
    older.submit(person="")
    assert "Ada Bos has this question." not in older.open(path).text


def test_a_chapter_is_given_and_stands_under_the_questions(app, session, owner, editor, draft):
    browser = Browser(app).sign_in(session, owner)
    first = scheme_of_version(draft.scheme_version).requirements[0].chapter
    chapter = f"/agency/applications/{draft.id}/chapters/{first}"
    browser.open(chapter)
    browser.follow("Give this chapter to a colleague")
    page = browser.submit(person=str(editor.id))
    assert page.text.count("Ada Bos has this question.") > 2
    editors = Browser(app).sign_in(session, editor)
    assert "Given to you" in editors.open(chapter).text
    assert len(editors.follow("Given to you").soup.select(".kw-question")) > 2


def test_what_is_wrong_is_told_at_its_field(app, session, owner, draft):
    browser, path = Browser(app).sign_in(session, owner), f"/agency/applications/{draft.id}/questions"
    browser.open(f"{path}/GOV-01/together")
    page = browser.submit(text="It is 123456782.", status=422)
    assert page.errors == ["This looks like a citizen service number (BSN). Take it out: we may not keep it."]
    browser.open(f"{path}/GOV-99/together", status=404)
    browser.open(f"/agency/applications/{draft.id}/chapters/nowhere/together", status=404)
