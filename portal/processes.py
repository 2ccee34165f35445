"""Child processes that end when we do, however we end, and folders that one of us holds at a time."""

import ctypes
import fcntl
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 10

_libc = ctypes.CDLL(None, use_errno=True)


class HeldError(RuntimeError):
    """Another process holds the folder."""


def die_with_parent(with_signal: int = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when its parent ends, whatever ends it."""
    _libc.prctl(PR_SET_PDEATHSIG, with_signal)


def starter(with_signal: int = signal.SIGTERM, account: str | None = None) -> Callable[[], None]:
    """What a child does between fork and exec: give up privileges, then tie its life to ours (setuid clears the tie).

    The tie is to the thread that starts the child: start children from the main thread.
    """
    target = pwd.getpwnam(account) if account else None
    parent = os.getpid()

    def prepare() -> None:
        os.setsid()  # a Ctrl-C in the terminal is for us; we stop the children in order
        if target:
            os.setgroups([])
            os.setgid(target.pw_gid)
            os.setuid(target.pw_uid)
        die_with_parent(with_signal)
        if os.getppid() != parent:
            os._exit(1)  # it ended before the tie was made

    return prepare


def stop(process: "subprocess.Popen[bytes] | None", with_signal: int = signal.SIGTERM) -> None:
    """Ask a child to end, and insist after a while."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(with_signal)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def held(folder: Path, *, patience: float = 0) -> Iterator[IO[str]]:
    """Hold a folder through a lock on a file in it; HeldError if somebody else does for longer than `patience` seconds.

    The kernel lets go when the last process that has the open file ends. A child that inherits it therefore holds the
    folder as long as it, or a child of its own, lives: no process number is ever mistaken for another's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + patience
    with (folder / "lock").open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise HeldError(f"another process works in {folder}") from None
                time.sleep(0.05)
        yield file
