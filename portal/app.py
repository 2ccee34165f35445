"""The application factory: which parts there are, and in which order they are joined."""

from importlib import import_module
from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import (
    access,
    database,
    errors,
    health,
    i18n,
    labels,
    navigation,
    queue,
    security,
    storage,
    templating,
    uploads,
)
from portal.account import login
from portal.settings import Settings

TEMPLATES = Path(__file__).parent.parent / "templates"

# One door per kind of person; `registry` can be served alone.
DOORS = {
    "registry": ("portal.registry.routes",),
    "account": ("portal.account.routes", "portal.files"),
    "agency": ("portal.agency.routes", "portal.agency.registration", "portal.agency.people", "portal.agency.findings"),
    "inspector": ("portal.inspector.routes",),
    "office": (
        "portal.office.home",
        "portal.office.applications",
        "portal.office.audits",
        "portal.office.decisions",
        "portal.office.certificates",
        "portal.office.schemes",
        "portal.office.people",
        "portal.office.promises",
    ),
}


def create_app(settings: Settings, doors: tuple[str, ...] = tuple(DOORS)) -> Flask:
    """Build the portal, or with `doors=("registry",)` the public register alone."""
    app = Flask(__name__, template_folder=str(TEMPLATES))
    app.config.update(SECRET_KEY=settings.secret_key, TESTING=settings.testing)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_bytes + 256 * 1024  # the file and the rest of its form
    app.config["MAX_FORM_MEMORY_SIZE"] = 4 * 1024 * 1024  # a pasted list of 50,000 references
    app.extensions["settings"] = settings
    if settings.proxies:  # the addresses of visitors, for the brakes: only what proxies of our own have said
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    for store in (database, queue, storage):
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
