"""Confirm what was received: the portal signs the heads of the chains of an audit."""

from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Select, func, insert, select, true
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.db import table_of
from audits.core.statements import ONE, built_once
from audits.inspections import entries
from audits.inspections.models import EntryChain, EntryReceipt, SealedEntry

Sign = Callable[[dict[str, Any]], str]
_LOOKED_BACK = 100_000  # entries: more than come in while a receipt can be missing


def confirm_entries(session: Session, audit_id: UUID, sign: Sign) -> bool:
    """Sign a receipt of all entries of an audit; return False if all have one.

    `sign` turns what it says into a signed token. A receipt names the head of every chain, so that nobody can leave out
    a chain as a whole.
    """
    query, values = _heads(audit_id)
    heads = session.execute(query, values).all()
    upto = max((row.id for row in heads), default=0)
    if not heads or upto == heads[0].confirmed:
        return False
    said = {
        "v": entries.FORMAT,
        "audit": str(audit_id),
        "received": entries.moment(clock.now()),
        "chains": [{"chain": str(row.chain_id), "upto": row.number, "head": row.digest} for row in heads],
    }
    receipt = {"audit_id": audit_id, "upto": upto, "token": sign(said), "received_at": clock.now()}
    session.execute(_adding(), receipt)
    return True


def waiting_for_receipt(session: Session, *, most: int = 100) -> list[UUID]:
    """Return audits with entries that have no receipt, as after a failure of the signer."""
    confirmed = select(func.max(EntryReceipt.upto)).where(EntryReceipt.audit_id == SealedEntry.audit_id)
    newest = select(func.coalesce(func.max(EntryReceipt.upto), 0)).scalar_subquery()
    query = select(SealedEntry.audit_id).where(SealedEntry.id > newest - _LOOKED_BACK).group_by(SealedEntry.audit_id)
    missing = func.max(SealedEntry.id) > func.coalesce(confirmed.scalar_subquery(), 0)
    return list(session.scalars(query.having(missing).limit(most)))


@cache
def _adding() -> Insert:
    return insert(table_of(EntryReceipt)).inline()


@built_once
def _heads(audit_id: UUID) -> Select[UUID, int, int, str, int | None]:
    last = (
        select(SealedEntry.id, SealedEntry.chain_id, SealedEntry.number, SealedEntry.digest)
        .where(SealedEntry.chain_id == EntryChain.id)
        .order_by(SealedEntry.number.desc(), SealedEntry.id.desc())
        .limit(ONE)
        .lateral()
    )
    confirmed = select(func.max(EntryReceipt.upto)).where(EntryReceipt.audit_id == audit_id).scalar_subquery()
    query = select(last.c.chain_id, last.c.id, last.c.number, last.c.digest, confirmed.label("confirmed"))
    query = query.select_from(EntryChain).join(last, true())
    return query.where(EntryChain.audit_id == audit_id).order_by(EntryChain.opened_at, EntryChain.id)
