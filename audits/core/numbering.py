"""Gap-free numbers from a counter row per series, locked until its transaction ends; a sequence would leave gaps."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from audits.core.db import Base


class Counter(Base):
    """The last number issued in one series."""

    __tablename__ = "counter"

    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


def next_number(session: Session, series: str) -> int:
    """Return the next number, from 1. A rollback returns it; concurrent transactions wait."""
    counter = insert(Counter).values(series=series, last=1)
    counter = counter.on_conflict_do_update(index_elements=["series"], set_={"last": Counter.last + 1})
    return session.execute(counter.returning(Counter.last)).scalar_one()
