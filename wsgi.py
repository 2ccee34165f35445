"""Entry points of a web server: `app` is the whole portal, `registry` the public register alone.

`registry` is meant to connect as kw_register, which reads what is public; its pages that write then answer 503.
"""

import os

from portal.app import DOORS, create_app
from portal.settings import Settings
from portal.stores import roles

_settings = Settings.from_env(os.environ)  # noqa: TID251 - the one place that reads the environment


def __getattr__(name: str):  # noqa: ANN202
    """Build only the application that is asked for."""
    doors = {"app": tuple(DOORS), "registry": ("registry",)}.get(name)
    if doors is None:
        raise AttributeError(name)
    roles.check_at_start(_settings.database_url)
    return create_app(_settings, doors)
