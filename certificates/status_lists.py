"""The status lists as we keep them: which bits are set, and signing them anew. The caller commits."""

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
SETS = {
    StatusPurpose.REVOCATION: frozenset({S.WITHDRAWN, S.REPLACED}),
    # Who reads one list only, as a badge does, must never take a withdrawn certificate for a good one.
    StatusPurpose.SUSPENSION: frozenset({S.SUSPENDED, S.WITHDRAWN, S.REPLACED}),
}
"""Which states set a bit. The end of validity sets none: it stands in the credential itself."""

RENEW = LASTS / 2
_TRIES = 32
_MOST = 2**31 // SIZE  # lists; the index of a certificate is an ordinary integer
_LOCK = 0x5354_4154  # of the database, for whoever signs; any number that nobody else takes


def draw_index(session: Session, draw: Callable[[int], int] = secrets.randbelow) -> int:
    """A place in the newest list that nobody has; a new list is begun when `_TRIES` draws find none.

    `draw` gives a number below its argument. Random, so that the place tells neither when nor after whom a certificate
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
    """Promise that the lists will follow what this transaction changes. Several promises cost one signature."""
    outbox.enqueue(session, "credentials.sign_lists")


def sign_lists(session: Session, *, issuer: str, key: ec.EllipticCurvePrivateKey, at: datetime) -> int:
    """Sign every list whose bits or key changed, and every one that is half a day old; how many that were.

    Doing it twice does it once. One at a time: who waited here sees what the one before committed, so that an older
    state can never overwrite a newer one.
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
    """The newest signature of one list, or NotFoundError."""
    found = session.get(StatusList, (purpose, number)) if number < _MOST else None
    if found is None:
        raise NotFoundError("There is no such status list.")
    return found


def all_lists(session: Session) -> list[StatusList]:
    """The newest signature of every list."""
    return list(session.scalars(select(StatusList).order_by(StatusList.purpose, StatusList.number)))


def _wanted(session: Session) -> dict[tuple[StatusPurpose, int], bytes]:
    """The bits of every list that has a certificate, from nothing but the states in the database."""
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
