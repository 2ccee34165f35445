"""The store: content addresses, and verification of what is read."""

import hashlib
import os

import pytest

from portal.stores.files import StorageDownError, open_store

DATA = b"evidence"
ADDRESS = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["file", "given"])
def url(request, tmp_path):
    """A folder, and the store that STORAGE_URL names (s3://…), where there is one."""
    if request.param == "file":
        return (tmp_path / "a folder % with é").as_uri()
    if "STORAGE_URL" not in os.environ:
        pytest.skip("no STORAGE_URL")
    return os.environ["STORAGE_URL"]


def test_what_was_put_is_found_by_its_digest(url):
    store = open_store(url)
    assert store.put(DATA) == ADDRESS
    assert store.put(DATA) == ADDRESS
    assert store.exists(ADDRESS)
    assert open_store(url).get(ADDRESS) == DATA


def test_nothing_is_known_before_it_is_put(url):
    store = open_store(url)
    assert not store.exists("0" * 64)
    with pytest.raises(StorageDownError):
        store.get("0" * 64)


def test_a_file_lies_under_its_own_digest_and_no_rest_is_left(tmp_path):
    open_store(tmp_path.as_uri()).put(DATA)
    files = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert [str(path) for path in files] == [f"{ADDRESS[:2]}/{ADDRESS[2:4]}/{ADDRESS}"]


def test_changed_bytes_are_never_given_out(tmp_path):
    store = open_store(tmp_path.as_uri())
    store.put(DATA)
    (tmp_path / ADDRESS[:2] / ADDRESS[2:4] / ADDRESS).write_bytes(b"forged")
    with pytest.raises(StorageDownError):
        store.get(ADDRESS)


def test_a_store_that_is_gone_says_that_it_is_down(tmp_path):
    store = open_store((tmp_path / "files").as_uri())
    (tmp_path / "files").rmdir()
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(StorageDownError):
        store.put(DATA)
