"""Add and remove files beside an answer or a corrective action, by the same rules."""

from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.applications.models import Evidence
from audits.applications.rules import check_file_name
from audits.core import clock
from audits.core.access import Actor
from audits.core.errors import RuleError
from audits.core.files import StoredFile

MOST_FILES = 30  # per question of an application, and per finding


def attach(
    session: Session,
    actor: Actor,
    file: StoredFile,
    *,
    application_id: UUID,
    scheme_version_id: UUID,
    code: str,
    finding_id: UUID | None = None,
    number: int | None = None,
    detail: str | None = None,
    request_id: UUID | None = None,
) -> tuple[Evidence, bool]:
    """Add a stored file beside the answer on `code`, or beside a finding on it; also return whether it is new.

    `number` is that of the round of the corrective action on the finding, `detail` the typed question that asked for
    the file, and `request_id` what an inspector asked for.
    A file with the same bytes is not added again. The caller holds the lock on the answer's or finding's row.
    """
    check_file_name(file.filename)
    kept = select(Evidence).where(
        Evidence.application_id == application_id,
        Evidence.requirement_code == code,
        Evidence.finding_id == finding_id,  # `None` compares as IS NULL: a file of an answer
        Evidence.detail == detail,
        Evidence.request_id == request_id,
        Evidence.removed_at.is_(None),
    )
    if known := session.scalar(kept.where(Evidence.sha256 == file.sha256).limit(1)):
        return known, False
    if (session.scalar(kept.with_only_columns(func.count())) or 0) >= MOST_FILES:
        raise RuleError("You can add at most %(max)d files to one question.", "files", max=MOST_FILES)
    evidence = Evidence(
        id=uuid4(),
        application_id=application_id,
        requirement_code=code,
        scheme_version_id=scheme_version_id,
        finding_id=finding_id,
        round=number,
        detail=detail,
        request_id=request_id,
        **file.uploaded(actor.id),
    )
    session.add(evidence)
    return evidence, True


def replace_by(session: Session, actor: Actor, old: Evidence, file: StoredFile) -> Evidence:
    """Put a newer version in the place of a file, which stays readable. The caller holds the owner's lock."""
    check_file_name(file.filename)
    if file.sha256 == old.sha256:
        raise RuleError("This is the file that is there already.", "files")
    if not take_away(session, old):
        raise RuleError("This file was removed or replaced meanwhile.", "files")
    places = ("application_id", "requirement_code", "scheme_version_id", "finding_id", "round", "detail", "request_id")
    same = {name: getattr(old, name) for name in places}
    newer = Evidence(id=uuid4(), replaces=old.id, **same, **file.uploaded(actor.id))
    session.add(newer)
    session.flush()
    return newer


def take_away(session: Session, evidence: Evidence) -> bool:
    """Mark a file as removed and return whether it was still present. The caller holds the owner's lock."""
    session.refresh(evidence)  # another request may have removed it while this one waited for the lock
    if evidence.removed_at is not None:
        return False
    evidence.removed_at = clock.now()
    return True
