"""Run `examine` in a child process with limits on memory and time, for files that anybody may send.

Run as a module it is that process: it reads the file from its input and writes the report as JSON.
"""

import base64
import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from certificates.seal.examining.verdict import SealOutcome, SealReason, SealReport

MAX_BYTES = 20 * 1024 * 1024
MEMORY = 768 * 1024 * 1024  # bytes of address space; libraries take about half
CPU_SECONDS = 10
WALL_SECONDS = 20
_NICENESS = 10  # niceness: web requests take precedence
_UNPACKED = 50 * 1024 * 1024  # maximum size of an unpacked stream
_ROOT = Path(__file__).resolve().parents[3]


def examine_apart(
    pdf: bytes,
    roots: bytes | Sequence[bytes],
    *,
    distrusted: frozenset[str] = frozenset(),
    sealers: frozenset[str] | None = None,
    max_bytes: int = MAX_BYTES,
) -> SealReport:
    """Examine a file from an untrusted sender: at most 20 s, of which 10 s CPU, and 768 MiB.

    Starting takes about half a second. A file that needs more is TOO_COMPLEX.
    """
    if len(pdf) > max_bytes:
        return SealReport(SealOutcome.UNREADABLE, SealReason.TOO_LARGE)
    pinned = [roots] if isinstance(roots, bytes) else list(roots)
    task = {
        "roots": [base64.b64encode(root).decode() for root in pinned],
        "distrusted": sorted(distrusted),
        "sealers": None if sealers is None else sorted(sealers),
    }
    too_complex = SealReport(SealOutcome.UNREADABLE, SealReason.TOO_COMPLEX)
    try:
        done = subprocess.run(  # noqa: S603  # our own module, and nothing of the file is in the command
            [sys.executable, "-m", __spec__.name],
            input=json.dumps(task).encode() + b"\n" + pdf,
            capture_output=True,
            timeout=WALL_SECONDS,
            cwd=_ROOT,
            env={},
            check=True,
        )
        return SealReport.read(json.loads(done.stdout))
    except (subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return too_complex


def _confine() -> None:
    os.nice(_NICENESS)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _main() -> None:
    _confine()
    import pikepdf  # noqa: PLC0415  # inside the limits

    from certificates.seal.examining.verify import examine  # noqa: PLC0415

    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=_UNPACKED, run_length_max_memory=_UNPACKED, png_max_memory=_UNPACKED, dct_max_memory=_UNPACKED
    )
    task: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    roots = [base64.b64decode(root) for root in task["roots"]]
    verdict = examine(
        sys.stdin.buffer.read(),
        roots,
        distrusted=frozenset(task["distrusted"]),
        sealers=None if task["sealers"] is None else frozenset(task["sealers"]),
        max_bytes=sys.maxsize,
    )
    sys.stdout.write(json.dumps(verdict.plain()))


if __name__ == "__main__":
    _main()
