"""`bin/keurwerk due`: what must be done by a day, and what the clock will do about it until then."""

from datetime import date, datetime

import click
from flask import Flask

from audits.core import clock
from audits.deadlines.models import Deadline
from audits.worklists.clock import plan
from audits.worklists.queries import due_by
from portal.stores import database


@click.command("due")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day to list; today if not given.")
@click.pass_obj
def due(app: Flask, until: datetime | None) -> None:
    """List the open deadlines up to a day, earliest first: last day, task, whose, about whom, and the next steps."""
    today = clock.today()
    day = until.date() if until else today
    with app.app_context():
        terms = due_by(database.read(), day)
        for term, agency in terms:
            whose = "a person" if term.owner_id else term.owner_role.value
            late = "  LATE" if term.due_on < today else ""
            click.echo(f"{term.due_on}  {term.kind.value}  {whose}  {agency or '-'}{late}")
            for step in _to_come(term, today, day):
                click.echo(f"    {step}")
    click.echo(f"{len(terms)} open by {day}")


def _to_come(term: Deadline, today: date, until: date) -> list[str]:
    steps = plan(term.kind, clock.day_of(term.opened_at), term.due_on, term.from_on)
    return [f"{step.on}  {step.kind.value}" for step in steps if today < step.on <= until]
