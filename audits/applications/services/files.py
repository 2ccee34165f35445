"""Files that show something, beside an answer or a corrective action: put there and taken away by the same rules."""

from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.applications.models import Evidence
from audits.applications.rules import check_file_name
from audits.core import clock
from audits.core.access import Actor
from audits.core.errors import RuleError
from audits.core.files import StoredFile

MOST_FILES = 10  # to one question of an application, and to one finding


def attach(
    session: Session,
    actor: Actor,
    file: StoredFile,
    *,
    application_id: UUID,
    scheme_version_id: UUID,
    code: str,
    finding_id: UUID | None = None,
) -> tuple[Evidence, bool]:
    """Put a stored file beside the answer on `code`, or beside a finding on it; and whether it is new there.

    The same bytes once more are not added again. The caller holds the row that the file belongs to.
    """
    check_file_name(file.filename)
    kept = select(Evidence).where(
        Evidence.application_id == application_id,
        Evidence.requirement_code == code,
        Evidence.finding_id == finding_id,  # IS NULL for an answer
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
        filename=file.filename,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        uploaded_by=actor.id,
        uploaded_at=clock.now(),
    )
    session.add(evidence)
    return evidence, True


def take_away(session: Session, evidence: Evidence) -> bool:
    """Take a file away; whether it was still there. The row stays. The caller holds what the file belongs to."""
    session.refresh(evidence)  # what another tab did while we waited for the lock
    if evidence.removed_at is not None:
        return False
    evidence.removed_at = clock.now()
    return True
