"""Validate uploads by their content, never by name or stated type; nothing is stored unless all are valid."""

import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeVar

import pikepdf
from flask import Flask, request
from PIL import Image, ImageFile
from werkzeug.datastructures import FileStorage

from audits.applications.rules import check_file_name
from audits.core.errors import N_, RuleError
from audits.core.files import StoredFile
from portal.settings import Settings, current_settings
from portal.stores import files

V = TypeVar("V", bound=Callable[..., Any])

ACCEPT = ".pdf,.png,.jpg,.jpeg"
MOST_AT_ONCE = 5
MOST_PIXELS = 50_000_000  # pixels; the largest photos of present telephones
MOST_OBJECTS = 200_000
LONGEST_NAME = 100

_MEGA = 1024 * 1024
_UNPACKED = 100 * _MEGA  # maximum size of an unpacked PDF stream
_ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/GoToE", "/RichMediaExecute"}
_SCRIPTS = {"/JS", "/JavaScript", "/XFA"}
_ATTACHABLE = (".xml", ".csv", ".txt")  # electronic invoices attach their data in this way
_DEEPEST = 50
_LONGEST_EXTENSION = 10


@dataclass(frozen=True, slots=True)
class Upload:
    """A valid file: a safe name, the type of its content, and its bytes."""

    filename: str
    media_type: str
    data: bytes

    def store(self) -> StoredFile:
        """Store the bytes; return the reference that services take."""
        sha256 = files.store().put(self.data)
        return StoredFile(sha256, len(self.data), self.media_type, self.filename)


def init_app(app: Flask, settings: Settings) -> None:
    """Set the request limits of views that take files; must come before any code reads a form."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=_UNPACKED, run_length_max_memory=_UNPACKED, png_max_memory=_UNPACKED, dct_max_memory=_UNPACKED
    )

    @app.before_request
    def make_room() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if getattr(view, "__takes_files__", False):
            request.max_content_length = MOST_AT_ONCE * (settings.max_upload_bytes + _MEGA)


def takes_files(view: V) -> V:
    """Mark a view that takes files: it may read requests above the limit, to report that and keep what was typed."""
    view.__takes_files__ = True  # type: ignore[attr-defined]
    return view


def accept(files: Iterable[FileStorage]) -> list[Upload]:
    """Validate all chosen files. RuleError at `files` for the first invalid one; nothing is stored."""
    chosen = [file for file in files if file.filename]
    if len(chosen) > MOST_AT_ONCE:
        raise RuleError("Choose at most %(max)d files at a time.", "files", max=MOST_AT_ONCE)
    return [_judge(file) for file in chosen]


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
    kinds: dict[str, tuple[bytes, str, Callable[[str, bytes], None]]] = {
        "pdf": (b"%PDF-", "application/pdf", _check_pdf),
        "png": (b"\x89PNG\r\n\x1a\n", "image/png", _check_picture),
        "jpg": (b"\xff\xd8\xff", "image/jpeg", _check_picture),
        "jpeg": (b"\xff\xd8\xff", "image/jpeg", _check_picture),
    }
    extension = name.rpartition(".")[2] if "." in name else ""
    if extension not in kinds:
        raise _refusal(N_("The file %(name)s must be a PDF, PNG or JPEG."), name)
    magic, media_type, check = kinds[extension]
    if not data.startswith(magic) or zipfile.is_zipfile(BytesIO(data)):
        raise _refusal(N_("The file %(name)s is not what its name says. Save it again as a PDF, PNG or JPEG."), name)
    check(name, data)
    return media_type


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Treat every exception of a parser as a damaged file: no list of its exceptions is complete."""
    try:
        yield
    except RuleError:
        raise
    except Image.DecompressionBombError as bomb:
        raise _refusal(N_("The picture %(name)s has too many pixels. Make it smaller."), name) from bomb
    except pikepdf.PasswordError as locked:
        raise _refusal(N_("The file %(name)s is protected with a password. Take the password off."), name) from locked
    except Exception as broken:
        raise _broken(name) from broken


def _check_picture(name: str, data: bytes) -> None:
    kind = "PNG" if data.startswith(b"\x89PNG") else "JPEG"
    with _reading(name):
        ImageFile.LOAD_TRUNCATED_IMAGES = False  # a switch for the whole process, which WeasyPrint turns on
        with Image.open(BytesIO(data), formats=(kind,)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            if kind == "PNG":
                picture.verify()  # verifies checksums; the image object is unusable afterwards
        with Image.open(BytesIO(data), formats=(kind,)) as picture:
            picture.draft("RGB", (1024, 1024))  # decode a JPEG at a fraction of its size
            picture.load()


def _check_pdf(name: str, data: bytes) -> None:
    with _reading(name), pikepdf.open(BytesIO(data), attempt_recovery=False) as pdf:
        if not len(pdf.pages) or len(pdf.objects) > MOST_OBJECTS:
            raise _broken(name)
        if any(_is_active(part) for found in pdf.objects for part in _parts(found)):
            raise _refusal(
                N_("The file %(name)s holds scripts or attached files. Print it to a new PDF and use that one."), name
            )


def _parts(found: Any, depth: int = 0) -> Iterator[pikepdf.Dictionary | pikepdf.Stream]:
    """Yield all dictionaries within this object; indirect references are visited as objects of their own."""
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        yield found
        inner = [found.get(key) for key in found.keys()]  # noqa: SIM118  # a stream cannot be walked otherwise
    elif isinstance(found, pikepdf.Array):
        inner = list(found)
    else:
        return
    for each in inner:
        if isinstance(each, pikepdf.Object) and each.objgen == (0, 0):
            yield from _parts(each, depth + 1)


def _is_active(part: pikepdf.Dictionary | pikepdf.Stream) -> bool:
    names = set(part.keys())
    if _SCRIPTS & names or str(part.get("/S", "")) in _ACTIONS:
        return True
    if "/EF" in names:
        attached = str(part.get("/UF", part.get("/F", "")))
        return not attached.lower().endswith(_ATTACHABLE)
    return False


def _broken(name: str) -> RuleError:
    return _refusal(N_("The file %(name)s is damaged and cannot be opened. Save it again and try once more."), name)


def _refusal(message: str, name: str, **params: object) -> RuleError:
    return RuleError(message, "files", name=name, **params)
