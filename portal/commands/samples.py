"""`bin/keurwerk sample …`: draw the samples of an exported audit again."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from audits.inspections import rules, stratified

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("sample")
def sample() -> None:
    """Check the samples of audits. Needs no database."""


@sample.command("verify")
@click.argument("file", type=_FILE)
def verify(file: Path) -> None:
    """Draw every sample of an exported audit again, from the promised secret and the value that was mixed in."""
    try:
        found = json.loads(file.read_bytes())
        samples, units = dict(found["samples"]), dict(found["units"])
        problems = [
            f"{unit}: {problem}" for unit, each in samples.items() if (problem := _problem(each, units.get(unit, [])))
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.ClickException(f"{file}: this is no exported audit") from error
    if problems:
        raise click.ClickException("\n".join(problems))
    click.echo(f"{len(samples)} samples drawn again, as they were drawn")


def _problem(said: Mapping[str, Any], units: Sequence[Mapping[str, Any]]) -> str:
    """Return what is wrong with a sample, or nothing. Of an erased list there is nothing to draw again."""
    members, digest = said["members"], said["digest"]
    if members is None:
        return ""
    if _digest(said) != digest:
        return "the list is not the one that was fixed"
    if said["commitment"] is not None:
        secret = bytes.fromhex(said["secret"])
        if rules.commitment(secret) != said["commitment"]:
            return "the secret is not the one that was promised"
        if rules.mixed_seed(secret, said["value"], digest).hex() != said["seed"]:
            return "the seed does not come from the secret and the value"
    order = rules.ranked(members, bytes.fromhex(said["seed"]), bytes.fromhex(digest))
    by_lot = [each["reference"] for each in units if each["origin"] == "random"]
    if by_lot != list(_drawn(said)):
        return "other units were looked at than were drawn"
    return _wrong_replacement(order, units, set(by_lot))


def _divided(said: Mapping[str, Any]) -> Mapping[str, str] | None:
    """Return the stratum of each member, or None for a draw that is not divided."""
    strata = said.get("strata")
    return dict(zip(said["members"], strata["values"], strict=True)) if strata else None


def _digest(said: Mapping[str, Any]) -> str:
    strata = _divided(said)
    return rules.population_digest(said["members"]) if strata is None else stratified.digest_of(strata)


def _drawn(said: Mapping[str, Any]) -> Sequence[str]:
    seed, strata = bytes.fromhex(said["seed"]), _divided(said)
    if strata is None:
        return rules.draw(said["members"], seed, said["drawn"], said["algorithm"])
    return stratified.draw(strata, seed, said["drawn"], said["strata"]["least"])


def _wrong_replacement(order: Sequence[str], units: Sequence[Mapping[str, Any]], taken: set[str]) -> str:
    for each in units:
        if each["origin"] == "replacement" and each["reference"] != next((m for m in order if m not in taken), None):
            return f"{each['reference']} is not the next of the draw"
        taken.add(each["reference"])
    return ""
