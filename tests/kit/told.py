"""What the public log says."""

import json

from sqlalchemy import select

from certificates.ledger.models import LedgerEntry


def told(session, number=None):
    """What the log says, oldest first."""
    query = select(LedgerEntry.data).order_by(LedgerEntry.index)
    found = [json.loads(data) for data in session.scalars(query)]
    return [entry for entry in found if number in {None, entry.get("number")}]
