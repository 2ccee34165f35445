"""Reads of published scheme versions."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import column, func, select
from sqlalchemy.orm import Session

from audits.core.errors import RuleError, missing
from audits.schemes.cycle import Agreement, DecisionKind, Ground, Transition
from audits.schemes.models import SchemeProposal, SchemeVersion
from audits.schemes.source import parse, parse_shipped, scheme_from
from audits.schemes.text import SchemeText

_SHIPPED = Path(__file__).parent / "published"
_KNOWN: dict[str, SchemeText] = {}  # by the hash of the source


def scheme_of_version(version: SchemeVersion) -> SchemeText:
    """Return the parsed scheme. Cached per process, because a version never changes."""
    known = _KNOWN.get(version.sha256)
    if known is None:
        known = _KNOWN[version.sha256] = read_again(version)
    return known


def read_again(stored: SchemeVersion | SchemeProposal) -> SchemeText:
    """Return the scheme of a row. Rows older than revision 0078 keep no values, and were accepted as YAML."""
    return scheme_from(stored.source, stored.parsed) if stored.parsed else parse(stored.source)


def scheme(session: Session, version_id: UUID) -> SchemeText:
    """Return the parsed scheme of a version id."""
    return scheme_of_version(get_version(session, version_id))


def get_version(session: Session, version_id: UUID) -> SchemeVersion:
    """Return one version, or raise NotFoundError."""
    version = session.get(SchemeVersion, version_id)
    if version is None:
        raise missing(SchemeVersion)
    return version


def version_for(session: Session, day: date) -> SchemeVersion:
    """Return the version for a new application of `day`: the newest that is valid by then."""
    version = _valid_on(session, day)
    if version is None:
        raise RuleError("No version of the norm is published yet.")
    return version


def _valid_on(session: Session, day: date) -> SchemeVersion | None:
    valid = select(SchemeVersion).where(SchemeVersion.valid_from <= day)
    newest_first = valid.order_by(SchemeVersion.valid_from.desc(), SchemeVersion.published_at.desc())
    return session.scalar(newest_first.limit(1))


def list_versions(session: Session) -> list[SchemeVersion]:
    """Return all versions, newest first."""
    return list(
        session.scalars(
            select(SchemeVersion).order_by(SchemeVersion.valid_from.desc(), SchemeVersion.published_at.desc())
        )
    )


class Running(NamedTuple):
    """How many cases run under a version: open applications, audits that are not finished, living certificates."""

    applications: int
    audits: int
    certificates: int


def running_cases(session: Session, today: date) -> dict[UUID, Running]:
    """Count what runs under each version, by its id."""
    names = ("version_id", *Running._fields)
    counted = func.cases_of_versions(today).table_valued(*(column(name) for name in names))
    found = session.execute(select(*(counted.c[name] for name in names)))
    return {version_id: Running(*counts) for version_id, *counts in found}


def newest_version(session: Session, code: str) -> SchemeVersion | None:
    """Return the version of this scheme that was published last, or None."""
    query = select(SchemeVersion).where(SchemeVersion.code == code).order_by(SchemeVersion.published_at.desc())
    return session.scalar(query.limit(1))


def open_proposals(session: Session) -> list[SchemeProposal]:
    """Return the proposed versions that are not answered yet, oldest first."""
    query = select(SchemeProposal).where(SchemeProposal.answered_at.is_(None))
    return list(session.scalars(query.order_by(SchemeProposal.proposed_at)))


def get_proposal(session: Session, proposal_id: UUID) -> SchemeProposal:
    """Return one proposal, or raise NotFoundError."""
    proposal = session.get(SchemeProposal, proposal_id)
    if proposal is None:
        raise missing(SchemeProposal)
    return proposal


def grounds_for(version: SchemeVersion, kind: DecisionKind) -> tuple[Ground, ...]:
    """Return the grounds that a decision of this kind may give.

    A version of edition 1 names none; then those of the newest text of the same scheme that comes with this release.
    """
    cycle = _with_cycle(version).cycle
    return cycle.grounds_for(kind) if cycle else ()


def serious_grounds(text: SchemeText) -> list[str]:
    """Return the codes of the grounds that take two deciders, where a decision may give them; see `grounds_for`."""
    cycle = (text if text.cycle else _newest_with_cycle(text.id) or text).cycle
    return [ground.code for ground in cycle.grounds.values() if ground.serious] if cycle else []


def with_cycle(version: SchemeVersion) -> SchemeText:
    """Return the parsed scheme with what it says about the cycle. For a version of edition 1 as with `grounds_for`."""
    return replace(scheme_of_version(version), cycle=_with_cycle(version).cycle)


def housing_units(version: SchemeVersion) -> frozenset[str]:
    """Return the kinds of unit that are housing. A version of edition 1 names none; then as with `grounds_for`."""
    return _with_cycle(version).housing_units


def _with_cycle(version: SchemeVersion) -> SchemeText:
    text = scheme_of_version(version)
    return text if text.cycle else _newest_with_cycle(version.code) or text


@cache
def _newest_with_cycle(code: str) -> SchemeText | None:
    paths = sorted(_SHIPPED.glob(f"{code}-*.yaml"), reverse=True)
    texts = (parse_shipped(path.read_text(encoding="utf-8")) for path in paths)
    return next((text for text in texts if text.cycle), None)


def newest_agreement(session: Session, code: str) -> tuple[Agreement, date] | None:
    """Return the newest certification agreement of a scheme, also one that is to come, and the day it is valid from."""
    having = select(SchemeVersion).where(SchemeVersion.code == code, SchemeVersion.agreement_sha256.is_not(None))
    newest_first = having.order_by(SchemeVersion.valid_from.desc(), SchemeVersion.published_at.desc())
    version = session.scalar(newest_first.limit(1))
    cycle = scheme_of_version(version).cycle if version else None
    return (cycle.agreement, version.valid_from) if version and cycle else None


def transition_from(session: Session, version: SchemeVersion, on: date) -> Transition | None:
    """Return how cases and renewals of a version go on under the version of a day; None if it is that one."""
    newest = _valid_on(session, on)
    cycle = scheme_of_version(newest).cycle if newest and newest.code == version.code else None
    steps = cycle.transition if cycle else ()
    return next((step for step in steps if step.from_version == version.version), None)
