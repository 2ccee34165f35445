"""A test browser without display: opens pages, submits their forms, and checks every page that it opens."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from audits.core.languages import WORKERS, say
from audits.people.models import Person
from portal.doors.account import services
from tests.kit.pages import read_page

PASSWORD = "vier gele fietsen zingen"
ERROR_TITLES = tuple(f"{say('Error:', language)} " for language in WORKERS)
FIELDS = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button"}
HANDLER = re.compile(r"on[a-z]+")
# Ask for no cookie and act for nobody.
FREE = re.compile(r"/verify|/register/[^/]+/(extract|wrong)|/bulk-check|/complaints/about-us|/practice|/follow(/.*)?")
MAX_REDIRECTS = 5


@dataclass
class Page:
    """One answer that was seen, with what tests ask of it."""

    response: TestResponse
    soup: BeautifulSoup = field(init=False)

    def __post_init__(self) -> None:
        self.soup = read_page(self.response.get_data(as_text=True))

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def path(self) -> str:
        """Return the path and query at which the browser ended up."""
        request = self.response.request
        return request.path + (f"?{request.query_string.decode()}" if request.query_string else "")

    @property
    def heading(self) -> str:
        return words(self.soup.h1)

    @property
    def text(self) -> str:
        """Return all words of the main part."""
        return words(self.soup.main)

    @property
    def errors(self) -> list[str]:
        """Return the lines of the error summary."""
        return [words(line) for line in self.soup.select(".govuk-error-summary__list li")]

    @property
    def notes(self) -> list[str]:
        """Return what the page says about the step before."""
        return [words(note) for note in self.soup.select(".govuk-notification-banner__content")]

    @property
    def rows(self) -> list[list[str]]:
        """Return the words of the cells of all tables, without their heads."""
        return [[words(cell) for cell in row.select("th, td")] for row in self.soup.select("main tbody tr")]

    def value(self, name: str) -> str:
        """Return what stands in a field."""
        tag = self.soup.select_one(f'[name="{name}"]')
        assert tag is not None, f"no field {name}"
        return tag.get_text().removeprefix("\n") if tag.name == "textarea" else str(tag.get("value") or "")

    def link(self, text: str) -> str:
        """Return the address under these words."""
        found = [a["href"] for a in self.soup.select("a[href]") if words(a).startswith(text)]
        assert found, f"no link {text!r} among {[words(a) for a in self.soup.select('a[href]')]}"
        return str(found[0])


class Browser:
    """One person at one screen. Cross-site protection stays on, redirects are followed one by one."""

    def __init__(self, app: Flask, language: str = "en", address: str = "127.0.0.1") -> None:
        self.app = app
        self.headers = {"Accept-Language": language}
        self.address = address
        self.client: FlaskClient = app.test_client()
        self.page: Page | None = None

    def sign_in(self, session: Session, person: Person) -> "Browser":
        """Open a session for this person straight away, without the login form."""
        token = services.open_session(session, person).token
        session.flush()
        with self.client.session_transaction() as cookie:
            cookie["token"], cookie["person"] = token, str(person.id)
        return self

    def open(self, path: str, status: int = 200) -> Page:
        """Go to a path; the page must answer with this status in the end, and be a good page."""
        return self._arrive(self._send("GET", path), status)

    def follow(self, text: str, status: int = 200) -> Page:
        """Go where the link with these words leads."""
        return self.open(self._here().link(text), status)

    def submit(self, form: str | None = None, *, status: int = 200, button: str | None = None, **values: Any) -> Page:
        """Send the form that the selector finds, else the first of the main part, with `values` typed over its own.

        A list fills fields of the same name one by one (boxes, days); a pair (stream, filename) is a file.
        """
        tag = self._find_form(form)
        data = _typed(tag, values)
        if button:
            pressed = next(each for each in tag.select("button") if words(each) == button)
            if pressed.get("name"):
                data.append((str(pressed["name"]), pressed.get("value", "")))
        action = str(tag.get("action") or self._here().path)
        method = str(tag.get("method", "get")).upper()
        if method == "GET":
            return self._arrive(self._send("GET", action, query_string=MultiDict(data)), status)
        return self._arrive(self._send("POST", action, data=MultiDict(data), content_type=tag.get("enctype")), status)

    def post(self, path: str, data: dict[str, Any] | None = None, status: int = 400) -> Page:
        """Send something by hand, as an attacker would: with no token unless it is in `data`."""
        return self._arrive(self._send("POST", path, data=data or {}), status)

    def _send(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = dict(self.headers)
        if self.page is not None:
            headers["Referer"] = f"http://localhost{self.page.path}"
        response = self.client.open(
            path, method=method, headers=headers, environ_overrides={"REMOTE_ADDR": self.address}, **options
        )
        response.request.environ["wsgi.input"].close()  # the client leaves the temporary file of a large upload open
        return response

    def _arrive(self, response: TestResponse, status: int) -> Page:
        for _ in range(MAX_REDIRECTS):
            if response.status_code not in {301, 302, 303, 307, 308}:
                break
            target = urlsplit(response.headers["Location"])
            assert target.netloc in {"", "localhost"}, f"leads away to {target.netloc}"
            response = self._send("GET", target.path + (f"?{target.query}" if target.query else ""))
        page = Page(response)
        assert page.status == status, f"{page.path} answered {page.status}, not {status}: {page.text[:600]}"
        if response.mimetype == "text/html":
            check_page(page)
            self.page = page
        return page

    def _here(self) -> Page:
        assert self.page is not None, "no page is open"
        return self.page

    def _find_form(self, selector: str | None) -> Tag:
        soup = self._here().soup
        tag = soup.select_one(selector or "main form:not(.kw-jump)")
        assert tag is not None, f"no form {selector or ''} on {self._here().path}"
        return tag


def words(tag: Tag | None) -> str:
    """Return the text of an element on one line."""
    return " ".join(tag.get_text(" ").split()) if tag else ""


def check_page(page: Page) -> None:
    """Check what holds for every page, errors included; fail with all faults at once."""
    tags = [each for each in page.soup.descendants if isinstance(each, Tag)]  # once: a selector costs more than a loop
    problems = [*_frame(page, tags), *_ids(tags), *_forms(tags), *_strangers(page, tags)]
    assert not problems, f"{page.path}: {'; '.join(problems)}"


def _frame(page: Page, tags: list[Tag]) -> list[str]:
    soup, title, problems = page.soup, words(page.soup.title), []
    headings = sum(tag.name == "h1" for tag in tags)
    if headings != 1:
        problems.append(f"{headings} headings of the first rank")
    elif not title.removeprefix(next((each for each in ERROR_TITLES if title.startswith(each)), "")).startswith(
        page.heading
    ):
        problems.append(f"title {title!r} does not begin with heading {page.heading!r}")
    if bool(page.errors) != title.startswith(ERROR_TITLES):
        problems.append(f"title {title!r} and error summary disagree")
    if soup.html is None or soup.html.get("lang") not in WORKERS:
        problems.append("no language")
    return problems


def _ids(tags: list[Tag]) -> list[str]:
    ids = Counter(str(tag["id"]) for tag in tags if tag.has_attr("id"))
    problems = [f"id {each} {count} times" for each, count in ids.items() if count > 1]
    aims = {str(tag["href"])[1:] for tag in tags if tag.name == "a" and str(tag.get("href", "")).startswith("#")}
    aims |= {each for tag in tags for each in str(tag.get("aria-describedby", "")).split()}
    aims |= _labelled(tags)
    return problems + [f"nothing has the id {aim}" for aim in sorted(aims - ids.keys())]


def _forms(tags: list[Tag]) -> list[str]:
    labelled = _labelled(tags)
    problems = [
        f"field {tag.get('name')} has no label"
        for tag in tags
        if tag.name in FIELDS
        and tag.get("type") not in UNLABELLED
        and tag.get("id") not in labelled
        and not tag.get("aria-label")
    ]
    for form in tags:
        if form.name != "form":
            continue
        posts = str(form.get("method", "get")).lower() == "post"
        if (
            posts
            and not FREE.fullmatch(urlsplit(str(form.get("action"))).path)
            and not form.select_one('[name="csrf_token"]')
        ):
            problems.append(f"form to {form.get('action')} has no token")
        if not form.has_attr("novalidate"):
            problems.append(f"form to {form.get('action')} lets the browser judge")
    return problems


def _labelled(tags: list[Tag]) -> set[str]:
    return {str(tag["for"]) for tag in tags if tag.name == "label" and tag.has_attr("for")}


def _strangers(page: Page, tags: list[Tag]) -> list[str]:
    raw, problems = page.response.get_data(as_text=True), []
    if any(tag.has_attr("style") or tag.name == "style" or _runs_inside(tag) for tag in tags):
        problems.append("style or script inside the page")
    if any(HANDLER.fullmatch(name) for tag in tags for name in tag.attrs):
        problems.append("an event handler inside the page")
    said = [each for each in page.soup.main.descendants if isinstance(each, Tag)] if page.soup.main else []
    if "Undefined" in raw or "%(" in raw or "None" in [words(tag) for tag in said if tag.name in {"p", "td", "dd"}]:
        problems.append("something was not filled in")
    return problems


def _runs_inside(tag: Tag) -> bool:
    return tag.name == "script" and not tag.has_attr("src") and tag.get("type") != "application/ld+json"


def _typed(form: Tag, values: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return what a browser would send: for each field its own value, or what was typed over it."""
    fields: dict[str, list[Tag]] = {}
    for tag in form.select("input[name], select[name], textarea[name]"):
        if not tag.has_attr("disabled") and tag.get("type") not in {"submit", "button"}:
            fields.setdefault(str(tag["name"]), []).append(tag)
    assert values.keys() <= fields.keys(), f"no field {sorted(values.keys() - fields.keys())} among {sorted(fields)}"
    data: list[tuple[str, Any]] = []
    for name, tags in fields.items():
        new = _new(tags, values[name]) if name in values else [each for tag in tags for each in _own(tag)]
        data += [(name, value) for value in new]
    return data


def _own(tag: Tag) -> list[str]:
    """Return what stands in a field that nobody touches."""
    if tag.name == "textarea":
        return [tag.get_text().removeprefix("\n")]
    if tag.name == "select":
        options = tag.select("option[selected]") or tag.select("option")[:1]
        return [str(option.get("value", words(option))) for option in options]
    if tag.get("type") in {"radio", "checkbox"}:
        return [str(tag.get("value", "on"))] if tag.has_attr("checked") else []
    return [] if tag.get("type") == "file" else [str(tag.get("value") or "")]


def _new(tags: list[Tag], value: Any) -> list[Any]:
    """Return what somebody typed or ticked, as far as the fields let them."""
    wanted = value if isinstance(value, list) else [value]
    offered = {str(tag.get("value", "on")) for tag in tags if tag.get("type") in {"radio", "checkbox"}}
    offered |= {str(option.get("value", words(option))) for tag in tags for option in tag.select("option")}
    if not offered:
        return wanted
    if wanted in ([True], [False], [None]):
        return sorted(offered) if wanted == [True] else []
    assert set(map(str, wanted)) <= offered, f"{wanted} is not offered, only {sorted(offered)}"
    return [str(each) for each in wanted]
