"""Entry points of a web server: the whole portal, the public register alone, and the portal for developers."""

import os

from flask import Flask

from portal.app import create_app
from portal.settings import settings_or_exit
from portal.sight import logs
from portal.web.statements import show_statements

_settings = settings_or_exit(os.environ)  # noqa: TID251 - the one place that reads the environment
logs.set_up("web", _settings)


def __getattr__(name: str) -> Flask:
    """Build only the application that is asked for."""
    if name == "app":
        return create_app(_settings)
    if name == "registry":
        return create_app(_settings, doors=("registry",))
    if name == "dev":
        portal = create_app(_settings)
        portal.jinja_env.auto_reload = True
        show_statements(portal)
        return portal
    raise AttributeError(name)
