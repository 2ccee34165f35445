"""Audits in any state, created through the services."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.applications.models import Application
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.inspections import grading, services
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.disclosure import untold
from audits.inspections.judging import plain_verdict
from audits.inspections.models import Audit
from audits.inspections.queries import origins_of, rules_view, sample_of, undrawn, verdicts_of
from audits.inspections.workflow import AuditState
from audits.people.models import Person
from audits.schemes.cycle import AuditKind
from audits.schemes.queries import scheme_of_version
from tests.kit.drawing import freeze_population
from tests.kit.factories.applications import make_application
from tests.kit.factories.people import make_person

TOLD = "Some of those who were spoken to say otherwise."
SEED = bytes(range(32))
S = AuditState
_STARTED = {S.IN_PROGRESS, S.REPORTED, S.REVIEWED, S.CONCLUDED}
_REPORTED = {S.REPORTED, S.REVIEWED, S.CONCLUDED}

Said = tuple[str, str]


def make_audit(
    session: Session,
    state: AuditState = AuditState.IN_PROGRESS,
    verdicts: Mapping[str, Said | Mapping[str, Said]] | None = None,
    *,
    application: Application | None = None,
    inspector: Person | None = None,
    planner: Person | None = None,
    populations: Mapping[str, list[str]] | None = None,
    planned_on: date | None = None,
    announced: bool = True,
) -> Audit:
    """Return an audit in `state`.

    Reported ones conform everywhere but for `verdicts`: per requirement one for all units, or per unit reference. Units
    without a list in `populations` get three members when the audit has to be reported.
    """
    planner = planner or make_person(session, Role.PLANNER)
    inspector = inspector or make_person(session, Role.INSPECTOR)
    application = application or make_application(session, state=ApplicationState.ACCEPTED)
    audit = services.plan_audit(
        session,
        planner.actor,
        application.id,
        inspector_id=inspector.id,
        planned_on=planned_on or clock.today(),
        announced=announced,
        despite="Nobody else is free.",
    )
    return carry_on(session, audit, state, verdicts, populations)


def make_holder_audit(
    session: Session,
    agency: Agency,
    kind: AuditKind = AuditKind.SURVEILLANCE,
    state: AuditState = AuditState.IN_PROGRESS,
    verdicts: Mapping[str, Said | Mapping[str, Said]] | None = None,
    **chosen: Any,
) -> Audit:
    """Return an audit of a holder of a certificate; `chosen` is what `plan_audit_of_holder` takes besides."""
    inspector = make_person(session, Role.INSPECTOR)
    planned: dict[str, Any] = {
        "inspector_id": inspector.id,
        "planned_on": clock.today(),
        "occasion": "A worker complained.",
        "despite": "Nobody else is free.",
    }
    planner = make_person(session, Role.PLANNER)
    audit = services.plan_audit_of_holder(session, planner.actor, agency.id, kind=kind, **planned | chosen)
    return carry_on(session, audit, state, verdicts)


def carry_on(
    session: Session,
    audit: Audit,
    state: AuditState,
    verdicts: Mapping[str, Said | Mapping[str, Said]] | None = None,
    populations: Mapping[str, list[str]] | None = None,
) -> Audit:
    """Bring a planned audit to `state`, each move by somebody who may make it."""
    session.flush()
    inspector, planner = audit.inspector, audit.planner
    if state in _STARTED:
        services.start_audit(session, inspector.actor, audit.id)
        draw(session, audit, populations or {}, all_units=state in _REPORTED)
        judge(session, audit, verdicts or {}, rest=state in _REPORTED)
    if state in _REPORTED:
        tell(session, audit)
        services.report_audit(session, inspector.actor, audit.id, summary="All was looked at.")
    if state in {S.REVIEWED, S.CONCLUDED}:
        reviewer = make_person(session, Role.REVIEWER)
        services.review_audit(session, reviewer.actor, audit.id, recommendation="The file is complete.")
    if state is S.CONCLUDED:
        services.conclude_audit(session, make_person(session, Role.DECIDER).actor, audit.id)
    if state is S.CANCELLED:
        services.cancel_audit(session, planner.actor, audit.id, reason="The agency asked for it.")
    session.flush()
    return audit


def tell(session: Session, audit: Audit, text: str = TOLD) -> None:
    """Write the texts for the agency without which the audit cannot be reported."""
    session.flush()
    for code in confidential_findings(session, audit):
        services.judge_requirement(session, audit.inspector.actor, audit.id, code, agency_text=text, version=0)


def confidential_findings(session: Session, audit: Audit) -> list[str]:
    """The requirements on which a report needs a text for the agency."""
    scheme = scheme_of_version(audit.scheme_version)
    counted = grading.seen_on(scheme, origins_of(session, audit.id), rules_view(verdicts_of(session, audit.id)))
    return untold(scheme, (each.requirement for each in grading.findings(scheme, counted, {})), ())


def draw(session: Session, audit: Audit, populations: Mapping[str, list[str]], *, all_units: bool = False) -> None:
    """Fix and draw; with `all_units` three members for every kind that has no list."""
    for unit in undrawn(scheme_of_audit(audit), ()):
        if unit.code not in populations and not all_units:
            continue
        members = populations.get(unit.code, [f"{unit.code[:3].upper()}-{number:03d}" for number in (1, 2, 3)])
        freeze_population(
            session,
            audit.inspector.actor,
            audit.id,
            unit.code,
            members,
            seed=SEED,
            source=next(iter(unit.list_sources), None),
            difference="Three will do for a test.",
        )
    session.flush()


def confirm(session: Session, audit: Audit, **values: Any) -> None:
    """Confirm everything that was stated, with one bed at each location."""
    beds = dict.fromkeys(services.housing_locations(session, audit), 1)
    said = {"items": audit.application.stated.items(), "beds": beds} | values
    services.confirm_scope(session, audit.inspector.actor, audit.id, **said)
    session.flush()


def judge(session: Session, audit: Audit, verdicts: Mapping[str, Any], *, rest: bool = False) -> None:
    """Record `verdicts`; with `rest` every other drawn unit conforms."""
    scheme, sample = scheme_of_audit(audit), sample_of(session, audit.id)
    sheets: dict[str, dict[str, Said]] = {}
    for item in scheme.requirements:
        said, units = verdicts.get(item.code), sample.get(item.unit, [])
        sheet = dict.fromkeys(units, (plain_verdict(scheme), "")) if rest else {}
        sheet |= dict.fromkeys(units, said) if isinstance(said, tuple) else dict(said or {})
        if sheet:
            sheets[item.code] = sheet
    if rest and scheme.cycle and audit.application_id and audit.confirmed_scope is None:
        confirm(session, audit)
    why = dict.fromkeys(sheets, "Looked at it once more.")
    services.record_sheets(session, audit.inspector.actor, audit.id, sheets, reasons=why)
