"""Confine the process that opens an untrusted file: resource limits, and a filter on system calls (seccomp)."""

import ctypes
import errno
import os
import platform
import resource
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_MEGA = 1024 * 1024

# The allowed system calls, by number on x86-64 and 64-bit ARM: memory, open descriptors, clocks, waiting.
# Not allowed: opening files or connections, starting programs or processes, signalling others. Threads: see `_filter`.
_CALLS: dict[str, tuple[int, int | None]] = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "poll": (7, None), "lseek": (8, 62),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "ioctl": (16, 29), "pread64": (17, 67), "readv": (19, 65),
    "writev": (20, 66), "select": (23, None), "sched_yield": (24, 124), "mremap": (25, 216), "madvise": (28, 233),
    "getpid": (39, 172), "sendto": (44, 206), "recvfrom": (45, 207), "sendmsg": (46, 211), "recvmsg": (47, 212),
    "shutdown": (48, 210), "socketpair": (53, 199), "exit": (60, 93), "fcntl": (72, 25), "gettimeofday": (96, 169),
    "getrusage": (98, 165), "sysinfo": (99, 179), "times": (100, 153), "getuid": (102, 174), "sigaltstack": (131, 132),
    "gettid": (186, 178), "futex": (202, 98), "sched_getaffinity": (204, 123), "clock_gettime": (228, 113),
    "clock_getres": (229, 114), "exit_group": (231, 94), "epoll_wait": (232, None), "epoll_ctl": (233, 21),
    "pselect6": (270, 72), "ppoll": (271, 73), "epoll_pwait": (281, 22), "eventfd2": (290, 19),
    "epoll_create1": (291, 20), "pipe2": (293, 59), "getrandom": (318, 278), "rseq": (334, 293),
}  # fmt: skip
_CLONE, _CLONE3 = (56, 220), 435  # the second hides its flags behind a pointer; without it libraries use the first
_THREAD = 0x00010000  # CLONE_THREAD: a thread of this process, under the same limits, and no process
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, and AUDIT_ARCH_…

# Instructions of a filter (linux/bpf_common.h) and its results (linux/seccomp.h).
_LOAD, _IF_EQUAL, _IF_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER, _MACHINE, _FLAGS = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits for one file. CPU time instead of wall time: the load of the machine must not decide about a file."""

    cpu_seconds: int = 10
    memory: int = 768 * _MEGA  # bytes of address space; libraries take about half
    answer: int = 16 * _MEGA  # bytes


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def confine(limits: Limits, niceness: int) -> None:
    """Apply the limits to this process, for good; after this it can open nothing new."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # the kernel kills this process first when memory runs out
    os.nice(niceness)
    for what, soft, hard in (
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1),  # SIGXCPU, then SIGKILL
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(what, (soft, hard))
    _filter_calls()


def _filter_calls() -> None:
    """Refuse all other system calls. Without support by the kernel the resource limits still hold."""
    if platform.machine() not in _MACHINES:
        return
    code = _filter(*_MACHINES[platform.machine()])
    program = _Program(len(code) // 8, code)
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0)


def _filter(column: int, machine: int) -> bytes:
    numbers = [number for call in _CALLS.values() if (number := call[column]) is not None]
    code = [(_LOAD, 0, 0, _MACHINE), (_IF_EQUAL, 1, 0, machine), (_RETURN, 0, 0, _REFUSE), (_LOAD, 0, 0, _NUMBER)]
    # Threads may start, which decoders of HEIC need; processes may not. Each test skips what follows for other calls.
    code += [(_IF_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _UNKNOWN), (_IF_EQUAL, 0, 4, _CLONE[column])]
    code += [(_LOAD, 0, 0, _FLAGS), (_IF_SET, 0, 1, _THREAD), (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    # Each allowed number jumps over the remaining ones and the refusal.
    code += [(_IF_EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    code += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *step) for step in code)
