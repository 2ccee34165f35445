"""Fix a list, give a value and draw at once, as most tests want it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core.access import Actor
from audits.inspections import services
from audits.inspections.models import Population
from audits.inspections.services import About

VALUE = "three sixes and a two"


def freeze_population(
    session: Session, actor: Actor, audit_id: UUID, unit: str, references: Sequence[str], *, seed: bytes, **about
) -> Population:
    services.fix_list(session, actor, audit_id, unit, references, secret=seed, about=About(**about))
    services.give_value(session, actor, audit_id, unit, VALUE)
    return services.draw_list(session, actor, audit_id, unit)
