"""The press: renders snapshots of plain values as PDF. Knows no database and no web."""

import atexit
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certificates.documents.stages import DocumentKind, Prepared
from certificates.press.attached import Attached
from certificates.press.documents import facts_digest, facts_json
from certificates.press.rosette import rosette_svg

if TYPE_CHECKING:
    from certificates.press.printing import Press
    from certificates.seal.sealing.placeholder import Placeholder

__all__ = ["Attached", "facts_digest", "facts_json", "prepare", "render", "rosette_svg"]


FONTS = Path(__file__).resolve().parents[2] / "var" / "assets" / "fonts"
TEMPLATES = Path(__file__).with_name("templates")


def render(
    kind: DocumentKind,
    snapshot: Mapping[str, Any],
    *,
    language: str,
    fonts: Path = FONTS,
    placeholder: "Placeholder | None" = None,
    attachments: Sequence[Attached] = (),
    offline_url: str = "",
    compiled: bool = True,
    pictures: Mapping[str, bytes] = {},
) -> bytes:
    """Render a PDF/A-3a and PDF/UA-1 file from the facts that `documents` lists for this kind.

    The facts are attached as `printed.json`, before the other attachments; `placeholder` reserves the place of a seal.
    `offline_url` becomes the second QR code of a certificate or register extract. `fonts` is the folder where set-up
    put our fonts. `pictures` are JPEG files by their hashes, as a report names them. PressError when a fact or a font
    is missing, or the digest is not that of the facts.
    """
    return _press(fonts).render(
        kind,
        snapshot,
        language=language,
        placeholder=placeholder,
        attachments=attachments,
        offline_url=offline_url,
        compiled=compiled,
        pictures=pictures,
    )


def prepare(
    kind: DocumentKind, snapshot: Mapping[str, Any], placeholder: "Placeholder | None", **along: Any
) -> Prepared:
    """Render with a placeholder for the seal; only such a document can be sealed."""
    return Prepared(render(kind, snapshot, placeholder=placeholder, **along))


@lru_cache(maxsize=1)
def _press(fonts: Path) -> "Press":
    # Imported late, because WeasyPrint is large and a web process only draws rosettes.
    from certificates.press.printing import Press  # noqa: PLC0415

    return Press(fonts)


# WeasyPrint's finalisers call functions that are gone at interpreter shutdown.
atexit.register(_press.cache_clear)
