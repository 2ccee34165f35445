"""Validate uploads by their content, never by name or stated type; a large one is never whole in memory."""

import logging
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar, cast

from flask import Flask, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from audits.applications.personal import MESSAGES as PERSONAL
from audits.applications.personal import Personal
from audits.applications.rules import check_file_name
from audits.core.errors import N_, RuleError
from audits.core.files import StoredFile
from portal.reader.client import RefusedError
from portal.reader.questions import judge_upload
from portal.settings import Settings, current_settings
from portal.stores import files, scanning

log = logging.getLogger(__name__)

V = TypeVar("V", bound=Callable[..., Any])

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "jfif": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "webp": "image/webp",
    "heic": "image/heic",
    "heif": "image/heif",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "csv": "text/csv",
    "txt": "text/plain",
    "eml": "message/rfc822",
    "msg": "application/vnd.ms-outlook",
}
ACCEPT = ",".join(f".{extension}" for extension in MEDIA_TYPES)
MOST_LARGE = 5  # of the largest that we take, in one request
MOST_AT_ONCE = 30  # as far as they fit in it
LONGEST_NAME = 100

_MEGA = 1024 * 1024
_LONGEST_EXTENSION = 10

_TYPE = N_(
    "The file %(name)s must be a PDF, a picture (JPEG, PNG, TIFF, WEBP, HEIC), an office file (XLSX, DOCX, ODS, ODT),"
    " CSV, TXT or a mail (EML, MSG). Save it in one of these forms."
)
_MISMATCH = N_(
    "The file %(name)s is not what its name says. Open it, and save it again in the form that its name says."
)
_COSTLY = N_("The file %(name)s is too complicated to check. Save it again in a simpler form.")
_BROKEN = N_("The file %(name)s is damaged and cannot be opened. Save it again and try once more.")
_INFECTED = N_("The file %(name)s holds a virus. We have not kept it. Have the computer that it comes from checked.")
_DISTRUSTED = N_(
    "The virus scanner cannot look into the file %(name)s. Take encryption and attached files out of it, and save it"
    " again."
)
_MESSAGES = {  # by the code of the reader's refusal
    "type": _TYPE,
    "mismatch": _MISMATCH,
    "broken": _BROKEN,
    "costly": _COSTLY,
    "scans": _COSTLY,
    "pixels": N_("The picture %(name)s has too many pixels. Make it smaller."),
    "frames": N_("The picture %(name)s moves, or has too many pages. Save it as one that stands still, or as a PDF."),
    "locked": N_("The file %(name)s is protected with a password. Take the password off."),
    "outward": N_("The file %(name)s sends or opens something by itself. Print it to a new PDF and use that one."),
    "active": N_(
        "The file %(name)s holds scripts, or attached files that we do not take."
        " Print it to a new PDF and use that one."
    ),
    "macros": N_("The file %(name)s holds macros or programs. Save it without them, for example as .xlsx or .docx."),
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A valid file: a safe name, the type of its content, and the file itself."""

    filename: str
    media_type: str
    size: int
    file: BinaryIO
    overruled: str | None = None  # why what looks like personal numbers in it is none

    def store(self, session: Session) -> StoredFile:
        """Store the bytes for a row of this transaction; return the reference that services take."""
        return StoredFile(files.keep(session, self.file), self.size, self.media_type, self.filename, self.overruled)


class PersonalError(RuleError):
    """A file looks as if it holds personal numbers. `is_sure`: of several kinds, which the office alone lets in."""

    sha256 = ""  # of a file that is sure

    def __init__(self, kinds: Sequence[Personal], name: str) -> None:
        super().__init__(PERSONAL[kinds[0]], "files", name=name)
        self.is_sure = len(kinds) > 1
        self.kinds, self.name = tuple(kinds), name


Admitted = Callable[[str], str]
"""Say why the office lets a file with this SHA-256 in; nothing if it does not."""


def _nothing(_: str) -> str:
    return ""


def init_app(app: Flask, settings: Settings) -> None:
    """Set the request limits of views that take files; must come before any code reads a form."""

    @app.before_request
    def make_room() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if getattr(view, "__takes_files__", False):
            request.max_content_length = longest_body(settings)


def longest_body(settings: Settings) -> int:
    """Return the most bytes of a request with files: more than allowed, so that we can say which one is too large."""
    return MOST_LARGE * (settings.max_evidence_bytes + _MEGA)


def takes_files(view: V) -> V:
    """Mark a view that takes files: it may read requests above the limit, to report that and keep what was typed."""
    view.__takes_files__ = True  # type: ignore[attr-defined]
    return view


def sift(
    files: Iterable[FileStorage], own_accounts: Sequence[str] = (), false_alarm: str = "", admitted: Admitted = _nothing
) -> tuple[list[Upload], list[RuleError]]:
    """Return the chosen files that are valid, and the refusals of the others, BusyError among them.

    `own_accounts` are bank accounts of the agency itself, which are no personal data of a worker.
    `false_alarm` says why what looks like personal numbers in a file is none, `admitted` why the office took a file in
    which there are several kinds.
    """
    chosen = [file for file in files if file.filename]
    good: list[Upload] = []
    refusals: list[RuleError] = []
    for file in chosen[:MOST_AT_ONCE]:
        try:
            good.append(_judge(file, own_accounts, false_alarm, admitted))
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


def _judge(file: FileStorage, own_accounts: Sequence[str], false_alarm: str, admitted: Admitted) -> Upload:
    largest = current_settings().max_evidence_bytes
    name = safe_name(file.filename or "")
    size = file.stream.seek(0, os.SEEK_END)
    file.stream.seek(0)
    if not size:
        raise _refusal(N_("The file %(name)s is empty."), name)
    if size > largest:
        raise _refusal(N_("The file %(name)s is larger than %(limit)s."), name, limit=f"{largest // _MEGA} MB")
    content = cast(BinaryIO, file.stream)
    overruled = None
    try:
        media_type = media_type_of(name, content, own_accounts)
    except PersonalError as alarm:
        if alarm.is_sure:
            alarm.sha256 = files.address_of(content)
            false_alarm = admitted(alarm.sha256)
        if not false_alarm:
            raise
        media_type, overruled = MEDIA_TYPES[name.rpartition(".")[2]], false_alarm
    _scan(name, content)
    return Upload(name, media_type, size, content, overruled)


def _scan(name: str, content: BinaryIO) -> None:
    """Raise RuleError at `files` for a file with a virus, and ScannerDownError while nobody can say."""
    try:
        scanning.scan(content)
    except scanning.InfectedError as found:
        log.warning("a file with a virus was refused", extra={"signature": found.signature})
        raise _refusal(_DISTRUSTED if found.is_heuristic else _INFECTED, name) from found
    except scanning.TooLargeError as error:
        raise _refusal(_COSTLY, name) from error
    except scanning.ScannerDownError as down:
        log.error("the virus scanner gives no answer: %s", down.why)  # told to the sender too
        raise


def media_type_of(name: str, file: BinaryIO, own_accounts: Sequence[str] = ()) -> str:
    """Return the type on which name and content agree; RuleError at `files`, PersonalError for personal numbers."""
    check_file_name(name)
    extension = name.rpartition(".")[2] if "." in name else ""
    if extension not in MEDIA_TYPES:
        raise _refusal(_TYPE, name)
    try:
        judged = judge_upload(file, extension, own_accounts)
    except RefusedError as refused:
        raise _refusal(_MESSAGES.get(refused.code, _BROKEN), name) from refused
    if judged.personal:
        raise PersonalError(judged.personal, name)
    return MEDIA_TYPES[extension]


def _refusal(message: str, name: str, **params: object) -> RuleError:
    return RuleError(message, "files", name=name, **params)
