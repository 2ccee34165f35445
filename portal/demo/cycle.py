"""What follows a grant in the demo: surveillance with a finding that comes back, and a special audit after a signal.

Nothing waits for the months between: the audits are held ahead of their windows.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import DomainError
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.inspections import queries as inspections
from audits.inspections import services as audits
from audits.schemes.cycle import AuditKind
from certificates.lifecycle.rules import Fate
from certificates.lifecycle.services import decide_on_holder, suspend_certificate
from portal.demo.case import Case
from portal.demo.cast import AGAIN, EDITOR, PASSPORT, STAFF, Flaw
from portal.demo.visitor import Teller, Visitor


def tell_cycle(case: Case, number: str, story: Teller, *, visitor: Visitor, entry: str) -> None:
    """Audit a holder twice, and read the register after each decision."""
    planner, inspector = f"{STAFF['planner'].name} (planner)", f"{STAFF['inspector'].name} (inspector)"
    decider = f"{STAFF['decider'].name} (decider)"
    window = case.write(partial(_window, case))
    story.tell("Keurwerk", f"has laid down surveillance with the grant: {window[0]} to {window[1]}", "–", "to plan")

    asked = _plan(case, AuditKind.SURVEILLANCE)
    story.tell(planner, f"plans the surveillance audit; the norm chooses {asked} requirements", "to plan", "planned")
    grades = _hold(case, {AGAIN.code: AGAIN})
    story.hold(grades.get(AGAIN.code) == "major", "a minor finding that came back is not major")
    story.tell(inspector, f"finds {AGAIN.code} again: minor at the grant, now major", "planned", "reported")
    _repair(case, story)
    _end(case, "decider", Fate.MAINTAIN, "De bevinding is hersteld en gecontroleerd.")
    story.tell(decider, "keeps the certificate after the surveillance audit", "certified", visitor.status(entry))
    visitor.expect_status(entry, "certified", "reads the register entry after surveillance")

    asked = _plan(
        case,
        AuditKind.SPECIAL,
        occasion="Een werknemer meldt dat zijn paspoort is ingehouden.",
        by_hand=[PASSPORT.code],
    )
    story.tell(planner, f"plans a special audit after a signal, of {asked} requirements", "–", "planned")
    grades = _hold(case, {PASSPORT.code: PASSPORT})
    story.tell(
        inspector,
        f"finds {PASSPORT.code}: {grades.get(PASSPORT.code)}; deciders must act in two days",
        "planned",
        "reported",
    )
    reasons = "Een paspoort lag in de kluis van het bureau."
    case.change(number, suspend_certificate, reasons, ["too_many_nonconformities"])
    story.tell(decider, "suspends the certificate the same day", "certified", visitor.status(entry))
    visitor.expect_status(entry, "suspended", "reads the register entry after the special audit")
    _repair(case, story)
    lift = partial(_end, case, fate=Fate.LIFT, reasons="Het paspoort is terug en de werkwijze is veranderd.")
    refusal = _refused(partial(lift, "inspector"))
    story.hold(refusal is not None, "an inspector could end an own special audit")
    story.tell(inspector, f"tries to lift the suspension and is refused: {refusal}", "suspended", visitor.status(entry))
    lift("decider")
    story.tell(decider, "lifts the suspension, as the end of the special audit", "suspended", visitor.status(entry))
    visitor.expect_status(entry, "certified", "reads the register entry after the repair")


def _window(case: Case, session: Session) -> tuple[date, date]:
    """Return the window of the surveillance audit."""
    query = select(Deadline).where(Deadline.kind == DeadlineKind.SURVEILLANCE, Deadline.agency_id == case.agency_id)
    term = session.scalars(query.where(Deadline.done_at.is_(None))).one()
    return term.from_on or term.due_on, term.due_on


def _plan(case: Case, kind: AuditKind, occasion: str = "", by_hand: list[str] | None = None) -> int:
    """Plan an audit of the holder; return the number of its requirements."""

    def act(session: Session) -> int:
        audit = audits.plan_audit_of_holder(
            session,
            case.staff(session, "planner"),
            case.agency_id,
            kind=kind,
            inspector_id=case.staff(session, "inspector").id,
            planned_on=clock.today(),
            announced=kind is AuditKind.SURVEILLANCE,
            occasion=occasion,
            by_hand=by_hand or [],
        )
        case.audit_id = audit.id
        return len(audit.chosen)

    return case.write(act)


def _hold(case: Case, flaws: Mapping[str, Flaw]) -> dict[str, str]:
    """Carry the audit out and report it; return the grades of its findings by requirement."""
    case.start()
    case.draw()
    case.judge(flaws)
    if PASSPORT.code in flaws:  # it was said in an interview, and the agency reads only this
        text = "Het bureau bewaart een paspoort van een werknemer."
        judged = partial(audits.judge_requirement, code=PASSPORT.code, agency_text=text, version=0)
        case.write(lambda s: judged(s, case.staff(s, "inspector"), case.audit_id))
    case.report()
    return case.write(
        lambda s: {each.requirement_code: each.grade for each in inspections.findings_of(s, case.audit_id)}
    )


def _repair(case: Case, story: Teller) -> None:
    story.tell(f"{EDITOR.name} (agency)", f"answers {case.answer()} findings", "open", "answered")
    case.verify()
    case.review()
    story.tell(
        f"{STAFF['reviewer'].name} (reviewer)", "reviews the file after the repair", "reported", "ready for a decision"
    )


def _end(case: Case, by: str, fate: Fate, reasons: str) -> None:
    """End the audit with a decision about the certificate, in the role of a decider."""

    def act(session: Session) -> None:
        actor = replace(case.staff(session, by), roles=frozenset({Role.DECIDER}))
        decide_on_holder(session, actor, case.audit_id, fate=fate, reasons=reasons, grounds=["repair_proven"])

    case.write(act)


def _refused(act: Callable[[], object]) -> str | None:
    try:
        act()
    except DomainError as refusal:
        return str(refusal)
    return None
