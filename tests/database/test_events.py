"""Events hold only codes, numbers and ids; free text and personal data are in notes that can be deleted."""

import json
from dataclasses import FrozenInstanceError, fields
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import pytest
from flask_babel import force_locale, gettext
from sqlalchemy import select

from audits.agencies import services as agencies
from audits.agencies.models import facts
from audits.agencies.rules import AgencyDetails
from audits.core import events
from audits.core.access import ANONYMOUS, SYSTEM, Role
from audits.core.events import KINDS, Code, Digest, Event, EventData, EventNote, forgettable
from audits.decisions.services import decide
from audits.inspections import queries, services
from audits.inspections.workflow import AuditState
from audits.people.models import Person
from audits.people.services import declare_interest, edit_profile, set_roles
from audits.people.trail import trail_of
from certificates.lifecycle import services as certificates
from certificates.lifecycle.workflow import CertificateState
from portal.language.i18n import LANGUAGES
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person

LASTING = (UUID, int, bool, date, Code, Digest)


def lasts(hint):
    """Return whether values of this type can never be somebody's words or personal data."""
    if get_origin(hint) is tuple:
        return all(lasts(each) for each in get_args(hint) if each is not Ellipsis)
    if get_origin(hint) in {Union, UnionType}:
        return all(each is type(None) or lasts(each) for each in get_args(hint))
    return hint in LASTING or (isinstance(hint, type) and issubclass(hint, StrEnum))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_field_that_lasts_is_a_code_a_number_or_an_id(kind):
    hints = get_type_hints(kind)
    lasting = {each.name for each in fields(kind) if not each.metadata.get("forgettable")}
    assert {name for name in lasting if not lasts(hints[name])} == set()


def test_the_check_of_fields_would_notice():
    assert not lasts(str)
    assert not lasts(dict)
    assert not lasts(tuple[str, ...])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_has_words_of_its_own_in_every_language(app, language):
    with app.test_request_context(), force_locale(language):
        said = {name: gettext(kind.words) for name, kind in KINDS.items()}
    assert len(set(said.values())) == len(KINDS)
    if language != "en":
        assert [name for name, words in said.items() if words == KINDS[name].words] == []


def test_an_event_cannot_be_changed_or_recorded_without_its_fields():
    told = KINDS["certificate.number"](number="KW-2026-1")
    with pytest.raises(FrozenInstanceError):
        told.number = "KW-2026-2"
    with pytest.raises(TypeError):
        KINDS["certificate.number"]()


class Loose(EventData):
    """An event of this test, that is no kind of the portal."""

    name = "test.loose"
    said: Code
    aside: str = forgettable()


@pytest.mark.parametrize("words", ["Jan de Vries", "jan@example.nl", "Zoë", "a,b"])
def test_words_do_not_slip_into_an_event_as_a_code(session, words):
    with pytest.raises(ValueError, match="free text"):
        events.record(session, Loose(said=words), subject_id=uuid4(), actor=SYSTEM)


def test_a_note_is_made_only_for_what_is_said_and_has_a_salt_of_its_own(session):
    subject = uuid4()
    for aside in ("", "the same words", "the same words"):
        events.record(session, Loose(said="a", aside=aside), subject_id=subject, actor=ANONYMOUS)
        session.flush()
    silent, first, second = events.history(session, subject)
    assert (silent.note, silent.note_sha256, silent.actor_id) == (None, None, None)
    assert first.told == second.told == {"said": "a", "aside": "the same words"}
    assert first.note_sha256 != second.note_sha256
    assert first.note_sha256 == events.digest_of(first.note.salt, first.note.data)


def test_no_event_of_a_whole_story_holds_what_somebody_typed_or_who_somebody_is(session):
    typed = [f"Said{number}" for number in range(11)]
    tell_story(session, iter(typed))
    session.flush()
    told = session.scalars(select(Event)).all()
    assert {event.format for event in told} == {2}
    persons = [value for row in session.execute(select(Person.name, Person.email)) for value in row]
    lasting = json.dumps([event.data for event in told])
    assert [word for word in (*typed, *persons) if word in lasting] == []
    noted = json.dumps([note.data for note in session.scalars(select(EventNote))])
    assert [word for word in persons if word in noted] == []
    assert {"certificate.withdraw", "finding.close", "audit.reopen", "agency.edit", "decision.decide"} <= {
        event.name for event in told
    }


def tell_story(session, words):
    """Play a case in which people type something wherever they can."""
    short = ("nonconform", next(words))
    audit = make_audit(session, AuditState.REPORTED, {"CON-01": short})
    reviewer, decider = make_person(session, Role.REVIEWER), make_person(session, Role.DECIDER)
    inspector, agency_id = audit.inspector.actor, audit.agency_id
    services.reopen_audit(session, reviewer.actor, audit.id, reason=next(words))
    services.report_audit(session, inspector, audit.id, summary=next(words))
    session.flush()
    [finding] = queries.findings_of(session, audit.id)
    owner = make_person(session, [Role.AGENCY_OWNER, Role.AGENCY_EDITOR], agency_id)
    said = dict.fromkeys(("cause", "extent", "solution", "effectiveness"), next(words))
    services.submit_corrective_action(session, owner.actor, finding.id, **said, version=finding.version)
    session.flush()
    services.accept_corrective_action(session, inspector, finding.id, note=next(words))
    services.review_audit(session, reviewer.actor, audit.id, recommendation=next(words))
    session.flush()
    decide(session, decider.actor, audit.id, outcome="refuse", reasons=next(words))
    free = make_agency(session)  # of the other one somebody relies on the details already
    details = AgencyDetails(**(facts(free) | {"account_holder": next(words), "phone": "010 123 45 67"}))
    free_owner = make_person(session, Role.AGENCY_OWNER, free.id)
    agencies.edit_agency(session, free_owner.actor, free.id, details, version=free.version)
    edit_profile(session, owner.actor, name="Somebody Else", language="nl", version=owner.version)
    editor = make_person(session, Role.AGENCY_EDITOR, agency_id)
    set_roles(session, owner.actor, editor.id, [Role.AGENCY_SIGNATORY], version=editor.version)
    declare_interest(session, make_person(session, Role.DECIDER).actor, agency_id, next(words))
    certificate = make_certificate(session)
    certificates.suspend_certificate(session, decider.actor, certificate.id, reasons=next(words))
    certificates.withdraw_certificate(session, decider.actor, certificate.id, reasons=next(words))
    assert certificate.state is CertificateState.WITHDRAWN


def test_the_trail_shows_the_reasons_until_they_are_forgotten_and_those_of_older_events(session):
    audit = make_audit(session, AuditState.REPORTED)
    reviewer = make_person(session, Role.REVIEWER)
    services.reopen_audit(session, reviewer.actor, audit.id, reason="The notes say nothing.")
    session.add(
        Event(
            format=1,
            name="audit.reopen",
            subject_id=audit.id,
            actor_id=reviewer.id,
            happened_at=audit.started_at,
            data={"reason": "As it was kept before."},
        )
    )
    session.flush()
    assert [step.reason for step in trail_of(session, [audit.id])][:2] == [
        "As it was kept before.",
        "The notes say nothing.",
    ]
    session.delete(events.history(session, audit.id)[-2].note)
    session.flush()
    assert [step.reason for step in trail_of(session, [audit.id])][1] == ""
