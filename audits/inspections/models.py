"""Tables of an audit: participants, populations, samples, verdicts, findings, corrective actions."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    column,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, foreign, mapped_column, object_session, relationship

from audits.agencies.models import Agency
from audits.agencies.rules import StatedScope
from audits.applications.models import Application
from audits.certification.models import AuditRequirement
from audits.core.access import Actor, Role
from audits.core.db import Base, Id, ItsAgency, one_of, stored
from audits.inspections.cell_files import CellFile as CellFile  # noqa: PLC0414  # tables are imported from here
from audits.inspections.chains import EntryChain as EntryChain  # noqa: PLC0414
from audits.inspections.chains import EntryContent as EntryContent  # noqa: PLC0414
from audits.inspections.chains import EntryReceipt as EntryReceipt  # noqa: PLC0414
from audits.inspections.chains import SealedEntry as SealedEntry  # noqa: PLC0414
from audits.inspections.drafts import AuditConduct as AuditConduct  # noqa: PLC0414
from audits.inspections.drafts import ReportDraft as ReportDraft  # noqa: PLC0414
from audits.inspections.drafts import SecondReading as SecondReading  # noqa: PLC0414
from audits.inspections.grading import Extent, Insufficient
from audits.inspections.judging import Method
from audits.inspections.private import PrivateNote as PrivateNote  # noqa: PLC0414  # tables are imported from here
from audits.inspections.samples import DrawFrom as DrawFrom  # noqa: PLC0414
from audits.inspections.samples import DrawSecret as DrawSecret  # noqa: PLC0414
from audits.inspections.samples import DrawValue as DrawValue  # noqa: PLC0414
from audits.inspections.samples import FixedList as FixedList  # noqa: PLC0414
from audits.inspections.samples import ListOffer as ListOffer  # noqa: PLC0414
from audits.inspections.samples import Population as Population  # noqa: PLC0414
from audits.inspections.samples import PopulationList as PopulationList  # noqa: PLC0414
from audits.inspections.samples import SampledUnit as SampledUnit  # noqa: PLC0414
from audits.inspections.workflow import FOR_AGENCY, GONE, ON_APPLICATION, AuditState, FindingState, RoundOutcome
from audits.people.models import Person
from audits.schemes.cycle import AuditKind
from audits.schemes.models import SchemeVersion
from audits.schemes.text import RepairStep

_CASE = ("agency_id", "scheme_version_id")
_ON_APPLICATION = ", ".join(sorted(f"'{kind}'" for kind in ON_APPLICATION))


class Audit(Base):
    """One evaluation of an agency, of some kind, by one inspector, against the scheme version of its cycle."""

    __tablename__ = "audit"
    __table_args__ = (
        one_of("state", AuditState),
        one_of("kind", AuditKind),
        CheckConstraint(f"(application_id IS NOT NULL) = (kind IN ({_ON_APPLICATION}))", name="application"),
        ForeignKeyConstraint(["application_id", *_CASE], [f"application.{name}" for name in ("id", *_CASE)]),
        ForeignKeyConstraint(
            ["certification_id", *_CASE],
            [f"certification.{name}" for name in ("id", *_CASE)],
            name="fk_audit_certification",
        ),
        UniqueConstraint("id", "scheme_version_id", name="uq_audit_version"),
        UniqueConstraint("id", "agency_id", name="uq_audit_agency"),
        Index("uq_audit_live", "application_id", unique=True, postgresql_where=f"state <> '{AuditState.CANCELLED}'"),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[AuditKind] = mapped_column(stored(AuditKind), server_default=AuditKind.INITIAL)
    certification_id: Mapped[UUID] = mapped_column(server_default=FetchedValue(), index=True)  # see Certification
    application_id: Mapped[UUID | None]  # which this audit is about; none between grant and renewal
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    scheme_version_id: Mapped[UUID] = mapped_column(ForeignKey("scheme_version.id"))
    occasion: Mapped[str] = mapped_column(Text, server_default="")  # why it is held, if not by the plan; for staff
    risks: Mapped[list[str]] = mapped_column(JSONB, server_default="[]", default=list)  # codes that the planner named
    planner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    inspector_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[AuditState] = mapped_column(stored(AuditState), index=True)
    planned_on: Mapped[date]
    announced: Mapped[bool]
    revealed_at: Mapped[datetime | None]  # when the agency could know of an unannounced audit; never taken back
    started_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    summary: Mapped[str] = mapped_column(Text, default="")
    score: Mapped[int | None]
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime | None]
    recommendation: Mapped[str] = mapped_column(Text, default="")
    confirmed_scope: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # see `confirmed`
    # Where too little was assessed when it was reported, as JSON of `Insufficient`.
    insufficient: Mapped[list[Any]] = mapped_column(JSONB, default=list, server_default="[]")
    strengths: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default="[]", default=list)  # code and text
    version: Mapped[int] = mapped_column()

    application: Mapped[Application] = relationship(  # that opened the cycle
        primaryjoin=lambda: foreign(Audit.certification_id) == Application.id, viewonly=True
    )
    agency: Mapped[Agency] = relationship()
    scheme_version: Mapped[SchemeVersion] = relationship()
    chosen: Mapped[list[AuditRequirement]] = relationship(viewonly=True)
    inspector: Mapped[Person] = relationship(foreign_keys=[inspector_id])
    planner: Mapped[Person] = relationship(foreign_keys=[planner_id])

    __mapper_args__ = {"version_id_col": version}

    @hybrid_property
    def is_known_to_agency(self) -> bool:
        """Return whether the agency may know of it: announced, revealed, or reported; usable in queries."""
        return self.announced or self.revealed_at is not None or self.reported_at is not None

    @is_known_to_agency.inplace.expression
    @classmethod
    def _is_known_to_agency(cls) -> ColumnElement[bool]:
        return or_(cls.announced, cls.revealed_at.is_not(None), cls.reported_at.is_not(None))

    @property
    def confirmed(self) -> StatedScope | None:
        """Return what the inspector confirmed of the stated scope, with the beds that were seen; None if not said."""
        said = self.confirmed_scope
        if said is None:
            return None
        left = self.application.stated.only(said["items"])
        seen = sum(said["beds"].values())
        return replace(left, housing_places=min(left.housing_places, seen)) if said["beds"] else left

    @property
    def shortfalls(self) -> tuple[Insufficient, ...]:
        """Return the requirements on which too little was assessed, as the report counted them."""
        return tuple(Insufficient.of(plain) for plain in self.insufficient)

    @hybrid_property
    def is_live(self) -> bool:
        """Return whether it was not cancelled; usable in queries. An application has one live audit at most."""
        return self.state != AuditState.CANCELLED

    def is_visible_to(self, actor: Actor) -> bool:
        """Return whether the actor belongs to the agency, works on it, or is other staff."""
        if actor.agency_id is not None:
            return actor.agency_id == self.agency_id and self.is_known_to_agency
        return actor.id == self.inspector_id or bool(actor.roles - {Role.INSPECTOR}) or self._is_worked_on_by(actor)

    def _is_worked_on_by(self, actor: Actor) -> bool:
        """Return whether the actor stands in for its inspector or goes along in its team today."""
        session = object_session(self)
        hands = func.hands_on(self.id).table_valued(column("person_id", Uuid))
        return session is not None and actor.id in session.scalars(select(hands.c.person_id)).all()


class Participant(Base):
    """A person who took part in an evaluation and can never decide on it. Rows are never removed."""

    __tablename__ = "audit_participant"

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    since: Mapped[datetime]


class Verdict(Base):
    """The inspector's verdict on one requirement at one unit; keys tie both to this audit and its version."""

    __tablename__ = "verdict"
    __table_args__ = (
        ForeignKeyConstraint(["audit_id", "scheme_version_id"], ["audit.id", "audit.scheme_version_id"]),
        ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"], ["requirement.scheme_version_id", "requirement.code"]
        ),
        ForeignKeyConstraint(
            ["audit_id", "unit", "reference"],
            ["sampled_unit.audit_id", "sampled_unit.unit", "sampled_unit.reference"],
        ),
        one_of("method", Method),
        CheckConstraint("NOT bulk OR (method IS NOT NULL AND btrim(reason) <> '')", name="bulk"),
    )

    audit_id: Mapped[UUID] = mapped_column(primary_key=True)
    requirement_code: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    scheme_version_id: Mapped[UUID]
    value: Mapped[str]
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, server_default="")  # why it was changed last, or given in bulk
    method: Mapped[Method | None] = mapped_column(stored(Method))
    bulk: Mapped[bool] = mapped_column(server_default=false())  # one of many that were given at once
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class VerdictChange(Base):
    """A verdict that was replaced, and what replaced it. The database adds these rows itself (walls/history.sql)."""

    __tablename__ = "verdict_change"
    __table_args__ = (
        ForeignKeyConstraint(
            ["audit_id", "requirement_code", "unit", "reference"],
            ["verdict.audit_id", "verdict.requirement_code", "verdict.unit", "verdict.reference"],
        ),
        one_of("method_before", Method),
        one_of("method", Method),
        Index("ix_verdict_change_audit_id", "audit_id", "requirement_code"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    audit_id: Mapped[UUID]
    requirement_code: Mapped[str]
    unit: Mapped[str]
    reference: Mapped[str]
    value_before: Mapped[str]
    note_before: Mapped[str] = mapped_column(Text)
    value: Mapped[str]
    note: Mapped[str] = mapped_column(Text)
    method_before: Mapped[Method | None] = mapped_column(stored(Method))
    method: Mapped[Method | None] = mapped_column(stored(Method))
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class RequirementJudgement(Base):
    """What the inspector says on a requirement as a whole, beside the verdicts on its units."""

    __tablename__ = "requirement_judgement"
    __table_args__ = (
        one_of("extent", Extent),
        CheckConstraint("extent IS NULL OR extent_reason <> ''", name="reason"),
        ForeignKeyConstraint(["audit_id", "scheme_version_id"], ["audit.id", "audit.scheme_version_id"]),
        ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"], ["requirement.scheme_version_id", "requirement.code"]
        ),
    )

    audit_id: Mapped[UUID] = mapped_column(primary_key=True)
    requirement_code: Mapped[str] = mapped_column(primary_key=True)
    scheme_version_id: Mapped[UUID]
    agency_text: Mapped[str] = mapped_column(Text, default="")  # instead of the notes, which only staff read
    extent: Mapped[Extent | None] = mapped_column(stored(Extent))
    extent_reason: Mapped[str] = mapped_column(Text, default="", server_default="")  # the agency reads it
    written_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class Remark(Base):
    """What the inspector found outside the sample: a finding of a grade, or a strength, which has none."""

    __tablename__ = "remark"
    __table_args__ = (
        ForeignKeyConstraint(["audit_id", "scheme_version_id"], ["audit.id", "audit.scheme_version_id"]),
        ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"], ["requirement.scheme_version_id", "requirement.code"]
        ),
    )

    id: Mapped[Id]
    audit_id: Mapped[UUID] = mapped_column(index=True)
    scheme_version_id: Mapped[UUID]
    requirement_code: Mapped[str]
    grade: Mapped[str | None]  # None: a strength
    note: Mapped[str] = mapped_column(Text)  # for staff
    agency_text: Mapped[str] = mapped_column(Text)
    written_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    writer: Mapped[Person] = relationship()


class Finding(Base):
    """A nonconformity or observation; grade and points come from the scheme.

    It is derived from the verdicts, or comes from a remark of the inspector, outside the sample.
    """

    __tablename__ = "finding"
    __table_args__ = (
        one_of("state", FindingState),
        one_of("judged", Extent),
        UniqueConstraint("audit_id", "number"),
        UniqueConstraint("id", "agency_id", name="uq_finding_agency"),
        ForeignKeyConstraint(["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_finding_agency"),
        ForeignKeyConstraint(["audit_id", "scheme_version_id"], ["audit.id", "audit.scheme_version_id"]),
        ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"], ["requirement.scheme_version_id", "requirement.code"]
        ),
    )

    id: Mapped[Id]
    audit_id: Mapped[UUID] = mapped_column(index=True)
    agency_id: Mapped[ItsAgency] = mapped_column(deferred=False)  # every move of a finding asks for it
    number: Mapped[int]
    scheme_version_id: Mapped[UUID]
    requirement_code: Mapped[str]
    grade: Mapped[str]  # the one that counts; see audits.findings for how it changes after the report
    grade_found: Mapped[str] = mapped_column(server_default=FetchedValue())  # as the inspector reported it
    points: Mapped[int]
    blocks: Mapped[bool]  # no certificate while it is open
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("finding.id"))  # of an earlier report of this audit
    remark_id: Mapped[UUID | None] = mapped_column(ForeignKey("remark.id"))  # None: derived from the verdicts
    repeat_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("finding.id"))  # of an earlier audit of the agency
    repeat_of: Mapped[str] = mapped_column(server_default="")  # its audit and number, in words
    population: Mapped[int]
    assessed: Mapped[int]
    nonconforming: Mapped[int]
    observed: Mapped[str] = mapped_column(Text)  # the inspector's notes; empty for confidential units
    agency_text: Mapped[str | None] = mapped_column(Text)  # what the agency reads; None: made by an older release
    judged: Mapped[Extent | None] = mapped_column(stored(Extent))  # how the inspector judged its extent, and why
    judged_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    # Of the units by lot alone, which say something about the population; None: made by an older release.
    random_assessed: Mapped[int | None]
    random_nonconforming: Mapped[int | None]
    due_on: Mapped[date | None]
    plan_due_on: Mapped[date | None]  # where the scheme asks for a plan before the proof
    state: Mapped[FindingState] = mapped_column(stored(FindingState))
    # Copy of the newest round of the corrective action; every round is a row of CorrectiveAction.
    cause: Mapped[str] = mapped_column(Text, default="")
    extent: Mapped[str] = mapped_column(Text, default="")
    solution: Mapped[str] = mapped_column(Text, default="")
    effectiveness: Mapped[str] = mapped_column("operation", Text, default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    verified_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    verified_at: Mapped[datetime | None]
    verification_note: Mapped[str] = mapped_column(Text, default="")
    # What the agency has typed and not sent yet, by question; no page shows it to anybody else.
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), deferred=True)
    version: Mapped[int] = mapped_column()

    audit: Mapped[Audit] = relationship(foreign_keys=[audit_id], primaryjoin=lambda: Finding.audit_id == Audit.id)

    __mapper_args__ = {"version_id_col": version}

    def waits_for_agency_until(self) -> date | None:
        """Return the last day for what the agency has to do now; None if it has nothing to do or no term."""
        if self.state not in FOR_AGENCY:
            return None
        return (self.plan_due_on if self.state is FindingState.OPEN else None) or self.due_on

    @property
    def stands(self) -> bool:
        """Return whether it still counts."""
        return self.state not in GONE

    def is_visible_to(self, actor: Actor) -> bool:
        """Return whether the actor may see the audit."""
        return self.audit.is_visible_to(actor)


class CorrectiveAction(Base):
    """One round of a corrective action: what the agency said, which never changes, and its outcome."""

    __tablename__ = "corrective_action"
    __table_args__ = (
        one_of("outcome", RoundOutcome),
        one_of("step", RepairStep),
        ForeignKeyConstraint(
            ["finding_id", "agency_id"], ["finding.id", "finding.agency_id"], name="fk_corrective_action_agency"
        ),
    )

    finding_id: Mapped[UUID] = mapped_column(ForeignKey("finding.id"), primary_key=True)
    agency_id: Mapped[ItsAgency]
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[RepairStep | None] = mapped_column(stored(RepairStep))  # None: all questions were asked at once
    cause: Mapped[str] = mapped_column(Text)
    extent: Mapped[str] = mapped_column(Text)
    solution: Mapped[str] = mapped_column(Text)
    effectiveness: Mapped[str] = mapped_column(Text)
    submitted_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime]
    outcome: Mapped[RoundOutcome | None] = mapped_column(stored(RoundOutcome))
    verified_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    verified_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")
