"""Child processes that end with this one, and locks on folders."""

import ctypes
import fcntl
import logging
import os
import pwd
import runpy
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn, Protocol

PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
M_MMAP_THRESHOLD, LARGE_BLOCK = -3, 1 << 20
M_ARENA_MAX, ARENAS = -8, 2
NAME = Path("/proc/self/comm")  # what `ps` and `top` call this process: a fork has its parent's command line
STOP_SECONDS = 25  # more than a server gives its last requests, less than systemd gives us

_libc = ctypes.CDLL(None, use_errno=True)
_libc.getenv.restype = ctypes.c_void_p


class HeldError(RuntimeError):
    """Another process holds the folder."""


def die_with_parent(with_signal: int = signal.SIGTERM) -> None:
    """Make the kernel signal this process when its parent ends, for whatever reason."""
    _libc.prctl(PR_SET_PDEATHSIG, with_signal)


def hide_memory() -> None:
    """Deny other processes of this account, except of root, a look into this one: its memory and its environment."""
    _libc.prctl(PR_SET_DUMPABLE, 0)


def give_back_memory() -> None:
    """Make the C library return every large block to the system when it is freed, and share the others among threads.

    By default it learns from the first block of a size, the 19 MB of a password check, to keep the next ones: every
    thread that signs people in then keeps so much. And it gives each thread a heap of its own, each with holes between
    what is kept for all, as public pages are.
    """
    if hasattr(_libc, "mallopt"):  # not in musl, which learns nothing
        _libc.mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)
        _libc.mallopt(M_ARENA_MAX, ARENAS)


def starter(with_signal: int = signal.SIGTERM, account: str | None = None) -> Callable[[], None]:
    """Return the function to run between fork and exec: drop privileges, then request the parent-death signal.

    Changing the account clears that signal, hence the order. The signal follows the thread that starts the child: start
    children from the main thread.
    """
    target = pwd.getpwnam(account) if account else None
    parent = os.getpid()

    def prepare() -> None:
        os.setsid()  # Ctrl-C goes to us; we stop the children in order
        if target:
            os.setgroups([])
            os.setgid(target.pw_gid)
            os.setuid(target.pw_uid)
        die_with_parent(with_signal)
        if os.getppid() != parent:
            os._exit(1)  # the parent ended before the signal was requested

    return prepare


class Process(Protocol):
    """The common interface of Popen and Forked."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status; subprocess.TimeoutExpired after `timeout` seconds."""

    def send_signal(self, sig: int, /) -> None:
        """Send a signal if it still runs."""


class Forked:
    """`python -m …` in a fork of this process, which shares its loaded modules and saves time and memory.

    Only for a process with one thread and no open connections. `log` receives the output, if given.
    """

    def __init__(
        self, words: Sequence[str], env: Mapping[str, str], *, at_our_end: int = signal.SIGTERM, log: Path | None = None
    ) -> None:
        self.returncode: int | None = None
        prepare = starter(at_our_end)
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if not self.pid:
            _become(words, env, prepare, log)

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status; subprocess.TimeoutExpired after `timeout` seconds."""
        end = time.monotonic() + timeout if timeout is not None else None
        while (status := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(0.02)
        return status

    def send_signal(self, sig: int, /) -> None:
        """Send a signal if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, sig)


def _become(words: Sequence[str], env: Mapping[str, str], prepare: Callable[[], None], log: Path | None) -> NoReturn:
    status = 1
    try:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_DFL)
        prepare()
        NAME.write_text(f"kw-{words[0].rpartition('.')[2]}")
        if log:
            with open_private(log) as output:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
        logging.getLogger().handlers.clear()
        _wipe(os.environ.keys() - env.keys())  # noqa: TID251 - the child gets an environment of its own
        os.environ.clear()  # noqa: TID251
        os.environ.update(env)  # noqa: TID251
        sys.argv = list(words)
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as leave:
        status = leave.code if isinstance(leave.code, int) else int(leave.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _wipe(names: Iterable[str]) -> None:
    """Overwrite values of the first environment, which `/proc/self/environ` shows as long as the process lives."""
    for name in names:
        if place := _libc.getenv(os.fsencode(name)):
            ctypes.memset(place, 0, len(ctypes.string_at(place)))


def stop(process: Process | None, with_signal: int = signal.SIGTERM) -> None:
    """Signal a child to end; kill it after a while."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(with_signal)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()


def open_private(path: Path) -> IO[bytes]:
    """Open a file for appending with mode 0600, also if it exists with another mode."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.fchmod(handle, 0o600)
    return os.fdopen(handle, "ab")


@contextmanager
def held(folder: Path, *, patience: float = 0) -> Iterator[IO[str]]:
    """Lock a folder through a file in it; HeldError if another process holds it for `patience` seconds.

    The kernel releases the lock when the last process with the open file ends. A child that inherits it therefore holds
    the folder too: no process number is ever mistaken for another's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
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
