"""Printable names of any script pass all stages; others are rejected while they can still be changed."""

import subprocess
import unicodedata
from dataclasses import replace

import pytest
from sqlalchemy import select

from audits.agencies.services import edit_agency, enter_agency
from audits.applications.services import accept_application, submit_application
from audits.core import outbox
from audits.core.access import Role
from audits.core.errors import RuleError
from audits.core.outbox import OutboxItem
from audits.decisions.rules import Outcome
from audits.decisions.services import decide
from audits.inspections import services as inspections
from audits.inspections.queries import findings_of, sample_of
from audits.inspections.workflow import AuditState
from audits.people.services import edit_profile, invite_person
from certificates.documents.models import Document
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services import suspend_certificate
from certificates.lifecycle.workflow import CertificateState
from portal.stores import files
from portal.stores.roles import WORKER
from portal.work import jobs
from portal.work.handlers import HANDLERS
from tests.kit import validators
from tests.kit.browser import Browser
from tests.kit.drawing import freeze_population
from tests.kit.factories.agencies import DETAILS, make_agency
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.certificates import make_applicant, make_certificate, make_grant
from tests.kit.factories.decisions import add_findings, finding, make_decision
from tests.kit.factories.inspections import draw, judge, make_audit
from tests.kit.factories.people import make_person
from tests.kit.scheme import edited, scheme

STRANGE = "ქართული"
NAMED = "ქ ა რ თ უ ლ ი"
SEATS = {
    "greek": {
        "legal_name": "Εργασία Προσωρινή Α.Ε.",
        "trade_names": ("Ήλιος & Θάλασσα", "Ώθηση"),
        "street": "Λεωφόρος Συγγρού 112",
        "city": "Αθήνα",
    },
    "vietnamese": {
        "legal_name": "Nguyễn Đặng Nhân Lực",
        "trade_names": ("Việc Làm Tốt", "Ấn Tượng"),
        "street": "Phố Hàng Bông 27",
        "city": "Hà Nội",
    },
}


def apart(value):
    """The same texts with every mark behind its letter, as some keyboards and systems send them."""
    return unicodedata.normalize("NFD", value) if isinstance(value, str) else tuple(map(apart, value))


def text_of(pdf):
    run = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(unicodedata.normalize("NFC", run.stdout.decode()).split())


def keep_promises(app, session):
    """What a worker does until nothing waits."""
    with app.app_context():
        while waiting := session.scalars(select(OutboxItem).where(OutboxItem.done_at.is_(None))).all():
            for item in waiting:
                outbox.deliver(session, item.id, HANDLERS)


def applied(session, agency):
    """An application of this agency, submitted by its signatory and taken on."""
    signatory = make_person(session, Role.AGENCY_SIGNATORY, agency)
    application = make_application(session, agency=agency, signatory=signatory, answers=True)
    submit_application(session, signatory.actor, application.id, declared_name=signatory.name)
    return accept_application(session, make_person(session, Role.PLANNER).actor, application.id)


@pytest.mark.parametrize("script", SEATS)
def test_a_name_goes_the_whole_way_to_sealed_documents(app, session, script):
    typed = {name: apart(value) for name, value in SEATS[script].items()}
    number = {"register_number": "31415926"}
    agency = enter_agency(session, replace(DETAILS, **number))
    full = make_agency(session, register_number="27182818")
    agency.controlling_persons, agency.contacts = full.controlling_persons, full.contacts
    session.flush()
    editor = make_person(session, Role.AGENCY_EDITOR, agency)
    edit_agency(session, editor.actor, agency.id, replace(DETAILS, **number, **typed), version=agency.version)
    audit = make_audit(session, AuditState.REVIEWED, application=applied(session, agency))
    make_decision(session, audit=audit)
    keep_promises(app, session)

    certificate = session.scalars(select(Certificate).where(Certificate.agency_id == agency.id)).one()
    assert certificate.state is CertificateState.ACTIVE
    with app.app_context():
        documents = {
            document.kind: files.store().get(document.sha256)
            for document in session.scalars(select(Document).where(Document.agency_id == agency.id))
        }
    session.commit()
    page = Browser(app).open(f"/register/nl-{agency.register_number}")
    extract = app.test_client().post(page.soup.select_one('form[action*="extract"]')["action"])
    documents["register_extract"] = extract.data
    assert set(documents) == {
        "certificate",
        "audit_report",
        "decision_letter",
        "register_extract",
        "submission_receipt",
    }
    seat = SEATS[script]
    for kind, pdf in documents.items():
        text = text_of(pdf)
        for words in (seat["legal_name"], seat["city"]):
            assert "".join(words.split()) in text, kind
        if kind in {"certificate", "register_extract"}:
            assert "".join(" · ".join(seat["trade_names"]).split()) in text
        assert validators.pdfsig(pdf) == (1, True, True)
    verdicts = validators.verapdf(documents)
    assert {case: verdict.failures for case, verdict in verdicts.items() if not verdict.passed} == {}
    assert len(verdicts) == 2 * len(documents)
    assert seat["legal_name"] in page.heading


@pytest.mark.parametrize("field", ["legal_name", "trade_names", "street", "city"])
def test_an_agency_cannot_enter_what_cannot_be_printed(session, field):
    value = (STRANGE,) if field == "trade_names" else STRANGE
    with pytest.raises(RuleError, match="We cannot print") as refusal:
        enter_agency(session, replace(DETAILS, **{field: value}))
    assert (refusal.value.field, refusal.value.params) == (field, {"letters": NAMED})


def test_what_nobody_prints_may_be_in_any_script(session):
    details = replace(DETAILS, account_holder=STRANGE)
    assert enter_agency(session, details).account_holder == STRANGE
    agency = make_agency(session)
    owner = make_person(session, Role.AGENCY_OWNER, agency)
    invite_person(
        session, owner.actor, name=STRANGE, email="ketevan@example.nl", language="en", roles=[Role.AGENCY_EDITOR],
        agency_id=agency.id,
    )  # fmt: skip


@pytest.mark.parametrize(
    "value", [{"legal_name": STRANGE}, {"trade_names": [STRANGE]}, {"street": STRANGE}, {"city": STRANGE}], ids=ascii
)
def test_an_application_with_such_a_name_is_not_submitted(session, value):
    """Of an agency that was here before the rule."""
    agency = make_agency(session, **value)
    with pytest.raises(RuleError, match="that we cannot print on a certificate: ") as refusal:
        applied(session, agency)
    assert refusal.value.params == {"letters": NAMED}


def judged(session):
    """An audit whose fieldwork is done."""
    audit = make_audit(session)
    draw(session, audit, {}, all_units=True)
    judge(session, audit, {}, rest=True)
    return audit


def open_finding(session):
    """A finding, and somebody of the agency."""
    audit = make_audit(session, AuditState.REPORTED, {"CON-01": ("nonconform", "The original was not seen.")})
    return findings_of(session, audit.id)[0], make_person(session, Role.AGENCY_EDITOR, audit.agency_id)


def answer(session, **words):
    finding, somebody = open_finding(session)
    said = dict.fromkeys(("cause", "extent", "solution", "effectiveness"), "It was so.") | words
    inspections.submit_corrective_action(session, somebody.actor, finding.id, version=finding.version, **said)
    return finding


def freeze(session):
    audit = make_audit(session)
    freeze_population(session, audit.inspector.actor, audit.id, "personnel_file", [STRANGE], seed=bytes(32))


def note(session):
    audit, unit = judged(session), "personnel_file"
    code = next(item.code for item in scheme().requirements if item.unit == unit)
    (reference, *_) = sample_of(session, audit.id)[unit]
    inspections.record_sheets(session, audit.inspector.actor, audit.id, {code: {reference: ("nonconform", STRANGE)}})


def summarise(session):
    audit = judged(session)
    inspections.report_audit(session, audit.inspector.actor, audit.id, summary=STRANGE)


def close(session):
    finding = answer(session)
    inspections.accept_corrective_action(session, finding.audit.inspector.actor, finding.id, note=STRANGE)


def decided(session, **words):
    audit, decider = make_audit(session, AuditState.REVIEWED), make_person(session, Role.DECIDER)
    outcome = Outcome.GRANT
    if "conditions" in words:
        add_findings(session, audit, [finding("major")] * 2)
        outcome = Outcome.GRANT_WITH_CONDITIONS
    decide(session, decider.actor, audit.id, outcome=outcome, **{"reasons": "All was weighed.", **words})


def suspend(session):
    decider = make_person(session, Role.DECIDER)
    suspend_certificate(session, decider.actor, make_certificate(session).id, reasons=STRANGE)


def publish(session):
    text = edited(('version: "1.0"', 'version: "1.1"'), ("Een loonstrook die uitlegt", STRANGE))
    make_scheme(session, text)


def invite(session):
    administrator = make_person(session, Role.ADMINISTRATOR)
    told = {"email": "k@keurwerk.example", "language": "en", "roles": [Role.INSPECTOR]}
    invite_person(session, administrator.actor, name=STRANGE, **told)


def rename(session):
    inspector = make_person(session, Role.INSPECTOR)
    edit_profile(session, inspector.actor, name=STRANGE, language="en", version=inspector.version)


DOORS = {
    "an answer to a finding": ("solution", lambda session: answer(session, solution=STRANGE)),
    "the check of an answer": ("note", close),
    "the list of a population": ("references", freeze),
    "a note in the field": (None, note),
    "the summary of an audit": ("summary", summarise),
    "the reasons of a decision": ("reasons", lambda session: decided(session, reasons=STRANGE)),
    "a condition": ("conditions", lambda session: decided(session, conditions=["Eerst dit.", STRANGE])),
    "the reason of a suspension": ("reasons", suspend),
    "a norm": ("source", publish),
    "a new inspector": ("name", invite),
    "the own name of an inspector": ("name", rename),
}


@pytest.mark.parametrize(("field", "say"), DOORS.values(), ids=DOORS)
def test_a_text_that_cannot_be_printed_is_refused_when_it_is_typed(session, field, say):
    with pytest.raises(RuleError, match="cannot print") as refusal:
        say(session)
    assert refusal.value.field == field
    assert refusal.value.params.get("letters", NAMED) == NAMED


class TestWhatWasHereBeforeTheRule:
    """Its job fails at once, says why, leaves nothing behind, and works when the name was changed."""

    @pytest.fixture
    def database_role(self):
        return WORKER

    @pytest.fixture
    def agency(self, session):
        return make_agency(session, legal_name=STRANGE)

    @staticmethod
    def only_item(session, kind):
        return session.scalars(
            select(OutboxItem).where(OutboxItem.kind == kind).execution_options(populate_existing=True)
        ).one()

    def test_no_number_is_used_before_the_name_is_right(self, app, session, agency):
        decision = make_grant(session, agency)
        outbox.enqueue(session, "certificate.number", decision_id=str(decision.id))
        session.commit()
        item = self.only_item(session, "certificate.number")
        with app.app_context():
            assert jobs.deliver(str(item.id)) is False
        item = self.only_item(session, "certificate.number")
        assert (item.attempts, item.done_at) == (1, None)
        assert item.failed_at
        assert item.last_error.startswith(f"RuleError: We cannot print these characters: {NAMED}.")
        assert session.scalars(select(Certificate)).all() == []
        administrator = make_person(session, Role.ADMINISTRATOR)
        browser = Browser(app).sign_in(session, administrator)
        session.commit()
        assert NAMED in browser.open("/office/failed-jobs/").text

        agency.legal_name = "Kartuli B.V."
        session.commit()
        with app.app_context():
            outbox.retry(session, item.id)
            session.commit()
            assert jobs.deliver(str(item.id)) is True
        assert session.scalars(select(Certificate)).one().number.split("-")[2] == "00001"

    @pytest.mark.parametrize("kind", ["document.decision_letter", "certificate.seal"])
    def test_what_cannot_be_sealed_fails_and_says_why(self, app, session, agency, kind):
        if kind == "certificate.seal":
            certificate = make_certificate(session, CertificateState.ISSUING, agency=agency)
            outbox.enqueue(session, kind, certificate_id=str(certificate.id))
        else:
            outbox.enqueue(session, kind, decision_id=str(make_grant(session, agency).id))
        session.commit()
        with app.app_context():
            jobs.deliver(str(self.only_item(session, kind).id))
        item = self.only_item(session, kind)
        assert item.failed_at
        assert NAMED in item.last_error
        assert session.scalars(select(Document)).all() == []

    @pytest.mark.parametrize(
        ("language", "words"),
        [("nl", "Wij kunnen deze tekens niet afdrukken"), ("en", "We cannot print these characters")],
    )
    def test_the_register_gives_no_proof_of_it_and_says_why(self, app, session, language, words):
        agency = make_applicant(session, legal_name=STRANGE)
        session.commit()
        page = Browser(app, language).open(f"/register/nl-{agency.register_number}")
        assert STRANGE in page.heading
        answer = app.test_client().post(
            page.soup.select_one('form[action*="extract"]')["action"], headers={"Accept-Language": language}
        )
        assert answer.status_code == 422
        assert f"{words}: {NAMED}" in answer.get_data(as_text=True)
