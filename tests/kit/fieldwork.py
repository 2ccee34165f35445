"""What tests of audits do in the field, and what the database refuses."""

import pytest
from sqlalchemy.exc import IntegrityError

FILES = [f"F-{number:03d}" for number in range(1, 101)]
ORGANISATION = ("conform", "")


def fails_in_the_database(session, statement):
    with pytest.raises(IntegrityError) as refused, session.begin_nested():
        session.execute(statement)
    return str(refused.value)
