"""`bin/keurwerk caselog`: check the log of the cases against the public log, row by row."""

from itertools import islice

import click
from flask import Flask

from certificates.ledger.caselog import last_head
from certificates.ledger.tracing import faults
from portal.stores import database

MOST_SHOWN = 20


@click.group("caselog")
def caselog() -> None:
    """Check the log of the cases."""


@caselog.command("verify")
@click.pass_obj
def verify(app: Flask) -> None:
    """Name the first event changed, removed, swapped or cut off under each head, and entries without a decision.

    The exit status is 1 if there is any. Rows younger than the last head, of a day at most, are under none yet.
    """
    with app.app_context():
        session = database.read()
        found = list(islice(faults(session), MOST_SHOWN))
        head = last_head(session)
    if found:
        click.echo("\n".join(found))
        raise click.exceptions.Exit(1)
    click.echo(f"all is right up to event {head['last'] if head else 0}")
