"""`bin/keurwerk registry …`: work on the public register."""

import time

import click
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from certificates.register.services import count_entries, forget_words, rebuild_batch
from portal.doors.registry import newer
from portal.settings import current_settings
from portal.signing.ledger_file import BeingMadeError
from portal.stores import database
from portal.stores.files import StorageDownError


@click.group("registry")
def registry() -> None:
    """Work on the public register."""


@registry.command("rebuild")
@click.pass_obj
def rebuild_register(app: Flask) -> None:
    """Compute the public register again from its sources, some hundred agencies at a time; it can be used meanwhile."""
    last, more = None, True
    while more:
        with app.app_context(), database.write() as session:
            last = rebuild_batch(session, last)
        more = last is not None
    with app.app_context(), database.write() as session:
        forget_words(session)
        click.echo(f"{count_entries(session)} entries")


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
