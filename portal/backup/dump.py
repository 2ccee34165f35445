"""One database of another server in a backup: the programs of PostgreSQL write and read it, as its owner."""

import os
import subprocess
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

from portal.backup.sets import BackupError
from portal.host.embedded import program

FILE = "portal.dump"
_IN_USE = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_TABLES = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"


def write(owner_url: str, folder: Path) -> None:
    """Dump the database as its owner: for other roles row policies leave out rows."""
    _run("pg_dump", owner_url, "--format=custom", "--file", str(folder / FILE))


def read(owner_url: str, folder: Path) -> None:
    """Put a dump into an empty database, all of it or nothing."""
    _run("pg_restore", owner_url, "--no-owner", "--exit-on-error", "--single-transaction", str(folder / FILE))


def check_empty(owner_url: str) -> None:
    """Raise BackupError unless the database is empty and nobody uses it."""
    plain = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(plain) as connection:
            [used], [tables] = (connection.execute(query).fetchone() or (0,) for query in (_IN_USE, _TABLES))
    except psycopg.Error as error:
        raise BackupError(f"the database does not answer: {error}") from error
    if used:
        raise BackupError("somebody is connected to the database: end web, workers and register first")
    if tables:
        raise BackupError(
            "the database is not empty. Make an empty one (docs/operations.md, Roles of the database), and name it in "
            "DATABASE_URL and OWNER_DATABASE_URL"
        )


def name_of(url: str) -> str:
    """Return the name of the database at an address."""
    return make_url(url).database or ""


def _run(name: str, owner_url: str, *options: str) -> None:
    url = make_url(owner_url)
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    env = {"PATH": os.defpath} | ({"PGPASSWORD": url.password} if url.password else {})  # not where `ps` shows it
    command = [str(program(name)), "--no-password", "--dbname", plain.render_as_string(), *options]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{name}: {done.stderr.strip()[-2000:]}")
