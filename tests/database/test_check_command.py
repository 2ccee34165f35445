"""`keurwerk check`: its messages for operators, and its exit status."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from audits.core import clock
from portal.commands.check import check
from tests.kit.factories import make_scheme


@pytest.fixture
def run(app, session, monkeypatch):
    """Run the command on a day."""

    def run(*day):
        monkeypatch.setattr(clock, "now", lambda: datetime(*day, 12, tzinfo=UTC))
        return CliRunner().invoke(check, obj=app)

    return run


def test_a_database_that_knows_ascii_alone_must_be_seen_to(run, session, monkeypatch):
    assert "letters of ASCII" not in run(2026, 11, 30).output
    monkeypatch.setattr("portal.commands.check.KNOWS_LETTERS", text("SELECT lower('Ł' COLLATE \"C\") = 'ł'"))
    done = run(2026, 11, 30)
    assert (done.exit_code, "letters of ASCII alone" in done.output) == (1, True)


def test_a_term_beyond_the_last_decree_must_be_seen_to(run, session):
    make_scheme(session)  # its longest term is 125 working days
    session.commit()
    done = run(2028, 7, 6)
    assert done.exit_code == 1
    assert "Terms may end in 2029" in done.output
    assert "2028" in done.output


def test_while_all_is_known_there_is_nothing_to_see_to(run, session):
    make_scheme(session)
    session.commit()
    done = run(2028, 7, 5)
    assert (done.exit_code, done.output) == (0, "Nothing must be seen to.\n")


def test_without_any_norm_the_command_still_answers(run):
    assert run(2026, 7, 1).exit_code == 0
    assert run(2029, 7, 1).exit_code == 1
