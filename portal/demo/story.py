"""The script of `make demo`: a year of the register, and today in it."""

import json
import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any, TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import DomainError
from audits.people.models import Person
from audits.people.queries import find_by_email, roles_waiting
from audits.people.services import appoint_administrator, confirm_role, invite_person, set_roles
from audits.schemes.services import publish_scheme
from audits.vault.services import name_reader
from certificates.addresses import register_url
from certificates.documents.models import Document
from certificates.documents.stages import DocumentKind
from portal.app import create_app
from portal.demo.calendar import LENGTH, Calendar
from portal.demo.case import Case, StoryError
from portal.demo.cast import PASSWORD, STAFF, CastMember
from portal.demo.visitor import Visitor
from portal.demo.year import Year
from portal.doors.account.services import store_password
from portal.settings import ROOT, VAR, Settings
from portal.stores import database, files

OUT = VAR / "demo"
PUBLISHED = ROOT / "audits" / "schemes" / "published"
PRESENT, NORM = PUBLISHED / "fair-agency-work-1.0.yaml", PUBLISHED / "fair-agency-work-1.1.yaml"
ABOUT_TIME = (
    "About time: the clock of this demo was moved. The days above, and those in seals, time-stamps, credentials and"
    " log, are days of the story; all of it was made just now, with keys of this demo."
)


@dataclass
class Step:
    """One printed line of the demo."""

    day: str
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
        """Add a step and print it, with the day that the clock of the portal shows."""
        day = clock.today().isoformat()
        self.steps.append(Step(day, actor, action, before, after))
        print(f"{len(self.steps):3}. {day}  {actor:<30} {action:<74} {before} -> {after}", file=self.out, flush=True)

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
        summary, waited = _tell(settings, story)
    except (StoryError, DomainError) as error:
        print(f"\nThe story stops here: {error}", file=out)
        return False
    took = time.monotonic() - begin
    summary["steps"] = [asdict(step) for step in story.steps]
    summary["clock"] = ABOUT_TIME
    summary["seconds"] = {"all": round(took, 1), "printing_and_sealing": round(waited, 1)}
    (OUT / "summary.json").write_text(json.dumps(summary, indent=1, ensure_ascii=False))
    print(
        f"\nEvery step held, in {took:.1f} s, of which {waited:.1f} s waiting for printing and sealing."
        f"\n{ABOUT_TIME}\nThe documents, the log and the summary are in {OUT}.",
        file=out,
    )
    return True


def _tell(settings: Settings, story: Story) -> tuple[dict[str, Any], float]:
    app = create_app(settings)
    calendar = Calendar(app)
    calendar.go(LENGTH)
    _appoint_staff(app)
    _publish(app, story, norm())
    visitor = Visitor(settings.base_url, story)
    year = Year(app, calendar, story, visitor)
    year.tell()
    calendar.arrive()
    case, number, entry = year.main, year.number, year.entry
    _visit(app, case, number, visitor=visitor, entry=entry, story=story)
    summary = {
        "agency": year.name,
        "certificate_number": number,
        "registry_url": register_url(settings.public_url, entry),
        "status": visitor.status(entry),
    }
    return summary, calendar.waited


def _appoint_staff(app: Any) -> None:
    with app.app_context(), database.write() as session:
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
        name_reader(session, STAFF["planner"].email)
        reviewer = find_by_email(session, STAFF["reviewer"].email)
        if reviewer:  # one request is left for whoever tries the demo
            set_roles(session, first.actor, reviewer.id, {*reviewer.roles, Role.DECIDER}, version=reviewer.version)


def _appoint(session: Session, part: CastMember) -> Person:
    person = appoint_administrator(session, name=part.name, email=part.email, language=part.language)
    session.flush()
    store_password(session, person, PASSWORD)
    return person


def _publish(app: Any, story: Story, text: str = "") -> None:
    """Publish a text of the norm: the one that holds now, if none is given."""
    part = STAFF["scheme manager"]
    with app.app_context(), database.write() as session:
        manager = find_by_email(session, part.email)
        if manager is None:
            raise StoryError("the scheme manager is not there")
        version = publish_scheme(session, manager.actor, text or PRESENT.read_text())
        action = f"publishes the norm {version.version}, SHA-256 {version.sha256[:12]}…"
        story.tell(f"{part.name} (scheme manager)", action, "–", "published")


def norm() -> str:
    """Return the norm as the demo publishes it: the newest text, which holds from the first day of the story."""
    return re.sub(r"(?m)^valid_from: .*$", f"valid_from: {clock.today()}", NORM.read_text(), count=1)


def _visit(app: Any, case: Case, number: str, *, visitor: Visitor, entry: str, story: Story) -> None:
    """Act as a hirer and a journalist today, over HTTP."""
    visitor.find("vlietlnad", "Vlietland")
    visitor.expect_status(entry, "certified", "reads the register entry today")
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
    with app.app_context():
        session = database.read()
        query = select(Document).where(Document.kind == DocumentKind.AUDIT_REPORT, Document.subject_id == case.audit_id)
        report = session.scalars(query).one()
        (OUT / "report.pdf").write_bytes(files.store().get(report.sha256))
        story.tell("Keurwerk (worker)", f"has sealed the audit report, now {OUT / 'report.pdf'}", "–", "sealed")


def _stranger() -> int:
    """Run the stand-alone verifier on archive and certificate, isolated from our code; return its exit status."""
    words = map(str, ("-I", ROOT / "bin" / "keurwerk-verify", OUT / "log.zip", "--pdf", OUT / "certificate.pdf"))
    return subprocess.run([sys.executable, *words], capture_output=True, check=False).returncode


def _with_a_changed_byte(pdf: bytes) -> bytes:
    place = pdf.index(b"stream") + 100
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
