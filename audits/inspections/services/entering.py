"""Append sealed entries: what is recorded on the pages of the portal, and what the portal confirms by a receipt."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Insert, Select, bindparam, func, insert, select, true
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor
from audits.core.db import one_or_many, table_of
from audits.core.errors import IllegalMoveError, NotFoundError
from audits.core.events import SALT_BYTES
from audits.core.statements import ONE, built_once
from audits.inspections import entries
from audits.inspections.entries import EntryKind, Written
from audits.inspections.judging import Method
from audits.inspections.merging import Cell, Merge, Standing
from audits.inspections.models import Audit, EntryChain, EntryContent, SealedEntry


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person puts on a cell: a value, how they came to it, and words that can be forgotten."""

    value: str
    words: Mapping[str, str]
    method: Method | None = None
    bulk: bool = False
    parents: tuple[str, ...] = ()  # of a file that is taken back; a verdict replaces what stands


@dataclass(frozen=True, slots=True)
class Link:
    """The last entry of a chain, which the next one continues; number 0 is the opening."""

    chain: UUID
    number: int
    digest: str


def enter(
    session: Session,
    actor: Actor,
    audit: Audit,
    scheme: str,
    typed: Mapping[str, Typed],
    *,
    kind: EntryKind = EntryKind.VERDICT,
) -> Link:
    """Append an entry per cell to the actor's chain for the portal's pages; return its new last link.

    `audit` is locked, so that its entries come one after the other; `scheme` is the digest of the norm.
    IllegalMoveError on a cell with two values: only a choice ends that, by somebody who saw both.
    """
    last = _last(session, audit.id, actor.id) or _open(session, actor, audit)
    known = cells_now(session, audit.id, typed) if kind.replaces else {}
    if kind is EntryKind.VERDICT and any(cell.standing is Standing.CONFLICT for cell in known.values()):
        raise IllegalMoveError("Two people judged this differently. Choose first which of the two counts.")
    rows, contents = [], {}
    for cell, said in typed.items():
        words = {name: text for name, text in said.words.items() if text}
        salt = secrets.token_bytes(SALT_BYTES)
        written = Written(
            audit=audit.id,
            scheme=scheme,
            chain=last.chain,
            person=actor.id,
            number=last.number + 1,
            previous=last.digest,
            kind=kind,
            cell=cell,
            parents=tuple(known[cell].parents) if cell in known else said.parents,
            value=said.value,
            content=entries.content_digest(salt, words) if words else None,
            wall=entries.moment(clock.now()),
            method=said.method,
            bulk=said.bulk,
        )
        data = written.data()
        last = Link(last.chain, written.number, entries.digest_of(data))
        rows.append(row(written, data, None))
        if words:
            contents[last.digest] = (salt, words)
    store(session, audit.id, rows, contents)
    return last


def row(written: Written, data: bytes, signature: str | None) -> dict[str, Any]:
    """Return an entry as a row."""
    return {
        "audit_id": written.audit,
        "chain_id": written.chain,
        "number": written.number,
        "cell": written.cell,
        "data": data,
        "digest": entries.digest_of(data),
        "signature": signature,
        "received_at": clock.now(),
    }


def store(
    session: Session,
    audit_id: UUID,
    rows: list[dict[str, Any]],
    contents: Mapping[str, tuple[bytes, Mapping[str, Any]]],
) -> None:
    """Add entries, and what was typed in them by their digests; one entry in one statement, as for each key press."""
    if len(rows) == len(contents) == 1:
        [(salt, words)] = contents.values()
        its = {f"its_{name}": value for name, value in rows[0].items()}
        session.execute(_with_content(), its | {"its_salt": salt, "its_content": words})
        return
    entry = table_of(SealedEntry)
    added = insert(entry).returning(entry.c.id, entry.c.digest)
    ids = {digest: entry_id for entry_id, digest in session.execute(added, one_or_many(rows))}
    if contents:
        typed = [
            {"entry_id": ids[digest], "audit_id": audit_id, "salt": salt, "content": words}
            for digest, (salt, words) in contents.items()
        ]
        session.execute(insert(table_of(EntryContent)), one_or_many(typed))


@cache
def _with_content() -> Insert:
    """Return the statement that adds an entry and what was typed in it, which needs the id of the entry."""
    entry, content = table_of(SealedEntry), table_of(EntryContent).c
    names = ("audit_id", "chain_id", "number", "cell", "data", "digest", "signature", "received_at")
    values = {name: bindparam(f"its_{name}", type_=entry.c[name].type) for name in names}
    added = insert(entry).values(values).returning(entry.c.id, entry.c.audit_id).cte("added")
    said = (bindparam(f"its_{each.name}", type_=each.type) for each in (content.salt, content.content))
    columns = ["entry_id", "audit_id", "salt", "content"]
    return insert(table_of(EntryContent)).from_select(columns, select(added.c.id, added.c.audit_id, *said))


def cells_now(session: Session, audit_id: UUID, cells: Collection[str]) -> dict[str, Cell]:
    """Return how these cells stand; cells that nobody wrote on are left out."""
    merge = Merge()
    query, values = _on_cells(audit_id, cells)
    for digest, data in session.execute(query, values):
        if (entry := entries.stored(digest, data)) is not None:
            merge.add(entry)
    return merge.cells()


def forget_entry(session: Session, digest: str) -> None:
    """Forget what was typed in one entry; its chain still verifies. For the role of the worker.

    NotFoundError if nothing was typed in it, or it was forgotten already.
    """
    if not session.scalar(select(func.forget_entry(digest))):
        raise NotFoundError(f"nothing is kept of entry {digest}")


def _open(session: Session, actor: Actor, audit: Audit) -> Link:
    chain, now = uuid4(), clock.now()
    opening = entries.opening(audit=audit.id, chain=chain, person=actor.id, public_key=None, at=now)
    digest = entries.digest_of(opening)
    values = {"id": chain, "audit_id": audit.id, "person_id": actor.id, "opening": opening, "digest": digest}
    session.execute(insert(EntryChain).values(**values, opened_at=now))
    return Link(chain, 0, digest)


def _last(session: Session, audit_id: UUID, person_id: UUID) -> Link | None:
    query, values = _last_link(audit_id, person_id)
    found = session.execute(query, values).one_or_none()
    if found is None:
        return None
    chain, opened, number, digest = found
    return Link(chain, number or 0, digest or opened)


@built_once
def _last_link(audit_id: UUID, person_id: UUID) -> Select[UUID, str, int | None, str | None]:
    newest = (
        select(SealedEntry.number, SealedEntry.digest)
        .where(SealedEntry.chain_id == EntryChain.id)
        .order_by(SealedEntry.number.desc())
        .limit(ONE)
        .lateral()
    )
    query = select(EntryChain.id, EntryChain.digest, newest.c.number, newest.c.digest)
    query = query.join_from(EntryChain, newest, isouter=True, onclause=true())
    return query.where(
        EntryChain.audit_id == audit_id, EntryChain.person_id == person_id, EntryChain.public_key.is_(None)
    )


@built_once
def _on_cells(audit_id: UUID, cells: Collection[str]) -> Select[str, bytes]:
    query = select(SealedEntry.digest, SealedEntry.data)
    return query.where(SealedEntry.audit_id == audit_id, SealedEntry.cell.in_(cells))
