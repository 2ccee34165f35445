"""Two registers of others with our data: Datasette, and a Flask application as tutorials write one."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from flask import Flask, abort, jsonify, render_template_string, request
from sqlalchemy import create_engine, or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from bench.builds import UV
from portal.host import processes

DATASETTE = "datasette==0.65.5"
TABLE = "agency"
COLUMNS = ("public_id", "legal_name", "city", "register_number", "status", "sector", "province", "housing")

PAGE = """<!doctype html><title>Register</title><h1>Agencies</h1>
<table>{% for a in agencies %}<tr><td><a href="/register/{{ a.public_id }}">{{ a.legal_name }}</a><td>{{ a.city }}
<td>{{ a.register_number }}<td>{{ a.state }}{% endfor %}</table><p>{{ total }}</p>"""
ENTRY = """<!doctype html><title>{{ a.legal_name }}</title><h1>{{ a.legal_name }}</h1>
<dl><dt>Number<dd>{{ a.register_number }}<dt>City<dd>{{ a.city }}<dt>Status<dd>{{ a.state }}</dl>"""


def write_sqlite(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    """Write our entries as a table with full-text search, and an index for each facet."""
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE {TABLE} ({', '.join(COLUMNS)}, PRIMARY KEY (public_id))")
        connection.executemany(f"INSERT INTO {TABLE} VALUES ({', '.join('?' * len(COLUMNS))})", rows)  # noqa: S608
        connection.execute(f"CREATE VIRTUAL TABLE {TABLE}_fts USING fts5(legal_name, city, content='{TABLE}')")
        connection.execute(f"INSERT INTO {TABLE}_fts ({TABLE}_fts) VALUES ('rebuild')")  # noqa: S608
        for column in COLUMNS[4:]:
            connection.execute(f"CREATE INDEX ix_{column} ON {TABLE} ({column})")
        connection.execute("ANALYZE")


def serve_datasette(stack: ExitStack, path: Path, port: int) -> int | None:
    """Serve the file as immutable, with Datasette in an environment of its own; None if it cannot be fetched."""
    uv = str(UV) if UV.exists() else shutil.which("uv")
    if uv is None:
        return None
    command = [uv, "run", "--no-project", "--isolated", "--quiet", "--with", DATASETTE]
    if subprocess.run([*command, "datasette", "--version"], capture_output=True, check=False).returncode:
        return None
    words = ["datasette", "serve", "-i", str(path), "--port", str(port), "--setting", "suggest_facets", "off"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([*command, *words], preexec_fn=processes.starter(), stdout=quiet, stderr=quiet)
    stack.callback(processes.stop, process)
    return process.pid


class Base(DeclarativeBase):
    pass


class Agency(Base):
    __tablename__ = "register_entry"

    agency_id: Mapped[str] = mapped_column(primary_key=True)
    public_id: Mapped[str]
    legal_name: Mapped[str]
    city: Mapped[str]
    register_number: Mapped[str]
    state: Mapped[str | None]


def app() -> Flask:
    """Return the application of the tutorials: entities, LIKE, count, OFFSET, templates."""
    engine = create_engine(os.environ["DATABASE_URL"])  # noqa: TID251 - an entry point
    flask = Flask(__name__)

    @flask.get("/register/<public_id>")
    def entry(public_id: str) -> str:
        with Session(engine) as session:
            found = session.scalar(select(Agency).where(Agency.public_id == public_id)) or abort(404)
            return render_template_string(ENTRY, a=found)

    @flask.get("/api/v1/agencies/<public_id>")
    def plain(public_id: str) -> Any:
        with Session(engine) as session:
            found = session.scalar(select(Agency).where(Agency.public_id == public_id)) or abort(404)
            return jsonify({name: getattr(found, name) for name in ("public_id", "legal_name", "city", "state")})

    @flask.get("/register")
    def search() -> str:
        like = f"%{request.args.get('q', '')}%"
        with Session(engine) as session:
            asked = session.query(Agency).filter(
                or_(Agency.legal_name.ilike(like), Agency.register_number == like[1:-1])
            )
            found = asked.order_by(Agency.legal_name).limit(20).all()
            return render_template_string(PAGE, agencies=found, total=asked.count())

    return flask


application = app() if "RIVAL_REGISTRY" in os.environ else None  # noqa: TID251
