"""`bin/keurwerk backup` and `restore`: database, files and keys together."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask

from audits.core import clock
from portal.app import create_app
from portal.backup import making, restoring
from portal.backup.sets import BackupError, BackupSet, Vault
from portal.commands.check import matters
from portal.doors.account.services import sign_out_everybody
from portal.host import supervisor
from portal.host.embedded import EmbeddedError
from portal.host.processes import HeldError, held
from portal.host.recovery import Recoverable
from portal.settings import VAR, Settings, SettingsError
from portal.stores import database
from portal.stores.files import StorageDownError

_MOMENTS = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S"]
_OWNER = "OWNER_DATABASE_URL must name the database for kw_owner"


@click.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--add", is_flag=True, help="Add to the newest backup what happened since (server of make serve).")
@click.option("--keep", type=click.IntRange(min=1), help="Then delete all but so many backups.")
@click.pass_obj
def backup(app: Flask, folder: Path, *, add: bool, keep: int | None) -> None:
    """Back up database, files and keys to FOLDER, which has room for many backups. The portal may run.

    The keys stay encrypted, and their passphrase and SECRET_KEY are not in it: keep those elsewhere. The exit status is
    1 if the store has lost files.
    """
    settings: Settings = app.extensions["settings"]
    with _plainly(), held(folder):
        vault, act = Vault(folder), making.add if add else making.make
        made = act(vault, _source(), settings)
        click.echo(f"{made.folder} reaches {_moment(made.manifest.reaches)}, with {len(made.manifest.files)} files")
        for name in vault.keep(keep) if keep else ():
            click.echo(f"deleted: {name}")
        for address in made.manifest.lost:
            click.echo(f"not in the store, or changed: {address}")
    if made.manifest.lost:
        raise click.exceptions.Exit(1)


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--until", type=click.DateTime(_MOMENTS), help="Restore this moment (UTC) instead of the newest state.")
@click.option("--replace", is_flag=True, help="Move a database that is there aside (server of make serve).")
def restore(folder: Path, *, until: datetime | None, replace: bool) -> None:
    """Restore database, files and keys from FOLDER. The portal may not run, and no data is overwritten.

    Keys that are there stay. What must be seen to is said at the end, as `check` says it; then the exit status is 1.
    """
    env = os.environ  # noqa: TID251 - an entry point
    vault, moment = Vault(folder), until.replace(tzinfo=UTC) if until else None
    with _plainly(), held(folder):
        settings = Settings.from_env(supervisor.left_behind() | dict(env), needs=())
        chosen = restoring.choose(vault, moment, settings.seal_dir)
        _restore_database(chosen, moment, env, replace=replace)
        if restoring.restore_keys(chosen, settings.seal_dir):
            click.echo(f"The keys are those of the backup, in {settings.seal_dir}.")
        with supervisor.at_hand(env, chosen.manifest.database) as found:
            app = create_app(Settings.from_env(found), doors=())
            try:
                _finish(app, vault, chosen, moment)
            finally:
                database.disconnect(app)


def _restore_database(chosen: BackupSet, until: datetime | None, env: Mapping[str, str], *, replace: bool) -> None:
    if env.get("DATABASE_URL"):
        restoring.restore_dump(chosen, _owner(env))
        return
    try:
        with held(VAR / "run"):
            server = Recoverable(VAR)
            aside = server.data.with_name(f"replaced-{clock.now():%Y%m%dT%H%M%SZ}")
            if server.data.exists() and not replace:
                raise BackupError(f"there is a database in {server.data}; --replace moves it aside")
            restoring.restore_cluster(chosen, server, until, aside)
            if aside.exists():
                click.echo(f"The database that was there is in {aside}. Delete it when you miss nothing.")
    except HeldError as error:
        raise click.ClickException("Keurwerk runs from this folder. End it first.") from error


def _finish(app: Flask, vault: Vault, chosen: BackupSet, until: datetime | None) -> None:
    with app.app_context():
        with database.write() as session:
            sign_out_everybody(session)
            found = restoring.restore_files(session, vault)
        reached = until or chosen.manifest.reaches
        click.echo(f"The database of {chosen.folder.name} is as at {_moment(reached)}. Everybody must sign in again.")
        click.echo(f"{found.restored} files put back, {len(found.lost)} lost, {found.unnamed} named by nothing.")
        told = list(matters(database.read()))
    click.echo("\n".join(told) or "Nothing must be seen to.")
    if told:
        raise click.exceptions.Exit(1)


def _source() -> making.Source:
    env = os.environ  # noqa: TID251 - an entry point
    return _owner(env) if env.get("DATABASE_URL") else Recoverable(VAR)


def _owner(env: Mapping[str, str]) -> str:
    if not env.get("OWNER_DATABASE_URL"):
        raise BackupError(_OWNER)
    return env["OWNER_DATABASE_URL"]


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


@contextmanager
def _plainly() -> Iterator[None]:
    """Turn what can go wrong into a message and exit status 1, without a traceback."""
    try:
        yield
    except HeldError as error:
        raise click.ClickException("another backup or restore works in this folder") from error
    except (BackupError, EmbeddedError, SettingsError, StorageDownError, OSError) as error:
        raise click.ClickException(str(error)) from error
