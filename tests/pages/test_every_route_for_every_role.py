"""Every route for every role, as access.txt declares it: with things of the own agency, and of another one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from audits.core.access import AGENCY_ROLES, GRANTS, STAFF_ROLES, Permission, Role
from audits.people.models import Person
from audits.people.services import retire_person
from certificates.ledger import memory
from certificates.ledger.services import sign_checkpoint
from portal.doors.account.models import LoginSession
from portal.settings import Settings
from portal.signing import credentials, ledger
from portal.signing.keys import current_keys
from portal.stores import files
from portal.stores.roles import APP
from portal.web import health
from portal.web.access import PUBLIC, SIGNED_IN
from portal.web.throttle import Throttle
from portal.work import handlers
from tests.conftest import NotedQueue, acting_as, shared_throttles
from tests.kit.browser import Browser
from tests.kit.everything import Case, fill
from tests.kit.factories import make_person

ACCESS = Path(__file__).parents[1] / "house" / "access.txt"
FOREIGN = " of another case"
STRANGERS = ["anonymous", "retired"]
ACTORS = [*sorted(AGENCY_ROLES | STAFF_ROLES), *STRANGERS]
ACTORS += [f"{role}{FOREIGN}" for role in (*sorted(AGENCY_ROLES), Role.INSPECTOR)]


@dataclass(frozen=True)
class Route:
    """A line of access.txt."""

    method: str
    rule: str
    endpoint: str
    access: str

    @property
    def names_a_thing(self) -> bool:
        """Return whether its address leads to something that belongs to one case."""
        return "<uuid:" in self.rule and "version_id" not in self.rule and "item_id" not in self.rule


ROUTES = [
    Route(*re.fullmatch(r"(\S+) +(\S.*?)  (\S+)  (\S.*)", line).groups()) for line in ACCESS.read_text().splitlines()
]

# What stands in an address where it is not the thing of that name in the case: by how the address begins.
INSTEAD = {
    "/<any(invitation": {"purpose": "reset", "token": "used"},
    "/agency/applications/<uuid:application_id>": {"application_id": "draft_id"},
    "/agency/applications/<uuid:application_id>/answers": {"application_id": "application_id"},
    "/agency/applications/<uuid:application_id>/answers.xlsx": {"application_id": "draft_id"},
    "/agency/applications/<uuid:application_id>/differences": {"application_id": "application_id"},
    "/agency/applications/<uuid:application_id>/submitted": {"application_id": "application_id"},
    "/agency/applications/<uuid:application_id>/submissions": {"application_id": "application_id", "number": 1},
    "/agency/details/<any(branches": {"kind": "branches"},
    "/agency/details/<any(seat": {"part": "seat"},
    "/inspector/audits/<uuid:audit_id>/chapters": {"code": "chapter"},
    "/office/worklist/worklist": {"ending": "csv"},
    "/inspector/figures/<name>": {"name": "time", "ending": "csv"},
    "/office/auditors/<name>": {"name": "time", "ending": "csv"},
    "/office/to-plan/to-plan": {"ending": "csv"},
    "/office/complaints/figures": {"ending": "xlsx"},
    "/office/exports/<any(": {"name": "statistics", "ending": "csv"},
    "/address": {"token": "used"},
    "/account/calendar": {"kind": "mine"},
    "/calendar": {"token": "used"},
    "/office/people": {"person_id": "staff_id"},
    "/office/certificates": {"move": "suspend"},
    "/status-lists": {"purpose": "revocation", "number": 0},
    "/ledger/tile": {"place": "0/000.p/2"},
    "/dumps": {"name": "agencies.csv"},
    "/sitemap-": {"part": 1},
    "/follow": {"token": "followed"},
    "/follow/<token>/changes.atom": {"token": "feed"},
    "/static": {"filename": "built/site.css"},
}
# A page, or an answer about what was sent or how the case stands. All else, such as 405, 429 and 500, is a fault.
OPEN = {200, 303, 400, 409, 410, 415, 422}
# Answers that are not about who asks.
BY_NATURE = {
    "account.logout": "to login",
    "account.end_all_sessions": "to login",
    "registry.archival_file": "not found",  # the first time-stamp still proves the file
    "account.read_calendar": "not found",  # nobody has this address
    "registry.cosign": "forbidden",  # C2SP wants this where no witness of ours signed
}
# The scheme of this case is of the first edition, and has none; and nothing was suspended at once.
NOWHERE = {"agency.agreement", "agency.new_agreement", "agency.hearing", "agency.hearing_submitted"}
# No list of this case waits for a value of the agency, and no workbook came back.
NOWHERE |= {"agency.draw", "agency.draw_submitted", "agency.workbook_saved"}
# The file of this case is not what its name says, so there is no copy to look at.
NOWHERE |= {"files.viewing_copy", "inspector.cell_file_copy"}
NOWHERE |= {"inspector.own_figures", "inspector.own_figures_file"}  # they are off unless a body wants them
NOWHERE |= {"inspector.conversation"}  # its unit is a file, not somebody to speak with
NOWHERE |= {"inspector.show_counts", "inspector.save_counts"}  # of a file nothing is counted
NOWHERE |= {"agency.asked_list", "agency.list_given", "inspector.look_at_list", "inspector.fix_list"}  # none waits
# Nothing of this case was ever sent back, and it was submitted once.
NOWHERE |= {"agency.remarks", "agency.replied", "office.returning.compare"}
NOWHERE |= {"office.team.show_objection", "office.team.objection_answered"}  # the agency objects to nobody
NOWHERE |= {"office.days.plan_letter"}  # the audit has started, its plan is no letter any more
NOWHERE |= {"agency.register_asked", "office.changes.register_asked"}  # without a key no trade register is asked
# Staff read cases with the agency's own pages, but have no agency, and never see what is not handed in.
NOT_FOR_STAFF = {"agency.home", "agency.details", "agency.application", "agency.declaration"}
NOT_FOR_STAFF |= {"agency.letters.list_letters"}
NOT_FOR_STAFF |= {"agency.changes.list_changes", "agency.changes.show_change", "agency.links.list_questions"}
NOT_FOR_STAFF |= {"agency.conditions.show_condition", "agency.appeals.list_decisions", "agency.appeals.show_appeal"}
NOT_FOR_STAFF |= {"agency.evidence_request", "agency.show_messages", "agency.message_written", "agency.messages_read"}
NOT_FOR_STAFF |= {"agency.days_proposed", "agency.objection_made"}
# The absence in the addresses is that of somebody else, which a planner may end; the note is that of the planner.
OF_SOMEBODY_ELSE = {"account.end_own_absence", "office.notes.take_back"}
# An inspector sees audits: no application, and no certificate.
NOT_FOR_INSPECTORS = NOT_FOR_STAFF | {
    "agency.answers",
    "agency.answers_file",
    "agency.compare_submission",
    "agency.submitted",
    "agency.submission",
    "files.change",
    "files.document",
}
NOT_FOR_INSPECTORS |= {"files.condition"}


@pytest.fixture(scope="module")
def patched() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patched:
        yield patched


@pytest.fixture(scope="module")
def rows(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.begin() as outer:
        yield connection
        outer.rollback()


@pytest.fixture(scope="module")
def visits(built_app: Flask, settings: Settings, rows: Connection, patched: pytest.MonkeyPatch) -> "Iterator[Visits]":
    """Provide two filled cases, and everybody signed in. What the keys remember of their log ends with them.

    Forms need no token here: the tests are about who may send one.
    """
    owned = sessionmaker(rows, join_transaction_mode="create_savepoint")
    patched.setitem(built_app.extensions, "sessionmaker", owned)
    patched.setitem(built_app.extensions, "queue", NotedQueue())
    for name in shared_throttles(built_app):
        patched.setitem(built_app.extensions, name, Throttle())
    patched.setitem(health.CHECKS, "queue", lambda: None)
    patched.setitem(built_app.config, "WTF_CSRF_ENABLED", False)
    patched.setattr(handlers, "_print", lambda _session, _kind, facts, **_: (files.store().put(f"{facts}".encode()), 9))
    with built_app.app_context(), built_app.extensions["sessionmaker"]() as session:
        ours, theirs = fill(session, settings), fill(session, settings)
        credentials.sign_lists(session)
        sign_checkpoint(session, ledger.origin(settings), current_keys().ledger_key)
        retired = make_person(session, STAFF_ROLES)
        found = Visits(built_app, rows, ours)
        for role, person in ours.people.items():
            found.sign_in(session, str(role), person)
        for role in (*AGENCY_ROLES, Role.INSPECTOR):
            found.sign_in(session, f"{role}{FOREIGN}", theirs.people[role])
        found.sign_in(session, "retired", retired)
        retire_person(session, ours.people[Role.ADMINISTRATOR].actor, retired.id)
        # Else, a minute later, every visit would note that somebody was there, and take it back.
        session.execute(update(LoginSession).values(seen_at=LoginSession.seen_at + timedelta(hours=1)))
        session.commit()
    patched.setitem(built_app.extensions, "sessionmaker", acting_as(APP, owned))
    yield found
    (settings.seal_dir / memory.FILE).unlink(missing_ok=True)


class Visits:
    """Who opens what, each time with the same cookie, and as if nobody had been there before."""

    def __init__(self, app: Flask, rows: Connection, case: Case) -> None:
        self._app, self._rows, self._case = app, rows, case
        self._client: FlaskClient = app.test_client(use_cookies=False)
        self._cookies: dict[str, str] = {"anonymous": ""}

    def sign_in(self, session: Session, name: str, person: Person) -> None:
        browser = Browser(self._app).sign_in(session, person)
        cookie = browser.client.get_cookie(self._app.config["SESSION_COOKIE_NAME"])
        self._cookies[name] = f"{cookie.key}={cookie.value}"

    def outcome(self, actor: str, route: Route) -> str:
        before = self._rows.begin_nested()
        try:
            path, cookie = self._path(route), {"Cookie": self._cookies[actor]}
            answer = self._client.open(path, method=route.method, headers=cookie, buffered=True)
        finally:
            before.rollback()
        return _outcome(answer)

    def _path(self, route: Route) -> str:
        values = dict(self._case.things)
        for place, others in INSTEAD.items():
            if route.rule.startswith(place):
                values |= {name: self._case.things.get(other, other) for name, other in others.items()}
        return self._app.url_map.bind("localhost").build(route.endpoint, values, route.method, append_unknown=False)


def _outcome(answer: TestResponse) -> str:
    match answer.status_code:
        case 403:
            return "forbidden"
        case 404:
            return "not found"
        case 303 if answer.headers["Location"].startswith("/login"):
            return "to login"
        case code if code in OPEN:
            return "open"
        case code:
            return f"answered {code}"


@pytest.mark.parametrize("actor", ACTORS)
def test_a_route_is_open_to_whom_it_is_declared_open_and_to_nobody_else(visits: Visits, actor: str):
    outcomes = {(route.method, route.rule): visits.outcome(actor, route) for route in ROUTES}
    assert outcomes == {(route.method, route.rule): declared(actor, route) for route in ROUTES}


def declared(actor: str, route: Route) -> str:
    """Return what access.txt says of this route, and what it may answer by its nature."""
    if route.access != PUBLIC and actor in STRANGERS:
        return "to login"
    if route.endpoint in BY_NATURE:
        return BY_NATURE[route.endpoint]
    if route.access in {PUBLIC, SIGNED_IN}:
        return "open"
    role, foreign = Role(actor.removesuffix(FOREIGN)), actor.endswith(FOREIGN)
    if Permission(route.access) not in GRANTS[role]:
        return "forbidden"
    if route.endpoint in OF_SOMEBODY_ELSE and role is not Role.PLANNER:
        return "not found"
    hidden = NOT_FOR_INSPECTORS if role is Role.INSPECTOR else NOT_FOR_STAFF if role in STAFF_ROLES else set()
    return "not found" if route.endpoint in hidden | NOWHERE or (foreign and route.names_a_thing) else "open"
