"""A portal of `make serve` in a folder of its own that is not running, and its commands, in this process."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from certificates.ledger import memory
from certificates.ledger.services import used_numbers
from certificates.lifecycle.rules import place_of
from portal.app import create_app
from portal.commands import backup, check
from portal.commands.cli import main
from portal.host import programs, supervisor
from portal.host.embedded import Postgres
from portal.settings import Settings
from portal.signing.keys import current_keys
from portal.stores import database
from portal.stores.files import Store, open_store
from portal.work.schedule import sign_head
from tests.kit.factories.ledger import issued

# What a restore changes by intent, and what follows it.
CHANGED = {"login_session", "held_form", "mail_token", "file_check", "chore"}


SAFE = Postgres._options  # no power is cut here, so that the servers need not wait for the disk


class Place:
    """One portal at a time works in a process: `here` makes it this one."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, **env: str) -> None:
        self.folder = folder
        self._patch = patch
        self.seal_dir = folder / "seal"
        self._env = {"STORAGE_URL": (folder / "files").as_uri(), "SEAL_DIR": str(self.seal_dir)} | env

    @property
    def store(self) -> Store:
        return open_store(self._env["STORAGE_URL"], self._env.get("STORAGE_ENDPOINT", ""))

    def here(self) -> None:
        for module in (supervisor, programs, backup, check):
            self._patch.setattr(module, "VAR", self.folder / "var")
        self._patch.setattr(supervisor, "LEFT", self.folder / "var" / "run" / "environment.json")
        self._patch.setattr(Postgres, "_options", lambda server: [*SAFE(server), "-c", "fsync=off"])
        for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
            self._patch.delenv(name, raising=False)
        for name, value in self._env.items():  # a server of its own, if one is named
            self._patch.setenv(name, value)

    def run(self, *words: object) -> Result:
        self.here()
        return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)

    @contextmanager
    def running(self) -> Iterator["Running"]:
        self.here()
        with supervisor.at_hand(self._env) as env:
            if "DATABASE_URL" not in self._env:
                supervisor._leave_word(env)
            app, owner = create_app(Settings.from_env(env), doors=()), create_engine(env["OWNER_DATABASE_URL"])
            try:
                yield Running(self, app, owner)
            finally:
                owner.dispose()
                app.extensions["sessionmaker"].kw["bind"].dispose()

    def forget(self) -> None:
        """Lose everything but what is backed up."""
        shutil.rmtree(self.folder)
        self.folder.mkdir(mode=0o755)


class Running:
    """The servers of a portal, and its application with the rights of a worker."""

    def __init__(self, place: Place, app: Flask, owner: Engine) -> None:
        self.place, self.app, self.owner = place, app, owner
        self.numbers: list[str] = []  # that were given

    def issue(self, word: str) -> str:
        """A certificate with its file, committed; the address of the file. The keys remember its number."""
        address = self.place.store.put(word.encode())
        with self.app.app_context(), Session(self.owner) as session:
            signer = current_keys().signer
            certificate = issued(session, sha256=address, used=used_numbers(session, signer))
            number = certificate.number
            session.commit()
            signer.use_number(*place_of(number))
            self.numbers.append(number)
        return address

    def sign(self) -> memory.Head:
        with self.app.app_context(), database.write() as session:
            sign_head(session)
        head = memory.HeadMemory(self.place.seal_dir).read()
        assert head is not None
        return head

    def tables(self) -> dict[str, str]:
        """A hash of all rows of each table that a restore leaves as it was."""
        with self.owner.connect() as connection:
            names = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
            return {
                name: hashlib.sha256(
                    "\n".join(
                        connection.scalars(text(f"SELECT t::text FROM {name} t ORDER BY 1"))  # noqa: S608
                    ).encode()
                ).hexdigest()
                for name in sorted(set(names) - CHANGED)
            }

    def named(self) -> set[str]:
        """The addresses of the files of certificates."""
        with self.owner.connect() as connection:
            return set(connection.scalars(text("SELECT sha256 FROM document")))
