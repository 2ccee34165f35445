"""Published scheme versions. Rows are never changed; a correction is a new version."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from audits.core.db import Base, Id


class SchemeVersion(Base):
    """The norm as published: its source, its SHA-256, and the few values that the database itself must judge by."""

    __tablename__ = "scheme_version"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[Id]
    code: Mapped[str]
    version: Mapped[str]
    title: Mapped[dict[str, Any]]  # {language: text}
    valid_from: Mapped[date]
    published_at: Mapped[datetime]
    published_by: Mapped[UUID]
    source: Mapped[str] = mapped_column(deferred=True)  # long, and read once per process
    sha256: Mapped[str] = mapped_column(unique=True)
    fail_total: Mapped[int]
    failing_grades: Mapped[list[str]] = mapped_column(ARRAY(Text))


class Requirement(Base):
    """One requirement of one version; the anchor that answers, verdicts and findings are tied to."""

    __tablename__ = "requirement"

    scheme_version_id: Mapped[UUID] = mapped_column(ForeignKey("scheme_version.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    chapter: Mapped[str]
    unit: Mapped[str]
    severity: Mapped[str]
