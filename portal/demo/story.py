"""The script of `make demo`: one complete case, then the register over HTTP."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, TextIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core.access import Role
from audits.core.errors import DomainError
from audits.decisions.rules import Outcome
from audits.people.models import Person
from audits.people.queries import find_by_email, roles_waiting
from audits.people.services import appoint_administrator, confirm_role, invite_person, set_roles
from audits.schemes.services import publish_scheme
from certificates.addresses import register_url
from certificates.documents.models import Document
from certificates.documents.stages import DocumentKind
from certificates.lifecycle.rules import public_id
from certificates.lifecycle.services import lift_suspension, suspend_certificate
from portal.app import create_app
from portal.demo.case import Case, StoryError, how_many, wait_for
from portal.demo.cast import EDITOR, OWNER, PASSWORD, SIGNATORY, SMALL, STAFF, VLIETLAND, CastMember
from portal.demo.cycle import tell_cycle
from portal.demo.visitor import Visitor
from portal.doors.account.services import store_password
from portal.settings import ROOT, VAR, Settings
from portal.stores import database, files

OUT = VAR / "demo"
NORM = ROOT / "audits" / "schemes" / "published" / "fair-agency-work-1.0.yaml"


@dataclass
class Step:
    """One printed line of the demo."""

    actor: str
    action: str
    before: str
    after: str


@dataclass
class Story:
    """The steps so far; each is printed at once."""

    out: TextIO
    steps: list[Step] = field(default_factory=list)

    def tell(self, actor: str, action: str, before: str, after: str) -> None:
        """Add a step and print it."""
        self.steps.append(Step(actor, action, before, after))
        print(f"{len(self.steps):3}. {actor:<34} {action:<74} {before} -> {after}", file=self.out, flush=True)

    def hold(self, truth: bool, what: str) -> None:
        """Raise StoryError unless an expected condition is true."""
        if not truth:
            raise StoryError(what)


def run(settings: Settings, out: TextIO = sys.stdout) -> bool:
    """Run the demo; return whether every step held.

    Writes certificate, extract, report, log and summary to var/demo.
    """
    OUT.mkdir(parents=True, exist_ok=True)
    story = Story(out)
    begin = time.monotonic()
    try:
        summary = _tell(settings, story)
    except (StoryError, DomainError) as error:
        print(f"\nThe story stops here: {error}", file=out)
        return False
    summary["steps"] = [asdict(step) for step in story.steps]
    (OUT / "summary.json").write_text(json.dumps(summary, indent=1, ensure_ascii=False))
    print(
        f"\nEvery step held, in {time.monotonic() - begin:.1f} s. The documents, the log and the summary are in {OUT}.",
        file=out,
    )
    return True


def _tell(settings: Settings, story: Story) -> dict[str, Any]:
    app = create_app(settings)
    _appoint_staff(app)
    _publish(app, story)
    case = Case(app, VLIETLAND, how_many(app), "vlietland")
    decision_id = _main_case(case, story)
    number = wait_for(app, decision_id)
    story.tell("Keurwerk (worker)", f"issues and seals certificate {number}", "issuing", "active")
    visitor = Visitor(settings.base_url, story)
    entry = public_id("NL", case.details.register_number)
    certificate = _visit(app, case, number, visitor=visitor, entry=entry, story=story)
    tell_cycle(case, number, story, visitor=visitor, entry=entry)
    return {
        "agency": case.details.legal_name,
        "reference": certificate["reference"],
        "certificate_number": number,
        "registry_url": register_url(settings.public_url, entry),
        "status": visitor.status(entry),
    }


def _appoint_staff(app: Any) -> None:
    with app.app_context(), database.write() as session:
        if find_by_email(session, STAFF["administrator"].email):
            return  # already added to this database
        first, second = (_appoint(session, STAFF[part]) for part in ("administrator", "second administrator"))
        for part in STAFF.values():
            if Role.ADMINISTRATOR not in part.roles:
                person = invite_person(
                    session, first.actor, name=part.name, email=part.email, language=part.language, roles=part.roles
                )
                store_password(session, person, PASSWORD)
        session.flush()
        for request in roles_waiting(session, second.actor):
            confirm_role(session, second.actor, request.id)
        reviewer = find_by_email(session, STAFF["reviewer"].email)
        if reviewer:  # one request is left for whoever tries the demo
            set_roles(session, first.actor, reviewer.id, {*reviewer.roles, Role.DECIDER}, version=reviewer.version)


def _appoint(session: Session, part: CastMember) -> Person:
    person = appoint_administrator(session, name=part.name, email=part.email, language=part.language)
    session.flush()
    store_password(session, person, PASSWORD)
    return person


def _publish(app: Any, story: Story) -> None:
    part = STAFF["scheme manager"]
    with app.app_context(), database.write() as session:
        manager = find_by_email(session, part.email)
        if manager is None:
            raise StoryError("the scheme manager is not there")
        version = publish_scheme(session, manager.actor, NORM.read_text())
        story.tell(
            f"{part.name} (scheme manager)", f"publishes the norm, SHA-256 {version.sha256[:12]}…", "–", "published"
        )


def _main_case(case: Case, story: Story) -> UUID:
    owner, editor, signer = f"{OWNER.name} (agency)", f"{EDITOR.name} (agency)", f"{SIGNATORY.name} (signatory)"
    planner, inspector = f"{STAFF['planner'].name} (planner)", f"{STAFF['inspector'].name} (inspector)"
    reviewer, decider = f"{STAFF['reviewer'].name} (reviewer)", f"{STAFF['decider'].name} (decider)"

    case.register()
    story.tell(owner, f"registers {case.details.legal_name}, KvK {case.details.register_number}", "–", "registered")
    case.assess()
    story.tell(editor, "answers all questions of the self-assessment, adds evidence", "–", "draft")
    case.submit()
    story.tell(signer, "declares and submits", "draft", case.state()["application"])
    case.accept()
    story.tell(planner, "reviews the application and takes it on", "submitted", case.state()["application"])
    case.plan()
    story.tell(planner, f"assigns {STAFF['inspector'].name}, who has no declared tie", "–", case.state()["audit"])
    case.start()
    story.tell(inspector, "starts the audit", "planned", case.state()["audit"])
    drawn = case.draw()
    sizes = ", ".join(f"{sample} of {population} ({unit})" for unit, (population, sample) in drawn.items())
    story.tell(inspector, f"fixes the lists; the portal draws {sizes}", "in_progress", "in_progress")
    verdicts = case.judge({flaw.code: flaw for flaw in SMALL})
    story.tell(inspector, f"records {verdicts} verdicts", "in_progress", "in_progress")
    findings, score = case.report()
    story.tell(inspector, f"reports: {findings} findings, {score} points", "in_progress", case.state()["audit"])
    story.tell(
        editor, f"answers {case.answer()} findings with cause, extent, solution, effectiveness", "open", "answered"
    )
    story.tell(inspector, f"checks and closes {case.verify()} findings", "answered", "closed")
    case.review()
    story.tell(reviewer, "reviews the whole file and recommends", "reported", case.state()["audit"])
    before = case.state()["audit"]
    refusal = _refused(lambda: case.decide("inspector", Outcome.GRANT))
    story.hold(refusal is not None, "an inspector could decide on an own audit")
    story.tell(inspector, f"tries to decide and is refused: {refusal}", before, case.state()["audit"])
    decision_id = case.decide("decider", Outcome.GRANT)
    story.tell(decider, "decides: grants the certificate", before, case.state()["audit"])
    return decision_id


def _refused(act: Callable[[], object]) -> str | None:
    try:
        act()
    except DomainError as refusal:
        return str(refusal)
    return None


def _visit(app: Any, case: Case, number: str, *, visitor: Visitor, entry: str, story: Story) -> dict[str, str]:
    """Act as a hirer over HTTP, while the decider suspends the certificate and lifts the suspension."""
    visitor.find("vlietlnad", case.details.legal_name)
    visitor.expect_status(entry, "certified", "reads the register entry")
    pdf = visitor.download(number)
    (OUT / "certificate.pdf").write_bytes(pdf)
    story.tell("A hirer", f"downloads the certificate to {OUT / 'certificate.pdf'}", "–", f"{len(pdf)} bytes")
    visitor.verify(pdf, "valid", "the downloaded file")
    visitor.verify(_with_a_changed_byte(pdf), "altered", "the file with one changed byte")
    extract = visitor.extract(entry)
    (OUT / "extract.pdf").write_bytes(extract)
    story.tell("A hirer", f"asks for a sealed proof of this check, {OUT / 'extract.pdf'}", "–", f"{len(extract)} bytes")
    visitor.verify(extract, "extract", "the proof of check")
    (OUT / "log.zip").write_bytes(visitor.dump(number))
    story.hold(_stranger() == 0, "the program that shares nothing with us finds a fault")
    story.tell("A journalist", "checks file, credential and log with bin/keurwerk-verify, offline", "–", "genuine")
    _suspend_and_lift(case, number, visitor=visitor, entry=entry, story=story, pdf=pdf)
    with app.app_context():
        session = database.read()
        query = select(Document).where(Document.kind == DocumentKind.AUDIT_REPORT, Document.subject_id == case.audit_id)
        report = session.scalars(query).one()
        (OUT / "report.pdf").write_bytes(files.store().get(report.sha256))
        story.tell("Keurwerk (worker)", f"has sealed the audit report, now {OUT / 'report.pdf'}", "–", "sealed")
        return {"reference": report.snapshot["reference"]}


def _suspend_and_lift(case: Case, number: str, *, visitor: Visitor, entry: str, story: Story, pdf: bytes) -> None:
    """Suspend by an independent decider, and lift again; the inspector of the audit may do neither."""
    decider, inspector = f"{STAFF['decider'].name} (decider)", f"{STAFF['inspector'].name} (inspector)"
    signals = "Signalen over te laat betaald loon; onderzoek loopt."
    case.change(number, suspend_certificate, signals, ["agreement_broken"])
    story.tell(decider, "suspends the certificate, on a coded ground", "certified", visitor.status(entry))
    visitor.expect_status(entry, "suspended", "reads the register entry again")
    visitor.verify(pdf, "lapsed", "the same file")
    proven = "Onderzoek afgerond: loon aantoonbaar op tijd betaald."
    lift = partial(case.change, number, lift_suspension, proven, ["repair_proven"])
    refusal = _refused(partial(lift, by="inspector"))
    story.hold(refusal is not None, "an inspector could lift the suspension of an own case")
    story.tell(inspector, f"tries to lift it and is refused: {refusal}", "suspended", visitor.status(entry))
    lift()
    story.tell(decider, "lifts the suspension", "suspended", visitor.status(entry))
    visitor.expect_status(entry, "certified", "reads the register entry once more")


def _stranger() -> int:
    """Run the stand-alone verifier on archive and certificate, isolated from our code; return its exit status."""
    words = map(str, ("-I", ROOT / "bin" / "keurwerk-verify", OUT / "log.zip", "--pdf", OUT / "certificate.pdf"))
    return subprocess.run([sys.executable, *words], capture_output=True, check=False).returncode


def _with_a_changed_byte(pdf: bytes) -> bytes:
    place = pdf.index(b"stream") + 100
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
