"""Judge a file that somebody sends: whether it is what it says, and harmless, and holds no personal numbers."""

import logging
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

from audits.applications.personal import personal_in
from portal.reader.room import archives, outlook, papers, pictures, texts
from portal.reader.room.refusal import RefusedError

_DEEPEST = 2  # files within files

logging.getLogger("pypdfium2").setLevel(logging.ERROR)


def judge(data: bytes, *, extension: str, own: list[str]) -> dict[str, Any]:
    """Return the kinds of personal numbers in it, and whether a reader had to repair it. RefusedError."""
    text, repaired = _judge(data, extension, 0)
    return {"personal": [str(each) for each in personal_in(text, own=own)], "repaired": repaired}


def _judge(data: bytes, extension: str, depth: int) -> tuple[str, bool]:
    if depth > _DEEPEST:
        raise RefusedError("costly")

    def inside(name: str, content: bytes) -> str:
        return _judge(content, name.rpartition(".")[2].lower(), depth + 1)[0]

    if extension in pictures.KINDS:
        pictures.check(data, kind=pictures.KINDS[extension])
        return "", False
    if extension == "pdf":
        return papers.check(data, inside)
    if extension in archives.KINDS:
        return archives.check(data, extension), False
    if extension == "msg":
        return outlook.check(data, inside), False
    return _text(data, extension, inside), False


def _text(data: bytes, extension: str, inside: Callable[[str, bytes], str]) -> str:
    if extension not in {"csv", "txt", "eml"}:
        raise RefusedError("type")
    if zipfile.is_zipfile(BytesIO(data)) and extension != "eml":
        raise RefusedError("mismatch")
    return texts.check_mail(data, inside) if extension == "eml" else texts.check(data)
