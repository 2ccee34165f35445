"""ClamAV itself, as `bin/setup test` unpacked it, with one signature of our own: no service, no network."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.settings import VAR
from tests.kit.waiting import PATIENCE

MARK = b"a mark that our own signature knows"
STREAM_MAX = 1024 * 1024

_ROOT = VAR / "tools" / "clamav"
_SIGNATURE = f"Keurwerk.Test:0:*:{MARK.hex()}\n"  # any kind of file, anywhere in it
_CONF = """
DatabaseDirectory {folder}/signatures
LocalSocket {folder}/clamd.ctl
Foreground yes
MaxThreads 2
StreamMaxLength {limit}
AlertExceedsMax yes
AlertEncrypted yes
"""


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Start clamd in a folder, and yield its address once it answers; about half a second and 20 MB."""
    (folder / "signatures").mkdir()
    (folder / "signatures" / "ours.ndb").write_text(_SIGNATURE)
    (folder / "clamd.conf").write_text(_CONF.format(folder=folder, limit=STREAM_MAX))
    [library] = (each.parent for each in _ROOT.glob("usr/lib/*/libclamav.so.*.*"))
    process = subprocess.Popen(
        [_ROOT / "usr" / "sbin" / "clamd", "-c", folder / "clamd.conf"],
        env=os.environ | {"LD_LIBRARY_PATH": str(library)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(folder / "clamd.ctl", process)
        yield f"unix://{folder}/clamd.ctl"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait(place: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while not place.exists():
        assert process.poll() is None, "clamd ended"
        assert time.monotonic() < until, "clamd does not begin"
        time.sleep(0.02)
