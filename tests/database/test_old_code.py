"""The oldest code that the newest migration serves runs on the tables of today: expand first, contract later."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from portal.settings import ROOT

VERSIONS = "migrations/versions"
SCRIPT = ROOT / "tests" / "kit" / "old_code.py"
BUILT = ("portal/static/built", "var/assets/fonts")


def git(*words):
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else b""


def newest_of(commit):
    """The newest migration of a commit."""
    found = git("ls-tree", "--name-only", commit, f"{VERSIONS}/").decode().split()
    return max((Path(name).stem for name in found if Path(name).stem.isdigit()), default="")


def commit_of(revision):
    """The last commit of which this is the newest migration; none without the history, as in an archive."""
    later = "HEAD"
    for commit in git("log", "--format=%H", "--", VERSIONS).decode().split():
        if newest_of(commit) == revision:
            return next(each for each in (later, commit) if newest_of(each) == revision)
        later = f"{commit}^"
    return ""


@pytest.fixture
def served(servers):
    """The oldest revision that the tables of today say that they serve."""
    engine = create_engine(servers.clone("served"))
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT serves FROM alembic_version"))
    engine.dispose()
    servers.drop("served")
    return found


def test_the_oldest_code_that_is_served_lives_a_whole_case(served, servers, tmp_path: Path):
    commit = commit_of(served) if served else ""
    if not commit:
        pytest.skip("there is no older code that is served, or no history")
    old = tmp_path / "old"
    old.mkdir()
    subprocess.run(["tar", "-x", "-C", str(old)], input=git("archive", commit), check=True)
    for name in BUILT:
        shutil.copytree(ROOT / name, old / name)
    state = tmp_path / "state"
    state.mkdir()
    words = [servers.database_url, servers.redis_url, servers.run, str(state)]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *words],
        cwd=old,
        env=dict(os.environ) | {"PYTHONPATH": str(old), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
