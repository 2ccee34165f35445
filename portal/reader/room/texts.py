"""Validate text, tables as text, and mails."""

import email
import email.policy
import encodings.cp1252
import encodings.utf_8_sig
import encodings.utf_16  # noqa: F401  # import them now; a confined process cannot
from collections.abc import Callable
from email.message import Message

from portal.reader.room.refusal import RefusedError

MOST_ATTACHMENTS = 30
_BYTE_ORDERS = (b"\xff\xfe", b"\xfe\xff")
_OTHERS = (
    b"%pdf-",
    b"pk\x03\x04",
    b"mz",
    b"\x7felf",
    b"\xd0\xcf\x11\xe0",
    b"{\\rtf",
    b"<!doctype html",
    b"<html",
    b"<script",
    b"#!",
)
_BEGINNING = 1024


def check(data: bytes) -> str:
    """Refuse what is not plain text; return the text, cells of a table separated by tabs."""
    begins = data[:_BEGINNING].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if begins.startswith(_OTHERS) or b"%pdf-" in begins:
        raise RefusedError("mismatch")
    if data.startswith(_BYTE_ORDERS):
        text = data.decode("utf-16")
    else:
        if b"\0" in data:
            raise RefusedError("mismatch")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")  # as Dutch offices save it
    if any(sign < " " and sign not in "\t\r\n\f" for sign in text):
        raise RefusedError("mismatch")
    return text.replace(";", "\t").replace('"', "")


def check_mail(data: bytes, check_file: Callable[[str, bytes], str]) -> str:
    """Refuse what is no mail, or has a file that we would not take by itself; return its text and that of its files."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not message["From"] or not (message["Date"] or message["Subject"]):
        raise RefusedError("mismatch")
    texts = [str(message["Subject"] or "")]
    files = list(message.walk())
    if len(files) > MOST_ATTACHMENTS:
        raise RefusedError("costly")
    for part in files:
        if part.is_multipart():
            continue
        name, content = part.get_filename(), _content(part)
        if name:
            texts.append(check_file(name, content))
        elif part.get_content_maintype() == "text":
            texts.append(content.decode(part.get_content_charset("utf-8"), "replace"))
    return "\n".join(texts)


def _content(part: "Message[str, str]") -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
