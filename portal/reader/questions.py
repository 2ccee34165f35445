"""Ask the reader about untrusted files: the typed interface for the portal."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from audits.applications.personal import Personal
from audits.schemes.problems import Problem, SchemeError
from certificates.seal import SealOutcome, SealReason, SealReport
from portal.reader.client import LIMITS, RefusedError, reader
from portal.reader.confinement import Limits
from portal.sidecar.lanes import PEOPLE, PUBLIC, Lane

PRINTED_SIDE = 1000  # pixels; at 110 mm wide 230 dots an inch


@dataclass(frozen=True, slots=True)
class Judged:
    """What the reader found in a file that it takes: kinds of personal numbers, and whether it had to repair it."""

    personal: tuple[Personal, ...]
    repaired: bool


def judge_upload(file: BinaryIO, extension: str, own_accounts: Sequence[str] = ()) -> Judged:
    """Judge a file that somebody sends. RefusedError unless it is harmless and what `extension` says."""
    found = reader.ask(PEOPLE, "upload", file, extension=extension, own=list(own_accounts))
    return Judged(tuple(Personal(each) for each in found["personal"]), found["repaired"])


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a file to look at, without metadata; `extension` is "jpg" or "pdf"."""

    data: bytes
    extension: str


def copy_of(data: bytes, extension: str) -> Copy:
    """Return a copy of a picture or PDF to look at. RefusedError for a kind of file that has none."""
    made = reader.ask(PEOPLE, "copy", data, extension=extension)
    return Copy(base64.b64decode(made["data"]), made["extension"])


def picture_to_print(data: bytes, extension: str) -> bytes:
    """Return a JPEG of a picture as it is printed: upright, without metadata, no side longer than `PRINTED_SIDE`.

    RefusedError for a file that is no picture.
    """
    if extension == "pdf":
        raise RefusedError("type")
    made = reader.ask(PEOPLE, "copy", data, extension=extension, side=PRINTED_SIDE, pages=1)
    return base64.b64decode(made["data"])


def list_of(data: bytes, *, is_table: bool) -> str:
    """Return the references of a list, one per line. RefusedError if it is no text, no CSV and no workbook (.xlsx)."""
    return str(reader.ask(PEOPLE, "list", data, is_table=is_table))


def table_in(data: bytes, *, is_table: bool) -> Mapping[str, Any]:
    """Return the rows of a table with the kinds of their cells, as `audits.inspections.tables.Table` has them.

    RefusedError if it is no text, no CSV, no workbook (.xlsx) and no Open Document spreadsheet (.ods).
    """
    found: Mapping[str, Any] = reader.ask(PEOPLE, "table", data, is_table=is_table)
    return found


def cells_of(data: bytes) -> Mapping[str, Any]:
    """Return the cells of a workbook as text: `sheets` with their rows and `faults`, and `tokens` of the file.

    RefusedError if it is none (.xlsx or .ods), or locked.
    """
    found: Mapping[str, Any] = reader.ask(PEOPLE, "cells", data)
    return found


@dataclass(frozen=True, slots=True)
class NormDraft:
    """The draft of a scheme made from a norm of somebody else: its YAML, and what was lost with how often."""

    text: str
    requirements: int
    lost: Mapping[str, int]


def draft_from(data: bytes, base: str, *, lane: Lane = PEOPLE, limits: Limits = LIMITS) -> NormDraft:
    """Return the draft of a scheme from a CISO Assistant library or an OSCAL catalog. RefusedError.

    `base` is the source of a scheme of ours, whose rules the draft takes over.
    """
    return NormDraft(**reader.ask(lane, "catalogue", data, limits=limits, base=base))


def values_of_norm(data: bytes, *, lane: Lane = PEOPLE, limits: Limits = LIMITS) -> str:
    """Return the values of a scheme version, as JSON. SchemeError with all problems, RefusedError if it is not text."""
    found = reader.ask(lane, "norm", data, limits=limits)
    if found["problems"]:
        raise SchemeError([Problem(**{**each, "path": tuple(each["path"])}) for each in found["problems"]])
    return str(found["values"])


def examine_seal(
    pdf: bytes,
    roots: bytes | Sequence[bytes],
    *,
    distrusted: frozenset[str] = frozenset(),
    sealers: frozenset[str] | None = None,
    lane: Lane = PUBLIC,
) -> SealReport:
    """Examine a PDF from an untrusted sender. A file that exceeds the limits is TOO_COMPLEX."""
    pinned = [roots] if isinstance(roots, bytes) else list(roots)
    try:
        verdict = reader.ask(
            lane,
            "seal",
            pdf,
            roots=[base64.b64encode(root).decode() for root in pinned],
            distrusted=sorted(distrusted),
            sealers=None if sealers is None else sorted(sealers),
        )
        return SealReport.read(verdict)
    except (RefusedError, ValueError, KeyError, TypeError):
        return SealReport(SealOutcome.UNREADABLE, SealReason.TOO_COMPLEX)
