"""`bin/keurwerk keys`: create, retire and revoke keys, and seal again what a compromised key sealed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from certificates.register.files import KEY_LOST
from certificates.seal.keyring.addresses import RingAddress, parse_key
from certificates.seal.keyring.custody import (
    create_key,
    ensure_keyring,
    mark_compromised,
    retire_key,
)
from certificates.seal.keyring.keys import (
    CERTIFIED,
    Entry,
    Keyring,
    KeysError,
    KeyState,
    Purpose,
)
from portal.settings import Settings
from portal.signing import resealing
from portal.stores import database
from portal.stores.files import StorageDownError
from portal.web import security_log
from portal.web.security_log import Kind

_MADE = [purpose.value for purpose in Purpose if purpose is not Purpose.ROOT]


@click.group()
def keys() -> None:
    """Manage the keys of seal, time-stamps, credentials and log."""


@keys.command("list")
@click.pass_obj
def list_keys(app: Flask) -> None:
    """List every key: its name, purpose and state, and until when its certificate is valid."""
    with _plainly():
        ring = _ring(app)
        for entry in ring.entries:
            ends = ring.certificate(entry).not_valid_after_utc.date() if entry.purpose in CERTIFIED else ""
            line = (
                f"{entry.id:24}{entry.state:13}{entry.algorithm:10}{entry.created_at.date()}  {ends!s:12}{entry.reason}"
            )
            click.echo(line.rstrip())


@keys.command("create")
@click.argument("purpose", type=click.Choice(_MADE))
@click.pass_obj
def create(app: Flask, purpose: str) -> None:
    """Create a key for a purpose without an active one."""
    with _plainly():
        if _ring(app).of(Purpose(purpose), KeyState.ACTIVE):
            raise KeysError(f"there is an active {purpose} key: rotate it")
        _tell(app, "create", _make(app, Purpose(purpose)))


@keys.command("rotate")
@click.argument("purpose", type=click.Choice(_MADE))
@click.pass_obj
def rotate(app: Flask, purpose: str) -> None:
    """Create a new key and retire the active one. Signatures of the old one stay valid."""
    with _plainly():
        _ring(app).active(Purpose(purpose))
        _tell(app, "rotate", _make(app, Purpose(purpose)))


@keys.command("retire")
@click.argument("key_id")
@click.pass_obj
def retire(app: Flask, key_id: str) -> None:
    """Retire a key. Its signatures stay valid."""
    with _plainly():
        _ring(app)
        retire_key(_settings(app).seal_dir, key_id)
        _note(app, f"retire.{key_id}")


@keys.command("compromised")
@click.argument("key_id")
@click.option("--reason", required=True, help="What happened, for whoever reads the list of keys.")
@click.option("--since", type=click.DateTime(), help="Since when others may have had it (UTC); now unless said.")
@click.pass_obj
def compromised(app: Flask, key_id: str, reason: str, since: datetime | None) -> None:
    """Revoke a compromised key, and replace it if it was the active one."""
    with _plainly():
        before = {entry.id: entry for entry in _ring(app).entries}
        moment = since.replace(tzinfo=UTC) if since else None
        entry = mark_compromised(_settings(app).seal_dir, key_id, reason=reason, since=moment)
        _note(app, f"compromised.{key_id}")
        if before[key_id].state is KeyState.ACTIVE:
            _tell(app, "create", _make(app, entry.purpose))
    if entry.purpose in CERTIFIED | {Purpose.CREDENTIAL}:
        click.echo("Now give every certificate that it signed a new file: keurwerk keys reseal")


@keys.command("reseal")
@click.option("--because", default=KEY_LOST, show_default=True, help="For everybody who checks an old file.")
@click.pass_obj
def reseal(app: Flask, because: str) -> None:
    """Seal every certificate again whose file, credential or badge was signed with an untrusted key.

    Certificates that have ended are included. Can be repeated at any time: 0 means that all signatures are trusted.
    """
    with _plainly():
        _check_ready(app)
        with app.app_context(), database.write() as session:
            count = resealing.enqueue(session, because=because)
            security_log.record(session, Kind.KEYS_CHANGED, detail="keys.reseal")
    click.echo(f"{count} certificates follow as soon as the worker runs.")


def _tell(app: Flask, what: str, entry: Entry) -> None:
    click.echo(entry.id)
    _note(app, f"{what}.{entry.id}")


def _note(app: Flask, what: str) -> None:
    """Note in the security log what was done to the keys. It is done, whether the database answers or not."""
    try:
        with app.app_context(), database.write() as session:
            security_log.record(session, Kind.KEYS_CHANGED, detail=f"keys.{what}")
    except SQLAlchemyError:
        click.echo("This is not in the security log: the database takes no line.", err=True)


def _check_ready(app: Flask) -> None:
    """Raise KeysError if a key for the new files is missing."""
    ring, settings = _ring(app), _settings(app)
    ring.active(Purpose.CREDENTIAL)
    if isinstance(parse_key(settings.seal_key), RingAddress):
        ring.active(Purpose.SEAL)
    if not settings.tsa_urls:
        ring.active(Purpose.TIMESTAMP)


def _settings(app: Flask) -> Settings:
    settings: Settings = app.extensions["settings"]
    return settings


def _ring(app: Flask) -> Keyring:
    settings = _settings(app)
    return ensure_keyring(settings.seal_dir, settings.body_name, settings.seal_passphrase, **_how(settings))


def _make(app: Flask, purpose: Purpose) -> Entry:
    settings = _settings(app)
    return create_key(settings.seal_dir, purpose, settings.body_name, settings.seal_passphrase, **_how(settings))


def _how(settings: Settings) -> dict[str, str]:
    return {"algorithm": settings.seal_algorithm, "base_url": settings.base_url}


@contextmanager
def _plainly() -> Iterator[None]:
    """Turn errors of keyring and store into a message and exit status 1, without a traceback."""
    try:
        yield
    except KeysError as error:
        raise click.ClickException(str(error)) from error
    except StorageDownError as error:
        raise click.ClickException("the store does not answer, and no job was enqueued") from error
