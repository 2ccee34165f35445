"""The log and what the keys remember of it: after a crash, an old backup, a lost file. It goes on, or stands still."""

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from certificates.ledger.memory import FILE, HeadMemory, LedgerError, RememberingKey
from certificates.ledger.queries import latest
from certificates.ledger.services import sign_checkpoint
from portal.commands.check import check
from portal.commands.ledger import ledger_commands
from portal.stores.roles import WORKER
from portal.work.schedule import sign_head
from tests.kit.factories.ledger import KEY, ORIGIN, add, issued, make_checkpoint


@pytest.fixture
def database_role():
    """Commands and the tasks of the log have the rights of the worker."""
    return WORKER


@pytest.fixture
def key(tmp_path):
    return RememberingKey(KEY, HeadMemory(tmp_path))


def test_only_what_is_committed_is_signed(real_db, key):
    with Session(real_db) as first, Session(real_db) as second:
        add(first, "A", "B")
        first.commit()
        add(first, "C")
        assert sign_checkpoint(second, ORIGIN, key).size == 2
        second.commit()
        first.rollback()
        add(first, "D")
        first.commit()
        assert sign_checkpoint(second, ORIGIN, key).size == 3


def test_a_signature_that_was_lost_before_its_commit_is_made_again(session, key):
    add(session, "A", "B")
    with session.begin_nested() as lost:
        note = sign_checkpoint(session, ORIGIN, key).note
        lost.rollback()
    assert latest(session) is None
    assert key.remembered().size == 2
    assert sign_checkpoint(session, ORIGIN, key).note == note


def test_a_log_that_grew_after_a_lost_signature_goes_on(session, key):
    add(session, "A", "B")
    sign_checkpoint(session, ORIGIN, key)
    session.flush()
    add(session, "C")
    with session.begin_nested() as lost:
        sign_checkpoint(session, ORIGIN, key)
        lost.rollback()
    add(session, "D")
    assert sign_checkpoint(session, ORIGIN, key).size == 4
    assert key.remembered().size == 4


def restore_older(session, key):
    """As after the restore of a backup: the table is whole in itself, but the last entry and its signature are gone."""
    add(session, "A", "B")
    sign_checkpoint(session, ORIGIN, key)
    session.flush()
    with session.begin_nested() as lost:
        add(session, "C")
        sign_checkpoint(session, ORIGIN, key)
        session.flush()
        lost.rollback()


def test_an_older_database_stands_still(session, key):
    restore_older(session, key)
    with pytest.raises(LedgerError, match="has 2 entries, but 3 were signed"):
        sign_checkpoint(session, ORIGIN, key)
    add(session, "another C")
    with pytest.raises(LedgerError, match="first 3 entries"):
        sign_checkpoint(session, ORIGIN, key)
    add(session, "D")
    with pytest.raises(LedgerError, match="first 3 entries"):
        sign_checkpoint(session, ORIGIN, key)
    assert latest(session).size == 2


def test_a_memory_of_an_older_backup_catches_up(session, key):
    add(session, "A", "B")
    sign_checkpoint(session, ORIGIN, key)
    session.flush()
    add(session, "C")
    make_checkpoint(session)
    session.flush()
    assert sign_checkpoint(session, ORIGIN, key) is None
    add(session, "D")
    assert sign_checkpoint(session, ORIGIN, key).size == 4


def test_a_database_without_its_memory_stands_still(session, key):
    add(session, "A")
    make_checkpoint(session)
    session.flush()
    add(session, "B")
    with pytest.raises(LedgerError, match="memory of the log is missing"):
        sign_checkpoint(session, ORIGIN, key)


def test_the_portal_goes_on_when_a_reason_is_given(app, session, settings):
    def signed():
        with app.app_context():
            sign_head(session)
        session.flush()

    folder, run = settings.seal_dir, lambda *words: CliRunner().invoke(ledger_commands, words, obj=app)
    issued(session, sha256="a" * 64)
    signed()
    (folder / FILE).unlink()
    issued(session, sha256="b" * 64)
    with pytest.raises(LedgerError):
        signed()
    assert "The log stands still: the memory of the log is missing" in CliRunner().invoke(check, obj=app).output
    assert run("go-on").exit_code == 2  # without a reason
    said = run("go-on", "--because", "the disk with the keys was lost")
    assert (said.exit_code, said.output) == (0, "The log goes on from 1 entries. The keys remembered nothing.\n")
    signed()
    assert "The log" not in CliRunner().invoke(check, obj=app).output
    assert HeadMemory(folder).read().size == latest(session).size == 2
    assert "from 1 entries, because the disk with the keys was lost" in run("verify").output
