"""Messages: language of the reader, one recipient, secrets created at sending."""

import smtplib
import socketserver
import stat
import threading
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path
from typing import get_type_hints
from unittest.mock import patch
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from audits.applications.notices import ApplicationTakenBack, FilePleaded, QuestionsShared
from audits.changes.notices import ChangeReferred, ChangeReported
from audits.conditions.notices import ProofSubmitted
from audits.core import clock, outbox
from audits.core.access import AGENCY_ROLES, GRANTS, Permission, Role
from audits.core.notices import KINDS, tell_person
from audits.core.outbox import OutboxItem
from audits.correspondence.notices import AgencyWrote, DaysProposed, EvidenceGiven, TeamObjected
from audits.decisions.notices import ProposalAnswered, SecondDeciderNeeded
from audits.disputes.notices import AppealReceived
from audits.findings.notices import QuestionAnswered
from audits.inspections import notices
from audits.links.notices import LinksFound, LinksReferred
from audits.people.notices import (
    AccountKnown,
    DeputyAway,
    InterestInAudit,
    InterestRecorded,
    Invitation,
    RolesChanged,
    SecondPersonNeeded,
    SmallBodySet,
    StandsIn,
)
from audits.people.services import retire_person
from audits.schemes.notices import ProposalWaiting
from audits.teams.notices import WorkTakenOver
from audits.vault.notices import VaultFilled
from audits.worklists.notices import Terms
from certificates.lifecycle.notices import HolderHeard, SuspensionToReview
from portal.commands.mail import mail as mail_command
from portal.doors.account import services
from portal.doors.account.models import AddressChange, MailToken
from portal.doors.account.notices import AddressAsked, AddressLeft, Reset
from portal.doors.account.rules import Purpose
from portal.language.i18n import LANGUAGES
from portal.web.access import PUBLIC, SIGNED_IN, access_of
from portal.work import links, mail
from portal.work.worker import make_app
from tests.kit.factories.people import make_person


@pytest.fixture
def deliver(app, session):
    """Deliver one mail item, the one that waits or one of `payload`; return the message that was written, or None."""

    def deliver(**payload):
        if payload:
            outbox.enqueue(session, "mail", **payload)
            session.flush()
        item = session.scalars(select(OutboxItem).where(OutboxItem.done_at.is_(None))).one()
        with app.app_context():
            outbox.deliver(session, item.id, {"mail": mail.deliver})
        session.flush()
        path = folder(app) / f"{item.id}.eml"
        return message_from_bytes(path.read_bytes(), policy=policy.default) if path.exists() else None

    return deliver


def plain(message):
    return message.get_body(("plain",)).get_content()


def folder(app):
    return Path(app.extensions["settings"].mail_url.removeprefix("file://"))


def test_a_folder_of_messages_is_private(app, session, deliver):
    folder(app).mkdir(mode=0o755, parents=True, exist_ok=True)
    folder(app).chmod(0o755)
    deliver(template="reset", person_id=str(make_person(session, Role.PLANNER).id))
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder(app), *folder(app).iterdir())}
    assert modes.pop(folder(app)) == 0o700
    assert set(modes.values()) == {0o600}


TEMPLATES = {Purpose.ADDRESS: "address_asked", Purpose.OBJECTION: "address_left"}


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_is_made_when_the_mail_goes_out_and_works(app, session, deliver, purpose):
    person = make_person(session, Role.PLANNER)
    moved = {"old_email": person.email, "new_email": "new@x.example", "asked_at": clock.now()}
    session.add(change := AddressChange(id=uuid4(), person_id=person.id, **moved))
    session.flush()
    template = TEMPLATES.get(purpose, purpose.value)
    message = deliver(template=template, person_id=str(person.id), subject_id=str(change.id))
    reader = "new@x.example" if purpose is Purpose.ADDRESS else person.email
    assert (message["To"], message["From"]) == (reader, app.extensions["settings"].mail_from)
    base = app.extensions["settings"].base_url
    line = next(line for line in plain(message).splitlines() if line.startswith(base))
    token = line.removeprefix(f"{base}/{purpose}/")
    assert services.holder_of(session, token, purpose) == person
    assert token not in str(session.scalars(select(OutboxItem.payload)).all())


def test_the_id_of_a_message_is_that_of_its_outbox_item(app, session, deliver):
    message = deliver(template="reset", person_id=str(make_person(session, Role.PLANNER).id))
    item = session.scalars(select(OutboxItem)).one()
    assert message["Message-ID"] == f"<{item.id}@127.0.0.1>"


def test_a_day_is_written_in_the_words_of_the_reader(session, deliver):
    person = make_person(session, Role.INSPECTOR)
    person.language = "nl"
    message = deliver(
        template="audit_assigned", person_id=str(person.id), reference="AU-1", day="2027-03-01", subject_id=str(uuid4())
    )
    assert "1 maart 2027" in plain(message)


READERS = {
    ChangeReported: {Role.PLANNER},
    ChangeReferred: {Role.DECIDER},
    LinksFound: {Role.PLANNER},
    LinksReferred: {Role.DECIDER},
    ProofSubmitted: {Role.DECIDER},
    AppealReceived: {Role.DECIDER},
    ApplicationTakenBack: {Role.PLANNER},
    FilePleaded: {Role.PLANNER},
    QuestionsShared: {Role.AGENCY_OWNER, Role.AGENCY_EDITOR},
    notices.AuditSentBack: {Role.INSPECTOR},
    notices.AuditToReview: {Role.REVIEWER},
    InterestRecorded: {Role.INSPECTOR, Role.PLANNER, Role.REVIEWER, Role.DECIDER},
    InterestInAudit: {Role.PLANNER},
    WorkTakenOver: {Role.PLANNER},
    VaultFilled: {Role.PLANNER},
    DeputyAway: {Role.PLANNER},
    StandsIn: {Role.INSPECTOR, Role.PLANNER, Role.REVIEWER, Role.DECIDER},
    notices.AuditAssigned: {Role.INSPECTOR},
    notices.ListGiven: {Role.INSPECTOR},
    EvidenceGiven: {Role.INSPECTOR},
    notices.DraftCommented: {Role.INSPECTOR},
    AgencyWrote: {Role.PLANNER},
    TeamObjected: {Role.PLANNER},
    DaysProposed: {Role.PLANNER},
    notices.AuditTaken: {Role.INSPECTOR},
    notices.AuditReopened: {Role.INSPECTOR},
    notices.AuditReviewed: {Role.DECIDER},
    notices.CriticalFinding: {Role.DECIDER},
    notices.FindingAnswered: {Role.INSPECTOR},
    QuestionAnswered: {Role.INSPECTOR},
    SecondDeciderNeeded: {Role.DECIDER},
    ProposalAnswered: {Role.DECIDER},
    SuspensionToReview: {Role.DECIDER},
    Terms: {Role.INSPECTOR, Role.PLANNER, Role.REVIEWER, Role.DECIDER, Role.ADMINISTRATOR},
    HolderHeard: {Role.DECIDER},
    SecondPersonNeeded: {Role.ADMINISTRATOR},
    RolesChanged: {Role.ADMINISTRATOR},
    SmallBodySet: {Role.ADMINISTRATOR},
    ProposalWaiting: {Role.SCHEME_MANAGER},
    AccountKnown: set(),
    Invitation: set(),
    Reset: set(),
    AddressAsked: set(),
    AddressLeft: set(),
}  # all others go to everybody at an agency


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.kind)
def test_every_mail_can_be_written_and_leads_to_a_page_that_its_reader_may_open(app, session, deliver, kind, language):
    person = make_person(session, Role.PLANNER)
    person.language = language
    moved = {"old_email": person.email, "new_email": "new@x.example", "asked_at": clock.now()}
    session.add(AddressChange(id=(about := uuid4()), person_id=person.id, **moved))
    tell_person(session, person.id, kind(**sample(kind)), subject_id=about)
    session.flush()
    text = plain(deliver())
    base = app.extensions["settings"].base_url
    [line] = [line for line in text.splitlines() if line.startswith(base)]
    endpoint, values = app.url_map.bind("").match(line.removeprefix(base))
    access = access_of(app, endpoint)
    for role in READERS.get(kind, AGENCY_ROLES) if access != SIGNED_IN else ():
        assert Permission(access) in GRANTS[role], (endpoint, role)
    if not READERS.get(kind, AGENCY_ROLES):
        assert access == PUBLIC
    subject = links.PAGES[kind].subject
    assert values.get(subject) == (about if subject else None)


def test_a_worker_knows_the_page_of_every_message(settings):
    with make_app(settings).app_context():
        for kind, link in links.PAGES.items():
            assert links.path_of(kind.kind, str(uuid4()) if link.subject else None, "token").startswith("/")


def sample(kind):
    """A value for every field of a notice."""
    values = {str: "suspend", int: 7, bool: True, date: date(2027, 3, 1), list[str]: ["One.", "Two."]}
    return {name: values[hint] for name, hint in get_type_hints(kind).items() if name != "kind"}


def test_a_mail_enqueued_by_the_release_before_still_leads_to_its_page(app, session, deliver):
    person = make_person(session, Role.PLANNER)
    message = deliver(template="decision_taken", person_id=str(person.id), reference="AU-1", path="/agency/")
    assert f"{app.extensions['settings'].base_url}/agency/" in plain(message)


def test_who_left_or_never_was_gets_nothing(session, deliver):
    person = make_person(session, Role.PLANNER)
    retire_person(session, make_person(session, Role.ADMINISTRATOR).actor, person.id)
    session.flush()
    assert deliver(template="reset", person_id=str(person.id)) is None
    assert deliver(template="reset", person_id=str(uuid4())) is None
    assert session.scalar(select(func.count()).select_from(MailToken)) == 0


def test_what_people_typed_adds_no_header(app, session):
    person = make_person(session, Role.PLANNER)
    message = mail._message(app.extensions["settings"], person.email, "nl", ("plain", "text\nBcc: x@y.nl\n"), "1")
    assert "Bcc" not in message
    person.email = "a@b.nl\nBcc: x@y.nl"
    with pytest.raises(ValueError, match="linefeed"):
        mail._message(app.extensions["settings"], person.email, "nl", ("plain", "text"), "1")


def test_a_line_break_in_a_value_ends_no_subject(app, monkeypatch):
    monkeypatch.setattr(mail, "_fill", lambda name, values: "Subject:  New \t report\nFirst\n\nSecond")
    with app.app_context():
        assert mail.render("any", "nl") == ("New report", "Subject:  New \t report\nFirst\n\nSecond\n")


class Server(socketserver.ThreadingTCPServer):
    """Just enough of a mail server to see what arrives."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.lines = []


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 here\r\n")
        inside = False
        for line in self.rfile:
            self.server.lines.append(line.decode().rstrip())
            if inside and line != b".\r\n":
                continue
            inside = line.upper().startswith(b"DATA")
            leaving = line.upper().startswith(b"QUIT")
            self.wfile.write(b"354 go on\r\n" if inside else b"221 bye\r\n" if leaving else b"250 fine\r\n")


def test_a_mail_server_is_spoken_to(app, session):
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = replace(app.extensions["settings"], mail_url=address(server), mail_tls=False)
        person = make_person(session, Role.PLANNER)
        mail.send(settings, mail._message(settings, person.email, "nl", ("Onderwerp", "Tekst"), "1"))
        server.shutdown()
    assert f"rcpt TO:<{person.email}>" in server.lines
    assert {"Subject: Onderwerp", "Tekst"} <= set(server.lines)


def address(server):
    return f"smtp://127.0.0.1:{server.server_address[1]}"


def test_a_mail_server_without_tls_gets_nothing_unless_the_settings_allow_it(app, session):
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = replace(app.extensions["settings"], mail_url=address(server))
        person = make_person(session, Role.PLANNER)
        with pytest.raises(smtplib.SMTPNotSupportedError):
            mail.send(settings, mail._message(settings, person.email, "nl", ("Onderwerp", "Tekst"), "1"))
        server.shutdown()
    assert not any(person.email in line for line in server.lines)


def test_a_mail_server_that_is_away_is_an_error_and_so_tried_again(app, session):
    settings = replace(app.extensions["settings"], mail_url="smtp://127.0.0.1:1")
    with pytest.raises(OSError, match="refused"):
        mail.send(settings, mail._message(settings, make_person(session, Role.PLANNER).email, "nl", ("s", "t"), "1"))


def test_replies_go_where_the_settings_say_and_the_message_says_so(app, session, deliver, monkeypatch):
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], mail_reply_to="help@x.example"))
    message = deliver(template="reset", person_id=str(make_person(session, Role.PLANNER).id))
    assert message["Reply-To"] == "help@x.example"
    assert "help@x.example" in plain(message)


def test_a_test_message_arrives_at_once_in_the_language_that_was_asked(app, session):
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = replace(app.extensions["settings"], mail_url=address(server), mail_tls=False)
        with patch.dict(app.extensions, settings=settings):
            done = CliRunner().invoke(mail_command, ["test", "post@x.example", "--language", "en"], obj=app)
        server.shutdown()
    assert done.exit_code == 0, done.output
    assert "The mail server took it." in done.output
    assert {"rcpt TO:<post@x.example>", "Subject: Test message", "Content-Language: en"} <= set(server.lines)


@pytest.mark.parametrize(("to", "says"), [("post@x.example", "It could not be sent"), ("post", "e-mailadres")])
def test_a_test_message_that_fails_says_why(app, to, says):
    settings = replace(app.extensions["settings"], mail_url="smtp://127.0.0.1:1", mail_tls=False)
    with patch.dict(app.extensions, settings=settings):
        done = CliRunner().invoke(mail_command, ["test", to], obj=app)
    assert done.exit_code == 1
    assert says in done.output
