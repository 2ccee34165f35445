"""Messages to people, sent through the outbox. They name a kind and a subject; the portal finds the page to link to.

Every kind is a frozen dataclass in the `notices.py` of its aggregate and has a template of the same name.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar, dataclass_transform
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import outbox

KINDS: dict[str, type["Notice"]] = {}


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Notice:
    """Base of the messages; the fields are the variables of the template. A class with a `kind` can be sent."""

    kind: ClassVar[str]

    def __init_subclass__(cls, *, kind: str = "") -> None:
        super().__init_subclass__()
        dataclass(frozen=True, kw_only=True)(cls)
        if kind in KINDS:
            raise ValueError(f"there is a notice {kind} already")
        if kind:
            cls.kind = kind
            KINDS[kind] = cls


def tell_person(session: Session, person_id: UUID, notice: Notice, *, subject_id: UUID | None = None) -> None:
    """Queue a message to one person. `subject_id` is the thing that the link leads to, where it needs one."""
    outbox.enqueue(session, "mail", person_id=str(person_id), **_payload(notice, subject_id))


def tell_agency(session: Session, agency_id: UUID, notice: Notice, *, subject_id: UUID | None = None) -> None:
    """Queue a message to everybody with an account at an agency."""
    outbox.enqueue(session, "mail.agency", agency_id=str(agency_id), **_payload(notice, subject_id))


def _payload(notice: Notice, subject_id: UUID | None) -> dict[str, Any]:
    values = asdict(notice)  # type: ignore[call-overload]  # every subclass is a dataclass
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    about = {"subject_id": str(subject_id)} if subject_id else {}
    return {"template": notice.kind} | about | plain
