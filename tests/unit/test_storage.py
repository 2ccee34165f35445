"""The store: content addresses, durability, and the difference between down and lost."""

import hashlib
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal.stores import places
from portal.stores.files import PARTS, FileChangedError, FileLostError, StorageDownError, open_store
from tests.kit import bucket

DATA = b"evidence"
ADDRESS = hashlib.sha256(DATA).hexdigest()
NAME = f"{ADDRESS[:2]}/{ADDRESS[2:4]}/{ADDRESS}"


@pytest.fixture(scope="module")
def endpoint():
    with bucket.served() as endpoint:
        yield endpoint


@pytest.fixture(params=["folder", "bucket"])
def where(request, tmp_path, monkeypatch):
    """A folder, and a bucket behind plain http."""
    if request.param == "folder":
        return ((tmp_path / "a folder % with é").as_uri(), "")
    bucket.give_keys(monkeypatch)
    return (f"s3://{bucket.NAME}/{tmp_path.name}", request.getfixturevalue("endpoint"))


def test_what_was_put_is_found_by_its_digest(where):
    store = open_store(*where)
    assert store.put(DATA) == ADDRESS
    assert store.put(DATA) == ADDRESS
    assert store.exists(ADDRESS)
    assert open_store(*where).get(ADDRESS) == DATA
    store.check()


def test_nothing_is_known_before_it_is_put(where):
    store = open_store(*where)
    store.put(b"something else")
    assert not store.exists("0" * 64)
    with pytest.raises(FileLostError, match="is not in the store"):
        store.get("0" * 64)


def test_what_is_removed_is_gone_and_nothing_else(where):
    store = open_store(*where)
    kept = store.put(b"kept")
    store.remove(store.put(DATA))
    assert not store.exists(ADDRESS)
    assert store.get(kept) == b"kept"


def test_the_addresses_of_a_part_are_listed_by_the_age_of_their_last_put(where):
    store = open_store(*where)
    assert store.written_before(ADDRESS[:2], datetime.max.replace(tzinfo=UTC)) == []
    store.put(DATA)
    now = datetime.now(UTC)
    assert store.written_before(ADDRESS[:2], now + timedelta(minutes=1)) == [ADDRESS]
    assert store.written_before(ADDRESS[:2], now - timedelta(minutes=1)) == []
    elsewhere = next(part for part in PARTS if part != ADDRESS[:2])
    assert store.written_before(elsewhere, now + timedelta(minutes=1)) == []


def test_a_file_lies_under_its_own_digest_and_no_rest_is_left(tmp_path):
    open_store(tmp_path.as_uri()).put(DATA)
    files = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert [str(path) for path in files] == [NAME]


def test_changed_bytes_are_never_given_out(tmp_path):
    store = open_store(tmp_path.as_uri())
    store.put(DATA)
    (tmp_path / NAME).write_bytes(b"forged")
    with pytest.raises(FileChangedError):
        store.get(ADDRESS)
    store.put(DATA)
    assert store.get(ADDRESS) == DATA


def test_putting_it_once_more_makes_it_young_again(tmp_path):
    store = open_store(tmp_path.as_uri())
    store.put(DATA)
    os.utime(tmp_path / NAME, (0, 0))
    store.put(DATA)
    assert store.written_before(ADDRESS[:2], datetime.now(UTC) - timedelta(days=1)) == []


# Down is not lost


def test_a_store_that_is_gone_says_that_it_is_down_and_that_nothing_is_lost(tmp_path):
    store = open_store((tmp_path / "files").as_uri())
    (tmp_path / "files").rmdir()
    for act in (lambda: store.put(DATA), lambda: store.get(ADDRESS), store.check):
        with pytest.raises(StorageDownError) as told:
            act()
        assert type(told.value) is StorageDownError
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(StorageDownError):
        store.put(DATA)


def test_a_bucket_that_is_gone_has_lost_nothing(endpoint, monkeypatch):
    bucket.give_keys(monkeypatch)
    store = open_store("s3://nowhere/files", endpoint)
    with pytest.raises(StorageDownError, match="NoSuchBucket") as told:
        store.get(ADDRESS)
    assert type(told.value) is StorageDownError


def test_a_store_is_down_in_its_own_words_and_in_one_line(monkeypatch):
    bucket.give_keys(monkeypatch)
    with pytest.raises(StorageDownError) as told:
        open_store("s3://nowhere/files", "http://127.0.0.1:9").check()
    assert "http://127.0.0.1:9/nowhere" in str(told.value)
    assert "Debug source" not in str(told.value)
    assert "\n" not in str(told.value)


def test_plain_http_is_allowed_by_naming_it_and_by_nothing_else(endpoint, monkeypatch):
    bucket.give_keys(monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT", endpoint)
    with pytest.raises(StorageDownError):
        open_store(f"s3://{bucket.NAME}/files").check()
    open_store(f"s3://{bucket.NAME}/files", endpoint).check()


# On disk before anybody hears of it


@pytest.fixture
def steps(monkeypatch):
    """What is done to the disk, in order: ("sync", inode) and ("rename", name)."""
    seen = []
    sync, replace = os.fsync, Path.replace

    def noted_sync(handle):
        sync(handle)
        seen.append(("sync", os.fstat(handle).st_ino))

    def noted_replace(path, target):
        seen.append(("rename", Path(target).name))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    return seen


def inode(path):
    return path.stat().st_ino


def test_the_bytes_and_every_new_name_are_on_disk_before_put_returns(tmp_path, steps):
    root = tmp_path / "files"
    store = open_store(root.as_uri())
    assert steps == [("sync", inode(tmp_path))]
    steps.clear()
    store.put(DATA)
    path = root / NAME
    assert steps[0] == ("rename", ADDRESS)
    assert set(steps[1:]) == {("sync", inode(each)) for each in (path, path.parent, path.parent.parent, root)}


def test_a_folder_that_somebody_else_just_made_is_synced_by_us_too(tmp_path, steps):
    (tmp_path / NAME).parent.mkdir(parents=True)
    open_store(tmp_path.as_uri()).put(DATA)
    assert ("sync", inode(tmp_path)) in steps
    assert ("sync", inode((tmp_path / NAME).parent.parent)) in steps


def test_names_that_are_known_to_be_on_disk_cost_nothing_more(tmp_path, steps):
    store = open_store(tmp_path.as_uri())
    store.put(DATA)
    (tmp_path / NAME).unlink()
    steps.clear()
    store.put(DATA)
    path = tmp_path / NAME
    assert steps[0] == ("rename", ADDRESS)
    assert sorted(steps[1:]) == sorted([("sync", inode(path)), ("sync", inode(path.parent))])


def test_a_file_that_may_be_referred_to_is_replaced_by_bytes_that_are_on_disk(tmp_path, steps):
    store = open_store(tmp_path.as_uri())
    store.put(DATA)
    steps.clear()
    store.put(DATA)
    assert steps[:2] == [("sync", inode(tmp_path / NAME)), ("rename", ADDRESS)]


@pytest.mark.parametrize("broken", [(places, "sync_folder"), (os, "fsync"), (Path, "replace")])
def test_a_disk_that_does_not_keep_a_promise_is_a_store_that_is_down(tmp_path, monkeypatch, broken):
    store = open_store(tmp_path.as_uri())

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*broken, full)
    with pytest.raises(StorageDownError, match="No space left"):
        store.put(DATA)
    assert not list((tmp_path / ".new").iterdir())


def test_files_and_folders_are_private_whatever_the_umask(tmp_path):
    code = "import os, sys; from portal.stores.files import open_store; os.umask(0); open_store(sys.argv[1]).put(b'x')"
    (tmp_path / "old").mkdir(mode=0o755)
    for root in (tmp_path / "new", tmp_path / "old"):
        subprocess.run([sys.executable, "-c", code, root.as_uri()], check=True)
        for path in (root, *root.rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_what_a_killed_writer_left_is_removed_once_it_is_old(tmp_path):
    store = open_store(tmp_path.as_uri())
    store.put(DATA)
    left = tmp_path / ".new" / "left"
    left.write_bytes(b"half a fi")
    now = datetime.now(UTC)
    store.tidy(now - timedelta(minutes=1))
    assert left.exists()
    store.tidy(now + timedelta(minutes=1))
    assert not left.exists()
    assert store.get(ADDRESS) == DATA
