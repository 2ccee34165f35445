"""Put the cache of public pages in front of an application."""

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from audits.core import clock
from certificates.register.position import position
from portal.web.page_cache import PageCache, Position


def keep_pages(app: Flask) -> None:
    """Answer anonymous visitors of public pages from memory while nothing has changed."""
    engine = app.extensions["engine"].execution_options(isolation_level="AUTOCOMMIT")

    def now_at() -> Position | None:
        try:
            with engine.connect() as connection:
                return tuple(position(connection))
        except SQLAlchemyError:
            return None  # the application says in words that the register is not available

    app.wsgi_app = PageCache(app.wsgi_app, now_at, clock.today)  # type: ignore[method-assign]
