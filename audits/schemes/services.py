"""Publish scheme versions; a published version is final."""

from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock, events
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import RuleError
from audits.core.events import Code, Digest
from audits.core.letters import check_printable
from audits.schemes.events import SchemePublished
from audits.schemes.models import Requirement, SchemeVersion
from audits.schemes.reading import read
from audits.schemes.source import parse


def publish_scheme(session: Session, actor: Actor, source: str) -> SchemeVersion:
    """Store a version, or do nothing if the same text is stored; a changed text needs a new version number.

    Raises SchemeError for an invalid text, RuleError for another text under a published version or one with letters
    that reports cannot print.
    """
    authorise(actor, Permission.SCHEME_PUBLISH)
    text = parse(source)
    known = session.scalar(
        select(SchemeVersion).where(SchemeVersion.code == text.id, SchemeVersion.version == text.version)
    )
    if known is not None:
        if known.sha256 != text.sha256:
            raise RuleError(
                "Version %(version)s is published and cannot change. Give the new text a new version number.",
                field="source",
                version=text.version,
            )
        return known
    check_printable(read(source).data, "source")
    version = SchemeVersion(
        id=uuid4(),
        code=text.id,
        version=text.version,
        title=dict(text.title),
        valid_from=text.valid_from,
        published_at=clock.now(),
        published_by=actor.id,
        source=source,
        sha256=text.sha256,
        fail_total=text.scoring.fail_total,
        failing_grades=[code for code, severity in text.severities.items() if severity.fails],
    )
    session.add(version)
    session.flush()  # flush, because the foreign key of the requirements needs the row
    session.add_all(
        Requirement(
            scheme_version_id=version.id,
            code=item.code,
            position=place,
            chapter=item.chapter,
            unit=item.unit,
            severity=item.severity,
        )
        for place, item in enumerate(text.requirements)
    )
    told = SchemePublished(version=Code(text.version), sha256=Digest(text.sha256))
    events.record(session, told, subject_id=version.id, actor=actor)
    return version
