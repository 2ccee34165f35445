"""The embedded database server as backups see it: copied while it runs, and recovered from a copy."""

import shlex
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from portal.host.embedded import PATIENCE, EmbeddedError, Postgres, own_folder, until
from portal.host.processes import held, open_private, starter
from portal.stores.roles import BACKUP


class Recoverable(Postgres):
    """Copies the server of a folder, whoever has started it, and puts another cluster in its place."""

    @property
    def data(self) -> Path:
        """Return the folder of the cluster, which exists after the first start."""
        return self._data

    @property
    def archive(self) -> Path:
        """Return the folder for finished segments of the write-ahead log; it exists from the first backup on."""
        return self._archive

    def serves(self, url: str) -> bool:
        """Return whether an address is that of a database of this server."""
        return make_url(url).query.get("host") == str(self._sockets)

    def begin_archive(self) -> None:
        """Keep finished segments of the write-ahead log from now on."""
        own_folder(self._archive, 0o700, self._account)

    def copy(self, folder: Path) -> None:
        """Copy the whole server into a new folder, as archives, with the log that makes the copy consistent."""
        how = ["--format=tar", "--compress=client-gzip:1", "--wal-method=stream", "--checkpoint=fast", "--no-password"]
        words = ["--host", str(self._sockets), "--username", BACKUP, "--pgdata", str(folder), *how]
        command = [str(self._binaries() / "pg_basebackup"), *words]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, preexec_fn=starter(), check=False)
        if done.returncode:
            raise EmbeddedError(f"the database server could not be copied:\n{done.stderr[-2000:]}")

    def ask(self, statement: bytes) -> str:
        """Return the answer to a statement of the role for backups, in a transaction of its own."""
        try:
            with self._connect(BACKUP) as connection:
                row = connection.execute(statement).fetchone()
        except psycopg.Error as error:
            raise EmbeddedError(f"the database server does not answer: {error}") from error
        return str(row[0]) if row else ""

    def workplace(self) -> Path:
        """Return an empty folder, beside the cluster, in which another one is recovered."""
        own_folder(self._home, 0o711)
        folder = self._home / "recovering"
        shutil.rmtree(folder, ignore_errors=True)  # left over from a restore that was cut short
        own_folder(folder, 0o700, self._account)
        return folder

    def fetching(self, folder: Path) -> str:
        """Return the `restore_command` that takes segments from a folder."""
        return f"cp {shlex.quote(str(folder)).replace('%', '%%')}/%f %p"

    def recover(self, data: Path, *settings: str) -> None:
        """Recover a copied cluster in the workplace with these settings until it takes changes, and stop it.

        EmbeddedError with the words of the server if that cannot be.
        """
        self._make_folders()
        log_file = self._home / "recovery.log"
        log_file.unlink(missing_ok=True)
        (data / "recovery.signal").touch()
        if account := self._account:
            for path in data.parent.rglob("*"):
                shutil.chown(path, account)
        with held(self._home, patience=PATIENCE) as lock, open_private(log_file) as log:
            self._write_rules()
            self.process = self._run(self._binaries(), data, log, lock, "archive_mode=off", *settings)
        try:
            until(self._takes_changes, self.process, log_file)
        finally:
            self.stop()

    def put_in_place(self, data: Path, aside: Path) -> None:
        """Make this cluster the one that is started; the one before it goes to `aside`, with its archive."""
        with held(self._home, patience=PATIENCE):
            for old in (self._data, self._archive):
                if old.exists():
                    aside.mkdir(mode=0o711, parents=True, exist_ok=True)
                    old.rename(aside / old.name)
            data.rename(self._data)

    def _takes_changes(self) -> bool:
        with suppress(psycopg.OperationalError), self._connect(BACKUP) as connection:
            row = connection.execute("SELECT NOT pg_is_in_recovery()").fetchone()
            return bool(row and row[0])
        return False
