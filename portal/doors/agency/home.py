"""The start page of an agency: the state of its case, and the possible next steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from audits.applications.models import Application
from audits.applications.pleas import refused_lately
from audits.applications.queries import answered_codes, asked_agreement, find_own, self_assessment_of
from audits.applications.workflow import OPEN_STATES, ApplicationState
from audits.changes.queries import open_changes
from audits.core import clock
from audits.core.access import Permission
from audits.correspondence.queries import open_requests
from audits.decisions.models import Decision
from audits.decisions.queries import decisions_about, find_decision, provisional_suspension
from audits.inspections.drafts import drafts_to_comment
from audits.inspections.draws import AskedDraw, asked_of_agency, waiting_for_agency
from audits.inspections.models import Audit, ListOffer
from audits.inspections.queries import find_live_audit, get_audit, list_audits
from audits.inspections.repairs import Repairs, repairs_of
from audits.inspections.workflow import AUDIT_FLOW
from audits.links.queries import is_asked
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import Unit
from certificates.documents.models import Document
from certificates.documents.queries import documents_of_agency
from certificates.letters.queries import own_letters
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.queries import conditions_held, list_certificates
from certificates.lifecycle.workflow import CertificateState
from portal.doors.agency import course
from portal.doors.agency.declaration import review_by
from portal.doors.agency.door import bp, own_agency
from portal.doors.agency.remarks import came_back
from portal.doors.threads import new_in
from portal.forms.form import Form
from portal.language import changed
from portal.language.letters import letter_title
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import current_actor, needs

GOING_ON = AUDIT_FLOW.unfinished
Wanted = TypeVar("Wanted", AskedDraw, ListOffer)


@dataclass
class Course:
    """The newest application of an agency and everything that followed from it."""

    application: Application
    answered: int = 0
    questions: int = 0
    audit: Audit | None = None
    repairs: Repairs | None = None
    decision: Decision | None = None


@bp.get("/")
@needs(Permission.AGENCY_VIEW)
def home() -> ResponseReturnValue:
    """Show the state of the case, the next steps and their deadlines."""
    session, actor = database.read(), current_actor()
    application = find_own(session, actor)
    agency = application.agency if application else own_agency(whole=False)
    certificate = next(iter(list_certificates(session, actor)), None)
    case = _case(application) if application else None
    documents = documents_of_agency(session, actor, agency.id) if application or certificate else {}
    return render_template(
        "agency/home.html",
        agency=agency,
        case=case,
        step=_step(case) if case else None,
        moments=course.moments(case.application, case.audit, case.decision, certificate) if case else [],
        papers=course.papers(documents.values(), _letter_titles() if documents else {}) if case else [],
        letter=documents.get(case.decision.id) if case and case.decision else None,
        contact=current_settings().contact_email,
        new_messages=new_in("agency.show_messages", application.id) if application and application.submitted_at else 0,
        review_by=review_by(application) if application else None,
        asked=is_asked(session, agency.id),
        agreement=asked_agreement(session, actor) if certificate else None,
        draws=_with_unit(waiting_for_agency(session)),
        requests=open_requests(session, agency.id),
        pleas=refused_lately(session, agency.id),
        drafts=drafts_to_comment(session, agency.id),
        lists=_with_unit(asked_of_agency(session, agency.id)),
        certificate=certificate,
        status=certificate.status_on(clock.today()) if certificate else None,
        conditions=conditions_held(session, actor, certificate) if certificate and certificate.conditional else [],
        today=clock.today(),
        decisions=_decisions(certificate.id, documents) if certificate else [],
        heard=_may_be_heard(certificate) if certificate else False,
        visits=_visits() if certificate else [],
        changes=[(each, changed.title(each)) for each in open_changes(session, actor)],
        may_start=actor.has(Permission.APPLICATION_EDIT) and not (application and application.state in OPEN_STATES),
        form=Form(),
    )


def _case(application: Application) -> Course:
    session, actor = database.read(), current_actor()
    case = Course(application)
    match application.state:
        case ApplicationState.DRAFT:
            case.answered = len(answered_codes(session, application))
            case.questions = len(self_assessment_of(session, application).requirements)
        case ApplicationState.ACCEPTED:
            case.audit = find_live_audit(session, actor, application.id)
            case.repairs = _repairs(case.audit.id) if case.audit else None
        case ApplicationState.CONCLUDED:
            case.audit = find_live_audit(session, actor, application.id)
            case.decision = find_decision(session, actor, case.audit.id) if case.audit else None
        case _:
            pass
    return case


def _letter_titles() -> dict[UUID, str]:
    """Return what the newest letters say they are about, by what their document is about."""
    newest = own_letters(database.read(), current_actor())
    return {letter.subject_id: letter_title(letter, decision) for letter, _document, decision in newest}


def _step(case: Course) -> course.Step | None:
    done, back = (case.answered, case.questions), came_back(case.application)
    until = back.due_on if back else review_by(case.application)
    return course.step_now(case.application, case.audit, case.repairs, until, done, left=len(back.left) if back else 0)


def _with_unit(rows: Iterable[Wanted]) -> list[tuple[Wanted, Unit]]:
    """Return lists or draws that wait for the agency, each with what it is of."""
    session, actor, listed = database.read(), current_actor(), list(rows)
    audits = {audit_id: get_audit(session, actor, audit_id) for audit_id in {each.audit_id for each in listed}}
    return [(each, scheme_of_version(audits[each.audit_id].scheme_version).units[each.unit]) for each in listed]


def _may_be_heard(certificate: Certificate) -> bool:
    """Return whether the agency can say something about a suspension at once."""
    actor = current_actor()
    if certificate.state is not CertificateState.SUSPENDED or not actor.has(Permission.FINDING_ANSWER):
        return False
    return provisional_suspension(database.read(), certificate.agency_id) is not None


def _visits() -> list[tuple[Audit, Repairs | None]]:
    """Return the audits between grant and renewal that are not finished, with what is still to be repaired."""
    session, actor = database.read(), current_actor()
    audits = [each for each in list_audits(session, actor) if not each.application_id and each.state in GOING_ON]
    repairs = repairs_of(session, [each.id for each in audits]) if audits else {}
    return [(each, repairs.get(each.id)) for each in audits]


def _decisions(certificate_id: UUID, documents: Mapping[UUID, Document]) -> list[tuple[Decision, Document | None]]:
    """Return the decisions about a certificate, newest first, each with its letter."""
    found = decisions_about(database.read(), current_actor(), certificate_id)
    return [(each, documents.get(each.id)) for each in found]


def _repairs(audit_id: UUID) -> Repairs | None:
    return repairs_of(database.read(), [audit_id]).get(audit_id)
