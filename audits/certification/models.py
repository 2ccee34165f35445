"""Tables of certification cycles, and of what their audits look at."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.applications.models import Application
from audits.core.db import Base


class Certification(Base):
    """A cycle: an agency under one scheme version, with every audit until its next application.

    It has the id of the application that opened it, whose answers and files belong to each of its audits.
    A trigger adds the row with the first audit of that application.
    """

    __tablename__ = "certification"
    __table_args__ = (
        ForeignKeyConstraint(
            ["id", "agency_id", "scheme_version_id"],
            ["application.id", "application.agency_id", "application.scheme_version_id"],
            name="fk_certification_application",
        ),
        # Target of the audit's composite foreign key, which ties agency and version to this cycle.
        UniqueConstraint("id", "agency_id", "scheme_version_id", name="uq_certification_case"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(index=True)
    scheme_version_id: Mapped[UUID]

    application: Mapped[Application] = relationship(viewonly=True)


class AuditRequirement(Base):
    """A requirement that an audit looks at, with every reason why. An audit of the whole norm has no such rows."""

    __tablename__ = "audit_requirement"
    __table_args__ = (
        ForeignKeyConstraint(["audit_id", "scheme_version_id"], ["audit.id", "audit.scheme_version_id"]),
        ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"], ["requirement.scheme_version_id", "requirement.code"]
        ),
    )

    audit_id: Mapped[UUID] = mapped_column(primary_key=True)
    requirement_code: Mapped[str] = mapped_column(primary_key=True)
    scheme_version_id: Mapped[UUID]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # in every language, as the scheme gives them
