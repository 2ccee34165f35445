"""How many SQL statements a page took, at its foot; for `make dev` only, so that a loop of queries is seen at once."""

from typing import Any

from flask import Flask, Response, g, has_app_context
from sqlalchemy import event

FOOT = "</footer>"


def show_statements(app: Flask) -> None:
    """Count from now on, and say it on every page of HTML that has a foot."""
    engine = app.extensions["sessionmaker"].kw["bind"]
    event.listen(engine, "before_cursor_execute", _count)
    app.after_request(_tell)


def _count(*_: Any) -> None:
    if has_app_context():
        g.statements = g.get("statements", 0) + 1


def _tell(response: Response) -> Response:
    if response.mimetype == "text/html" and not response.direct_passthrough:
        line = f'<p class="govuk-width-container govuk-body-s">SQL statements: {g.get("statements", 0)}</p>'
        response.set_data(response.get_data(as_text=True).replace(FOOT, line + FOOT))
    return response
