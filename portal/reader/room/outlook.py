"""Look into a mail as Outlook saves it: a compound file with a stream for each property (MS-OXMSG, MS-CFB).

Its words stand there as text, as a web page, or only as compressed RTF (MS-OXRTFCP).
"""

import encodings.cp1252
import encodings.utf_16_le  # noqa: F401  # import them now; a confined process cannot
import logging
import re
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import compressed_rtf
import olefile

from portal.reader.room.refusal import RefusedError

Path = tuple[str, ...]

logging.getLogger("olefile").setLevel(logging.ERROR)

_PROPERTIES = "__properties_version1.0"
_MOST = 2000  # streams: a mail with thirty files has some hundreds
_MOST_DEEP = 2  # mails within mails
_SUBJECT, _BODY, _HTML, _HEADERS = "0037", "1000", "1013", "007D"
_DATA, _WHOLE_MAIL = "__substg1.0_37010102", "__substg1.0_3701000D"
_RTF = "__substg1.0_10090102"
_LONG_NAME, _SHORT_NAME = "3707", "3704"
_CONTROL = re.compile(
    r"\\u(-?\d+) ?(?:\?|\\'[0-9a-f]{2})?"  # a letter by its number, and what older readers show instead
    r"|\\'([0-9a-f]{2})|\\([a-z]+)(?:-?\d+)? ?|[{}\r\n]|\\[*~_-]",
    re.IGNORECASE,
)
_BREAKS = {"par", "line", "tab", "cell", "row", "page", "sect"}


def check(data: bytes, check_file: Callable[[str, bytes], str]) -> str:
    """Refuse what is no such mail, or has a file that we would not take by itself; return the text of all of it."""
    if not data.startswith(olefile.MAGIC):
        raise RefusedError("mismatch")
    with olefile.OleFileIO(BytesIO(data)) as container:
        if not container.exists(_PROPERTIES):
            raise RefusedError("mismatch")
        streams = [tuple(each) for each in container.listdir()]
        if len(streams) > _MOST:
            raise RefusedError("costly")
        return "\n".join(_mail(container, streams, (), check_file))


def _mail(container: Any, streams: Iterable[Path], at: Path, check_file: Callable[[str, bytes], str]) -> list[str]:
    """Return the texts of the mail at a place of the file, and of everything that is attached to it."""
    if sum(_WHOLE_MAIL in each for each in at) > _MOST_DEEP:
        raise RefusedError("costly")
    own = [each for each in streams if each[: len(at)] == at]
    found = [_text(container, at, name) for name in (_SUBJECT, _HEADERS, _BODY, _HTML)]
    found.append(_rich_text(container, at))
    for place in dict.fromkeys(each[len(at)] for each in own if len(each) > len(at) + 1):
        if place.startswith("__attach_version1.0_"):
            found += _attached(container, own, (*at, place), check_file)
    return found


def _attached(container: Any, streams: list[Path], at: Path, check_file: Callable[[str, bytes], str]) -> list[str]:
    if container.exists("/".join((*at, _WHOLE_MAIL))):
        return _mail(container, streams, (*at, _WHOLE_MAIL), check_file)
    name = _text(container, at, _LONG_NAME) or _text(container, at, _SHORT_NAME)
    if not container.exists("/".join((*at, _DATA))):
        raise RefusedError("active")  # an object of another program, or a file that lies elsewhere
    return [check_file(name.strip("\0 "), container.openstream("/".join((*at, _DATA))).read())]


def _text(container: Any, at: Path, name: str) -> str:
    """Return a property as text: in Unicode, in the code page of Western Europe, or bytes of a web page."""
    for kind, encoding in (("001F", "utf-16-le"), ("001E", "cp1252"), ("0102", "utf-8")):
        place = "/".join((*at, f"__substg1.0_{name}{kind}"))
        if container.exists(place):
            content: bytes = container.openstream(place).read()
            return content.decode(encoding, "replace")
    return ""


def _rich_text(container: Any, at: Path) -> str:
    """Return the words of a body in RTF, those of its headers, footers and hidden parts too."""
    place = "/".join((*at, _RTF))
    if not container.exists(place):
        return ""
    content: bytes = compressed_rtf.decompress(container.openstream(place).read())
    return _CONTROL.sub(_sign, content.decode("cp1252", "replace"))


def _sign(control: re.Match[str]) -> str:
    """Return what stands for one control of RTF: a letter by its code, a break, or nothing."""
    number, code, word = control.groups()
    if number:
        return chr(int(number) % 0x10000)
    if code:
        return bytes.fromhex(code).decode("cp1252", "replace")
    return "\n" if word in _BREAKS else ""
