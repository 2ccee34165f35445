"""Reads of what an agency answered in its last decided application. The caller must have access to the application."""

from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from audits.applications.models import Answer, Application, Evidence
from audits.applications.workflow import ApplicationState
from audits.schemes.queries import scheme_of_version


def answer_before(session: Session, application: Application, code: str) -> Answer | None:
    """Return what the agency answered to this requirement in its last decided application, or None.

    A requirement that the version of this application gave another code is found under the earlier one too. The caller
    must have access to the application.
    """
    query = _decided(application, _names(application, code))
    return session.scalar(query.order_by(Application.submitted_at.desc()).limit(1))


def files_before(session: Session, answer: Answer) -> list[Evidence]:
    """Return the files of an earlier answer, oldest first. The caller must have access to it."""
    query = select(Evidence).where(Evidence.application_id == answer.application_id, Evidence.finding_id.is_(None))
    query = query.where(Evidence.requirement_code == answer.requirement_code, Evidence.removed_at.is_(None))
    return list(session.scalars(query.order_by(Evidence.uploaded_at, Evidence.filename)))


def answers_before(session: Session, application: Application, codes: Collection[str]) -> dict[str, Answer]:
    """Return what the agency answered to these requirements in its last decided application, as `answer_before`."""
    names = {name: code for code in codes for name in _names(application, code)}
    query = _decided(application, names)
    found = session.scalars(query.order_by(Application.submitted_at))
    return {names[answer.requirement_code]: answer for answer in found}  # the last one stands


def _decided(application: Application, names: Collection[str]) -> Select[Answer]:
    """Return the query for what the agency answered under these codes in its other, decided applications."""
    query = select(Answer).join(Application, Application.id == Answer.application_id)
    query = query.where(Application.agency_id == application.agency_id, Application.id != application.id)
    return query.where(Application.state == ApplicationState.CONCLUDED, Answer.requirement_code.in_(names))


def _names(application: Application, code: str) -> list[str]:
    """Return the codes that a requirement has and had."""
    cycle = scheme_of_version(application.scheme_version).cycle
    return [code, *(earlier for step in (cycle.transition if cycle else ()) for earlier in step.codes_before(code))]
