"""Find our font files by the names that the typesetter gave them; each is loaded once."""

from functools import cache
from pathlib import Path

from certificates.press.compiled.shaping import Face
from certificates.press.compiled.slots import UnfitError
from certificates.press.lettering import FACES

# OpenType features that our style sheets use; the first set that explains the glyphs of a marker is taken.
_FEATURES: tuple[tuple[str, ...], ...] = ((), ("tnum",), ("tnum", "lnum"))
_BOLD = 600


class Faces:
    """The font files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._face = cache(Face)

    def file(self, base_font: str) -> Path:
        """Return the file of a font that a PDF calls `ABCDEF+Source-Serif-4-Semi-Bold` or similar."""
        for family, weight, name in FACES:
            if f"+{family.replace(' ', '-')}" in base_font and ("Bold" in base_font) == (weight >= _BOLD):
                return self._folder / name
        raise UnfitError(f"{base_font} is none of our faces")

    def setting(self, base_font: str, language: str, text: str, glyphs: list[int]) -> Face:
        """Return the face and features with which this text becomes these glyphs."""
        path = self.file(base_font)
        for features in _FEATURES:
            face = self._face(path, language, features)
            if face.glyphs(text) == glyphs:
                return face
        raise UnfitError(f"{base_font} was set in a way that we do not know")
