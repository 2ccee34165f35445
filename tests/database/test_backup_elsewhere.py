"""Backup and restore of a portal with a database server of its own and a bucket of an S3 server."""

import time
from uuid import uuid4

import pytest

from portal.backup.sets import Kind, Vault
from portal.stores.roles import WORKER
from tests.kit import bucket
from tests.kit.portal import Place
from tests.kit.waiting import PATIENCE


@pytest.fixture
def endpoint():
    with bucket.served() as endpoint:
        yield endpoint


@pytest.fixture
def databases(servers):
    """Makes databases, with a copy of the tables or without."""
    made = []

    def make(how):
        made.append(f"backup_{uuid4().hex[:8]}")
        return how(made[-1])

    yield make
    for name in made:
        servers.drop(name)


@pytest.fixture
def build(servers, endpoint, tmp_path, monkeypatch):
    bucket.give_keys(monkeypatch)

    def build(name, owner_url):
        env = {
            "DATABASE_URL": servers.url_as(owner_url, WORKER),
            "OWNER_DATABASE_URL": owner_url,
            "REDIS_URL": servers.redis_url,
            "SECRET_KEY": "a key for tests alone, of many letters",
            "STORAGE_URL": f"s3://{bucket.NAME}/{tmp_path.name}-{name}",
            "STORAGE_ENDPOINT": endpoint,
        }
        return Place(tmp_path / name, monkeypatch, **env)

    return build


def alone(place, *words):
    """Run a command once the server has noticed that everybody left its database."""
    end = time.monotonic() + PATIENCE
    while "somebody is connected" in (done := place.run(*words)).output and time.monotonic() < end:
        time.sleep(0.2)
    return done


def test_a_database_of_another_server_and_files_of_a_bucket_are_restored(build, databases, servers, tmp_path):
    first = build("first", databases(servers.clone))
    with first.running() as portal:
        address = portal.issue("a certificate")
        head, tables = portal.sign(), portal.tables()
        assert first.run("backup", tmp_path / "backups").exit_code == 0
        [made] = Vault(tmp_path / "backups").sets()
        assert (made.manifest.kind, made.manifest.files) == (Kind.DUMP, [address])
        portal.issue("issued after the backup")
        refused = first.run("backup", tmp_path / "backups", "--add")
        assert (refused.exit_code, "make a new one" in refused.output) == (1, True)
        refused = first.run("restore", tmp_path / "backups")
        assert (refused.exit_code, "somebody is connected to the database" in refused.output) == (1, True)
    refused = alone(first, "restore", tmp_path / "backups", "--replace")
    assert (refused.exit_code, "the database is not empty" in refused.output) == (1, True)

    second = build("second", databases(servers.empty))
    done = second.run("restore", tmp_path / "backups")
    assert "1 files put back, 0 lost, 0 named by nothing" in done.output
    assert "The log stands still" in done.output
    with second.running() as portal:
        assert portal.tables() == tables
        assert second.store.addresses() == {address}
        assert second.run("ledger", "go-on", "--because", "a rehearsal").exit_code == 0
        assert portal.sign() == head


def test_a_backup_of_one_kind_of_server_is_not_for_the_other(build, databases, servers, tmp_path, monkeypatch):
    first = build("first", databases(servers.clone))
    first.run("backup", tmp_path / "backups")
    embedded = Place(tmp_path / "embedded", monkeypatch)
    refused = embedded.run("restore", tmp_path / "backups")
    assert (refused.exit_code, "is of another server" in refused.output) == (1, True)
    monkeypatch.setitem(first._env, "OWNER_DATABASE_URL", "")
    refused = first.run("backup", tmp_path / "backups")
    assert (refused.exit_code, "OWNER_DATABASE_URL must name" in refused.output) == (1, True)
