"""Reads of applications. Every list starts from what the actor may see."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, undefer

from audits.agencies.models import Agency
from audits.agencies.queries import counted_lists, missing_with
from audits.agencies.rules import ProfileSection
from audits.applications.asking import Told, asked_now, complaints, has_conditions
from audits.applications.models import AgreementAcceptance, Answer, Application, Evidence, QuestionRemark, Submission
from audits.applications.rules import Said, answered, self_assessment, worded
from audits.applications.workflow import ApplicationState
from audits.core import languages
from audits.core.access import Actor, Permission
from audits.core.errors import missing
from audits.core.statements import built_once, one_page, rows
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.people.models import Person
from audits.questions.conditions import Broken
from audits.schemes.cycle import Agreement
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import newest_agreement, scheme_of_version
from audits.schemes.text import Fact, SchemeText

PAGE_SIZE = 50
_WORDED: dict[str, SchemeText] = {}


def visible_applications(actor: Actor) -> Select[Application]:
    """Select what the actor may see: an agency its own; staff with access to cases all that were ever submitted."""
    query = select(Application)
    if actor.agency_id is not None:
        own = actor.has(Permission.APPLICATION_VIEW)
        return query.where(Application.agency_id == actor.agency_id if own else false())
    return query.where(Application.submitted_at.is_not(None) if actor.has(Permission.CASES_VIEW) else false())


def get_application(session: Session, actor: Actor, application_id: UUID) -> Application:
    """Return one application with its agency and version, or raise NotFoundError."""
    query, values = _application(actor, application_id)
    if (application := session.scalar(query, values)) is None:
        raise missing(Application)
    return application


def get_question(session: Session, actor: Actor, application_id: UUID, code: str) -> tuple[Application, Answer | None]:
    """Return an application as `get_application` does, and its answer to one requirement, in one statement."""
    if (row := session.execute(*_question(actor, application_id, code)).one_or_none()) is None:
        raise missing(Application)
    application, answer = row
    return application, answer


def get_with_details(session: Session, actor: Actor, application_id: UUID) -> tuple[Application, list[ProfileSection]]:
    """Return an application likewise, and the sections of the profile that it still needs."""
    if (row := session.execute(*_with_lists(actor, application_id)).one_or_none()) is None:
        raise missing(Application)
    application, *lists = row
    return application, missing_with(application.agency, *lists)


def language_of(session: Session, application: Application) -> str:
    """Return the language of a case's documents: that of the person who declared the self-assessment."""
    declarer = session.get(Person, application.declared_by) if application.declared_by else None
    return declarer.language if declarer else languages.DEFAULT


def find_own(session: Session, actor: Actor) -> Application | None:
    """Return the newest application of the actor's own agency, or None; an open one is always the newest."""
    query, values = _own(actor)
    return session.scalar(query, values)


def list_applications(
    session: Session, actor: Actor, states: Collection[ApplicationState] | None = None, page: int = 1
) -> list[Application]:
    """Return one page of applications with their agencies, longest waiting first."""
    query = visible_applications(actor).options(joinedload(Application.agency))
    if states is not None:
        query = query.where(Application.state.in_(states))
    query = query.order_by(Application.submitted_at.nulls_last(), Application.reference)
    return list(session.scalars(query.limit(PAGE_SIZE).offset((max(page, 1) - 1) * PAGE_SIZE)))


def search_applications(session: Session, actor: Actor, text: str = "", page: int = 1) -> list[Application]:
    """Return one page of applications with their agencies, newest first; `text` matches number or agency name."""
    query = visible_applications(actor).join(Application.agency).options(contains_eager(Application.agency))
    if text.strip():
        names = (Agency.legal_name, Agency.register_number, Application.reference)
        query = query.where(or_(*(name.icontains(text.strip(), autoescape=True) for name in names)))
    query = query.order_by(Application.submitted_at.desc(), Application.reference.desc())
    return list(session.scalars(one_page(query, page, PAGE_SIZE)))


def acceptance_of(session: Session, application: Application) -> AgreementAcceptance | None:
    """Return the acceptance of the agreement of its scheme; None if there is none, or no agreement.

    The caller must have access to the application.
    """
    agreement = agreement_of(application)
    if agreement is None:
        return None
    same = (AgreementAcceptance.application_id == application.id, AgreementAcceptance.sha256 == agreement.sha256)
    return session.scalar(select(AgreementAcceptance).where(*same))


def unaccepted_agreement(session: Session, application: Application) -> Agreement | None:
    """Return the agreement that still has to be accepted, or None. The caller must have access to the application."""
    return None if acceptance_of(session, application) else agreement_of(application)


def agreement_of(application: Application) -> Agreement | None:
    """Return the certification agreement of its scheme version; None if that has none (edition 1 of the file)."""
    cycle = scheme_of_version(application.scheme_version).cycle
    return cycle.agreement if cycle else None


class AskedAgreement(NamedTuple):
    """A certification agreement that changed, for a holder to accept: under which application, and until when."""

    application: Application
    agreement: Agreement
    valid_from: date
    due_on: date


def asked_agreement(session: Session, actor: Actor) -> AskedAgreement | None:
    """Return the agreement that the actor's agency is asked to accept because it changed, or None."""
    term = select(Deadline.due_on, Application).join(Application, Application.id == Deadline.subject_id)
    term = term.where(Deadline.kind == DeadlineKind.AGREEMENT, Deadline.done_at.is_(None))
    found = session.execute(term.where(Application.agency_id == actor.agency_id)).first()
    newest = newest_agreement(session, found[1].scheme_version.code) if found else None
    return AskedAgreement(found[1], *newest, found[0]) if found and newest else None


def submissions_of(session: Session, application_id: UUID) -> list[Submission]:
    """Return what was submitted, the newest first. The caller must have access to the application."""
    query = select(Submission).where(Submission.application_id == application_id)
    return list(session.scalars(query.order_by(Submission.number.desc())))


def last_two_submissions(session: Session, application_id: UUID) -> tuple[Submission | None, Submission | None]:
    """Return what was submitted last, and before that, with their contents. The caller must have access to it."""
    query = select(Submission).where(Submission.application_id == application_id).options(undefer(Submission.content))
    newest, earlier, *_ = [*session.scalars(query.order_by(Submission.number.desc()).limit(2)), None, None]
    return newest, earlier


def compared_with(session: Session, application: Application) -> Submission | None:
    """Return what the agency submitted last: of this application, else of an earlier one; None if it never did.

    The caller must have access to the application.
    """
    query = select(Submission).where(Submission.agency_id == application.agency_id).options(undefer(Submission.content))
    own = Submission.application_id == application.id
    return session.scalar(query.order_by(own.desc(), Submission.submitted_at.desc()).limit(1))


def remarks_on(session: Session, submission: Submission) -> dict[str, QuestionRemark]:
    """Return the remarks of the office on a submission by requirement code. The caller must have access to it.

    An agency gets those that were sent: a policy hides the others.
    """
    query = select(QuestionRemark).where(QuestionRemark.submission_id == submission.id, QuestionRemark.text != "")
    return {each.requirement_code: each for each in session.scalars(query.order_by(QuestionRemark.requirement_code))}


def remarks_sent(session: Session, application: Application) -> dict[str, QuestionRemark]:
    """Return the remarks with which the newest submission was sent back, by requirement code.

    The caller must have access to the application.
    """
    if application.submitted_at is None:
        return {}
    newest = select(func.max(Submission.number)).where(Submission.application_id == application.id).scalar_subquery()
    query = select(QuestionRemark).join(Submission, Submission.id == QuestionRemark.submission_id)
    query = query.where(Submission.application_id == application.id, Submission.number == newest)
    query = query.where(QuestionRemark.sent_at.is_not(None)).order_by(QuestionRemark.requirement_code)
    return {each.requirement_code: each for each in session.scalars(query)}


def touched_since(session: Session, application_id: UUID, moment: datetime) -> frozenset[str]:
    """Return the codes of the requirements whose answer or files changed after a moment."""
    answered = select(Answer.requirement_code).where(
        Answer.application_id == application_id, Answer.answered_at > moment
    )
    filed = select(Evidence.requirement_code).where(
        Evidence.application_id == application_id, or_(Evidence.uploaded_at > moment, Evidence.removed_at > moment)
    )
    return frozenset(session.scalars(answered.union(filed)))


def answers_of(session: Session, application_id: UUID, codes: Collection[str] | None = None) -> dict[str, Answer]:
    """Return the answers by requirement code, half ones too; `codes` limits it to these requirements.

    The caller must have access to the application or its audit.
    """
    query, values = _answers(application_id) if codes is None else _answers_to(application_id, list(codes))
    return {answer.requirement_code: answer for answer in session.scalars(query, values)}


def answer_to(session: Session, application_id: UUID, code: str) -> Answer | None:
    """Return the answer to one requirement, or None. The caller must have access to the application."""
    return answers_of(session, application_id, [code]).get(code)


def said_of(session: Session, application_id: UUID) -> dict[str, Said]:
    """Return what was said so far by requirement code. The caller must have access to the application."""
    query, values = _said(application_id)
    return {
        code: Said(value, explained, frozenset([*details, *(filed or ())]))
        for code, value, explained, details, filed in rows(session, query, values)
    }


def answered_codes(session: Session, application: Application) -> frozenset[str]:
    """Return the codes of the requirements with a whole answer. The caller must have access to the application."""
    scheme = scheme_of_version(application.scheme_version)
    asked = self_assessment_of(session, application) if has_conditions(scheme) else scheme
    return answered(asked, said_of(session, application.id))


def codes_with_files(session: Session, application_id: UUID) -> frozenset[str]:
    """Return the codes of the requirements with a file. The caller must have access to the application."""
    query, values = _with_files(application_id)
    return frozenset(rows(session, query, values).scalars())


def self_assessment_of(session: Session, application: Application) -> SchemeText:
    """Return the scheme as the self-assessment of this application shows it; see `rules.self_assessment`."""
    scheme = scheme_to_agency(application.scheme_version)
    if not has_conditions(scheme) and not any(item.asked_if for item in scheme.requirements):
        return scheme
    facts = _facts(session, application)
    if has_conditions(scheme):
        scheme = asked_now(scheme, _told(session, application, facts))
    return self_assessment(scheme, facts, said_of(session, application.id))


def scheme_to_agency(version: SchemeVersion) -> SchemeText:
    """Return the whole scheme with the questions as an agency gets them. Cached per process, as the scheme itself."""
    known = _WORDED.get(version.sha256)
    if known is None:
        known = _WORDED[version.sha256] = worded(scheme_of_version(version))
    return known


def complaints_about(session: Session, application: Application) -> dict[str, list[Broken]]:
    """Return the cross-checks that do not hold, by requirement code. The caller must have access to the application."""
    scheme = scheme_of_version(application.scheme_version)
    if not has_conditions(scheme):
        return {}
    return complaints(scheme, _told(session, application, _facts(session, application)))


def _facts(session: Session, application: Application) -> dict[Fact, bool]:
    query, values = _decided_before(application.agency_id, application.id)
    return {
        Fact.OFFERS_HOUSING: application.offers_housing,
        Fact.HOLDS_CERTIFICATE: rows(session, query, values).scalar() or False,
    }


def _told(session: Session, application: Application, facts: Mapping[Fact, bool]) -> Told:
    """Return what expressions of the scheme may see of this application; of a question for files their number."""
    answers, agency = answers_of(session, application.id), application.agency
    query, bound = _filed(application.id)
    files = {name: count for _, name, count in rows(session, query, bound) if name}
    known = {"agency_headcount": agency.headcount, "agency_housing_places": agency.housing_places}
    return Told(
        known | {f"agency_{fact}": holds for fact, holds in facts.items()},
        {code: answer.value for code, answer in answers.items()},
        {name: value for answer in answers.values() for name, value in answer.details.items()} | files,
    )


@built_once
def _decided_before(agency_id: UUID, application_id: UUID) -> Select[bool]:
    """Ask whether an earlier application was decided on; who was refused answers that the question does not apply."""
    earlier = select(Application.id).where(
        Application.agency_id == agency_id, Application.state == ApplicationState.CONCLUDED
    )
    return select(earlier.where(Application.id != application_id).exists())


def evidence_of(session: Session, application_id: UUID, code: str | None = None) -> dict[str, list[Evidence]]:
    """Return the files by requirement code, oldest first, without removed ones; `code` limits it to one requirement."""
    files: dict[str, list[Evidence]] = defaultdict(list)
    query, values = _evidence(application_id, code)
    for evidence in session.scalars(query, values):
        files[evidence.requirement_code].append(evidence)
    return dict(files)


@built_once
def _application(actor: Actor, application_id: UUID) -> Select[Application]:
    return _with_case(visible_applications(actor)).where(Application.id == application_id)


@built_once
def _question(actor: Actor, application_id: UUID, code: str) -> Select[Application, Answer | None]:
    query = _with_case(visible_applications(actor)).where(Application.id == application_id).add_columns(Answer)
    return query.outerjoin(Answer, and_(Answer.application_id == Application.id, Answer.requirement_code == code))


@built_once
def _with_lists(actor: Actor, application_id: UUID) -> Select[Application, int, int]:
    query = _with_case(visible_applications(actor)).where(Application.id == application_id)
    return query.add_columns(*counted_lists(Application.agency_id))


@built_once
def _own(actor: Actor) -> Select[Application]:
    query = _with_case(visible_applications(actor)).where(Application.agency_id == actor.agency_id)
    return query.order_by(Application.created_at.desc(), Application.reference.desc()).limit(1)


@built_once
def _with_files(application_id: UUID) -> Select[str]:
    query = select(Evidence.requirement_code).where(Evidence.application_id == application_id)
    return query.where(Evidence.removed_at.is_(None)).distinct()


@built_once
def _answers(application_id: UUID) -> Select[Answer]:
    return select(Answer).where(Answer.application_id == application_id)


@built_once
def _answers_to(application_id: UUID, codes: Collection[str]) -> Select[Answer]:
    return select(Answer).where(Answer.application_id == application_id, Answer.requirement_code.in_(codes))


@built_once
def _said(application_id: UUID) -> Select[str, str, bool, dict[str, Any], list[str] | None]:
    filed = (
        select(Evidence.requirement_code, func.array_agg(Evidence.detail).label("details"))
        .where(*_of_question(application_id))
        .group_by(Evidence.requirement_code)
        .subquery()
    )
    query = select(Answer.requirement_code, Answer.value, Answer.explanation != "", Answer.details, filed.c.details)
    query = query.outerjoin(filed, filed.c.requirement_code == Answer.requirement_code)
    return query.where(Answer.application_id == application_id)


@built_once
def _filed(application_id: UUID) -> Select[str, str | None, int]:
    """Count the files of each typed question that asks for files."""
    query = select(Evidence.requirement_code, Evidence.detail, func.count()).where(*_of_question(application_id))
    return query.group_by(Evidence.requirement_code, Evidence.detail)


def _of_question(application_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a file that a typed question asked for."""
    return Evidence.application_id == application_id, Evidence.detail.is_not(None), Evidence.removed_at.is_(None)


@built_once
def _evidence(application_id: UUID, code: str | None) -> Select[Evidence]:
    query = select(Evidence).where(Evidence.application_id == application_id, Evidence.removed_at.is_(None))
    if code is not None:
        query = query.where(Evidence.requirement_code == code)
    return query.order_by(Evidence.uploaded_at, Evidence.filename)


def _with_case(query: Select[Application]) -> Select[Application]:
    return query.options(joinedload(Application.agency), joinedload(Application.scheme_version))
