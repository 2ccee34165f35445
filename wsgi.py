"""Entry points of a web server: `app` is the whole portal, `registry` the public register alone."""

import os

from portal.app import create_app
from portal.settings import Settings

_settings = Settings.from_env(os.environ)  # noqa: TID251 - the one place that reads the environment


def __getattr__(name: str):  # noqa: ANN202
    """Build only the application that is asked for."""
    if name == "app":
        return create_app(_settings)
    if name == "registry":
        return create_app(_settings, doors=("registry",))
    raise AttributeError(name)
