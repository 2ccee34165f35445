"""`bin/keurwerk registry …`: work on the public register."""

import gc
import time
from itertools import pairwise
from multiprocessing import get_context
from uuid import UUID

import click
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from certificates.register.services import count_entries, forget_words, parted, rebuild_batch
from portal.doors.registry import newer
from portal.settings import current_settings
from portal.signing.ledger_file import BeingMadeError
from portal.stores import database
from portal.stores.files import StorageDownError

_COLLECT_AFTER = 50_000  # containers, about as many as a batch makes; by default 700, which takes a quarter of the time


@click.group("registry")
def registry() -> None:
    """Work on the public register."""


@registry.command("rebuild")
@click.option("--processes", type=click.IntRange(1, 16), default=2, show_default=True, help="each takes 130 MB")
@click.pass_obj
def rebuild_register(app: Flask, *, processes: int) -> None:
    """Compute the public register again from its sources, some hundred agencies at a time; it can be used meanwhile."""
    gc.freeze()  # what is loaded stays: no collection walks it, and processes share it
    gc.set_threshold(_COLLECT_AFTER)
    with app.app_context():
        bounds = [None, *parted(database.read(), processes), None]
    if processes == 1:
        _rebuild(app, *bounds)
    else:
        _rebuild_beside(app, bounds)
    with app.app_context(), database.write() as session:
        forget_words(session)
        click.echo(f"{count_entries(session)} entries")


def _rebuild_beside(app: Flask, bounds: list[UUID | None]) -> None:
    """Have a process for each part, as Python computes in one thread at a time."""
    database.disconnect(app)  # a connection is of one process
    begin = get_context("fork").Process
    parts = [begin(target=_rebuild, args=(app, *part)) for part in pairwise(bounds)]
    for part in parts:
        part.start()
    for part in parts:
        part.join()
    if any(part.exitcode for part in parts):
        raise click.ClickException("A part of the register was not rebuilt. Begin again; nothing is lost.")


def _rebuild(app: Flask, after: UUID | None, until: UUID | None) -> None:
    """Rebuild the entries of the agencies behind `after` up to `until`, each batch in a transaction of its own."""
    last, more = after, True
    while more:
        with app.app_context(), database.write() as session:
            last = rebuild_batch(session, last, until)
        more = last is not None


@registry.command("files")
@click.option("--follow", is_flag=True, help="stay, and note every few seconds what has changed")
@click.pass_obj
def keep_files(app: Flask, *, follow: bool) -> None:
    """Make the files of the whole register, which answer on this machine while no database does."""
    while True:
        try:
            with app.app_context():
                newer.keep_up(database.read(whole=True), current_settings())
        except (SQLAlchemyError, BeingMadeError, StorageDownError) as error:
            if not follow:
                raise click.ClickException("The files could not be made.") from error
            app.logger.warning("the files could not be made: %s", type(error).__name__)
        if not follow:
            return
        time.sleep(newer.FOLLOW_SECONDS)
