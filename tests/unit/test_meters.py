"""The meters of several processes: added up, kept over a crash, and begun anew when none of them is left."""

import os
import subprocess
import sys
import textwrap

import pytest

from portal.settings import ROOT, Settings
from portal.sight import meters

BEGIN = """
import os, signal, sys
from pathlib import Path
import prometheus_client  # before the folder is known, as in a process that was forked from the supervisor
from portal.settings import Settings
from portal.sight import meters

meters.set_up(Settings("postgresql://x/x", "redis://x", "s" * 40, metrics_dir=Path(sys.argv[1])))

def in_a_child(work, end=lambda: os._exit(0)):
    if not (pid := os.fork()):
        work()
        end()
    os.waitpid(pid, 0)

def count():
    meters.meters().seals.labels("certificate").inc()
    meters.meters().connections.set(3)
"""


def told(folder, script):
    """The lines with numbers that a process writes which runs this script."""
    command = [sys.executable, "-c", BEGIN + textwrap.dedent(script), str(folder)]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [line for line in out.splitlines() if not line.startswith("#")]


def test_counts_of_processes_are_added_up_and_stay_when_one_is_killed(tmp_path):
    lines = told(
        tmp_path,
        """
        count()
        in_a_child(count)
        in_a_child(count, lambda: os.kill(os.getpid(), signal.SIGKILL))
        print(meters.written().decode())
        """,
    )
    assert 'keurwerk_seals_total{kind="certificate"} 3.0' in lines
    assert "keurwerk_database_connections 3.0" in lines  # those of dead processes are closed


def test_the_folder_is_emptied_when_none_of_its_processes_is_left(tmp_path):
    script = "count()\nprint(meters.written().decode())"
    for _ in range(2):
        assert 'keurwerk_seals_total{kind="certificate"} 1.0' in told(tmp_path, script)


def test_the_folder_is_kept_while_one_of_its_processes_lives(tmp_path):
    mine = tmp_path / f"counter_{os.getpid()}.db"
    mine.touch()
    (tmp_path / "counter_0.db").touch()
    told(tmp_path, "")
    assert mine.exists()
    assert (tmp_path / "counter_0.db").exists()


def test_the_folder_is_for_this_account_alone(tmp_path):
    told(tmp_path / "below" / "metrics", "")
    assert (tmp_path / "below" / "metrics").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["foreign", "file"])
def test_a_folder_that_cannot_be_used_is_told_and_stops_nobody(tmp_path, monkeypatch, caplog, kind):
    folder = tmp_path / "metrics"
    folder.touch() if kind == "file" else folder.mkdir()
    if kind == "foreign":
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    meters.set_up(Settings("postgresql://x/x", "redis://x", "s" * 40, metrics_dir=folder))
    assert "METRICS_DIR cannot be used" in caplog.text
    assert b"keurwerk_turned_away" in meters.written()
