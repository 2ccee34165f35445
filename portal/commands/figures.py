"""`bin/keurwerk figures …`: work on the figures about audits."""

import click
from flask import Flask

from audits.worklists.tallying import tally_again
from portal.stores import database


@click.group("figures")
def figures() -> None:
    """Work on the figures about audits."""


@figures.command("rebuild")
@click.pass_obj
def rebuild_figures(app: Flask) -> None:
    """Count all reported audits again from their verdicts, some hundred at a time; the pages can be used meanwhile."""
    last, more = None, True
    while more:
        with app.app_context(), database.write() as session:
            last = tally_again(session, last)
        more = last is not None
