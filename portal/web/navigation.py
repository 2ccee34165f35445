"""What every page shows around its content: the menu of each kind of person, the links of the signed-in, the footer."""

from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from audits.core.access import Permission
from portal.settings import Settings
from portal.web.access import may


def init_app(app: Flask, settings: Settings) -> None:
    """Put the surroundings into every template context."""
    app.context_processor(lambda: _surroundings(settings))


def _surroundings(settings: Settings) -> dict[str, Any]:
    signed_in = _is_signed_in()
    return {
        "navigation": _menu() if signed_in else _public_menu(),
        "session_links": _own_links() if signed_in else _visitor_links(),
        "footer_links": _footer(),
        "home_url": url_for("registry.home"),
        "body_name": settings.body_name,
        "body_address": settings.body_address,
    }


def _is_signed_in() -> bool:
    # A page that no session cookie asked for must not vary by it.
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies and bool(current_user.is_authenticated)


def _public_menu() -> list[dict[str, Any]]:
    return _links(
        ("registry.home", _("Register")),
        ("registry.verify", _("Check a certificate")),
        ("registry.about", _("What the mark means")),
    )


def _menu() -> list[dict[str, Any]]:
    items: list[tuple[str, str]] = []
    if may(Permission.AGENCY_VIEW) and current_user.actor.agency_id:
        items += [("agency.home", _("Overview")), ("agency.details", _("Details"))]
        items += [("agency_people.list_people", _("People"))] if may(Permission.AGENCY_PEOPLE) else []
        items += [("agency_findings.list_findings", _("Findings"))]
    if may(Permission.AUDIT_CONDUCT):
        items.append(("inspector.home", _("My audits")))
    if may(Permission.CASES_VIEW):
        items += [("office.home", _("Work that waits")), ("office_applications.list_applications", _("Cases"))]
        items.append(("office_certificates.list_certificates", _("Certificates")))
    if may(Permission.SCHEME_VIEW):
        items.append(("office_schemes.list_versions", _("Norm")))
    if may(Permission.PERSON_MANAGE):
        items += [("office_people.list_people", _("Staff")), ("office_failed_jobs.list_failed_jobs", _("Failed work"))]
    items.append(("registry.home", _("Register")))
    return _links(*items)


def _own_links() -> list[dict[str, Any]]:
    return [
        *_links(("account.show_account", str(current_user.name))),
        {"text": _("Sign out"), "href": url_for("account.logout"), "post": True},
    ]


def _visitor_links() -> list[dict[str, Any]]:
    if "account.login" not in current_app.view_functions:
        return []  # the register alone has no accounts
    return _links(("agency_registration.register", _("Register your agency")), ("account.login", _("Sign in")))


def _footer() -> list[dict[str, Any]]:
    return _links(
        ("registry.about", _("What the mark means")),
        ("registry.privacy", _("Privacy")),
        ("registry.accessibility", _("Accessibility")),
        ("registry.open_data", _("Open data")),
        ("registry.log", _("Public log")),
    )


def _links(*items: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"text": text, "href": url_for(endpoint), "current": endpoint == request.endpoint}
        for endpoint, text in items
        if endpoint in current_app.view_functions
    ]
