"""Reads of audits and findings. Every list starts from what the actor may see."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, exists, false, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload
from sqlalchemy.orm.interfaces import LoaderOption

from audits.agencies.models import Agency, Branch
from audits.agencies.queries import load_lists
from audits.applications.models import Application, Evidence
from audits.applications.queries import visible_applications
from audits.applications.workflow import ApplicationState
from audits.core.access import Actor, Permission
from audits.core.errors import NotFoundError, missing
from audits.core.statements import built_once, one_page, rows
from audits.inspections.assignment import works_on
from audits.inspections.grading import Extent, Origin
from audits.inspections.judging import Method
from audits.inspections.models import (
    Audit,
    CorrectiveAction,
    Finding,
    Population,
    Remark,
    RequirementJudgement,
    SampledUnit,
    Verdict,
    VerdictChange,
)
from audits.inspections.workflow import GONE, AuditState
from audits.people.models import Person
from audits.schemes.text import SchemeText, Unit

LIST_LIMIT = 200
VERDICT = (Verdict.value, Verdict.note, Verdict.version, Verdict.method, Verdict.bulk)  # the columns of a VerdictRow
SAME_UNIT = and_(
    SampledUnit.audit_id == Verdict.audit_id,
    SampledUnit.unit == Verdict.unit,
    SampledUnit.reference == Verdict.reference,
)


class VerdictRow(NamedTuple):
    """One verdict: code, note, version, how it was reached, and whether it was one of many at once."""

    value: str
    note: str
    version: int
    method: Method | None = None
    bulk: bool = False


def visible_audits(actor: Actor) -> Select[Audit]:
    """Select what the actor may see.

    An agency sees its own audits, an unannounced one only once it is revealed; an inspector those on which they work,
    also in a team or for somebody who is away; other staff all.
    """
    query = select(Audit)
    if actor.agency_id is not None:
        return query.where(Audit.agency_id == actor.agency_id, Audit.is_known_to_agency)
    if actor.has(Permission.CASES_VIEW):
        return query
    return query.where(works_on(actor.id) if actor.has(Permission.AUDIT_VIEW) else false())


def get_audit(
    session: Session, actor: Actor, audit_id: UUID, *, whole_agency: bool = False, with_application: bool = False
) -> Audit:
    """Return one audit with agency, version, people; `whole_agency`: its lists and application too. NotFoundError."""
    query, values = _audit(actor, audit_id, with_application or whole_agency, whole_agency)
    row = session.execute(query, values).unique().one_or_none()
    if row is None:
        raise missing(Audit)
    audit: Audit = row[0]
    if whole_agency:  # of its controlling persons there are two or three, so they came along
        load_lists(session, audit.agency, "branches", empty=not row[1])
    return audit


def find_live_audit(session: Session, actor: Actor, application_id: UUID) -> Audit | None:
    """Return the audit of an application that is not cancelled, or None."""
    live = visible_audits(actor).where(Audit.application_id == application_id, Audit.is_live)
    return session.scalar(live.options(*_with_case()))


def audits_of(session: Session, actor: Actor, application_id: UUID) -> list[Audit]:
    """Return every audit of an application, cancelled ones too, newest first."""
    query = visible_audits(actor).where(Audit.application_id == application_id).options(*_with_case())
    return list(session.scalars(query.order_by(Audit.reference.desc())))


def list_audits(
    session: Session, actor: Actor, states: Collection[AuditState] | None = None, *, limit: int = LIST_LIMIT
) -> list[Audit]:
    """Return audits with their agencies, sorted by their first day."""
    query = visible_audits(actor).options(*_with_case()).order_by(Audit.planned_on, Audit.reference)
    if states is not None:
        query = query.where(Audit.state.in_(states))
    return list(session.scalars(query.limit(limit)))


def own_audits(session: Session, actor: Actor, page: int = 1) -> list[Audit]:
    """Return one page of the audits on which an inspector works except cancelled ones, and one more if there are more.

    Those without a report first, then the newest.
    """
    query = visible_audits(actor).where(works_on(actor.id), Audit.is_live).options(*_with_case())
    query = query.order_by(Audit.reported_at.is_not(None), Audit.planned_on.desc(), Audit.reference.desc())
    return list(session.scalars(one_page(query, page, LIST_LIMIT)))


def unplanned_applications(session: Session, actor: Actor, *, limit: int | None = LIST_LIMIT) -> list[Application]:
    """Return accepted applications without a planned audit, longest waiting first."""
    planned = exists().where(Audit.application_id == Application.id, Audit.is_live)
    query = visible_applications(actor).where(Application.state == ApplicationState.ACCEPTED, ~planned)
    query = query.options(joinedload(Application.agency)).order_by(Application.submitted_at)
    return list(session.scalars(query.limit(limit)))


def populations_of(session: Session, audit_id: UUID) -> list[Population]:
    """Return the fixed populations; `draws` reads their lists of members."""
    query, values = _populations(audit_id)
    return list(session.scalars(query, values))


def get_population(session: Session, audit_id: UUID, unit: str) -> Population:
    """Return one population, or raise NotFoundError. The caller must have access to the audit."""
    if population := session.get(Population, (audit_id, unit)):
        return population
    raise NotFoundError("This sample is not drawn yet.")


def undrawn(scheme: SchemeText, units: Collection[str]) -> list[Unit]:
    """Return the kinds of units of the scheme that are not among the drawn `units`."""
    asked = {item.unit for item in scheme.requirements}
    return [unit for code, unit in scheme.units.items() if code in asked and not unit.is_agency and code not in units]


def sample_of(session: Session, audit_id: UUID, units: Collection[str] | None = None) -> dict[str, list[str]]:
    """Return the references per unit kind as `origins_of` does, including the organisation itself."""
    return {unit: list(drawn) for unit, drawn in origins_of(session, audit_id, units).items()}


def units_of(session: Session, audit_id: UUID, unit: str | None = None) -> list[SampledUnit]:
    """Return the units of an audit, or those of one kind, in the order in which they came in."""
    query = select(SampledUnit).where(SampledUnit.audit_id == audit_id)
    if unit is not None:
        query = query.where(SampledUnit.unit == unit)
    return list(session.scalars(query.order_by(SampledUnit.unit, SampledUnit.position)))


def origins_of(session: Session, audit_id: UUID, units: Collection[str] | None = None) -> dict[str, dict[str, Origin]]:
    """Return how each unit came into the audit, per unit kind and reference, in the order of the draw."""
    drawn: dict[str, dict[str, Origin]] = defaultdict(dict)
    query, values = _origins(audit_id, units)
    for unit, reference, origin in rows(session, query, values).all():
        drawn[unit][reference] = origin
    return dict(drawn)


def verdicts_of(
    session: Session, audit_id: UUID, codes: Collection[str] | None = None
) -> dict[str, dict[str, VerdictRow]]:
    """Return verdicts by requirement code and unit reference, in the order of the draw; `codes` limits them."""
    seen: dict[str, dict[str, VerdictRow]] = defaultdict(dict)
    query, values = _verdicts(audit_id, codes)
    for code, reference, *said in rows(session, query, values).all():
        seen[code][reference] = VerdictRow(*said)
    return dict(seen)


def drawn_and_judged(
    session: Session, audit_id: UUID, units: Collection[str], codes: Collection[str]
) -> tuple[dict[str, dict[str, Origin]], dict[str, dict[str, VerdictRow]]]:
    """Read `origins_of` these kinds of units and `verdicts_of` these requirements, judged on them, at once."""
    drawn: dict[str, dict[str, Origin]] = defaultdict(dict)
    judged: dict[str, dict[str, VerdictRow]] = defaultdict(dict)
    query, values = _drawn_and_judged(audit_id, units, codes)
    for unit, reference, origin, code, *said in rows(session, query, values).all():
        drawn[unit][reference] = origin
        if code is not None:
            judged[code][reference] = VerdictRow(*said)
    return dict(drawn), dict(judged)


def rules_view(seen: Mapping[str, Mapping[str, VerdictRow]]) -> dict[str, dict[str, str]]:
    """Return the verdicts without their notes, the shape that the rules take."""
    return {code: {reference: row.value for reference, row in judged.items()} for code, judged in seen.items()}


def judgement_on(session: Session, audit_id: UUID, code: str) -> RequirementJudgement | None:
    """Return what the inspector says on a requirement as a whole, or None."""
    return session.get(RequirementJudgement, (audit_id, code))


def judgements_of(session: Session, audit_id: UUID) -> dict[str, RequirementJudgement]:
    """Return what the inspector says on whole requirements, by their codes."""
    query = select(RequirementJudgement).where(RequirementJudgement.audit_id == audit_id)
    return {row.requirement_code: row for row in session.scalars(query)}


def extents_in(judged: Mapping[str, RequirementJudgement]) -> dict[str, Extent]:
    """Return how far the findings on requirements reach in the eyes of the inspector, where one has judged that."""
    return {code: row.extent for code, row in judged.items() if row.extent}


def progress_of(session: Session, audit_id: UUID) -> dict[str, int]:
    """Return the number of assessed units per requirement."""
    query, values = _progress(audit_id)
    return dict(rows(session, query, values).all())


def remarks_of(session: Session, audit_id: UUID) -> list[Remark]:
    """Return what the inspector wrote down by hand and did not take back. The caller must have access to the audit."""
    query = select(Remark).where(Remark.audit_id == audit_id, Remark.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(Remark.written_at, Remark.id)))


def findings_of(session: Session, audit_id: UUID) -> list[Finding]:
    """Return the findings of an audit that count, in order. The caller must have access to the audit."""
    query, values = _findings(audit_id)
    return list(session.scalars(query, values))


def findings_and_replaced(session: Session, audit_id: UUID) -> tuple[list[Finding], list[Finding]]:
    """Return the findings of an audit that count, and those that no longer do. The caller must have access to it."""
    listed = list(session.scalars(select(Finding).where(Finding.audit_id == audit_id).order_by(Finding.number)))
    return [each for each in listed if each.stands], [each for each in listed if not each.stands]


def get_finding(session: Session, actor: Actor, finding_id: UUID) -> Finding:
    """Return one finding with its audit, or raise NotFoundError."""
    if finding := session.scalar(visible_findings(actor).where(Finding.id == finding_id)):
        return finding
    raise missing(Finding)


def rounds_of(session: Session, finding_id: UUID) -> list[CorrectiveAction]:
    """Return every round of a corrective action, newest first. The caller must have access to the finding."""
    query = select(CorrectiveAction).where(CorrectiveAction.finding_id == finding_id)
    return list(session.scalars(query.order_by(CorrectiveAction.round.desc())))


def files_of_finding(session: Session, finding_id: UUID) -> list[Evidence]:
    """Return the files of a corrective action, oldest first. The caller must have access to the finding."""
    query = select(Evidence).where(Evidence.finding_id == finding_id, Evidence.removed_at.is_(None))
    return list(session.scalars(query.order_by(Evidence.uploaded_at, Evidence.id)))


def rounds_of_audit(session: Session, audit_id: UUID) -> dict[UUID, list[CorrectiveAction]]:
    """Return every round of every corrective action per finding, newest first."""
    rounds: dict[UUID, list[CorrectiveAction]] = defaultdict(list)
    query, values = _rounds(audit_id)
    for each in session.scalars(query, values):
        rounds[each.finding_id].append(each)
    return rounds


def files_of_audit(session: Session, audit_id: UUID) -> dict[UUID, list[Evidence]]:
    """Return the files of all corrective actions per finding, oldest first."""
    query = select(Evidence).join(Finding, Finding.id == Evidence.finding_id)
    query = query.where(Finding.audit_id == audit_id, Evidence.removed_at.is_(None))
    files: dict[UUID, list[Evidence]] = defaultdict(list)
    for each in session.scalars(query.order_by(Evidence.uploaded_at, Evidence.id)):
        if each.finding_id is not None:
            files[each.finding_id].append(each)
    return files


def confidential_notes(session: Session, scheme: SchemeText, found: Sequence[Finding]) -> dict[UUID, str]:
    """Return the inspector's notes on confidential units per finding, which only staff read: one unit per line."""
    hidden = [each for each in found if scheme.units[scheme.requirement(each.requirement_code).unit].confidential]
    by_hand = {each.remark_id: each.id for each in hidden if each.remark_id}
    derived = {each.requirement_code: each.id for each in hidden if not each.remark_id}
    notes: dict[UUID, str] = {}
    if by_hand:
        written = select(Remark.id, Remark.note).where(Remark.id.in_(by_hand))
        notes |= {by_hand[remark_id]: note for remark_id, note in session.execute(written)}
    if derived:
        seen = verdicts_of(session, found[0].audit_id, list(derived))
        notes |= {each: falling_short(scheme, seen.get(code, {})) for code, each in derived.items()}
    return notes


def falling_short(scheme: SchemeText, seen: Mapping[str, VerdictRow], *, name_units: bool = True) -> str:
    """Return the notes on the nonconforming units, one per line."""
    short = ((reference, row) for reference, row in seen.items() if scheme.verdicts[row.value].nonconforming)
    return "\n".join(f"{reference}: {row.note}" if name_units else row.note for reference, row in short)


def changed_verdicts(session: Session, audit_id: UUID) -> list[VerdictChange]:
    """Return every verdict that replaced another one, oldest first. The caller must have access to the audit."""
    query = select(VerdictChange).where(VerdictChange.audit_id == audit_id)
    query = query.where(VerdictChange.value != VerdictChange.value_before).options(joinedload(VerdictChange.person))
    return list(session.scalars(query.order_by(VerdictChange.requirement_code, VerdictChange.id)))


def get_case_evidence(session: Session, actor: Actor, audit_id: UUID, evidence_id: UUID) -> Evidence:
    """Return a file of the application under an audit that the actor may see, or raise NotFoundError.

    An inspector sees the evidence of the audits assigned, and of no other case.
    """
    cases = visible_audits(actor).where(Audit.id == audit_id).with_only_columns(Audit.certification_id)
    query = select(Evidence).where(Evidence.id == evidence_id, Evidence.application_id.in_(cases))
    evidence = session.scalar(query.where(Evidence.removed_at.is_(None)))
    if evidence is None:
        raise missing(Evidence)
    return evidence


def visible_findings(actor: Actor) -> Select[Finding]:
    """Select the findings of the audits that the actor may see, with these audits."""
    seen = visible_audits(actor).with_only_columns(Audit.id)
    audit = contains_eager(Finding.audit)
    return (
        select(Finding)
        .join(Finding.audit)
        .where(Audit.id.in_(seen))
        .options(audit.joinedload(Audit.agency), audit.joinedload(Audit.scheme_version))
    )


def _with_case() -> tuple[LoaderOption, ...]:
    """Load agency, version and people in the same statement, without the roles of the people, which no list shows."""
    return (
        joinedload(Audit.agency),
        joinedload(Audit.scheme_version),
        joinedload(Audit.inspector).lazyload(Person.role_rows),
        joinedload(Audit.planner).lazyload(Person.role_rows),
    )


@built_once
def _audit(actor: Actor, audit_id: UUID, with_application: bool, whole_agency: bool) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = visible_audits(actor).where(Audit.id == audit_id).options(*_with_case())
    if with_application:
        query = query.options(joinedload(Audit.application))
    if not whole_agency:
        return query
    query = query.options(joinedload(Audit.agency).joinedload(Agency.controlling_persons))
    return query.add_columns(exists().where(Branch.agency_id == Audit.agency_id))


@built_once
def _populations(audit_id: UUID) -> Select[Population]:
    return select(Population).where(Population.audit_id == audit_id).order_by(Population.frozen_at, Population.unit)


@built_once
def _origins(audit_id: UUID, units: Collection[str] | None) -> Select[str, str, Origin]:
    query = select(SampledUnit.unit, SampledUnit.reference, SampledUnit.origin).where(SampledUnit.audit_id == audit_id)
    if units is not None:
        query = query.where(SampledUnit.unit.in_(units))
    return query.order_by(SampledUnit.unit, SampledUnit.position)


@built_once
def _verdicts(audit_id: UUID, codes: Collection[str] | None) -> Select[*tuple[Any, ...]]:
    query = select(Verdict.requirement_code, Verdict.reference, *VERDICT)
    query = query.join(SampledUnit, SAME_UNIT).where(Verdict.audit_id == audit_id)
    if codes is not None:
        query = query.where(Verdict.requirement_code.in_(codes))
    return query.order_by(Verdict.requirement_code, SampledUnit.position)


@built_once
def _drawn_and_judged(audit_id: UUID, units: Collection[str], codes: Collection[str]) -> Select[*tuple[Any, ...]]:
    judged = and_(SAME_UNIT, Verdict.requirement_code.in_(codes))
    drawn = select(SampledUnit.unit, SampledUnit.reference, SampledUnit.origin)
    query = drawn.add_columns(Verdict.requirement_code, *VERDICT)
    query = query.outerjoin(Verdict, judged)
    query = query.where(SampledUnit.audit_id == audit_id, SampledUnit.unit.in_(units))
    return query.order_by(SampledUnit.unit, SampledUnit.position)


@built_once
def _progress(audit_id: UUID) -> Select[str, int]:
    query = select(Verdict.requirement_code, func.count()).where(Verdict.audit_id == audit_id)
    return query.group_by(Verdict.requirement_code)


@built_once
def _rounds(audit_id: UUID) -> Select[CorrectiveAction]:
    query = select(CorrectiveAction).join(Finding, Finding.id == CorrectiveAction.finding_id)
    return query.where(Finding.audit_id == audit_id).order_by(CorrectiveAction.round.desc())


@built_once
def _findings(audit_id: UUID) -> Select[Finding]:
    query = select(Finding).where(Finding.audit_id == audit_id, Finding.state.not_in(sorted(GONE)))
    return query.order_by(Finding.number)
