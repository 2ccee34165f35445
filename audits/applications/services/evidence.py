"""The agency's files beside its answers: add, use again, date, put a newer version in their place, and remove them."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from audits.applications.earlier import answer_before, files_before
from audits.applications.events import FileAdded, FileChanged, FileRemoved
from audits.applications.models import Application, Evidence
from audits.applications.queries import evidence_of
from audits.applications.services.course import check_code, load_draft
from audits.applications.services.files import attach, replace_by, take_away
from audits.core import events
from audits.core.access import Actor
from audits.core.errors import NotFoundError, RuleError, missing
from audits.core.events import Code
from audits.core.files import StoredFile
from audits.questions.kinds import Kind
from audits.schemes.queries import scheme_of_version


def add_evidence(
    session: Session,
    actor: Actor,
    application_id: UUID,
    code: str,
    file: StoredFile,
    *,
    detail: str | None = None,
) -> Evidence:
    """Add a stored file to a requirement, perhaps to one of its typed questions.

    A file with the same bytes is not added again.
    """
    application = load_draft(session, actor, application_id)
    check_code(scheme_of_version(application.scheme_version), code)
    if detail is not None and detail not in _file_questions(application, code):
        raise NotFoundError("There is no such question.")
    evidence, is_new = attach(
        session,
        actor,
        file,
        application_id=application.id,
        scheme_version_id=application.scheme_version_id,
        code=code,
        detail=detail,
    )
    if is_new:
        _record_file(session, actor, application, evidence, FileAdded)
        session.flush()
    return evidence


def take_over_files(
    session: Session, actor: Actor, application_id: UUID, code: str, evidence_ids: Collection[UUID]
) -> None:
    """Add files of the last decided application to a requirement, as somebody chose them there again.

    NotFoundError for a file that is not one of those of the earlier answer.
    """
    application = load_draft(session, actor, application_id)
    earlier = answer_before(session, application, code)
    asked = _file_questions(application, code)
    for file in _chosen(files_before(session, earlier) if earlier else [], evidence_ids):
        detail = file.detail if file.detail in asked else None
        add_evidence(session, actor, application_id, code, _stored(file), detail=detail)


def share_files(
    session: Session, actor: Actor, application_id: UUID, code: str, evidence_ids: Collection[UUID]
) -> None:
    """Let files that stand beside other answers of this application prove this one too.

    NotFoundError for a file that is not one of those.
    """
    load_draft(session, actor, application_id)
    files = [file for found in evidence_of(session, application_id).values() for file in found]
    offered = [file for file in files if file.finding_id is None]
    for file in _chosen(offered, evidence_ids):
        add_evidence(session, actor, application_id, code, _stored(file))


def _chosen(offered: Iterable[Evidence], evidence_ids: Collection[UUID]) -> list[Evidence]:
    """Return the files that were chosen of those offered; NotFoundError for another."""
    known = {file.id: file for file in offered}
    if not known.keys() >= set(evidence_ids):
        raise missing(Evidence)
    return [known[evidence_id] for evidence_id in evidence_ids]


def _stored(file: Evidence) -> StoredFile:
    return StoredFile(file.sha256, file.size, file.media_type, file.filename, file.overruled)


def _file_questions(application: Application, code: str) -> frozenset[str]:
    """Return the typed questions of a requirement that ask for files."""
    details = scheme_of_version(application.scheme_version).requirement(code).details
    return frozenset(each.code for each in details if each.kind is Kind.FILE)


def date_evidence(
    session: Session, actor: Actor, evidence_id: UUID, covers_from: date | None, covers_until: date | None
) -> Evidence:
    """Say which period a file is about."""
    _, evidence = _hold(session, actor, evidence_id)
    if (covers_from is None) != (covers_until is None):
        raise RuleError("Enter both days, or none.", "covers_until" if covers_from else "covers_from")
    if covers_from and covers_until and covers_from > covers_until:
        raise RuleError("The last day must not be before the first.", "covers_until")
    evidence.covers_from, evidence.covers_until = covers_from, covers_until
    session.flush()
    return evidence


def renew_evidence(session: Session, actor: Actor, evidence_id: UUID, file: StoredFile) -> Evidence:
    """Put a newer version in the place of a file; the earlier one stays readable."""
    application, evidence = _hold(session, actor, evidence_id)
    newer = replace_by(session, actor, evidence, file)
    _record_file(session, actor, application, evidence, FileRemoved)
    _record_file(session, actor, application, newer, FileAdded)
    session.flush()
    return newer


def _hold(session: Session, actor: Actor, evidence_id: UUID) -> tuple[Application, Evidence]:
    """Return a file beside an answer with its application, locked."""
    evidence = session.get(Evidence, evidence_id)
    if evidence is None or evidence.finding_id is not None or evidence.removed_at is not None:
        raise missing(Evidence)
    return load_draft(session, actor, evidence.application_id), evidence


def remove_evidence(session: Session, actor: Actor, evidence_id: UUID) -> Evidence:
    """Mark a file as removed; the row and its events stay. Repeating it changes nothing."""
    evidence = session.get(Evidence, evidence_id)
    if evidence is None or evidence.finding_id is not None:
        raise missing(Evidence)
    application = load_draft(session, actor, evidence.application_id)
    if take_away(session, evidence):
        _record_file(session, actor, application, evidence, FileRemoved)
        session.flush()
    return evidence


def _record_file(
    session: Session, actor: Actor, application: Application, evidence: Evidence, kind: type[FileChanged]
) -> None:
    told = kind(code=Code(evidence.requirement_code), sha256=evidence.sha256)
    events.record(session, told, subject_id=evidence.id, actor=actor, agency_id=application.agency_id)
