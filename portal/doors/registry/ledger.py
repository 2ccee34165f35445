"""The public log over HTTP: checkpoint, tiles, proofs, and the requests of witnesses."""

import gzip

from flask import Blueprint, Response, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.errors import NotFoundError
from certificates.ledger import queries, tiles
from certificates.ledger.notes import LONGEST_NOTE, NoteError, encode
from certificates.ledger.services import add_cosignatures
from certificates.ledger.witness import Refusal, RefusedError, cosign_checkpoint
from certificates.lifecycle.rules import is_number
from portal.settings import ROOT, current_settings
from portal.signing import ledger, ledger_file
from portal.signing.keys import current_keys
from portal.stores import database
from portal.web.access import public
from portal.web.errors import answer
from portal.web.security import open_to_pages

SHOWN = 20
VERIFIER = ROOT / "bin" / "keurwerk-verify"
_DUMP_SECONDS = 300
_LONGEST_BODY = 2 * LONGEST_NOTE
_YEAR = 365 * 24 * 3600
_RETRY = "60"
_FRESH = "public, no-cache"
_FOREVER = f"public, max-age={_YEAR}, immutable"
_OCTETS = "application/octet-stream"
# C2SP tlog-witness, add-checkpoint.
_STATUS = {
    Refusal.UNKNOWN_LOG: 404,
    Refusal.NOT_SIGNED: 403,
    Refusal.MALFORMED: 400,
    Refusal.OTHER_SIZE: 409,
    Refusal.INCONSISTENT: 422,
}


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module, which follow C2SP tlog-tiles and tlog-witness and are permanent."""
    bp.get(ledger.PREFIX)(log)
    bp.get(f"{ledger.PREFIX}/checkpoint")(checkpoint)
    bp.get(f"{ledger.PREFIX}/tile/<path:place>")(tile)
    bp.post(f"{ledger.PREFIX}/cosignatures")(cosign)
    bp.post(f"{ledger.WITNESS_PREFIX}/add-checkpoint")(add_checkpoint)
    bp.get(f"{ledger.PREFIX}/dump.zip")(ledger_dump)
    bp.get(f"{ledger.PREFIX}/keurwerk-verify")(verifier)
    bp.get("/certificates/<number>.tlog-proof")(proof)


@public
def log() -> ResponseReturnValue:
    """Show what the log is, its last checkpoints and their witnesses, and how to verify it."""
    session, settings = database.read(), current_settings()
    shown = queries.checkpoints(session, SHOWN)
    return render_template(
        "registry/ledger.html",
        origin=ledger.origin(settings),
        base=settings.public_url,
        checkpoints=shown,
        cosignatures=queries.cosignatures(session, [each.size for each in shown]),
        vkey=shown[0].vkey if shown else None,
        contact=settings.contact_email,
        encoded=encode,
        witness_name=ledger.witness_name(settings) if settings.ledger_witnessed else None,
    )


@public
def checkpoint() -> ResponseReturnValue:
    """Send the newest checkpoint with all cosignatures."""
    session = database.read()
    newest = queries.latest(session)
    return _missing("nothing was logged yet") if newest is None else _text(str(queries.note_of(session, newest)))


@public
def tile(place: str) -> ResponseReturnValue:
    """Send a tile or bundle of entries, as far as a checkpoint covers it."""
    session, asked = database.read(), tiles.parse(place)
    newest = queries.latest(session) if asked else None
    if asked is None or newest is None or not asked.lies_in(newest.size):
        return _missing("the log has no such tile")
    response = Response(queries.content(session, asked), mimetype=_OCTETS)
    response.headers["Cache-Control"] = _FOREVER
    return response if asked.level is not None else _compressed(response)


@public
def ledger_dump() -> ResponseReturnValue:
    """Send the archive of the log as a zip, from a file that is made once per checkpoint."""
    session = database.read(whole=True)
    newest = queries.latest(session)
    if newest is None:
        return _missing("nothing was logged yet")
    try:
        file = ledger_file.archive_file(session, newest, current_settings())
    except ledger_file.BeingMadeError:
        return answer(503, _("The archive of the log is being made. Ask again in a minute."), retry_after=int(_RETRY))
    name = f"keurwerk-ledger-{newest.size}.zip"
    response = send_file(file, mimetype="application/zip", as_attachment=True, download_name=name, conditional=True)
    response.headers["Cache-Control"] = f"max-age={_DUMP_SECONDS}"
    return response


@public
def verifier() -> ResponseReturnValue:
    """Send the verifier, a single file that needs nothing else of ours."""
    response = Response(VERIFIER.read_bytes(), mimetype="text/x-python")
    response.headers["Content-Disposition"] = f'attachment; filename="{VERIFIER.name}"'
    response.headers["Cache-Control"] = _FRESH
    return response


@public
def proof(number: str) -> ResponseReturnValue:
    """Send the offline proof for the newest entry about a certificate (C2SP tlog-proof)."""
    if not is_number(number):
        raise NotFoundError("There is no certificate with this number.")
    try:
        bundle = queries.tlog_proof(database.read(), number.upper())
    except queries.NotYetError:
        response = _missing("the newest entry is not under a signed checkpoint yet; that takes less than a minute")
        response.headers["Retry-After"] = _RETRY
        return response
    return _missing("the log knows no such certificate") if bundle is None else _text(bundle)


@public
def cosign() -> ResponseReturnValue:
    """Accept a cosignature of a known witness under one of our checkpoints."""
    try:
        with database.write() as session:
            count = add_cosignatures(session, _body(), ledger.witnesses(current_settings()))
    except NoteError as error:
        return _plain(f"{error}\n", 403)
    return _missing("this is no checkpoint of ours") if count is None else _plain(f"{count}\n", 200)


@public
def add_checkpoint() -> ResponseReturnValue:
    """Act as witness: cosign the checkpoint of another log (C2SP tlog-witness)."""
    settings = current_settings()
    try:
        with database.write() as session:
            name, witnessed = ledger.witness_name(settings), ledger.witnessed(settings)
            line = cosign_checkpoint(session, _body(), witnessed, name, lambda: current_keys().ledger_key)
    except RefusedError as error:
        if error.refusal is Refusal.OTHER_SIZE:
            return Response(f"{error.size}\n", 409, content_type="text/x.tlog.size")
        return _plain(f"{error.refusal}\n", _STATUS[error.refusal])
    return _plain(line, 200)


def describe(response: Response) -> Response:
    """Allow requests from all origins, for errors too."""
    return open_to_pages(response)


def is_ours(path: str) -> bool:
    """Return whether a path belongs to the log."""
    return path.startswith((f"{ledger.PREFIX}/", f"{ledger.WITNESS_PREFIX}/")) or path.endswith(".tlog-proof")


def _body() -> str:
    """Return the request body as text; a body that is too long or no text becomes an invalid note."""
    request.max_content_length = _LONGEST_BODY
    return request.get_data(cache=False).decode("utf-8", errors="replace")


def _compressed(response: Response) -> Response:
    """Compress entries for clients that accept it, as tlog-tiles advises; hashes do not compress."""
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0:
        response.data = gzip.compress(response.data, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    return response


def _text(content: str) -> Response:
    response = _plain(content, 200)
    response.headers["Cache-Control"] = _FRESH
    return response


def _plain(content: str, status: int) -> Response:
    return Response(content, status, content_type="text/plain; charset=utf-8")


def _missing(why: str) -> Response:
    return _plain(f"{why}\n", 404)
