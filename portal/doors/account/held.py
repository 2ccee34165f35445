"""Keep what somebody sends after their session ended, and put it back into the same page once they sign in again.

The row and the files are encrypted with a key that only the cookie of that browser has, and the row is shown to the
same person alone. Nothing else names the files, so that they are in no backup and the store collects what is left.
"""

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from flask import Flask, Response, g, request, session
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict

from audits.core import clock
from portal.doors.account.models import HeldForm
from portal.doors.account.rules import HELD_FOR, never_held
from portal.forms.uploads import safe_name
from portal.stores import database, files

PLACE = "held"
_PIECE = 64 * 1024
_IN_MEMORY = 1024 * 1024
_NONCE = 12
_KEY = 32  # bytes: one key for the fields, one for the files
_START = 16
_ERROR = 400


@dataclass(frozen=True, slots=True)
class File:
    """A file that was chosen, as it stands in the store: encrypted."""

    field: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PutBack:
    """What was sent before the person signed in again."""

    fields: MultiDict[str, str]
    files: Sequence[File]


@dataclass(frozen=True, slots=True)
class _Mark:
    """What the cookie says of a form that is held: its key, the page it was typed on, and where it was sent."""

    id: UUID
    key: bytes
    page: str
    sent_to: str


def init_app(app: Flask) -> None:
    """Put back what was held, and forget it once it is sent again."""
    app.before_request(_put_back)
    app.after_request(_forget_sent)


def hold(person_id: UUID, page: str) -> bool:
    """Keep the form of this request for the person whose session ended; return whether there is anything to keep."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if not never_held(name)]
    chosen = [(name, file) for name, file in request.files.items(multi=True) if file.filename]
    if not fields and not chosen:
        return False
    key, nonce, held_id = secrets.token_bytes(2 * _KEY), secrets.token_bytes(_NONCE), uuid4()
    with database.write() as db:
        kept = [(name, safe_name(file.filename or ""), _keep(db, file.stream, key)) for name, file in chosen]
        sealed = nonce + AESGCM(key[:_KEY]).encrypt(nonce, json.dumps([fields, kept]).encode(), held_id.bytes)
        db.add(HeldForm(id=held_id, person_id=person_id, held_at=clock.now(), sealed=sealed))
    session[PLACE] = [str(held_id), b64encode(key).decode(), page, request.full_path.rstrip("?")]
    return True


def page() -> str | None:
    """Return the page on which the held form was typed."""
    mark = _marked()
    return mark.page if mark else None


def forget() -> None:
    """Drop what is held for the person of this request: without its key nobody can read the row any more."""
    mark = _marked()
    session.pop(PLACE, None)
    held = _open(mark) if mark else None
    for file in held.files if held else ():
        files.store().remove(file.sha256)


def _marked() -> _Mark | None:
    mark = session.get(PLACE)
    return _Mark(UUID(mark[0]), b64decode(mark[1]), *mark[2:]) if mark else None


def _open(mark: _Mark) -> PutBack | None:
    """Return what is held, or None for another person and after its term."""
    since = clock.now() - HELD_FOR
    row = database.read().scalar(select(HeldForm).where(HeldForm.id == mark.id, HeldForm.held_at > since))
    if row is None:
        return None
    plain = AESGCM(mark.key[:_KEY]).decrypt(row.sealed[:_NONCE], row.sealed[_NONCE:], mark.id.bytes)
    fields, kept = json.loads(plain)
    return PutBack(MultiDict(fields), [File(*each) for each in kept])


def _put_back() -> None:
    """Give the forms of this page what was typed, or add the files to what is sent now."""
    if not request.cookies or request.endpoint in {None, "static"} or request.blueprint == "registry":
        return
    mark = _marked()
    if mark is None or not current_user.is_authenticated:
        return
    shows = request.method == "GET" and request.path == urlsplit(mark.page).path
    sends = request.method == "POST" and request.path == urlsplit(mark.sent_to).path
    held = _open(mark) if shows or sends else None
    if held and shows:
        g.put_back = held
    elif held and held.files:
        chosen = [(file.field, _file(file, mark.key)) for file in held.files]
        request.__dict__["files"] = ImmutableMultiDict([*request.files.items(multi=True), *chosen])


def _forget_sent(response: Response) -> Response:
    """Forget what was held once it is sent again and accepted."""
    mark = session.get(PLACE) if request.method == "POST" and request.cookies else None
    sent = mark and request.path == urlsplit(mark[3]).path and response.status_code < _ERROR
    if sent and current_user.is_authenticated:
        forget()
    return response


def _file(file: File, key: bytes) -> FileStorage:
    stored = files.store().get(file.sha256)
    whole = _cipher(key, stored[:_START]).update(stored[_START:])
    return FileStorage(BytesIO(whole), filename=file.name, name=file.field)


def _keep(db: Session, plain: IO[bytes], key: bytes) -> str:
    """Store a file encrypted, piece by piece; its address in the store says whether it was changed."""
    start = secrets.token_bytes(_START)
    cipher = _cipher(key, start)
    with SpooledTemporaryFile(_IN_MEMORY) as sealed:
        sealed.write(start)
        plain.seek(0)
        while piece := plain.read(_PIECE):
            sealed.write(cipher.update(piece))
        return files.keep(db, cast(BinaryIO, sealed))


def _cipher(key: bytes, start: bytes) -> CipherContext:
    return Cipher(AES(key[_KEY:]), CTR(start)).encryptor()
