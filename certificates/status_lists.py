"""Keep the status lists: compute their bits and sign them. The caller commits."""

import secrets
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.core import outbox
from audits.core.errors import NotFoundError
from certificates.credentials import StatusPurpose, status_list, thumbprint
from certificates.credentials.bits import SIZE, packed
from certificates.credentials.status import LASTS, list_of, position_of
from certificates.lifecycle.models import Certificate, StatusList
from certificates.lifecycle.workflow import CertificateState

S = CertificateState
_OVER = frozenset({S.WITHDRAWN, S.ENDED, S.REPLACED})
SETS = {
    StatusPurpose.REVOCATION: _OVER,
    # A verifier that supports one list only, as for badges, must not accept a withdrawn certificate.
    # A bit cannot say which part is suspended: who reads it looks at the register, which does.
    StatusPurpose.SUSPENSION: _OVER | {S.SUSPENDED, S.PARTLY_SUSPENDED},
}
"""The states that set a bit. Expiry sets none: the credential has its own end date."""

RENEW = LASTS / 2
_TRIES = 32
_MOST = 2**31 // SIZE  # lists; the index of a certificate is a PostgreSQL integer
_LOCK = 0x5354_4154  # advisory lock of the signer; any number not used elsewhere


def draw_index(session: Session, draw: Callable[[int], int] = secrets.randbelow) -> int:
    """Return a free index in the newest list; a new list is begun when `_TRIES` draws find none.

    `draw` gives a number below its argument. Random, so that the index does not reveal when or after whom a certificate
    was issued. The caller holds the lock of the numbers, so that no two draw at once.
    """
    last = session.scalar(select(func.max(Certificate.status_index)))
    number = list_of(last) if last is not None else 0
    while True:
        places = {number * SIZE + draw(SIZE) for _ in range(_TRIES)}
        taken = session.scalars(select(Certificate.status_index).where(Certificate.status_index.in_(places)))
        if free := sorted(places.difference(taken)):
            break
        number += 1
    if session.get(StatusList, (StatusPurpose.REVOCATION, number)) is None:
        enqueue_lists(session)
    return free[draw(len(free))]


def enqueue_lists(session: Session) -> None:
    """Queue the signing of lists after this transaction. Several calls cost one signature."""
    outbox.enqueue(session, "credentials.sign_lists")


def sign_lists(session: Session, *, issuer: str, key: ec.EllipticCurvePrivateKey, at: datetime) -> int:
    """Sign every list whose bits or key changed, or that is half a day old; return how many.

    Idempotent, and serialised by a lock: who waited sees what the one before committed, so that an older state can
    never overwrite a newer one.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    kid, signed = thumbprint(key.public_key()), 0
    for (purpose, number), bits in _wanted(session).items():
        digest = sha256(bits).hexdigest()
        known = session.get(StatusList, (purpose, number), populate_existing=True)
        if known and (known.bits_sha256, known.kid) == (digest, kid) and at < known.signed_at + RENEW:
            continue
        token = status_list(issuer, purpose, number, bits, key=key, at=at)
        session.merge(
            StatusList(purpose=purpose, number=number, token=token, bits_sha256=digest, kid=kid, signed_at=at)
        )
        signed += 1
    return signed


def signed_list(session: Session, purpose: StatusPurpose, number: int) -> StatusList:
    """Return the newest signature of one list, or raise NotFoundError."""
    found = session.get(StatusList, (purpose, number)) if number < _MOST else None
    if found is None:
        raise NotFoundError("There is no such status list.")
    return found


def all_lists(session: Session) -> list[StatusList]:
    """Return the newest signature of every list."""
    return list(session.scalars(select(StatusList).order_by(StatusList.purpose, StatusList.number)))


def _wanted(session: Session) -> dict[tuple[StatusPurpose, int], bytes]:
    """Compute the bits of every list in use from the states in the database."""
    last = session.scalar(select(func.max(Certificate.status_index)))
    if last is None:
        return {}
    places: defaultdict[tuple[StatusPurpose, int], list[int]] = defaultdict(list)
    states = frozenset().union(*SETS.values())
    rows = session.execute(select(Certificate.status_index, Certificate.state).where(Certificate.state.in_(states)))
    for index, state in rows:
        for purpose, sets in SETS.items():
            if state in sets:
                places[purpose, list_of(index)].append(position_of(index))
    lists = [(purpose, number) for purpose in StatusPurpose for number in range(list_of(last) + 1)]
    return {each: packed(places[each]) for each in lists}
