"""Find agencies by what is shown nowhere or of few: an account number, and the whole name of a contact. Exact only."""

import re
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from audits.agencies.numbers import clean_iban
from audits.core.errors import RuleError
from certificates.register.models import RegisterEntry
from certificates.register.search.conditions import HIDDEN, listed_on
from certificates.register.search.folding import words

_MOST = 20
_FEWEST_WORDS = 2  # of a whole name
_LIKE_ACCOUNT = re.compile(r"(?:\W|iban)*[a-z]{2}\W*[0-9]{2}(?:\W*[a-z0-9]){11,30}\W*", re.IGNORECASE)


def name_key(name: str) -> str:
    """Return a name of a person as it is compared: without case, accents and dots."""
    return " ".join(words(name))


def account_in(text: str) -> str | None:
    """Return the account number that a text is, or None."""
    if not _LIKE_ACCOUNT.fullmatch(text):
        return None
    try:
        return clean_iban(text)
    except RuleError:
        return None


def by_account(session: Session, number: str, day: date) -> list[RegisterEntry]:
    """Return the agencies listed on `day` that told us this account; the database says whose it is and nothing else."""
    holders = select(func.holders_of_account(number))
    return list(session.scalars(_listed(day).where(RegisterEntry.agency_id.in_(holders))))


def contact_in(text: str) -> dict[str, Any] | None:
    """Return what the details of an agency hold that has a contact of just this name; None if it is no whole name."""
    key = name_key(text)
    return {"contacts": [{"key": key}]} if len(key.split()) >= _FEWEST_WORDS else None


HAVE_CONTACT = RegisterEntry.details.contains(bindparam("contact", type_=JSONB))
"""That an entry has a contact as `contact_in` returns it, who agreed to be named."""


def by_contact(session: Session, contact: dict[str, Any], day: date) -> list[tuple[RegisterEntry, list[str]]]:
    """Return the agencies with a contact as `contact_in` returns it; each with its tags."""
    found = _listed(day).add_columns(RegisterEntry.tags).where(HAVE_CONTACT)
    return [(entry, tags) for entry, tags in session.execute(found, {"contact": contact})]


def _listed(day: date) -> Select[RegisterEntry]:
    query = select(RegisterEntry).where(listed_on(day)).options(*HIDDEN)
    return query.order_by(RegisterEntry.sort_name, RegisterEntry.public_id).limit(_MOST)
