"""Tables of an application: the self-assessment, its answers and its evidence."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, FetchedValue, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.models import Agency
from audits.agencies.rules import StatedScope
from audits.applications.workflow import OPEN_STATES, ApplicationState
from audits.core.access import Actor
from audits.core.db import Base, Id, ItsAgency, one_of, stored
from audits.people.models import Person
from audits.schemes.models import SchemeVersion

_OPEN = ", ".join(sorted(f"'{state}'" for state in OPEN_STATES))


def _on_question(table: str) -> tuple[ForeignKeyConstraint, ForeignKeyConstraint]:
    """Return the keys that tie a row to a question of its scheme version, and to an application of its agency."""
    return (
        ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"], ["requirement.scheme_version_id", "requirement.code"]
        ),
        ForeignKeyConstraint(
            ["application_id", "agency_id"], ["application.id", "application.agency_id"], name=f"fk_{table}_agency"
        ),
    )


class Application(Base):
    """One request for the mark, pinned to one scheme version from its first day."""

    __tablename__ = "application"
    __table_args__ = (
        one_of("state", ApplicationState),
        CheckConstraint("scope IS NOT NULL OR state IN ('draft', 'withdrawn')", name="scope"),
        # Target of the audit's composite foreign key, which ties agency and version to this case.
        UniqueConstraint("id", "agency_id", "scheme_version_id", name="uq_application_case"),
        UniqueConstraint("id", "agency_id", name="uq_application_agency"),  # the same for answers and files
        Index("ix_application_first_draft", "id", postgresql_where="submitted_at IS NULL"),
        Index("uq_application_open", "agency_id", unique=True, postgresql_where=f"state IN ({_OPEN})"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(unique=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    scheme_version_id: Mapped[UUID] = mapped_column(ForeignKey("scheme_version.id"))
    state: Mapped[ApplicationState] = mapped_column(stored(ApplicationState), index=True)
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    declared_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    declared_name: Mapped[str] = mapped_column(default="")
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str] = mapped_column(default="")
    # A `StatedScope`: what the agency said of itself when it submitted. A trigger takes it over; no role may write it.
    scope: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), server_onupdate=FetchedValue())
    version: Mapped[int] = mapped_column()

    agency: Mapped[Agency] = relationship()
    scheme_version: Mapped[SchemeVersion] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_draft(self) -> bool:
        """Return whether the agency is still working on it."""
        return self.state is ApplicationState.DRAFT

    @property
    def stated(self) -> StatedScope:
        """Return the scope that it states; LookupError for one that was never submitted."""
        if self.scope is None:
            raise LookupError(f"application {self.id} states no scope yet")
        return StatedScope.of(self.scope)

    @property
    def offers_housing(self) -> bool:
        """Return whether workers live through the agency: as stated, or as its details say before that."""
        return self.agency.offers_housing if self.is_draft or self.scope is None else self.stated.offers_housing

    def is_visible_to(self, actor: Actor) -> bool:
        """Return whether the actor is staff or one of the agency's own people."""
        return actor.agency_id in {None, self.agency_id}


class AgreementAcceptance(Base):
    """A signatory accepted the certification agreement for the agency (ISO/IEC 17065 clause 4.1.2); never changed."""

    __tablename__ = "agreement_acceptance"
    __table_args__ = (
        ForeignKeyConstraint(
            ["application_id", "agency_id"],
            ["application.id", "application.agency_id"],
            name="fk_agreement_acceptance_agency",
        ),
        UniqueConstraint("application_id", "sha256"),
    )

    id: Mapped[Id]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    agency_id: Mapped[ItsAgency]
    version: Mapped[str]
    sha256: Mapped[str]  # of the agreement's canonical JSON, hex; see `audits.schemes.cycle.Agreement`
    accepted_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    accepted_name: Mapped[str]
    accepted_at: Mapped[datetime]


class Submission(Base):
    """What was submitted, as canonical JSON under its digest; one row each time, never changed."""

    __tablename__ = "submission"
    __table_args__ = (
        ForeignKeyConstraint(
            ["application_id", "agency_id"], ["application.id", "application.agency_id"], name="fk_submission_agency"
        ),
        UniqueConstraint("application_id", "number"),
        CheckConstraint("sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex')", name="sha256"),
    )

    id: Mapped[Id]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    agency_id: Mapped[ItsAgency]
    number: Mapped[int]  # 1, 2, … of its application
    content: Mapped[str] = mapped_column(Text, deferred=True)
    sha256: Mapped[str]
    declared_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    declared_name: Mapped[str]
    submitted_at: Mapped[datetime]

    application: Mapped[Application] = relationship(foreign_keys=[application_id])


class QuestionRemark(Base):
    """What the office remarks on one question of a submission; the agency reads it once the submission is sent back.

    It answers with another answer, other files or a reply: a trigger asks for one of these before it submits again.
    """

    __tablename__ = "question_remark"
    __table_args__ = (
        *_on_question("question_remark"),
        UniqueConstraint("submission_id", "requirement_code"),
        CheckConstraint("sent_at IS NULL OR btrim(text) <> ''", name="text"),
        CheckConstraint("num_nulls(replied_by, replied_at) IN (0, 2)", name="replied_whole"),
        Index("ix_question_remark_application_id", "application_id"),
    )

    id: Mapped[Id]
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id"))
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    agency_id: Mapped[ItsAgency]
    scheme_version_id: Mapped[UUID]
    requirement_code: Mapped[str]
    text: Mapped[str] = mapped_column(Text)  # empty: taken back before it was sent
    written_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    reply: Mapped[str] = mapped_column(Text, default="", server_default="")
    replied_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    replied_at: Mapped[datetime | None]


class QuestionTask(Base):
    """Who of the agency takes a question on; nobody: it was taken on once, and is free again."""

    __tablename__ = "question_task"
    __table_args__ = (*_on_question("question_task"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    requirement_code: Mapped[str] = mapped_column(primary_key=True)
    agency_id: Mapped[ItsAgency]
    scheme_version_id: Mapped[UUID]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    given_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]


class QuestionComment(Base):
    """What people of an agency say to each other about a question; no staff read it, and it never changes."""

    __tablename__ = "question_comment"
    __table_args__ = (
        CheckConstraint("btrim(text) <> ''", name="text"),
        *_on_question("question_comment"),
        Index("ix_question_comment_thread", "application_id", "requirement_code", "written_at"),
    )

    id: Mapped[Id]  # of the page on which it was written
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    requirement_code: Mapped[str]
    agency_id: Mapped[ItsAgency]
    scheme_version_id: Mapped[UUID]
    text: Mapped[str] = mapped_column(Text)
    written_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]

    author: Mapped[Person] = relationship(foreign_keys=[written_by])


class Answer(Base):
    """The agency's answer to one requirement; a composite key allows only requirements of its scheme version."""

    __tablename__ = "answer"
    __table_args__ = (*_on_question("answer"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    requirement_code: Mapped[str] = mapped_column(primary_key=True)
    agency_id: Mapped[ItsAgency]
    scheme_version_id: Mapped[UUID]
    value: Mapped[str]  # empty in half an answer: an explanation before a judgement
    explanation: Mapped[str] = mapped_column(Text, default="")
    # Values of typed questions by code, as `audits.questions.values` writes them.
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    answered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class FilePlea(Base):
    """A file that looks as if it holds personal numbers of several kinds, which somebody asks us to take all the same.

    An agency asks for its files, and who audits it for what stands beside a verdict, which the agency never reads. We
    do not have the file: digest, name and reason are all that is kept. Once the office lets it in, a file with this
    digest is taken.
    """

    __tablename__ = "file_plea"
    __table_args__ = (
        UniqueConstraint("agency_id", "sha256", "audit_id", postgresql_nulls_not_distinct=True),
        ForeignKeyConstraint(["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_file_plea_audit"),
        CheckConstraint("btrim(reason) <> ''", name="reason"),
        CheckConstraint("num_nulls(granted, answered_by, answered_at) IN (0, 3)", name="answered_whole"),
        CheckConstraint("granted IS NOT FALSE OR btrim(answer) <> ''", name="answer"),
        Index("ix_file_plea_open", "asked_at", postgresql_where="answered_at IS NULL"),
    )

    id: Mapped[Id]
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    audit_id: Mapped[UUID | None]  # of whose team somebody asks; None: the agency does
    sha256: Mapped[str]
    filename: Mapped[str]
    kinds: Mapped[list[str]]  # of `personal.Personal`
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    granted: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]

    agency: Mapped[Agency] = relationship()
    asker: Mapped[Person] = relationship(foreign_keys=[asked_by])


class Evidence(Base):
    """A file that supports an answer or a corrective action; the bytes live in the store under their hash."""

    __tablename__ = "evidence"
    __table_args__ = (
        *_on_question("evidence"),
        Index("ix_evidence_application_id_requirement_code", "application_id", "requirement_code"),
        Index("ix_evidence_detail", "application_id", postgresql_where="detail IS NOT NULL"),
        Index("ix_evidence_replaces", "replaces", postgresql_where="replaces IS NOT NULL"),
        Index("ix_evidence_request", "request_id", postgresql_where="request_id IS NOT NULL"),
        CheckConstraint("covers_from <= covers_until", name="covers"),
    )

    id: Mapped[Id]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    agency_id: Mapped[ItsAgency]
    requirement_code: Mapped[str]
    scheme_version_id: Mapped[UUID]
    finding_id: Mapped[UUID | None] = mapped_column(index=True)  # corrective action it belongs to; None: an answer
    round: Mapped[int | None]  # of that corrective action; None: an answer, or kept by an older release
    filename: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]  # when we received it; no role may change it
    removed_at: Mapped[datetime | None]
    detail: Mapped[str | None]  # the typed question that asked for it; None: it proves the answer as a whole
    covers_from: Mapped[date | None]  # the period that it is about
    covers_until: Mapped[date | None]
    replaces: Mapped[UUID | None] = mapped_column(ForeignKey("evidence.id"))  # the version before it
    request_id: Mapped[UUID | None]  # what an inspector asked for and this answers, after the application was handed in
    overruled: Mapped[str | None]  # why what looks like personal numbers in it is none, in the words of the agency
