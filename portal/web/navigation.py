"""Navigation around the content of pages: menus per kind of person, session links, footer."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from audits.core.access import GRANTS, Permission, Role
from portal.language.i18n import current_language, explicit_language
from portal.settings import Settings
from portal.web.access import current_actor


@dataclass(frozen=True, slots=True)
class Link:
    """A page and the text of links to it."""

    endpoint: str
    text: str
    href: str


class Links(tuple[dict[str, Any], ...]):
    """Links as a template shows them, equal only to themselves: what is written of them is kept."""

    __slots__ = ()
    __hash__ = object.__hash__
    __eq__ = object.__eq__
    __ne__ = object.__ne__


@dataclass(frozen=True, slots=True)
class Frame:
    """The links around a page, equal for everybody with the same roles and language on the same page."""

    menu: Links
    session: Links
    footer: Links
    home: str
    is_staff: bool


def init_app(app: Flask, settings: Settings) -> None:
    """Add the navigation to every template context."""
    app.context_processor(lambda: _surroundings(settings))


def _surroundings(settings: Settings) -> dict[str, Any]:
    actor = current_actor() if _is_signed_in() else None
    frame = _frame(
        current_app._get_current_object(),  # type: ignore[attr-defined]  # noqa: SLF001  # Flask's own way
        request.script_root,
        explicit_language(),
        current_language(),
        actor.roles if actor else None,
        actor is not None and actor.agency_id is not None,
        request.endpoint,
    )
    session_links: tuple[dict[str, Any], ...] = frame.session
    if actor and session_links:
        account, sign_out = session_links
        session_links = (account | {"text": current_user.name}, sign_out | {"post": True})
    return {
        "navigation": frame.menu,
        "session_links": session_links,
        "is_signed_in": actor is not None,
        "footer_links": frame.footer,
        "home_url": frame.home,
        "is_staff": frame.is_staff,
        "body_name": settings.body_name,
        "body_address": settings.body_address,
    }


def _is_signed_in() -> bool:
    # Responses to requests without a session cookie must not vary by it.
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies and bool(current_user.is_authenticated)


def _shown(links: tuple[Link, ...], here: str | None) -> Links:
    return Links({"text": link.text, "href": link.href, "current": link.endpoint == here} for link in links)


@lru_cache(maxsize=2048)
def _frame(
    _app: Flask,
    _root: str,
    _asked: str | None,
    _language: str,
    roles: frozenset[Role] | None,
    of_agency: bool,
    here: str | None,
) -> Frame:
    """Build the links, cached by everything they depend on."""
    return Frame(
        menu=_shown(_public_menu() if roles is None else _menu(roles, of_agency), here),
        session=_shown(_visitor_links() if roles is None else _own_links(), here),
        footer=_shown(_footer(), here),
        home=url_for("registry.home"),
        is_staff=roles is not None and not of_agency,
    )


def _public_menu() -> tuple[Link, ...]:
    return _links(
        ("registry.home", _("Register")),
        ("registry.verify", _("Check a certificate")),
        ("registry.about", _("What the mark means")),
    )


def _menu(roles: frozenset[Role], of_agency: bool) -> tuple[Link, ...]:
    granted = frozenset[Permission]().union(*(GRANTS[role] for role in roles))
    items: list[tuple[str, str]] = []
    if Permission.AGENCY_VIEW in granted and of_agency:
        items += [("agency.home", _("Overview")), ("agency.details", _("Details"))]
        items += [("agency.people.list_people", _("People"))] if Permission.AGENCY_PEOPLE in granted else []
        items += [("agency.findings.list_findings", _("Findings")), ("agency.appeals.list_decisions", _("Decisions"))]
    if Permission.AUDIT_CONDUCT in granted:
        items.append(("inspector.home", _("My audits")))
    if Permission.CASES_VIEW in granted:
        items += [
            ("office.worklist.show", _("Worklist")),
            ("office.home", _("Work that waits")),
            ("office.applications.list_applications", _("Cases")),
        ]
        items.append(("office.certificates.list_certificates", _("Certificates")))
        items += [("office.letters.list_letters", _("Letters")), ("office.search.search", _("Search"))]
        items += [("office.appeals.list_all", _("Appeals")), ("office.complaints.list_all", _("Complaints"))]
    if Permission.SIGNAL_VIEW in granted:
        items.append(("office.signals.list_all", _("Signals")))
    if Permission.SCHEME_VIEW in granted:
        items.append(("office.schemes.list_versions", _("Norm")))
    if Permission.PERSON_MANAGE in granted:
        items += [("office.people.list_people", _("Staff")), ("office.failed_jobs.list_failed_jobs", _("Failed jobs"))]
    if Permission.SECURITY_LOG_VIEW in granted:
        items.append(("office.security_log.search", _("Security log")))
    items.append(("registry.home", _("Register")))
    return _links(*items)


def _own_links() -> tuple[Link, ...]:
    return _links(("account.show_account", ""), ("account.logout", _("Sign out")))  # the first shows the person's name


def _visitor_links() -> tuple[Link, ...]:
    if "account.login" not in current_app.view_functions:
        return ()  # the register alone has no accounts
    return _links(("agency_registration.register", _("Register your agency")), ("account.login", _("Sign in")))


def _footer() -> tuple[Link, ...]:
    return _links(
        ("registry.about", _("What the mark means")),
        ("registry.complaints", _("Appeals and complaints")),
        ("registry.privacy", _("Privacy")),
        ("registry.accessibility", _("Accessibility")),
        ("registry.open_data", _("Open data")),
        ("registry.log", _("Public log")),
    )


def _links(*items: tuple[str, str]) -> tuple[Link, ...]:
    return tuple(
        Link(endpoint, text, url_for(endpoint)) for endpoint, text in items if endpoint in current_app.view_functions
    )
