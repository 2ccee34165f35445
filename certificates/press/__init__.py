"""From a snapshot of plain values to the bytes of a PDF. Knows no database and no web."""

import atexit
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certificates.press.attached import Attached
from certificates.press.documents import facts_digest, facts_json
from certificates.press.rosette import rosette_svg

if TYPE_CHECKING:
    from certificates.press.printing import Press
    from certificates.seal.sealing.placeholder import Placeholder

__all__ = ["Attached", "facts_digest", "facts_json", "render", "rosette_svg"]


FONTS = Path(__file__).resolve().parents[2] / "var" / "assets" / "fonts"
TEMPLATES = Path(__file__).with_name("templates")


def render(
    kind: str,
    snapshot: Mapping[str, Any],
    *,
    language: str,
    fonts: Path = FONTS,
    placeholder: "Placeholder | None" = None,
    attachments: Sequence[Attached] = (),
    offline_url: str = "",
) -> bytes:
    """A PDF/A-3a and PDF/UA-1 file of the facts that `documents` lists for this kind, with the room for a seal.

    The facts go along as attachment `printed.json`, before the other attachments. `offline_url` becomes the second QR
    code of a certificate or register extract. `fonts` is the folder where set-up put our typefaces. PressError when a
    fact or a font is missing, or the digest is not that of the facts.
    """
    press = _press(fonts)
    return press.render(
        kind, snapshot, language=language, placeholder=placeholder, attachments=attachments, offline_url=offline_url
    )


@lru_cache(maxsize=1)
def _press(fonts: Path) -> "Press":
    # Only who prints pays for the typesetter: a web process draws rosettes and does not load it.
    from certificates.press.printing import Press  # noqa: PLC0415

    return Press(fonts)


# The typesetter cleans up behind itself with functions that are gone at the very end.
atexit.register(_press.cache_clear)
