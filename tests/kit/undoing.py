"""Several attempts at one world: what an attempt changed is gone before the next one."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Take back everything that the block did, however it ends."""
    session.flush()
    step = session.begin_nested()
    try:
        yield
    finally:
        step.rollback()
