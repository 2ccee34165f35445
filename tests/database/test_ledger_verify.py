"""`keurwerk ledger verify`: passes, or names the first problem."""

import json
import zipfile
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from audits.core.access import Role
from certificates.ledger import verify
from certificates.ledger.caselog import append_head
from certificates.ledger.models import SignedCheckpoint
from certificates.ledger.notes import Checkpoint, Note, Vkey
from certificates.ledger.queries import latest
from certificates.ledger.services import append
from certificates.ledger.verify import problems
from certificates.lifecycle import services
from certificates.seal import Keyring, ensure_keyring
from certificates.seal.keyring.custody import create_key, mark_compromised
from certificates.seal.keyring.keys import Purpose
from portal.commands import ledger as ledger_command
from portal.commands.cli import main
from portal.commands.ledger import ledger_commands
from portal.signing.keys import current_keys
from portal.stores.roles import WORKER
from portal.work.schedule import sign_head
from tests.kit.factories.ledger import (
    KEY,
    VKEY,
    happen,
    issued,
    make_checkpoint,
)
from tests.kit.factories.ledger import sign as signature
from tests.kit.factories.people import make_person

ORIGIN = "127.0.0.1:8000/ledger"


@pytest.fixture
def database_role():
    """Commands work as the worker does, which sees every event."""
    return WORKER


@pytest.fixture
def log(app, session):
    """Provide a log with two certificates, a head of the case log and two checkpoints."""
    happen(session, 3, 2)
    first = issued(session)
    sign(app, session)
    append_head(session)
    second = issued(session, sha256="b" * 64)
    decider = make_person(session, Role.DECIDER).actor
    services.suspend_certificate(session, decider, first.id, reasons="Signals about unpaid wages.")
    sign(app, session)
    return first, second


def sign(app, session):
    with app.app_context():
        sign_head(session)
    session.commit()


def run(app, *arguments):
    return CliRunner().invoke(ledger_commands, arguments, obj=app)


def spoil(session, table, statement):
    session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    session.execute(text(statement))
    session.commit()
    session.expire_all()


def test_all_is_right(app, session, log):
    result = run(app, "verify")
    assert (result.exit_code, result.output) == (0, f"{ORIGIN}: 4 entries, all is right\n")


def test_an_empty_log_is_right(app):
    with app.app_context():
        assert current_keys().roots  # makes the keys
    assert run(app, "verify").exit_code == 0


@pytest.mark.parametrize(
    ("table", "statement", "said"),
    [
        ("ledger_entry", "UPDATE ledger_entry SET data = '{}' WHERE index = 0", "entry 0: the hash is not"),
        ("ledger_entry", "UPDATE ledger_entry SET hash = data WHERE index = 2", "entry 2: the hash is not"),
        ("ledger_entry", "UPDATE ledger_entry SET number = 'KW' WHERE index = 2", "entry 2: the columns say"),
        ("ledger_entry", "UPDATE ledger_entry SET type = 'lifted' WHERE index = 3", "entry 3: the columns say"),
        ("ledger_entry", "DELETE FROM ledger_entry WHERE index = 1", "entry 1 is missing"),
        ("ledger_entry", "DELETE FROM ledger_entry WHERE index = 3", "checkpoint 4: the log has no such size"),
        ("checkpoint", "UPDATE checkpoint SET root = '\\x00' WHERE size = 1", "checkpoint 1: what was signed is not"),
        ("checkpoint", "UPDATE checkpoint SET note = replace(note, '—', '-')", "checkpoint 1: a line is no signature"),
        ("checkpoint", "UPDATE checkpoint SET note = 'x' || note WHERE size = 4", "checkpoint 4: the signature of"),
        ("event", "UPDATE event SET data = '{}' WHERE name = 'case.test'", "entry 1: the events 1 to"),
        ("event", "DELETE FROM event WHERE name = 'case.test'", "entry 1: the events 1 to"),
        ("event_note", """UPDATE event_note SET data = '{"reason": "Another."}'""", "its note is not the one that was"),
        ("ledger_node", "INSERT INTO ledger_node VALUES (1, 0, '\\x00')", "there is a hash of tile 1/0, but not what"),
        ("certificate", "UPDATE certificate SET state = 'active'", "is active, but the log says suspended"),
        ("document", "UPDATE document SET sha256 = sha256 || 'c'", "the recorded file is not the one in the log"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("log")
def test_what_is_wrong_is_named(app, session, table, statement, said):
    spoil(session, table, statement)
    result = run(app, "verify")
    assert result.exit_code == 1
    assert said in result.output.splitlines()[0]


def test_an_event_that_was_moved_is_found(app, session, log):
    session.execute(text("DELETE FROM event_note"))  # forgotten, which changes nothing of what follows
    spoil(session, "event", "UPDATE event SET id = 1000000 WHERE id = (SELECT max(id) FROM event)")
    assert run(app, "verify").exit_code == 0  # no head covers it yet
    spoil(session, "event", "UPDATE event SET id = 0 WHERE id = (SELECT min(id) FROM event)")
    assert "the events 1 to" in run(app, "verify").output


def test_a_checkpoint_that_another_key_signed_is_found(app, session, log):
    checkpoint = latest(session)
    said = Checkpoint(ORIGIN, checkpoint.size, checkpoint.root).text
    forged = Note(said, (signature(said, ORIGIN, KEY),))
    session.execute(text("ALTER TABLE checkpoint DISABLE TRIGGER USER"))
    checkpoint.note = str(forged)
    session.commit()
    assert run(app, "verify").output.splitlines() == ["checkpoint 4: no known key signed this"]


def test_a_log_that_was_written_anew_does_not_fit_its_checkpoints(app, session, log):
    """Whoever changes entry and hash alike meets the signature."""
    spoil(
        session,
        "ledger_entry",
        "UPDATE ledger_entry SET data = convert_to(replace(convert_from(data, 'UTF8'), 'certified', 'expired'), 'UTF8')"
        " WHERE index = 0",
    )
    spoil(session, "ledger_entry", "UPDATE ledger_entry SET hash = sha256('\\x00'::bytea || data)")
    assert run(app, "verify").output.splitlines() == [
        "checkpoint 1: the root is not that of the first 1 entries",
        "checkpoint 4: the root is not that of the first 4 entries",
    ]


def test_large_logs_are_right_tile_by_tile(app, session):
    with app.app_context():
        keys = [Vkey.of(ORIGIN, key) for key in current_keys().ledger_public]
    for number in range(600):
        append(session, {"type": "issued", "number": f"KW-{number}"})
    sign(app, session)
    wrong = list(problems(session, ORIGIN, [*keys, VKEY]))
    assert len(wrong) == 600
    assert all(each.endswith("is in the log, but there is no such certificate") for each in wrong)
    spoil(session, "ledger_node", "UPDATE ledger_node SET hash = '\\x00' WHERE index = 1")
    assert list(problems(session, ORIGIN, keys))[:1] == ["the hash of tile 1/1 is not that of its entries"]


def test_only_so_many_lines(app, session):
    with app.app_context():
        assert current_keys().roots
    for number in range(30):
        append(session, {"type": "issued", "number": f"KW-{number}"})
    session.commit()
    lines = run(app, "verify").output.splitlines()
    assert (len(lines), lines[-1]) == (21, "… and perhaps more")


def test_the_keys_are_listed(app, log):
    (line,) = run(app, "key").output.splitlines()
    assert Vkey.parse(line).name == ORIGIN


def test_the_archive_is_written(app, log, tmp_path):
    file = tmp_path / "log.zip"
    assert run(app, "dump", str(file)).output == f"{file}: 4 entries\n"
    with zipfile.ZipFile(file) as archive:
        assert json.loads(archive.read("manifest.json"))["size"] == 4


def test_there_is_no_archive_of_nothing(app, tmp_path):
    assert run(app, "dump", str(tmp_path / "log.zip")).exit_code == 1


def test_the_commands_are_joined():
    assert main.commands["ledger"] is ledger_commands


def test_a_new_key_goes_on_where_the_old_one_ended(settings, session, tmp_path):
    """And what a key signed before it was lost stays what was signed."""
    ring = ensure_keyring(tmp_path / "keys", "Stichting Keurwerk", "a passphrase")
    for key in ("old", "new"):
        issued(session, sha256=key)
        make_checkpoint(session, ORIGIN, Keyring.open(ring.folder, "a passphrase").ledger_key())
        session.flush()
        made = create_key(ring.folder, Purpose.LEDGER, "Stichting Keurwerk", "a passphrase")
    mark_compromised(ring.folder, made.id, reason="A laptop was lost.")
    assert len({each.vkey for each in session.scalars(select(SignedCheckpoint))}) == 2
    ever = ledger_command._ever(replace(settings, seal_dir=ring.folder))
    assert (len(ever), len(Keyring.open(ring.folder).ledger_public())) == (3, 2)
    assert list(problems(session, ORIGIN, [Vkey.of(ORIGIN, key) for key in ever])) == []


def test_what_moves_on_meanwhile_is_not_held_against_it(session, monkeypatch):
    first = issued(session)
    monkeypatch.setattr(verify, "size_of", lambda session: 1)
    services.suspend_certificate(
        session, make_person(session, Role.DECIDER).actor, first.id, reasons="Signals about unpaid wages."
    )
    assert list(problems(session, ORIGIN, [])) == []
