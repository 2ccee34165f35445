"""Entry points of a web server: the whole portal, the public register alone, and the portal for developers.

`registry` connects as kw_register, the others as kw_app.
"""

import os

from portal.app import DOORS, create_app
from portal.settings import settings_or_exit
from portal.sight import logs, meters
from portal.stores import roles
from portal.web.kept_pages import keep_pages
from portal.web.requests import Application
from portal.web.statements import show_statements

_settings = settings_or_exit(os.environ)  # noqa: TID251 - the one place that reads the environment
logs.set_up("web", _settings)
meters.set_up(_settings)


def __getattr__(name: str) -> Application:
    """Build only the application that is asked for."""
    doors = {"app": tuple(DOORS), "registry": ("registry",), "dev": tuple(DOORS)}.get(name)
    if doors is None:
        raise AttributeError(name)
    roles.check_at_start(_settings.database_url, roles.REGISTER if name == "registry" else roles.APP)
    portal = create_app(_settings, doors)
    if name != "dev":
        keep_pages(portal)
    else:
        portal.jinja_env.auto_reload = True
        show_statements(portal)
    return portal
