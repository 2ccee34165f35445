"""Put the cache of public pages in front of an application."""

from sqlalchemy.exc import SQLAlchemyError

from audits.core import clock
from certificates.register.position import position
from portal.web.page_cache import PageCache, Position
from portal.web.quick import QuickAnswers
from portal.web.requests import Application


def keep_pages(app: Application) -> None:
    """Answer anonymous visitors of public pages from memory while nothing has changed."""
    engine = app.extensions["engine"].execution_options(isolation_level="AUTOCOMMIT")

    def now_at() -> Position | None:
        try:
            with engine.connect() as connection:
                found = tuple(position(connection))
                return Position(found[:-2], found[-2], found[-1])
        except SQLAlchemyError:
            return None  # the application says in words that the register is not available

    pages = PageCache(QuickAnswers(app, app.wsgi_app), now_at, clock.today)
    app.wsgi_app = pages  # type: ignore[method-assign]
    app.at_hand = pages.at_hand
    app.extensions["position"] = pages.known
