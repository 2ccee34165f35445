"""Tables of signing in. Only digests of tokens are stored, so that a copy of the database opens nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audits.core.db import Base, one_of, stored
from audits.people.models import Person
from portal.doors.account.rules import Purpose


class PasswordHash(Base):
    """The password of a person, as an argon2id hash."""

    __tablename__ = "credential"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    password_hash: Mapped[str]
    changed_at: Mapped[datetime]


class LoginSession(Base):
    """One signed-in browser. Ended sessions stay as rows until the night, so that a replay is seen to be dead."""

    __tablename__ = "login_session"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)  # SHA-256 of the cookie's token
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")


class MailToken(Base):
    """A link sent by mail that lets one person set a password once."""

    __tablename__ = "mail_token"
    __table_args__ = (one_of("purpose", Purpose),)

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(stored(Purpose))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LoginThrottle(Base):
    """Recent failures of one bucket, under a keyed digest; before `open_at` no attempt is looked at."""

    __tablename__ = "login_brake"

    bucket: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int]
    open_at: Mapped[datetime]
