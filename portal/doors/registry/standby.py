"""Answer for single agencies from the last files while no database can be asked, and say as of when."""

import json
import mmap
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from flask import Response, current_app, jsonify, make_response, render_template, request

from audits.core import clock
from certificates.lifecycle.rules import Status
from portal.doors.registry.dumps import LINES, MANIFEST, home_of, made_at, newer_than
from portal.settings import current_settings

_PAGE, _DATA = "registry.entry", "registry.agency"
_LONGEST_NAME = 60


def answer_from_files() -> Response | None:
    """Return the entry or the facts of an agency as the last files have them; None for anything else."""
    if request.endpoint not in {_PAGE, _DATA} or current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        return None
    found = last_known(home_of(current_settings()), (request.view_args or {}).get("public_id", ""))
    if found is None:
        return None
    facts, moment = found
    response = jsonify(facts) if request.endpoint == _DATA else _page(facts, moment)
    response.headers["Last-Modified"] = format_datetime(moment, usegmt=True)
    response.headers["Warning"] = '110 - "Response is Stale"'
    response.headers["Cache-Control"] = "no-store"
    return response


def last_known(home: Path, public_id: str) -> tuple[dict[str, Any], datetime] | None:
    """Return the facts of an agency by the last files, and as of when; None if they do not know it.

    Who is in no file may be certified a moment ago: of them nothing is said.
    """
    try:
        sets = [each for each in home.iterdir() if (each / MANIFEST).is_file()]
        if not sets:
            return None
        newest = max(sets, key=made_at)
        newer, moment = newer_than(newest), made_at(newest)
        line = None
        if newer.is_file():  # what it lacks has not changed since the set was made
            line, moment = _line(newer, public_id.lower()), max(moment, made_at(newer))
        line = line or _line(newest / LINES, public_id.lower())
    except OSError:
        return None
    at = datetime.fromtimestamp(moment, UTC).replace(microsecond=0)
    return (as_of(json.loads(line), clock.today()), at) if line else None


def as_of(facts: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return the facts with a status that ends by the calendar, which needs no database."""
    mark = facts["certificate"]
    until = date.fromisoformat(mark["validUntil"]) if mark else today
    if not facts["reliable"] or until >= today:
        return dict(facts)
    ended = {"status": Status.EXPIRED.value, "reliable": False, "exceptedScope": None}
    return dict(facts) | ended | {"statusSince": (until + timedelta(days=1)).isoformat()}


def _line(path: Path, public_id: str) -> bytes | None:
    if not public_id or len(public_id) > _LONGEST_NAME or not path.stat().st_size:
        return None
    begin = b'{"publicId":' + json.dumps(public_id).encode() + b","
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        if held[: len(begin)] != begin:
            before = held.find(b"\n" + begin)
            if before < 0:
                return None
            held.seek(before + 1)
        return held.readline()


def _page(facts: Mapping[str, Any], moment: datetime) -> Response:
    since = facts["statusSince"]
    return make_response(
        render_template(
            "registry/standby.html",
            facts=facts,
            moment=moment,
            status=Status(facts["status"]),
            since=date.fromisoformat(since) if since else None,
            until=date.fromisoformat(facts["certificate"]["validUntil"]) if facts["certificate"] else None,
        )
    )
