"""`bin/keurwerk ledger`: recompute the log, show its keys, write the archive."""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask
from sqlalchemy.orm import Session

from audits.core import clock
from certificates.credentials import thumbprint
from certificates.ledger import queries
from certificates.ledger.memory import EMPTY, Head, HeadMemory
from certificates.ledger.notes import Vkey
from certificates.ledger.verify import problems, unpublished
from certificates.lifecycle.rules import is_number, place_of
from certificates.seal import Keyring, KeysError
from certificates.seal.keyring.keys import Purpose
from portal.settings import Settings, current_settings
from portal.signing import ledger
from portal.stores import database

MOST_SHOWN = 20

log = logging.getLogger(__name__)


@click.group("ledger")
def ledger_commands() -> None:
    """Manage the public log of certificates."""


@ledger_commands.command("verify")
@click.pass_obj
def verify(app: Flask) -> None:
    """Recompute the whole log; problems are listed first, and the exit status is 1."""
    with _reading(app) as (session, settings):
        origin = ledger.origin(settings)
        keys = [Vkey.of(origin, key) for key in _ever(settings)] + ledger.witnesses(settings)
        published = frozenset(map(thumbprint, _ring(settings).credential_public().values()))
        with closing(problems(session, origin, keys)) as wrong, closing(unpublished(session, published)) as dead:
            shown = list(islice(chain(wrong, dead), MOST_SHOWN))
        if shown:
            click.echo("\n".join([*shown, *(["… and perhaps more"] if len(shown) == MOST_SHOWN else [])]))
            raise click.exceptions.Exit(1)
        click.echo(f"{origin}: {queries.size_of(session)} entries, all is right")
        for told in HeadMemory(settings.seal_dir).reasons():
            click.echo(f"{told['at']}: told to go on from {told['after']['size']} entries, because {told['because']}")


@ledger_commands.command("key")
@click.pass_obj
def key(app: Flask) -> None:
    """Show the verifier keys of the log, newest first, for witnesses."""
    with _reading(app) as (_, settings):
        for public in _ring(settings).ledger_public():
            click.echo(str(Vkey.of(ledger.origin(settings), public)))


@ledger_commands.command("dump")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def dump(app: Flask, file: Path) -> None:
    """Write the archive that `keurwerk-verify` reads."""
    with _reading(app) as (session, settings):
        newest = queries.latest(session)
        if newest is None:
            raise click.ClickException("nothing was logged yet")
        with file.open("wb") as out:
            out.writelines(ledger.archive(session, newest, settings))
        click.echo(f"{file}: {newest.size} entries")


@ledger_commands.command("go-on")
@click.option("--because", required=True, help="Why the log may go on, for whoever asks later. It is kept.")
@click.option("--number", "numbers", multiple=True, help="The last certificate number of a year that was seen outside.")
@click.pass_obj
def go_on(app: Flask, because: str, numbers: tuple[str, ...]) -> None:
    """Let the log continue from the newest checkpoint in the database, whatever the keys remember.

    For the first start with a keyring that remembers nothing yet, and after the restore of an older database. Entries
    that were signed after that backup are lost then: witnesses that saw them will refuse what follows. New certificates
    get numbers above those that the keys remember, and above each --number.
    """
    with _reading(app) as (session, settings):
        newest, memory = queries.latest(session), HeadMemory(settings.seal_dir)
        head = Head(newest.size, newest.root) if newest else EMPTY
        if wrong := [number for number in numbers if not is_number(number)]:
            raise click.ClickException(f"no certificate number: {', '.join(wrong)}")
        used = dict(sorted(map(place_of, numbers)))  # of several in one year the last
        try:
            memory.go_on(head, because=because, at=clock.now().isoformat(), numbers=used)
        except OSError as error:
            raise click.ClickException(f"the memory of the log cannot be written: {error}") from error
        overruled = memory.reasons()[-1]["before"]
        log.warning("the log goes on from %s entries, because %s; overruled: %s", head.size, because, overruled)
        click.echo(f"The log goes on from {head.size} entries. The keys remembered {_entries(overruled)}.")


def _entries(before: dict[str, Any] | None) -> str:
    return f"{before['size']} entries" if before else "nothing"


def _ever(settings: Settings) -> list[Ed25519PublicKey]:
    """Return every key that ever signed; earlier signatures of compromised keys are part of the log."""
    ring = _ring(settings)
    keys = [ring.public(entry) for entry in ring.of(Purpose.LEDGER)]
    return [key for key in keys if isinstance(key, Ed25519PublicKey)]


def _ring(settings: Settings) -> Keyring:
    try:
        return Keyring.open(settings.seal_dir)
    except KeysError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _reading(app: Flask) -> Iterator[tuple[Session, Settings]]:
    with app.app_context():
        yield database.read(), current_settings()
