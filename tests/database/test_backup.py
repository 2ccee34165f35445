"""Backup and restore of database, files and keys: rehearsed with real servers, under load, and to a moment between."""

import errno
import os
import shutil
import tempfile
import threading
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from audits.core import clock
from certificates.ledger.memory import HeadMemory, LedgerError
from certificates.ledger.notes import Vkey
from certificates.ledger.queries import size_of
from certificates.ledger.verify import problems
from certificates.lifecycle.rules import certificate_number, place_of
from portal.backup import making
from portal.backup.sets import Vault
from portal.commands import check
from portal.settings import current_settings
from portal.signing import ledger
from portal.signing.keys import current_keys
from portal.stores import database
from portal.stores.checking import FileCheck, FileState
from tests.kit.portal import Place
from tests.kit.waiting import until


@contextmanager
def open_folder():
    """A folder that the database account may pass through, with a name that is no plain word."""
    folder = Path(tempfile.mkdtemp(prefix="keurwerk backup é%f-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Story:
    """A portal that was backed up while it worked, and what it had when."""

    def __init__(self, folder, patch):
        self.place, self.folder = Place(folder / "first", patch), folder / "backups"
        self.place.folder.mkdir(mode=0o755)
        with self.place.running() as portal:
            self.early = {portal.issue(f"early {number}") for number in range(3)}
            portal.sign()
            self.first, self.acknowledged = self.backed_up_under_load(portal)
            self.before = portal.issue("before")
            self.moment = clock.now()
            self.after = portal.issue("after")
            self.head = portal.sign()
            self.said = self.place.run("backup", self.folder, "--add")
            self.tables, self.files, self.numbers = portal.tables(), portal.named(), portal.numbers

    def backed_up_under_load(self, portal):
        """The backup, and the files that were acknowledged before it began and until it had ended."""
        end, issued = threading.Event(), []

        def work():
            while not end.is_set():
                issued.append(portal.issue(f"under load {len(issued)}"))

        worker = threading.Thread(target=work)
        worker.start()
        try:
            until(lambda: issued)
            before = list(issued)
            said = self.place.run("backup", self.folder)
            during = list(issued)
        finally:
            end.set()
            worker.join()
        assert said.exit_code == 0, said.output
        assert len(during) > len(before)
        return Vault(self.folder).newest(), (before, during)


@pytest.fixture(scope="module")
def story():
    with open_folder() as folder, pytest.MonkeyPatch.context() as patch:
        yield Story(folder, patch)


@pytest.fixture
def place(story, monkeypatch):
    """An empty machine, but for the programs of the server."""
    with open_folder() as folder:
        for programs in story.place.folder.glob("var/postgres/program-*"):
            link = folder / "var" / "postgres" / programs.name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(programs)
        yield Place(folder, monkeypatch)


@pytest.fixture
def with_keys(place, story):
    """A machine that lost its database alone."""
    shutil.copytree(story.place.seal_dir, place.seal_dir)
    shutil.copytree(story.place.folder / "files", place.folder / "files")
    return place


def wrong_with_the_log(app):
    with app.app_context():
        origin = ledger.origin(current_settings())
        return list(problems(database.read(), origin, [Vkey.of(origin, key) for key in current_keys().ledger_public]))


def test_everything_is_back_on_another_machine_and_its_log_stands_still(story, place):
    assert story.said.exit_code == 0, story.said.output
    done = place.run("restore", story.folder)
    assert "0 lost, 0 named by nothing" in done.output
    assert "The log stands still: the memory of the log is that of a backup" in done.output
    assert done.exit_code == 1
    with place.running() as portal:
        assert portal.tables() == story.tables
        assert portal.named() == story.files >= story.early | {story.before, story.after}
        assert all(place.store.get(address) for address in story.files)
        assert wrong_with_the_log(portal.app) == []
        for act in (portal.sign, lambda: portal.issue("one more")):
            with pytest.raises(LedgerError, match="is that of a backup"):  # later heads and numbers may have been seen
                act()
        said = place.run("ledger", "go-on", "--because", "…", "--number", "KW-2027-00041-00")
        assert (said.exit_code, said.output) == (1, "Error: no certificate number: KW-2027-00041-00\n")
        seen = ["--number", beyond(story.numbers[-1], 1), "--number", beyond(story.numbers[-1], 3)]
        said = place.run("ledger", "go-on", "--because", "nobody outside has a later head", *seen)
        assert f"The keys remembered {story.head.size} entries." in said.output
        portal.issue("one more")
        assert portal.numbers == [beyond(story.numbers[-1], 4)]
        assert portal.sign().size == story.head.size + 1
        assert "because nobody outside has a later head" in place.run("ledger", "verify").output


def beyond(number, many):
    """The number that comes so many after this one."""
    series, serial = place_of(number)
    return certificate_number(int(series.rpartition("-")[2]), serial + many)


def spoken(moment):
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def test_what_was_acknowledged_before_a_backup_under_load_is_in_it(story, place):
    before, during = story.acknowledged
    manifest = story.first.manifest
    done = place.run("restore", story.folder, "--until", spoken(manifest.reaches))
    assert "0 lost, 0 named by nothing" in done.output
    with place.running() as portal:
        named = portal.named()
        assert wrong_with_the_log(portal.app) == []
    kept = [address for address in during if address in named]
    assert during[: len(kept)] == kept  # the first ones, without a gap
    assert len(before) <= len(kept)
    assert named <= set(manifest.files)
    assert story.before not in named


def test_a_moment_in_between_is_restored(story, with_keys):
    before, place = HeadMemory(with_keys.seal_dir).read(), with_keys
    place.store.remove(story.before)
    pool = Vault(story.folder).pool
    lost = min(story.early)
    place.store.remove(lost)
    content = pool.get(lost)
    pool.remove(lost)
    done = place.run("restore", story.folder, "--until", spoken(story.moment))
    pool.put(content)
    assert done.exit_code == 1
    assert "1 files put back, 1 lost, 1 named by nothing" in done.output
    assert f"is lost: {lost}" in done.output
    serial = place_of(story.numbers[-1])[1]
    assert f"Certificates {serial} to {serial} of" in done.output
    assert "are not in the database" in done.output
    with place.running() as portal:
        named = portal.named()
        assert story.before in named
        assert story.after not in named
        assert place.store.get(story.before)
        assert place.store.get(story.after)  # kept, until it is collected as what a refused transaction left
        with portal.app.app_context():
            assert database.read().get(FileCheck, lost).state is FileState.LOST
            assert size_of(database.read()) == before.size - 1
        # The keys were there, and remember what this database does not know.
        with pytest.raises(LedgerError, match=f"has {before.size - 1} entries, but {before.size} were signed"):
            portal.sign()
        portal.issue("another one in its place")
        assert portal.numbers == [beyond(story.numbers[-1], 1)]  # not the number of the one that is gone
        assert "are not in the database" not in place.run("check").output
        with pytest.raises(LedgerError, match=f"the first {before.size} entries"):
            portal.sign()
        assert HeadMemory(place.seal_dir).read() == before
        assert place.run("ledger", "go-on", "--because", "a table was emptied by hand").exit_code == 0
        assert portal.sign().size == before.size
        assert wrong_with_the_log(portal.app) == []


def test_a_restored_server_begins_backups_of_its_own_and_nothing_that_lives_is_overwritten(
    story, with_keys, tmp_path, monkeypatch
):
    place, copy = with_keys, tmp_path / "backups"
    shutil.copytree(story.folder, copy)
    place.run("restore", copy)
    again = place.run("restore", copy)
    assert (again.exit_code, "--replace moves it aside" in again.output) == (1, True)
    with place.running() as portal:
        said = place.run("backup", copy, "--add")
        assert (said.exit_code, "because the server was restored since" in said.output) == (1, True)
        one = portal.issue("after the restore")
        assert place.run("backup", copy, "--keep", "1").exit_code == 0
        [only] = Vault(copy).sets()
        assert {one, story.after} <= set(only.manifest.files) == Vault(copy).pool.addresses()
        assert place.run("backup", copy, "--add").exit_code == 0
        tables = portal.tables()
        held = place.run("restore", copy, "--replace")
        assert (held.exit_code, held.output) == (1, "Error: Keurwerk runs from this folder. End it first.\n")
        lost = portal.issue("after the last backup")
        monkeypatch.setattr(check, "MOST_SEGMENTS", 0)
        assert "of the write-ahead log" not in place.run("check").output
        (place.folder / "var" / "postgres" / "archive" / "000000010000000000000000").touch()
        assert "1 segments of the write-ahead log wait for a backup" in place.run("check").output
        assert place.run("backup", tmp_path / "elsewhere").exit_code == 0
        said = place.run("backup", copy, "--add")
        assert (said.exit_code, "of the archive went to another one" in said.output) == (1, True)
    moved = place.run("restore", copy, "--replace")
    assert "Delete it when you miss nothing." in moved.output
    assert "0 lost, 1 named by nothing" in moved.output
    [aside] = place.folder.glob("var/postgres/replaced-*")
    assert (aside / "data" / "PG_VERSION").exists()
    with place.running() as portal:
        assert portal.tables() == tables
        assert place.store.get(lost)


def test_a_restore_that_cannot_be_changes_nothing(story, with_keys, tmp_path):
    place, copy = with_keys, tmp_path / "backups"

    def refused(*words):
        said = place.run("restore", copy, *words)
        assert said.exit_code == 1
        assert not (place.folder / "var" / "postgres" / "data").exists()
        return said.output

    copy.mkdir()
    assert "has no backup" in refused()
    shutil.copytree(story.folder, copy, dirs_exist_ok=True)
    newest = Vault(copy).newest()
    assert "the backup reaches until" in refused("--until", spoken(newest.manifest.reaches + timedelta(seconds=1)))
    assert "has no backup from before" in refused("--until", spoken(newest.manifest.begins - timedelta(seconds=1)))
    (place.seal_dir / "keyring.json").write_text('{"version": 1, "keys": []}')
    assert "has another keyring" in refused()
    shutil.copy(story.place.seal_dir / "keyring.json", place.seal_dir)
    segment = next((newest.folder / "wal").iterdir())
    segment.write_bytes(segment.read_bytes()[:-1])
    assert f"is damaged or not whole: wal/{segment.name}" in refused()
    segment.unlink()
    assert f"is damaged or not whole: wal/{segment.name}" in refused()
    (newest.folder / "manifest.json").write_text("{}")
    assert "cannot be read" in refused()


def test_a_backup_that_breaks_off_leaves_no_set(story, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with story.place.running():
        with monkeypatch.context() as broken:
            broken.setattr(making, "_with_files", full)
            said = story.place.run("backup", tmp_path)
        assert (said.exit_code, "No space left" in said.output) == (1, True)
        assert Vault(tmp_path).sets() == []
        assert story.place.run("backup", tmp_path).exit_code == 0
        assert not list(tmp_path.glob(".new-*"))
    assert len(Vault(tmp_path).sets()) == 1
