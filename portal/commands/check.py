"""`bin/keurwerk check`: report conditions that need an operator, before users notice."""

from collections.abc import Iterator
from contextlib import suppress

import click
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from audits.agencies.queries import doubles
from audits.core import clock, numbering
from audits.core.calendar import LAST_DECREED_YEAR, months_after, undecreed_year
from audits.schemes.queries import list_versions, scheme_of_version
from certificates.ledger.memory import HeadMemory, LedgerError
from certificates.ledger.services import next_head
from portal.host.recovery import Recoverable
from portal.settings import VAR, Settings, current_settings
from portal.stores import checking, database
from portal.work import parts

MONTHS_OF_NUMBERS = 6
MOST_SEGMENTS = 128  # of 16 MiB
KNOWS_LETTERS = text("SELECT lower('Ł') = 'ł'")


@click.command("check")
@click.pass_obj
def check(app: Flask) -> None:
    """List what needs attention, a line each; the exit status is 1 if there is anything."""
    with app.app_context():
        unreachable = parts.troubles(current_settings())
        found = [str(each) for each in unreachable]
        if not any(each.part == "database" for each in unreachable):
            found += matters(database.read())
        found += _archive(current_settings())
        found += _help_numbers(current_settings())
    click.echo("\n".join(found) or "Nothing must be seen to.")
    if found:
        raise click.exceptions.Exit(1)


def _archive(settings: Settings) -> Iterator[str]:
    """Yield what to say about the write-ahead log that the server of `make serve` keeps for the next backup."""
    server = Recoverable(VAR)
    kept = len(list(server.archive.glob("*"))) if server.serves(settings.database_url) else 0
    if kept > MOST_SEGMENTS:
        yield (
            f"{kept} segments of the write-ahead log wait for a backup in {server.archive}."
            " Make one, or delete that folder: docs/backup.md."
        )


def _help_numbers(settings: Settings) -> Iterator[str]:
    """Yield a sentence if nobody has tried the telephone numbers for workers for half a year."""
    if settings.help_checked and clock.today() > months_after(settings.help_checked, MONTHS_OF_NUMBERS):
        yield f"HELP_NUMBERS were tried on {settings.help_checked}. Try them again, and set HELP_CHECKED."


def matters(session: Session) -> Iterator[str]:
    """Yield a sentence for everything that an operator must see to."""
    longest = max((scheme_of_version(version).longest_working_days for version in list_versions(session)), default=0)
    if year := undecreed_year(clock.today(), longest):
        yield (
            f"Terms may end in {year}, and the calendar knows decreed days until {LAST_DECREED_YEAR} only."
            " Enter the next decree: docs/operations.md, Calendar."
        )
    if not session.scalar(KNOWS_LETTERS):
        yield (
            "The database knows the letters of ASCII alone: a search for other letters reads the whole register."
            " Make it with another locale: docs/operations.md, Roles of the database."
        )
    if words := _fork(session):
        yield f"The log stands still: {words}. See docs/ledger.md, What the keys remember."
    yield from _lost_numbers(session)
    for file in checking.troubles(session):
        yield (
            f"The file of {file.kind} {file.name} is {file.state}: {file.sha256}."
            " Put it back from a backup: docs/operations.md, Files that are lost."
        )
    for country, numbers in doubles(session):
        yield (
            f"One agency may be registered {len(numbers)} times, in {country} as {' and '.join(numbers)}."
            " Ask it which registration it uses, and have applications of the other withdrawn."
        )


def _lost_numbers(session: Session) -> Iterator[str]:
    """Yield what to say about certificates that the keys know of, and an older database does not."""
    with suppress(LedgerError):  # was said already
        for series, last in sorted((HeadMemory(current_settings().seal_dir).numbers() or {}).items()):
            known = numbering.last_number(session, series)
            if known < last:
                yield (
                    f"Certificates {known + 1} to {last} of {series.rpartition('-')[2]} are not in the database. Their"
                    " numbers are not given again. Look for them: docs/backup.md, After an older state."
                )


def _fork(session: Session) -> str:
    """Return why the next head of the log will not be signed, or an empty text."""
    try:
        next_head(session, HeadMemory(current_settings().seal_dir).read())
    except LedgerError as error:
        return str(error)
    return ""
