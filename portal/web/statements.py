"""Show the number of SQL statements in the footer of pages; `make dev` only, to reveal queries in loops."""

from typing import Any

from flask import Flask, Response, g, has_app_context
from sqlalchemy import event

FOOT = "</footer>"


def show_statements(app: Flask) -> None:
    """Count statements per request, and show the number on every HTML page with a footer."""
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
