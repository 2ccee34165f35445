"""Forked child processes: own environment, and end with their parent."""

import ctypes
import stat
import subprocess
import sys

import pytest

from portal.settings import ROOT

START = (
    "import sys, time; from pathlib import Path; from portal.host.processes import Forked, stop; words = sys.argv[1:]\n"
)


@pytest.fixture
def run(tmp_path):
    """Run a script that starts children, in an interpreter without the threads of a test runner."""
    (tmp_path / "child.py").write_text(
        "import os, sys, time\n"
        "print(sorted(os.environ), sys.argv[1:], flush=True)\n"
        "time.sleep(float(sys.argv[1]))\n"
        "sys.exit(int(sys.argv[2]))\n"
    )

    def start(script, *words, env=None):
        path = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]\n"
        return subprocess.Popen(
            [sys.executable, "-c", path + START + script, *words], stdout=subprocess.PIPE, text=True, env=env
        )

    return start


def test_a_child_has_its_own_words_environment_log_and_status(run, tmp_path):
    log = tmp_path / "log"
    with run(
        "child = Forked(['child', '0', '7'], {'ONLY': 'this'}, log=Path(words[0]))\n"
        "print(child.wait(), child.poll(), child.returncode)\n",
        str(log),
    ) as parent:
        assert parent.stdout.read() == "7 7 7\n"
    assert log.read_text() == "['ONLY'] ['0', '7']\n"


def test_a_log_is_private_also_where_an_older_release_left_it_open(run, tmp_path):
    log = tmp_path / "log"
    log.write_text("before\n")
    log.chmod(0o644)
    with run("Forked(['child', '0', '0'], {}, log=Path(words[0])).wait()\n", str(log)) as parent:
        parent.wait()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert log.read_text().startswith("before\n[")


def test_a_child_that_fails_says_why(run, tmp_path):
    log = tmp_path / "log"
    with run("print(Forked(['no_such_module'], {}, log=Path(words[0])).wait())\n", str(log)) as parent:
        assert parent.stdout.read() == "1\n"
    assert "no_such_module" in log.read_text()


def test_what_a_child_is_not_given_is_in_no_environment_of_it(run, tmp_path):
    (tmp_path / "shown.py").write_text("print(open('/proc/self/environ', 'rb').read().count(b'xyzzy'), flush=True)\n")
    script = "Forked(['shown'], {'OTHER': 'a'}).wait(); Forked(['shown'], {'WORD': 'xyzzy'}).wait()\n"
    with run(script, env={"WORD": "xyzzy"}) as parent:
        assert parent.stdout.read() == "0\n1\n"


def test_a_process_can_hide_its_memory(run):
    script = "import os, ctypes; from portal.host.processes import hide_memory; libc = ctypes.CDLL(None)\n"
    script += "before = libc.prctl(3); hide_memory(); print(before, libc.prctl(3))\n"  # PR_GET_DUMPABLE
    with run(script) as parent:
        assert parent.stdout.read() == "1 0\n"


def test_a_child_can_be_stopped(run):
    with run(
        "child = Forked(['child', '600', '0'], {}); stop(child); stop(child); print(child.returncode)\n"
    ) as parent:
        assert parent.stdout.read().endswith("-15\n")


SECOND_BLOCK = """
import ctypes
from portal.host.processes import give_back_memory
class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks mapped a b c d e".split()]
libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Info
if words: give_back_memory()
first = bytearray(19 << 20); del first
second = bytearray(19 << 20)
print(libc.mallinfo2().mapped >> 20)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="not the GNU C library")
@pytest.mark.parametrize(("words", "mapped"), [([], 0), (["x"], 19)])
def test_a_large_block_that_was_freed_does_not_teach_the_c_library_to_keep_the_next(run, words, mapped):
    """A mapped block goes back to the system when it is freed; without our word the second one is not mapped."""
    with run(SECOND_BLOCK, *words) as process:
        assert int(process.communicate()[0]) == mapped
