"""`bin/keurwerk scheme …`: check the file of a scheme, and make a draft from a norm of somebody else."""

from pathlib import Path

import click

from audits.schemes.problems import SchemeError
from portal.reader.client import RefusedError
from portal.reader.confinement import Limits
from portal.reader.questions import draft_from, values_of_norm
from portal.settings import ROOT
from portal.sidecar.lanes import SHELL

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_BASE = ROOT / "audits" / "schemes" / "published" / "fair-agency-work-1.1.yaml"
_MEGA = 1024 * 1024
_REFUSALS = {
    "no text": "this cannot be read as YAML or JSON in UTF-8",
    "no norm": "this is no CISO Assistant library (objects.framework.requirement_nodes) and no OSCAL catalog (catalog)",
    "no requirement": "nothing in it is assessable, so there is no requirement to draft",
    "no base": "the base is no scheme file of ours",
    "costly": "this takes more time or memory than an import may",
}
_OTHER_SHAPE = "a part of this has another shape than in a CISO Assistant library or an OSCAL catalog"
_LIMITS = Limits(cpu_seconds=120, memory=2048 * _MEGA, answer=64 * _MEGA)  # a catalogue of thousands of controls


@click.group("scheme")
def scheme() -> None:
    """Check scheme files, and import norms of others. Needs no database."""


@scheme.command("check")
@click.argument("file", type=_FILE)
def check(file: Path) -> None:
    """Name every problem of a scheme file with its line, column and path."""
    try:
        values_of_norm(file.read_bytes(), lane=SHELL, limits=_LIMITS)
    except RefusedError as error:
        raise click.ClickException(f"{file}: this is no text, or it is too large") from error
    except SchemeError as error:
        for each in error.problems:
            click.echo(f"{file}:{each.line}:{each.column}: {each.json_path}: {each.message % each.params}")
        found = len(error.problems)
        raise click.ClickException(f"{found} problem{'' if found == 1 else 's'}") from error
    click.echo(f"{file}: no problems")


@scheme.command("import")
@click.argument("file", type=_FILE)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: FILE with .draft.yaml behind it."
)
@click.option("--base", type=_FILE, default=_BASE, help="The scheme whose rules the draft takes over.")
def import_norm(file: Path, output: Path | None, base: Path) -> None:
    """Read a CISO Assistant library (YAML) or an OSCAL catalog (JSON) into the draft of a scheme.

    What rates, samples and times it comes from the base. What the draft cannot carry is listed.
    """
    try:
        rules = base.read_text(encoding="utf-8", errors="replace")
        found = draft_from(file.read_bytes(), rules, lane=SHELL, limits=_LIMITS)
    except RefusedError as error:
        raise click.ClickException(f"{file}: {_REFUSALS.get(error.code, _OTHER_SHAPE)}") from error
    target = output or file.with_name(f"{file.stem}.draft.yaml")
    try:
        target.write_text(found.text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{target}: {error.strerror}") from error
    click.echo(f"{target}: {found.requirements} requirements")
    for what, number in sorted(found.lost.items()):
        click.echo(f"not carried: {what} ({number})")
