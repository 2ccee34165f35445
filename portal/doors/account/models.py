"""Tables for signing in. Only digests of tokens are stored, so that a leaked copy grants no access."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.core.db import Base, Id, one_of, stored
from audits.people.models import Person
from portal.doors.account.rules import Purpose


class PasswordHash(Base):
    """The password of a person, as an argon2id hash."""

    __tablename__ = "credential"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    password_hash: Mapped[str]
    changed_at: Mapped[datetime]


class LoginSession(Base):
    """A signed-in browser. Ended sessions are kept until the nightly clean-up, so that a replay is recognised."""

    __tablename__ = "login_session"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)  # SHA-256 of the cookie's token
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")


class HeldForm(Base):
    """A form that was sent after the session had ended, encrypted with a key that only that browser has."""

    __tablename__ = "held_form"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    held_at: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class AddressChange(Base):
    """Another e-mail address that a person asked for: taken by the link to it, ended by the link to the old one."""

    __tablename__ = "address_change"
    __table_args__ = (CheckConstraint("new_email <> old_email", name="other"),)

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    old_email: Mapped[str] = mapped_column(CITEXT)
    new_email: Mapped[str] = mapped_column(CITEXT)
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class MailToken(Base):
    """A link sent by mail that allows one person to set a password once, or to change their address."""

    __tablename__ = "mail_token"
    __table_args__ = (one_of("purpose", Purpose),)

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(stored(Purpose))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    change_id: Mapped[UUID | None] = mapped_column(ForeignKey("address_change.id"))  # of an address


class LoginThrottle(Base):
    """Recent failures per bucket, under a keyed digest; attempts before `open_at` are refused unseen."""

    __tablename__ = "login_brake"

    bucket: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int]
    open_at: Mapped[datetime]
