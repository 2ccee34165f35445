"""Gap-free numbers from a counter row per series, locked until its transaction ends; a sequence would leave gaps."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from audits.core.db import Base


class Counter(Base):
    """The last number issued in one series."""

    __tablename__ = "counter"

    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


def next_number(session: Session, series: str, *, after: int = 0) -> int:
    """Return the next number, from 1. A rollback returns it; concurrent transactions wait.

    It is above `after` too, the last number that is known to be used: this database may be older than that.
    """
    counter = insert(Counter).values(series=series, last=after + 1)
    higher = func.greatest(Counter.last, after) + 1
    counter = counter.on_conflict_do_update(index_elements=["series"], set_={"last": higher})
    return session.execute(counter.returning(Counter.last)).scalar_one()


def last_number(session: Session, series: str) -> int:
    """Return the last number, 0 before the first."""
    return session.scalar(select(Counter.last).where(Counter.series == series)) or 0
