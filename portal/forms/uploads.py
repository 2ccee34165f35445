"""Validate uploads by their content, never by name or stated type; nothing is stored unless all are valid."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from audits.applications.rules import check_file_name
from audits.core.errors import N_, RuleError
from audits.core.files import StoredFile
from portal.reader.client import RefusedError
from portal.reader.questions import check_upload
from portal.settings import Settings, current_settings
from portal.stores import files

V = TypeVar("V", bound=Callable[..., Any])

ACCEPT = ".pdf,.png,.jpg,.jpeg"
MOST_AT_ONCE = 5
LONGEST_NAME = 100

_MEGA = 1024 * 1024
_LONGEST_EXTENSION = 10

_MISMATCH = N_("The file %(name)s is not what its name says. Save it again as a PDF, PNG or JPEG.")
_COSTLY = N_("The file %(name)s is too complicated to check. Save it again in a simpler form.")
_BROKEN = N_("The file %(name)s is damaged and cannot be opened. Save it again and try once more.")
_MESSAGES = {  # by the code of the reader's refusal
    "mismatch": _MISMATCH,
    "broken": _BROKEN,
    "costly": _COSTLY,
    "scans": _COSTLY,
    "pixels": N_("The picture %(name)s has too many pixels. Make it smaller."),
    "frames": N_("The picture %(name)s moves. Save it as a picture that stands still."),
    "locked": N_("The file %(name)s is protected with a password. Take the password off."),
    "outward": N_("The file %(name)s sends or opens something by itself. Print it to a new PDF and use that one."),
    "active": N_("The file %(name)s holds scripts or attached files. Print it to a new PDF and use that one."),
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A valid file: a safe name, the type of its content, and its bytes."""

    filename: str
    media_type: str
    data: bytes

    def store(self, session: Session) -> StoredFile:
        """Store the bytes for a row of this transaction; return the reference that services take."""
        sha256 = files.keep(session, self.data)
        return StoredFile(sha256, len(self.data), self.media_type, self.filename)


def init_app(app: Flask, settings: Settings) -> None:
    """Set the request limits of views that take files; must come before any code reads a form."""

    @app.before_request
    def make_room() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if getattr(view, "__takes_files__", False):
            request.max_content_length = longest_body(settings)


def longest_body(settings: Settings) -> int:
    """Return the most bytes of a request with files: more than allowed, so that we can say which one is too large."""
    return MOST_AT_ONCE * (settings.max_upload_bytes + _MEGA)


def takes_files(view: V) -> V:
    """Mark a view that takes files: it may read requests above the limit, to report that and keep what was typed."""
    view.__takes_files__ = True  # type: ignore[attr-defined]
    return view


def accept(files: Iterable[FileStorage]) -> list[Upload]:
    """Validate all chosen files; nothing is stored.

    RuleError at `files` for the first invalid one, BusyError when the machine has no time to open them.
    """
    good, refusals = sift(files)
    if refusals:
        raise refusals[0]
    return good


def sift(files: Iterable[FileStorage]) -> tuple[list[Upload], list[RuleError]]:
    """Return the chosen files that are valid, and the refusals of the others, BusyError among them."""
    chosen = [file for file in files if file.filename]
    good: list[Upload] = []
    refusals: list[RuleError] = []
    for file in chosen[:MOST_AT_ONCE]:
        try:
            good.append(_judge(file))
        except RuleError as refusal:
            refusals.append(refusal)
    if len(chosen) > MOST_AT_ONCE:
        refusals.append(RuleError("Choose at most %(max)d files at a time.", "files", max=MOST_AT_ONCE))
    return good, refusals


def safe_name(name: str) -> str:
    """Return the last part of a path without control and special characters; never empty."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] not in "CZ" or sign == " ")
    name = re.sub(r'[<>:"|?*]', "_", " ".join(name.split())).rstrip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    extension = extension[:_LONGEST_EXTENSION].lower()
    stem = stem.strip(". ")[: LONGEST_NAME - _LONGEST_EXTENSION - 1] or "file"
    return f"{stem}{dot}{extension}"


def _judge(file: FileStorage) -> Upload:
    settings = current_settings()
    name = safe_name(file.filename or "")
    data = file.stream.read(settings.max_upload_bytes + 1)
    if not data:
        raise _refusal(N_("The file %(name)s is empty."), name)
    if len(data) > settings.max_upload_bytes:
        raise _refusal(
            N_("The file %(name)s is larger than %(limit)s."), name, limit=f"{settings.max_upload_bytes // _MEGA} MB"
        )
    return Upload(name, media_type_of(name, data), data)


def media_type_of(name: str, data: bytes) -> str:
    """Return the type on which name, signature and content agree; RuleError at `files` otherwise."""
    check_file_name(name)
    kinds = {
        "pdf": (b"%PDF-", "application/pdf"),
        "png": (b"\x89PNG\r\n\x1a\n", "image/png"),
        "jpg": (b"\xff\xd8\xff", "image/jpeg"),
        "jpeg": (b"\xff\xd8\xff", "image/jpeg"),
    }
    extension = name.rpartition(".")[2] if "." in name else ""
    if extension not in kinds:
        raise _refusal(N_("The file %(name)s must be a PDF, PNG or JPEG."), name)
    magic, media_type = kinds[extension]
    if not data.startswith(magic):
        raise _refusal(_MISMATCH, name)
    try:
        check_upload(data, media_type)
    except RefusedError as refused:
        raise _refusal(_MESSAGES.get(refused.code, _BROKEN), name) from refused
    return media_type


def _refusal(message: str, name: str, **params: object) -> RuleError:
    return RuleError(message, "files", name=name, **params)
