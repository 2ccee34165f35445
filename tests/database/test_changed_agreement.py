"""A certification agreement that changed: its holders are asked once, accept it, and the task ends by that alone."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from audits.applications.models import AgreementAcceptance
from audits.applications.queries import asked_agreement
from audits.applications.services import accept_changed_agreement
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError
from audits.core.events import history
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.schemes.queries import newest_agreement
from certificates.lifecycle.services import ask_agreements
from certificates.lifecycle.workflow import CertificateState
from tests.kit.factories import make_certificate, make_person, make_scheme
from tests.kit.scheme import SECOND, source


def accepted(session, certificate, person, sha256="0" * 64):
    """The agency of a certificate accepted an earlier text."""
    row = AgreementAcceptance(
        application_id=certificate.decision.audit.certification_id,
        version="0.9",
        sha256=sha256,
        accepted_by=person.id,
        accepted_name=person.name,
        accepted_at=clock.now(),
    )
    session.add(row)
    session.flush()


def tasks(session, agency_id):
    query = select(Deadline).where(Deadline.kind == DeadlineKind.AGREEMENT, Deadline.agency_id == agency_id)
    return list(session.scalars(query))


@pytest.fixture
def holder(session):
    """A holder that accepted an earlier agreement, its signatory, and a newer version of the norm."""
    certificate = make_certificate(session)
    person = make_person(session, Role.AGENCY_SIGNATORY, certificate.agency)
    accepted(session, certificate, person)
    make_scheme(session, source(SECOND))
    return certificate, person


def newest(session, certificate):
    return newest_agreement(session, certificate.scheme_version.code)[0]


def test_a_holder_is_asked_once_and_has_a_term(session, holder):
    certificate, person = holder
    assert [ask_agreements(session), ask_agreements(session)] == [1, 0]
    [task] = tasks(session, certificate.agency_id)
    _agreement, valid_from = newest_agreement(session, certificate.scheme_version.code)
    assert task.due_on == max(valid_from, add_working_days(clock.today(), 20))
    assert task.owner_role is Role.AGENCY_SIGNATORY
    asked = asked_agreement(session, person.actor)
    assert (asked.application.id, asked.due_on) == (task.subject_id, task.due_on)


def test_nobody_is_asked_who_never_accepted_one_or_holds_nothing_or_accepted_the_newest(session, holder):
    without, ended, up_to_date = (
        make_certificate(session),
        make_certificate(session, CertificateState.ENDED),
        make_certificate(session),
    )
    for certificate, sha256 in ((ended, "0" * 64), (up_to_date, newest(session, holder[0]).sha256)):
        accepted(session, certificate, make_person(session, Role.AGENCY_SIGNATORY, certificate.agency), sha256)
    assert ask_agreements(session) == 1
    for certificate in (without, ended, up_to_date):
        assert not tasks(session, certificate.agency_id)


def test_who_accepts_it_ends_the_task_and_leaves_a_trace(session, holder):
    certificate, person = holder
    ask_agreements(session)
    agreement = newest(session, certificate)
    accept_changed_agreement(session, person.actor, declared_name=person.name, seen=agreement.sha256)
    [task] = tasks(session, certificate.agency_id)
    assert task.done_at
    assert history(session, task.subject_id)[-1].data == {"version": agreement.version, "sha256": agreement.sha256}
    assert ask_agreements(session) == 0
    with pytest.raises(IllegalMoveError):
        accept_changed_agreement(session, person.actor, declared_name=person.name, seen=agreement.sha256)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"declared_name": "Somebody Else"}, "declared_name"),
        ({"seen": "f" * 64}, "agreement"),
        ({"seen": ""}, "agreement"),
    ],
)
def test_another_name_or_another_text_is_refused(session, holder, words, field):
    certificate, person = holder
    ask_agreements(session)
    right = {"declared_name": person.name, "seen": newest(session, certificate).sha256}
    with pytest.raises(RuleError) as refusal:
        accept_changed_agreement(session, person.actor, **right | words)
    assert refusal.value.field == field
    assert tasks(session, certificate.agency_id)[0].done_at is None


def test_an_editor_cannot_sign(session, holder):
    certificate, _person = holder
    ask_agreements(session)
    editor = make_person(session, Role.AGENCY_EDITOR, certificate.agency)
    with pytest.raises(NotAllowedError):
        accept_changed_agreement(session, editor.actor, declared_name=editor.name, seen="x")


def test_the_database_ends_the_task_only_by_its_act(session, holder):
    certificate, _person = holder
    ask_agreements(session)
    with pytest.raises(DBAPIError, match="ends by its act"), session.begin_nested():
        session.execute(text("UPDATE deadline SET done_at = now() WHERE kind = 'agreement'"))
    assert tasks(session, certificate.agency_id)[0].done_at is None
