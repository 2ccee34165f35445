"""`bin/keurwerk`: commands for operators. Each command opens its own transaction."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
from flask import Flask

from audits.core import events
from audits.core.access import SYSTEM, Role
from audits.core.errors import DomainError, RuleError
from audits.core.languages import DEFAULT, LANGUAGES
from audits.inspections.services import entering
from audits.people import services as people
from audits.people.queries import people_with
from audits.schemes.problems import SchemeError
from audits.schemes.queries import list_versions
from audits.schemes.services import publish_scheme
from audits.schemes.source import parse
from audits.vault.services import end_reader, name_reader
from portal.app import create_app
from portal.commands.backup import backup, restore
from portal.commands.caselog import caselog
from portal.commands.check import check
from portal.commands.due import due
from portal.commands.figures import figures
from portal.commands.keys import keys
from portal.commands.ledger import ledger_commands
from portal.commands.mail import mail
from portal.commands.registry import registry
from portal.commands.samples import sample
from portal.commands.schemes import scheme
from portal.commands.shell import shell
from portal.commands.verify import verify_file
from portal.host.embedded import EmbeddedError
from portal.host.supervisor import at_hand
from portal.settings import Settings, SettingsError
from portal.stores import database
from portal.web import security_log
from portal.web.security_log import Kind


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """Keurwerk from the shell. Without DATABASE_URL it works with the portal of this folder, running or not."""
    if "--help" in sys.argv or context.invoked_subcommand in {restore.name, sample.name, scheme.name}:
        return  # only the help was asked for, or no server is needed
    try:
        env = context.with_resource(at_hand(os.environ))  # noqa: TID251 - an entry point
        context.obj = create_app(Settings.from_env(env), doors=())
        context.call_on_close(partial(database.disconnect, context.obj))
    except (SettingsError, EmbeddedError) as error:
        raise click.ClickException(str(error)) from error


@main.command("appoint-administrator")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--language", type=click.Choice(list(LANGUAGES)), default=DEFAULT)
@click.pass_obj
def appoint_administrator(app: Flask, name: str, email: str, language: str) -> None:
    """Create one of the first two administrators, who invite all other staff. An invitation is sent by mail."""
    with app.app_context(), _plainly(), database.write() as session:
        person = people.appoint_administrator(session, name=name, email=email, language=language)
        security_log.record(session, Kind.PERSON_INVITED, subject_id=person.id, detail="command")
    click.echo("The invitation goes out as soon as the worker runs.")


@main.command("small-body")
@click.argument("switch", type=click.Choice(["on", "off"]))
@click.option("--because", required=True, help="why, for the administrators, who get a mail")
@click.pass_obj
def small_body(app: Flask, switch: str, because: str) -> None:
    """Let planners also audit what somebody else planned, or no longer. It is off at first; every change is kept."""
    with app.app_context(), _plainly(), database.write() as session:
        people.set_small_body(session, allowed=switch == "on", because=because)
        security_log.record(session, Kind.ROLES_CHANGED, detail=f"small_body.{switch}")


@main.command("vault-reader")
@click.argument("switch", type=click.Choice(["on", "off"]))
@click.argument("email")
@click.pass_obj
def vault_reader(app: Flask, switch: str, email: str) -> None:
    """Let a planner read the vault of signals of exploitation, or no longer."""
    with app.app_context(), _plainly(), database.write() as session:
        person = (name_reader if switch == "on" else end_reader)(session, email)
        security_log.record(session, Kind.VAULT_READERS, subject_id=person.id, detail=switch)


@main.command("publish-scheme")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def publish(app: Flask, file: Path) -> None:
    """Check a scheme file and publish it, if none is published yet; every problem is reported with its line and path.

    Later versions are proposed and published on the pages of the scheme managers, by two people.
    """
    with app.app_context(), _plainly(), database.write() as session:
        try:
            source = file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise click.ClickException(f"{file}: this is no text in UTF-8") from error
        text = parse(source)
        if any(version.sha256 != text.sha256 for version in list_versions(session)):
            raise RuleError("A version is published already. Propose the next one at Versions of the norm.")
        managers = people_with(session, Role.SCHEME_MANAGER)
        actor = managers[0].actor if managers else replace(SYSTEM, roles=frozenset({Role.SCHEME_MANAGER}))
        version = publish_scheme(session, actor, source)
        click.echo(f"{version.code} {version.version}  {version.sha256}")


main.add_command(backup)
main.add_command(restore)


@main.command("forget-note")
@click.argument("event", type=int)
@click.pass_obj
def forget_note(app: Flask, event: int) -> None:
    """Forget what was typed in one event, by the number of the event. It cannot be undone; the log still verifies."""
    with app.app_context(), _plainly(), database.write() as session:
        events.forget_note(session, event)
        security_log.record(session, Kind.NOTE_FORGOTTEN, detail=f"event.{event}")


@main.command("forget-entry")
@click.argument("digest")
@click.pass_obj
def forget_entry(app: Flask, digest: str) -> None:
    """Forget what was typed in one sealed entry, by its digest. It cannot be undone; the chain still verifies."""
    with app.app_context(), _plainly(), database.write() as session:
        entering.forget_entry(session, digest)
        security_log.record(session, Kind.NOTE_FORGOTTEN, detail=f"entry.{digest}")


main.add_command(caselog)
main.add_command(check)
main.add_command(due)
main.add_command(figures)
main.add_command(verify_file)
main.add_command(keys)
main.add_command(ledger_commands)
main.add_command(mail)
main.add_command(registry)
main.add_command(sample)
main.add_command(scheme)
main.add_command(shell)


@contextmanager
def _plainly() -> Iterator[None]:
    """Turn domain errors into a message and exit status 1, without a traceback."""
    try:
        yield
    except SchemeError as error:
        raise click.ClickException("\n".join(str(problem) for problem in error.problems)) from error
    except DomainError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main(prog_name="bin/keurwerk")
