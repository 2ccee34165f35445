"""The application factory: create the Flask application and register its parts in order."""

from importlib import import_module

from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from audits.core import clock
from portal.doors.account import login
from portal.forms import uploads
from portal.language import i18n, labels
from portal.settings import Settings
from portal.stores import database, files, queue
from portal.web import (
    access,
    errors,
    health,
    metrics,
    navigation,
    security,
    templating,
    watching,
)
from portal.web.requests import Application, refuse_fault

# One blueprint per kind of person; `registry` can be served alone.
DOORS = ("registry", "account", "agency", "inspector", "office")


def create_app(settings: Settings, doors: tuple[str, ...] = DOORS) -> Application:
    """Build the portal, or with `doors=("registry",)` the public register alone."""
    if settings.clock_file:
        clock.follow(settings.clock_file)
    app = Application(__name__, template_folder=str(templating.TEMPLATES))
    app.config.update(SECRET_KEY=settings.secret_key, TESTING=settings.testing)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_bytes + 256 * 1024  # a file and other fields
    app.config["MAX_FORM_MEMORY_SIZE"] = 4 * 1024 * 1024  # a pasted list of 50,000 references
    app.extensions["settings"] = settings
    if settings.proxies:  # trust client addresses from configured proxies only; the throttles count by address
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    app.longest_body = uploads.longest_body(settings)
    watching.init_app(app, settings)  # before any other hook
    app.before_request(refuse_fault)
    for store in (database, queue, files):
        store.init_app(app, settings)
    for page in (templating, i18n, labels, errors):
        page.init_app(app)
    navigation.init_app(app, settings)
    security.init_app(app, settings)
    uploads.init_app(app, settings)  # before any code reads a form
    CSRFProtect(app)
    login.init_app(app)
    access.init_app(app)
    health.init_app(app)
    metrics.init_app(app)
    for door in doors:
        for blueprint in import_module(f"portal.doors.{door}.routes").blueprints:
            app.register_blueprint(blueprint)
    access.check_routes(app)
    return app
