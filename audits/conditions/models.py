"""Tables of conditions, and of the proof that a holder hands in."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.agencies.models import Agency
from audits.conditions.rules import ConditionOwner, is_overdue
from audits.conditions.workflow import ConditionState
from audits.core.access import Actor
from audits.core.db import Base, Id, one_of, stored
from audits.inspections.models import Audit
from audits.people.models import Person


class Condition(Base):
    """One condition of a grant. It belongs to every certificate that rests on the same audit."""

    __tablename__ = "condition"
    __table_args__ = (
        one_of("owner", ConditionOwner),
        one_of("state", ConditionState),
        CheckConstraint("(state = 'met') = (met_by IS NOT NULL)", name="met"),
        UniqueConstraint("decision_id", "position", name="uq_condition_position"),
        UniqueConstraint("id", "agency_id", name="uq_condition_agency"),  # target of its proof
    )

    id: Mapped[Id]
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decision.id"))
    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), index=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)  # public
    due_on: Mapped[date]
    owner: Mapped[ConditionOwner] = mapped_column(stored(ConditionOwner))
    about: Mapped[str | None]  # the code of a requirement
    state: Mapped[ConditionState] = mapped_column(stored(ConditionState))
    met_by: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"), unique=True)
    version: Mapped[int] = mapped_column()

    agency: Mapped[Agency] = relationship()
    audit: Mapped[Audit] = relationship()
    proofs: Mapped[list["ConditionProof"]] = relationship(order_by="ConditionProof.submitted_at", viewonly=True)

    __mapper_args__ = {"version_id_col": version}

    def is_overdue(self, day: date) -> bool:
        """Return whether it should have been met before this day."""
        return is_overdue(self.state, self.due_on, day)

    def is_visible_to(self, actor: Actor) -> bool:
        """Return whether the actor is staff or one of the holder's own people."""
        return actor.agency_id in {None, self.agency_id}


class ConditionProof(Base):
    """What a holder handed in to show that a condition is met. The answer to it, if it was not enough, comes once."""

    __tablename__ = "condition_proof"
    __table_args__ = (
        CheckConstraint("num_nulls(answered_by, answered_at) IN (0, 2)", name="answered_whole"),
        ForeignKeyConstraint(
            ["condition_id", "agency_id"], ["condition.id", "condition.agency_id"], name="fk_condition_proof_agency"
        ),
        UniqueConstraint("id", "agency_id", name="uq_condition_proof_agency"),  # target of its files
    )

    id: Mapped[Id]
    condition_id: Mapped[UUID] = mapped_column(index=True)
    agency_id: Mapped[UUID]
    explanation: Mapped[str] = mapped_column(Text)
    submitted_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]

    submitter: Mapped[Person] = relationship(foreign_keys=[submitted_by])
    files: Mapped[list["ConditionFile"]] = relationship(order_by="ConditionFile.filename", viewonly=True)


class ConditionFile(Base):
    """A file of a proof; the bytes live in the store under their hash."""

    __tablename__ = "condition_file"
    __table_args__ = (
        ForeignKeyConstraint(
            ["proof_id", "agency_id"],
            ["condition_proof.id", "condition_proof.agency_id"],
            name="fk_condition_file_agency",
        ),
    )

    id: Mapped[Id]
    proof_id: Mapped[UUID] = mapped_column(index=True)
    agency_id: Mapped[UUID]
    filename: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    overruled: Mapped[str | None] = mapped_column(Text)  # why what looks like personal numbers in it is none
