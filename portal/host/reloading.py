"""`python -m portal.host.reloading MODULE …`: run a program, and restart it when code changes, for `make dev`."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from portal.host import processes
from portal.settings import ROOT

WATCHED = [ROOT / name for name in ("audits", "certificates", "portal", "wsgi.py")]
SUFFIXES = frozenset({".py", ".yaml", ".mo"})  # without templates, which the application reloads itself
PAUSE = 0.5


def keep_running(command: Sequence[str], watched: Iterable[Path] = WATCHED) -> None:
    """Run the command until this process is told to end; restart it at every change.

    A command that ended by itself, for example by a syntax error, is started again at the next change.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    places = list(watched)
    while True:
        seen = _state(places)
        begin = processes.starter()
        # One thread, and our own words. It inherits the listening socket.
        process = subprocess.Popen(command, preexec_fn=begin, close_fds=False)  # noqa: S603, PLW1509
        try:
            while _state(places) == seen:
                time.sleep(PAUSE)
        finally:
            processes.stop(process)


def _state(places: Iterable[Path]) -> dict[Path, int]:
    """Return the modification time of each file."""
    found = {}
    for place in places:
        for path in place.rglob("*") if place.is_dir() else [place]:
            if path.suffix in SUFFIXES:
                try:
                    found[path] = path.stat().st_mtime_ns
                except OSError:  # an editor is replacing the file
                    continue
    return found


if __name__ == "__main__":
    keep_running([sys.executable, "-m", *sys.argv[1:]])
