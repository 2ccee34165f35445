"""Elements that every page and form has."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from flask import Flask, flash, render_template_string, session
from flask_wtf import CSRFProtect
from jinja2 import UndefinedError
from werkzeug.datastructures import MultiDict

from audits.core.errors import RuleError
from portal.forms import fields, form
from portal.language import i18n
from portal.web import security, templating


@dataclass(frozen=True)
class Address:
    base_url: str = "http://127.0.0.1:8000"


class Question(form.Form):
    """One of each."""

    name = fields.text_field("Name", required="Enter the name")
    mail = fields.email_field("Mail")
    answer = fields.radios_field("Answer", [("yes", "Yes"), ("no", "No")], required="Choose an answer")
    since = fields.date_field("Since", required="Enter a date")
    workers = fields.number_field("Workers", at_most=500)
    text = fields.textarea_field("Text", max_length=20)
    proof = fields.file_field("Proof", required="Choose a file")
    secret = fields.password_field("Password", required="Enter a password")
    declared = fields.checkbox_field("I declare", required="Declare it")
    version = fields.version_field()


PAGE = """{% extends "page.html" %}{% from "macros/forms.html" import simple_form %}
{% block title %}A question{% endblock %}
{% block content %}{{ simple_form(form, "Save", upload=true) }}{% endblock %}"""


def make_app(address: Address) -> Flask:
    app = Flask("portal")
    app.config.update(SECRET_KEY="for tests", TESTING=True, WTF_CSRF_ENABLED=False)
    templating.init_app(app)
    i18n.init_app(app)
    CSRFProtect(app)
    security.init_app(app, address)

    @app.route("/question", methods=["GET", "POST"])
    def question():
        form = Question()
        if form.validate_on_submit():
            form.complain(RuleError("The %(thing)s is taken.", field="name", thing="name"))
            form.complain(RuleError("This cannot be.", field="no_such_field"))
        return render_template_string(PAGE, form=form)

    @app.route("/public")
    def show_public():
        return security.public_for(app.make_response("hello"), 60)

    return app


@pytest.fixture(scope="module")
def client():
    return make_app(Address()).test_client()


GOOD = {
    "name": "Oosterlicht",
    "answer": "yes",
    "since": ["27", "3", "2027"],
    "secret": "x",
    "declared": "y",
    "version": "3",
}


def post(client, **changes):
    data = MultiDict()
    for key, value in ({**GOOD, "proof": (BytesIO(b"%PDF"), "proof.pdf")} | changes).items():
        for one in value if isinstance(value, list) else [value]:
            data.add(key, one)
    return BeautifulSoup(client.post("/question?lang=en", data=data).text, "html.parser")


def summary(page):
    return {link.text.strip(): link["href"] for link in page.select(".govuk-error-summary a")}


def test_an_empty_form_names_every_missing_field_once_and_leads_to_it(client):
    page = BeautifulSoup(client.post("/question?lang=en", data={}).text, "html.parser")
    assert summary(page) == {
        "Enter the name": "#name",
        "Choose an answer": "#answer",
        "Enter a date": "#since-day",
        "Choose a file": "#proof",
        "Enter a password": "#secret",
        "Declare it": "#declared",
    }
    assert all(page.select_one(target) for target in summary(page).values())
    assert page.title.text.startswith("Error: A question")
    assert page.select_one("form")["novalidate"] == ""


def test_a_component_says_nothing_in_english_on_a_dutch_page(client):
    page = BeautifulSoup(client.post("/question?lang=nl", data={}).text, "html.parser")
    assert page.title.text.startswith("Fout: ")
    assert page.select_one(".govuk-error-summary__title").text.strip() == "Er is een probleem"
    assert {tag.text for tag in page.select(".govuk-error-message .govuk-visually-hidden")} == {"Fout:"}


def test_fields_say_that_they_are_required_without_stopping_the_browser(client):
    page = BeautifulSoup(client.get("/question?lang=en").text, "html.parser")
    assert not page.select("[required]")
    assert [tag.get("id") or tag.name for tag in page.select("[aria-required=true]")] == [
        "name", "fieldset", "since-day", "since-month", "since-year", "proof", "secret", "declared",
    ]  # fmt: skip
    assert "Mail (not required)" in page.select_one("label[for=mail]").text
    assert page.select_one("label[for=name]").text.strip() == "Name"
    assert page.title.text == "A question – Keurwerk"


def test_ids_are_unique_and_hidden_fields_need_none(client):
    page = BeautifulSoup(client.get("/question").text, "html.parser")
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert page.select_one("input[type=hidden][name=version]").get("id") is None


def test_what_was_typed_stays(client):
    typed = "one\n  two\nthree"
    page = post(client, since=["31", "2", "20x7"], workers="many", text=typed, mail="nobody", name="<b>")
    assert [tag["value"] for tag in page.select(".govuk-date-input input")] == ["31", "2", "20x7"]
    assert page.select_one("#workers")["value"] == "many"
    assert page.select_one("#text").text.lstrip("\n").replace("\r", "") == typed
    assert page.select_one("#name")["value"] == "<b>"
    assert set(summary(page).values()) == {"#since-day", "#workers", "#mail"}


def test_a_password_never_comes_back(client):
    assert post(client, name="", secret="correct horse").select_one("#secret").get("value", "") == ""


@pytest.mark.parametrize("parts", [["1"], ["1", "2", "3", "4"], ["", "", "x"], ["1", "1", "27"], ["1", "1", "99999"]])
def test_a_strange_date_is_an_error_and_no_crash(client, parts: list[str]):
    assert summary(post(client, since=parts)) == {"Enter a real date, like 27 3 2027.": "#since-day"}


@pytest.mark.parametrize(
    "typed",
    [
        {"since": ["27", "maart", "2027"]}, {"since": ["27", "mrt", "2027"]}, {"since": ["27.", "March", "2027"]},
        {"since": ["27-3-2027", "", ""]}, {"workers": "4 00"}, {"workers": "0"}, {"workers": " 12 "},
        {"text": "x\r\n" * 9 + "xx"},  # 20 characters, as the counter beside the box has it
    ],
)  # fmt: skip
def test_dates_and_numbers_are_read_as_people_write_them(client, typed):
    assert summary(post(client, **typed)) == {"The name is taken.": "#name"}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("text", "x" * 21, "Use at most 20 characters."),
        ("workers", "501", "Enter a number from 0 to 500."),
        ("workers", "1.5", "Enter a whole number, like 12."),
        ("workers", "1.200", "Enter a number from 0 to 500."),
        ("workers", "9" * 5000, "Use at most 15 digits."),
        ("name", "   ", "Enter the name"),
    ],
)
def test_limits_are_told_in_plain_words(client, field: str, value: str, words: str):
    assert summary(post(client, **{field: value})) == {words: f"#{field}"}


def test_the_domain_complains_at_the_field_or_on_top(client):
    page = post(client)
    assert summary(page) == {"The name is taken.": "#name"}
    assert "This cannot be." in page.select_one(".govuk-error-summary").text
    assert "The name is taken." in page.select_one("#name-error").text


def test_a_value_that_nobody_gave_is_a_mistake(client):
    with client.application.test_request_context("/"), pytest.raises(UndefinedError):
        render_template_string("{{ nothing }}")


@pytest.mark.parametrize(
    ("address", "accepts", "language"),
    [("/", "", "nl"), ("/", "en-GB,en;q=0.9", "en"), ("/?lang=en", "nl", "en"), ("/?lang=xx", "pl", "en")],
)
def test_the_language_is_asked_for_or_accepted_else_english_or_dutch(client, address: str, accepts: str, language: str):
    with client.application.test_request_context(address, headers={"Accept-Language": accepts}):
        assert i18n.current_language() == language


def test_a_chosen_language_travels_along_and_the_switch_keeps_the_page(client):
    with client.application.test_request_context("/question?lang=en&page=2&page=3"):
        assert "lang=en" in templating.url_for("question")
        assert [link["href"] for link in i18n.language_links()] == [
            "/question?page=2&page=3&lang=nl",
            "/question?page=2&page=3&lang=en",
        ]
        assert "lang" not in templating.asset("site.css")
    with client.application.test_request_context("/question"):
        assert templating.url_for("question") == "/question"


def test_every_answer_is_guarded_errors_included(client):
    for path in ("/question", "/nowhere"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "object-src 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in headers
    assert client.get("/public").headers["Cache-Control"] == "public, max-age=60"


def test_no_page_holds_script_or_style_of_its_own(client):
    page = BeautifulSoup(client.get("/question").text, "html.parser")
    assert not page.select("style, [style], script:not([src])")
    assert not [name for tag in page.find_all() for name in tag.attrs if name.startswith("on")]


def test_over_https_the_cookie_is_bound_to_the_host():
    app = make_app(Address("https://keurwerk.example"))
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert app.config["SESSION_COOKIE_SECURE"]
    assert "max-age" in app.test_client().get("/question").headers["Strict-Transport-Security"]


DUTCH = ["3 maart 2027", "1 januari 2027, 00:30", "1.284", "1,5 MB"]
ENGLISH = ["3 March 2027", "1 January 2027, 00:30", "1,284", "1.5 MB"]


@pytest.mark.parametrize(("language", "words"), [("nl", DUTCH), ("en", ENGLISH)])
def test_dates_and_numbers_are_written_in_the_readers_language(client, language: str, words: list[str]):
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    with client.application.test_request_context(f"/?lang={language}"):
        assert words == [
            templating.date_text(date(2027, 3, 3)),
            templating.datetime_text(late),
            templating.number_text(1284),
            templating.filesize_text(1_572_864),
        ]
        assert templating.date_text(late) == templating.datetime_text(late).partition(",")[0]
        assert templating.time_tag(date(2027, 3, 3)) == f'<time datetime="2027-03-03">{words[0]}</time>'


def test_signs_that_nobody_sees_are_no_text(client):
    typed = {"name": "\u200b\u00a0\u2060", "text": "\u200b\u200b"}
    page = client.post("/question", data=typed, headers={"Accept-Language": "en"}).text
    assert "Enter the name" in page
    assert "\u200b" not in page


def said_in(app, cookie):
    """Return what the application finds in a cookie."""
    with app.test_request_context("/question", headers={"Cookie": f"keurwerk={cookie}"}):
        return dict(session)


@pytest.fixture
def signed():
    """Return an application and a cookie of it with one value."""
    app = make_app(Address())
    return app, app.session_interface.get_signing_serializer(app).dumps({"person": "a"})


def test_a_cookie_is_read_again_and_what_a_page_changes_stays_with_that_page(signed):
    app, cookie = signed
    assert said_in(app, cookie) == said_in(app, cookie) == {"person": "a"}
    with app.test_request_context("/question", headers={"Cookie": f"keurwerk={cookie}"}):
        session["person"] = "b"
        flash("Saved.")
    assert said_in(app, cookie) == {"person": "a"}


def test_messages_in_a_cookie_are_those_that_it_came_with(signed):
    app, _ = signed
    waiting = app.session_interface.get_signing_serializer(app).dumps({"_flashes": [("message", "Saved.")]})
    for _each in range(2):
        with app.test_request_context("/question", headers={"Cookie": f"keurwerk={waiting}"}):
            flash("And this.")
            assert len(session["_flashes"]) == 2


def test_a_cookie_that_is_changed_or_too_old_is_none(signed, monkeypatch):
    app, cookie = signed
    assert said_in(app, cookie)
    body, _, signature = cookie.partition(".")
    for forged in (f"{body[:-1]}A.{signature}", cookie[:-1] + ("A" if cookie[-1] != "A" else "B"), "no", ""):
        assert said_in(app, forged) == {}

    other = make_app(Address())
    other.config.update(SECRET_KEY="another")
    assert said_in(other, cookie) == {}
    later = time.time() + app.permanent_session_lifetime.total_seconds() + 2
    monkeypatch.setattr(time, "time", lambda: later)
    assert said_in(app, cookie) == {}
