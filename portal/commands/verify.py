"""`bin/keurwerk verify FILE`: the check of the public page, for people at a shell and for programs.

Exit status 0: genuine and valid today. 2: genuine, but not valid today. 1: not genuine, or undetermined.
"""

import json
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask_babel import force_locale

from audits.core import clock
from audits.core.languages import SOURCE
from certificates.seal import SealReason
from portal.doors.registry.report import report
from portal.doors.registry.verification import Checked, check, unread
from portal.settings import Settings
from portal.sidecar.lanes import SHELL
from portal.stores import database

VALID, NOT_GENUINE, NOT_VALID = 0, 1, 2


class _Unusable(click.UsageError):
    exit_code = NOT_GENUINE


class _Command(click.Command):
    """A command whose usage errors end with status 1, because click's 2 would mean "genuine, but not valid"."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise _Unusable(error.format_message(), ctx) from error


@click.command("verify", cls=_Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="All that was found, for programs.")
@click.pass_context
def verify_file(context: click.Context, file: Path, *, as_json: bool) -> None:
    """Say whether FILE is one of our certificates, unchanged, and valid today.

    Exit status 0: genuine and valid. 2: genuine, but not valid today. 1: not genuine, or FILE cannot be read.
    """
    app: Flask = context.obj
    settings: Settings = app.extensions["settings"]
    with app.app_context(), force_locale(SOURCE):
        checked, day = _check(file, settings), clock.today()
        found = report(checked, day, settings.public_url)
        click.echo(json.dumps(found, indent=1, ensure_ascii=False) if as_json else _sentences(found))
        context.exit(VALID if checked.counts_on(day) else NOT_VALID if checked.genuine else NOT_GENUINE)


def _check(file: Path, settings: Settings) -> Checked:
    try:
        size = file.stat().st_size
        if size > settings.max_upload_bytes:  # too large; the content is not read
            return unread(size, SealReason.TOO_LARGE)
        data = file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from error
    return check(database.read(), data, SHELL)


def _sentences(found: dict[str, Any]) -> str:
    lines = [found["title"] + "."]
    if found["explanation"]:
        lines.append(found["explanation"])
    if ended := found["ended"]:
        since = f" Since {ended['since']}." if ended["since"] else ""
        newer = f" The newer certificate is {ended['newer']}." if ended["newer"] else ""
        lines.append(f"{ended['why'].capitalize()}.{since}{newer}")
    if extract := found["extract"]:
        lines.append(f"At {extract['asked_at']} the register said {extract['status']}; today: {found['statusToday']}.")
    if certificate := found["certificate"]:
        lines.append(f"{certificate['number']}, {certificate['agency']}, {certificate['page']}")
    lines += [f"{each['fact']}: the file says {each['file']!r}, our records {each['ours']!r}" for each in
              found["differences"]]  # fmt: skip
    return "\n".join(lines)
