"""Put the cache of public pages in front of an application."""

import time

from sqlalchemy.exc import SQLAlchemyError

from audits.core import clock
from certificates.register.position import position
from certificates.register.search.frequent import common
from portal.web.page_cache import PageCache, Position
from portal.web.quick import QuickAnswers
from portal.web.requests import Application

LEARN_SECONDS = 3600
"""How often a process learns which words are common: only that tells the search what is quick."""


def keep_pages(app: Application) -> None:
    """Answer anonymous visitors of public pages from memory while nothing has changed."""
    engine = app.extensions["engine"].execution_options(isolation_level="AUTOCOMMIT")

    learns_at = time.monotonic()

    def now_at() -> Position | None:
        nonlocal learns_at
        try:
            with engine.connect() as connection:
                found = tuple(position(connection))
                if time.monotonic() >= learns_at:
                    learns_at = time.monotonic() + LEARN_SECONDS
                    common.learn(connection)
                return Position(found[:-2], found[-2], found[-1])
        except SQLAlchemyError:
            return None  # the application says in words that the register is not available

    pages = PageCache(QuickAnswers(app, app.wsgi_app), now_at, clock.today)
    app.wsgi_app = pages  # type: ignore[method-assign]
    app.at_hand = pages.at_hand
    app.extensions["position"] = pages.known
