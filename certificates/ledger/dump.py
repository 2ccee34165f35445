"""Write the archive of the log, which lets anybody verify everything offline: a zip, streamed while it is built.

`docs/ledger.md` describes its contents; `bin/keurwerk-verify` reads it.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import RawIOBase
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.ledger import tiles
from certificates.ledger.entries import moment
from certificates.ledger.models import SignedCheckpoint
from certificates.ledger.notes import Vkey
from certificates.ledger.queries import content, note_of

FORMAT = 1
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Data that verification needs beside the log.

    `roots` are certificates in DER, `jwks` is a JWK set; `credentials` gives (number, vc+jwt) and `status_lists` gives
    (address, vc+jwt).
    """

    issuer: str
    witnesses: Sequence[Vkey]
    roots: Sequence[bytes]
    jwks: Mapping[str, Any]
    credentials: Iterable[tuple[str, str]]
    status_lists: Iterable[tuple[str, str]]


def write(session: Session, checkpoint: SignedCheckpoint, around: Surroundings) -> Iterator[bytes]:
    """Yield the archive of the log at this checkpoint in pieces; at most one tile is in memory."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, parts in _members(session, checkpoint, around):
            info = zipfile.ZipInfo(name, checkpoint.signed_at.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as member:
                for part in parts:
                    member.write(part)
                    yield from pipe.take()
    yield from pipe.take()


def _members(
    session: Session, checkpoint: SignedCheckpoint, around: Surroundings
) -> Iterator[tuple[str, Iterable[bytes]]]:
    yield "manifest.json", [_json(_manifest(session, checkpoint, around))]
    yield "roots.pem", [x509.load_der_x509_certificate(root).public_bytes(Encoding.PEM) for root in around.roots]
    yield "jwks.json", [_json(around.jwks)]
    yield "credentials.jsonl", (_json({"number": number, "credential": text}) for number, text in around.credentials)
    yield "status-lists.jsonl", (_json({"url": url, "credential": text}) for url, text in around.status_lists)
    yield "ledger/checkpoint", [str(note_of(session, checkpoint)).encode()]
    yield "ledger/checkpoints.jsonl", _checkpoints(session, checkpoint.size)
    for tile in tiles.tiles_of(checkpoint.size):
        yield f"ledger/{tile.path}", [content(session, tile)]


def _manifest(session: Session, checkpoint: SignedCheckpoint, around: Surroundings) -> dict[str, Any]:
    vkeys = session.scalars(select(SignedCheckpoint.vkey).distinct())
    return {
        "format": FORMAT,
        "issuer": around.issuer,
        "origin": Vkey.parse(checkpoint.vkey).name,
        "size": checkpoint.size,
        "signed_at": moment(checkpoint.signed_at),
        "vkeys": sorted(vkeys),
        "witnesses": [str(each) for each in around.witnesses],
    }


def _checkpoints(session: Session, size: int) -> Iterator[bytes]:
    query = select(SignedCheckpoint).where(SignedCheckpoint.size <= size).order_by(SignedCheckpoint.size)
    with session.scalars(query.execution_options(yield_per=_AT_ONCE)) as found:
        for each in found:
            yield _json({"size": each.size, "note": each.note})


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


class _Pipe(RawIOBase):
    """A write-only file object for zipfile whose output is taken piece by piece. Not seekable, so zipfile streams."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: Any, /) -> int:
        """Buffer bytes until they are taken."""
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> list[bytes]:
        """Return and clear the bytes written since the last call."""
        taken, self._parts = self._parts, []
        return taken
