"""Tables of who follows which agencies. Staff and agencies read none of it; pages write through functions alone."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from audits.core.db import Base, Id, one_of
from audits.core.languages import LANGUAGES
from audits.core.typed import LONGEST_EMAIL
from certificates.following.rules import LONGEST_URL


class Follow(Base):
    """A list of agencies of one address. Who has its `id`, from a message to that address, may change and end it."""

    __tablename__ = "follow"
    __table_args__ = (
        one_of("language", LANGUAGES),
        CheckConstraint(f"char_length(address) BETWEEN 3 AND {LONGEST_EMAIL}", name="address"),
        Index("ix_follow_unconfirmed", text("lower(address)"), postgresql_where="confirmed_at IS NULL"),
        Index("ix_follow_daily", "digested_on", postgresql_where="daily"),
    )

    id: Mapped[Id]
    address: Mapped[str] = mapped_column(deferred=True, deferred_raiseload=True)
    language: Mapped[str]
    daily: Mapped[bool]  # one message a day, instead of one for each change
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    told_upto: Mapped[int] = mapped_column(BigInteger)  # the last position of the log that was told
    digested_on: Mapped[date | None]  # the last day on which a message of the day was due


class Followed(Base):
    """An agency in a list."""

    __tablename__ = "followed"
    __table_args__ = (Index("ix_followed_agency_id", "agency_id"),)

    follow_id: Mapped[UUID] = mapped_column(ForeignKey("follow.id", ondelete="CASCADE"), primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)


class Webhook(Base):
    """An address that software of the owner of a list listens at. Its secret is computed from `id` and `generation`."""

    __tablename__ = "webhook"
    __table_args__ = (CheckConstraint(f"char_length(url) BETWEEN 8 AND {LONGEST_URL}", name="url"),)

    follow_id: Mapped[UUID] = mapped_column(ForeignKey("follow.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    url: Mapped[str]
    generation: Mapped[int]  # of its secret
    renewed_at: Mapped[datetime]  # the present secret is as old
    told_upto: Mapped[int] = mapped_column(BigInteger)  # the last position of the log that was called about


class WebhookCall(Base):
    """One message to a webhook, with the id that its receiver knows it by. It is kept for a month, to be sent again."""

    __tablename__ = "webhook_call"
    __table_args__ = (
        UniqueConstraint("webhook_id", "position"),
        Index("ix_webhook_call_due", "due_at", postgresql_where="due_at IS NOT NULL"),
        Index("ix_webhook_call_made_at", "made_at"),
    )

    id: Mapped[Id]
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(BigInteger)  # of the change in the log
    made_at: Mapped[datetime]
    due_at: Mapped[datetime | None]  # null: it arrived or was given up
    attempts: Mapped[int]
    outcome: Mapped[str]  # of the last attempt: a status of HTTP, or a word for what went wrong
    arrived_at: Mapped[datetime | None]
