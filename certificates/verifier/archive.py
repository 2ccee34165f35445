"""Read the archive of the log, a zip or a folder."""

import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from certificates.verifier.reading import MIB, Wrong, read_file, read_object

FORMAT = 1
LARGEST = {"manifest.json": MIB, "roots.pem": MIB, "jwks.json": MIB, "ledger/checkpoint": MIB}
LARGEST_PIECE = 17 * MIB  # a bundle of 256 entries of 64 kB
LARGEST_LIST = 16 * MIB


class Archive:
    """The files of a dump, in a zip or a folder, with size limits."""

    def __init__(self, path: Path, jwks: Path | None) -> None:
        self._jwks = jwks
        self._open: Callable[[str], IO[bytes]]
        self._open = (lambda name: (path / name).open("rb")) if path.is_dir() else zipfile.ZipFile(path).open
        self.manifest = read_object(self.read("manifest.json"), "manifest.json")
        if self.manifest.get("format") != FORMAT:
            raise Wrong("this is no archive that this program knows")

    def key_set(self) -> list[dict[str, Any]]:
        """Return the keys for credentials and status lists, as JWK."""
        data = read_file(self._jwks, MIB) if self._jwks else self.read("jwks.json")
        keys = read_object(data, "jwks.json").get("keys")
        if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
            raise Wrong("jwks.json is damaged")
        return keys

    def read(self, name: str) -> bytes:
        """Return a whole file."""
        return b"".join(self._chunks(name, LARGEST.get(name, LARGEST_PIECE)))

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield the objects of a file with one JSON object per line."""
        rest = b""
        for chunk in self._chunks(name, sys.maxsize):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > LARGEST_LIST:
                raise Wrong(f"{name} has a line without end")
            yield from (read_object(line, name) for line in lines)
        if rest:
            raise Wrong(f"{name} is cut off")

    def _chunks(self, name: str, most: int) -> Iterator[bytes]:
        try:
            source = self._open(name)
        except (KeyError, FileNotFoundError) as error:
            raise Wrong(f"{name} is missing from the archive") from error
        with source:
            while chunk := source.read(MIB):
                most -= len(chunk)
                if most < 0:
                    raise Wrong(f"{name} is larger than it can be")
                yield chunk
