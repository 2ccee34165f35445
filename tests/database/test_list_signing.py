"""Status lists follow the states of certificates at once, also with concurrent signers."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from itertools import chain, repeat
from threading import Barrier

import pikepdf
import pytest
import zxingcpp
from alembic import command
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import NotFoundError
from audits.core.outbox import OutboxItem
from certificates.credentials import StatusPurpose, key_of, read, read_offline, thumbprint, tokens
from certificates.credentials.bits import SIZE, decode
from certificates.documents.models import Document
from certificates.lifecycle import services
from certificates.lifecycle.models import Certificate, StatusList
from certificates.lifecycle.workflow import CertificateState
from certificates.status_lists import RENEW, SETS, draw_index, sign_lists, signed_list
from portal.signing.keys import current_keys
from portal.stores import files
from portal.work import handlers
from tests.kit.factories.certificates import (
    BASE_URL,
    BODY,
    make_certificate,
    make_grant,
)
from tests.kit.factories.people import make_person
from tests.kit.published import is_set
from tests.kit.schema import alembic

S = CertificateState
ISSUER = "https://register.example"
KEY = ec.derive_private_key(7, ec.SECP256R1())
KEYS = {thumbprint(KEY.public_key()): KEY.public_key()}
REASON = "Signals about unpaid wages."


def sign(session, at=None, key=KEY):
    return sign_lists(session, issuer=ISSUER, key=key, at=at or clock.now())


def bits_of(session, purpose, number=0):
    session.flush()
    claims = read(signed_list(session, purpose, number).token, KEYS, issuer=ISSUER)
    assert claims["credentialSubject"]["statusPurpose"] == purpose
    return decode(claims["credentialSubject"]["encodedList"])


def said(session, certificate):
    """Return the purposes whose bit is set for this certificate."""
    number, position = divmod(certificate.status_index, SIZE)
    return {purpose for purpose in StatusPurpose if is_set(bits_of(session, purpose, number), position)}


def jobs(session):
    count = select(func.count()).where(OutboxItem.kind == "credentials.sign_lists")
    return session.scalar(count)


# What the bits say


@pytest.mark.parametrize("state", CertificateState)
def test_each_state_sets_the_bits_that_it_should_and_no_others(session, state):
    made = [make_certificate(session, S.ACTIVE) for _ in range(3)]
    certificate = make_certificate(session, state)
    assert sign(session) == 2
    expected = {
        S.ISSUING: set(),
        S.ACTIVE: set(),
        S.PARTLY_SUSPENDED: {StatusPurpose.SUSPENSION},
        S.SUSPENDED: {StatusPurpose.SUSPENSION},
        S.WITHDRAWN: {StatusPurpose.REVOCATION, StatusPurpose.SUSPENSION},
        S.ENDED: {StatusPurpose.REVOCATION, StatusPurpose.SUSPENSION},
        S.REPLACED: {StatusPurpose.REVOCATION, StatusPurpose.SUSPENSION},
    }[state]
    assert said(session, certificate) == expected
    for purpose in StatusPurpose:
        set_bits = int.from_bytes(bits_of(session, purpose)).bit_count()
        assert set_bits == (1 if purpose in expected else 0), made


def test_every_bit_of_revocation_is_one_of_suspension():
    """Who reads the suspensions alone, as a badge does, is never told that a withdrawn certificate is fine."""
    assert SETS[StatusPurpose.REVOCATION] < SETS[StatusPurpose.SUSPENSION]


def test_the_end_of_validity_sets_no_bit(session):
    certificate = make_certificate(session, issued=clock.today() - timedelta(days=900))
    sign(session)
    assert said(session, certificate) == set()


def test_a_change_enqueues_a_job_and_it_is_done(session, decider):
    certificate = make_certificate(session)
    sign(session)
    for service, expected in (
        (services.suspend_certificate, {StatusPurpose.SUSPENSION}),
        (services.lift_suspension, set()),
        (services.withdraw_certificate, set(StatusPurpose)),
    ):
        before = jobs(session)
        service(session, decider, certificate.id, reasons=REASON)
        assert jobs(session) == before + 1
        assert said(session, certificate) != expected
        sign(session)
        assert said(session, certificate) == expected


def test_a_replacement_enqueues_a_job_too(session):
    older = make_certificate(session)
    sign(session)
    newer = services.number_certificate(session, make_grant(session, older.agency).id, base_url=BASE_URL, body=BODY)
    session.flush()
    before = jobs(session)
    services.issue_certificate(session, newer.id, sha256="a" * 64, size=1, language="nl")
    assert jobs(session) == before + 1
    sign(session)
    assert said(session, older) == set(StatusPurpose)
    assert said(session, newer) == set()


def test_many_jobs_cost_one_signature(session, decider):
    certificates = [make_certificate(session) for _ in range(3)]
    sign(session)
    for certificate in certificates:
        services.suspend_certificate(session, decider, certificate.id, reasons=REASON)
    assert [sign(session) for _ in range(3)] == [1, 0, 0]


# When they are signed


def test_what_did_not_change_is_signed_again_before_the_day_is_over(session):
    make_certificate(session)
    start = clock.now()
    assert sign(session, start) == 2
    token = signed_list(session, StatusPurpose.REVOCATION, 0).token
    assert sign(session, start + RENEW - timedelta(seconds=1)) == 0
    assert signed_list(session, StatusPurpose.REVOCATION, 0).token == token
    assert sign(session, start + RENEW) == 2
    assert signed_list(session, StatusPurpose.REVOCATION, 0).token != token
    assert timedelta(hours=24) > RENEW


def test_a_new_key_signs_everything_anew(session):
    make_certificate(session)
    now = clock.now()
    sign(session, now)
    other = ec.derive_private_key(8, ec.SECP256R1())
    assert sign(session, now, other) == 2
    assert signed_list(session, StatusPurpose.REVOCATION, 0).kid == thumbprint(other.public_key())


def test_there_is_no_list_without_a_certificate(session):
    assert sign(session) == 0
    for number in (0, 1, 2**40):
        with pytest.raises(NotFoundError):
            signed_list(session, StatusPurpose.REVOCATION, number)


def test_who_signs_late_does_not_put_an_older_state_back(real_db):
    """Two sign at once while certificates are withdrawn: in the end every withdrawal is in the list."""
    with Session(real_db) as session:
        ids = [make_certificate(session).id for _ in range(6)]
        actor = make_person(session, Role.DECIDER).actor
        session.commit()
    start = Barrier(6)

    def withdraw(certificate_id):
        start.wait()
        with Session(real_db) as session:
            services.withdraw_certificate(session, actor, certificate_id, reasons=REASON)
            session.commit()
        with Session(real_db) as session:
            sign(session)
            session.commit()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(withdraw, ids))
    with Session(real_db) as session:
        for purpose in StatusPurpose:
            assert int.from_bytes(bits_of(session, purpose)).bit_count() == 6


# Places


def test_places_are_random_and_taken_once(session):
    places = [make_certificate(session).status_index for _ in range(20)]
    assert len(set(places)) == 20
    assert all(0 <= place < SIZE for place in places)
    assert places != sorted(places)


def test_a_full_list_is_followed_by_a_new_one(session):
    taken = make_certificate(session).status_index
    draws = chain(repeat(taken, 32), range(32), [3])  # of the first list what is taken; of the second anything
    assert draw_index(session, lambda _: next(draws)) == SIZE + 3
    assert list(draws) == []


def test_a_place_is_never_given_twice_says_the_database(session):
    first, second = make_certificate(session), make_grant(session)
    certificate = services.number_certificate(session, second.id, base_url=BASE_URL, body=BODY)
    certificate.status_index = first.status_index
    with pytest.raises(IntegrityError) as refusal:
        session.flush()
    assert refusal.value.orig.diag.constraint_name == "uq_certificate_status_index"


def test_the_first_of_a_list_failed_jobs_the_list(session):
    services.number_certificate(session, make_grant(session).id, base_url=BASE_URL, body=BODY)
    assert jobs(session) == 1
    sign(session)
    services.number_certificate(session, make_grant(session).id, base_url=BASE_URL, body=BODY)
    assert jobs(session) == 1


# What was signed stays


def test_a_credential_is_set_once_with_each_key(session):
    certificate = make_certificate(session)
    for column in ("credential", "badge"):
        change = update(Certificate).where(Certificate.id == certificate.id)
        session.execute(change.values({column: "key.b.c"}))
        for value in ("key.b.d", None):
            with pytest.raises(IntegrityError, match="what a certificate says is fixed"), session.begin_nested():
                session.execute(change.values({column: value}))
        session.execute(change.values({column: "other.b.d"}))


def test_a_sealed_certificate_carries_its_credential(app, session):
    certificate = services.number_certificate(session, make_grant(session).id, base_url=BASE_URL, body=BODY)
    session.flush()
    with app.app_context():
        handlers.seal(session, {"certificate_id": str(certificate.id)})
        handlers.sign_lists(session, {})
        session.flush()
        keys = {thumbprint(key): key for key in current_keys().credential_public.values()}
        pdf = files.store().get(session.scalars(select(Document.sha256)).one())
    claims = read(certificate.credential, keys, issuer=BASE_URL)
    assert claims["credentialSubject"]["factsDigest"] == certificate.snapshot["digest"]
    assert "OpenBadgeCredential" in tokens.said(certificate.badge)["type"]
    assert key_of(certificate.badge) in keys
    assert certificate.credential_sha256 == sha256(certificate.credential.encode()).hexdigest()
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert opened.attachments["credential.jwt"].get_file().read_bytes().decode() == certificate.credential
    picture = subprocess.run(
        ["pdftoppm", "-r", "150", "-f", "1", "-l", "1", "-png", "-"], input=pdf, capture_output=True, check=True
    )
    codes = {code.text for code in zxingcpp.read_barcodes(Image.open(BytesIO(picture.stdout)))}
    (offline,) = (code for code in codes if code.startswith(f"{BASE_URL}/check#c="))
    assert read_offline(offline.partition("#c=")[2], keys)["n"] == certificate.number
    assert list(session.scalars(select(StatusList.number))) == [0, 0]
    for entry in claims["credentialStatus"]:
        assert entry["statusListIndex"] == str(certificate.status_index)


def test_certificates_from_before_get_a_place_and_keep_working(real_db):
    config = alembic(real_db)
    with Session(real_db) as session:
        for _ in range(5):
            make_certificate(session)
        session.commit()
    command.downgrade(config, "0002")
    command.upgrade(config, "head")
    with Session(real_db) as session:
        places = list(session.scalars(select(Certificate.status_index)))
        assert len(set(places)) == 5
        assert all(0 <= place < SIZE for place in places)
        assert set(session.scalars(select(Certificate.credential))) == {None}
        with pytest.raises(IntegrityError, match="what a certificate says is fixed"):
            session.execute(text("UPDATE certificate SET status_index = status_index + 1"))


def test_a_list_has_one_row(session):
    make_certificate(session)
    sign(session)
    row = session.get(StatusList, (StatusPurpose.REVOCATION, 0))
    values = {column.name: getattr(row, column.name) for column in StatusList.__table__.columns}
    with pytest.raises(IntegrityError):
        session.execute(insert(StatusList).values(**values))
