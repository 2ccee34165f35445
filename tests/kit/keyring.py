"""A keyring, made once for all tests of a process: making its keys takes a second."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from certificates.seal import ensure_keyring

BODY, WORD = "Stichting Keurwerk", "a passphrase"


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kw-keyring-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    ensure_keyring(folder, BODY, WORD)
    return folder


def keyring(folder: Path) -> Path:
    """Copy it into this folder, which must not exist yet."""
    return shutil.copytree(_made(), folder)
