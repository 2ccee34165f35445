"""The application factory: which parts there are, and in which order they are joined."""

from importlib import import_module

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.doors.account import login
from portal.forms import uploads
from portal.language import i18n, labels
from portal.settings import Settings
from portal.stores import database, files, queue
from portal.web import (
    access,
    errors,
    health,
    navigation,
    security,
    templating,
)

# One door per kind of person; `registry` can be served alone.
DOORS = {
    "registry": ("portal.doors.registry.routes",),
    "account": ("portal.doors.account.routes", "portal.doors.downloads"),
    "agency": (
        "portal.doors.agency.routes",
        "portal.doors.agency.registration",
        "portal.doors.agency.people",
        "portal.doors.agency.findings",
    ),
    "inspector": ("portal.doors.inspector.routes",),
    "office": (
        "portal.doors.office.home",
        "portal.doors.office.applications",
        "portal.doors.office.audits",
        "portal.doors.office.decisions",
        "portal.doors.office.certificates",
        "portal.doors.office.schemes",
        "portal.doors.office.people",
        "portal.doors.office.failed_jobs",
    ),
}


def create_app(settings: Settings, doors: tuple[str, ...] = tuple(DOORS)) -> Flask:
    """Build the portal, or with `doors=("registry",)` the public register alone."""
    app = Flask(__name__, template_folder=str(templating.TEMPLATES))
    app.config.update(SECRET_KEY=settings.secret_key, TESTING=settings.testing)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_bytes + 256 * 1024  # the file and the rest of its form
    app.config["MAX_FORM_MEMORY_SIZE"] = 4 * 1024 * 1024  # a pasted list of 50,000 references
    app.extensions["settings"] = settings
    if settings.proxies:  # the addresses of visitors, for the brakes: only what proxies of our own have said
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    for store in (database, queue, files):
        store.init_app(app, settings)
    for page in (templating, i18n, labels, errors):
        page.init_app(app)
    navigation.init_app(app, settings)
    security.init_app(app, settings)
    uploads.init_app(app, settings)  # before anything reads a form
    CSRFProtect(app)
    login.init_app(app)
    access.init_app(app)
    health.init_app(app)
    for door in doors:
        for module in DOORS[door]:
            app.register_blueprint(import_module(module).bp)
    access.check_routes(app)
    return app
