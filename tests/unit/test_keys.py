"""The keys of a process: cached, reloaded after a change of the keyring, never created by readers."""

import os
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask

from certificates.seal import KeysError, ensure_keyring
from certificates.seal.keyring import keys as ring_keys
from certificates.seal.keyring.custody import create_key, mark_compromised
from certificates.seal.keyring.keys import MANIFEST, Keyring, Purpose, know
from portal.settings import Settings
from portal.signing import signer
from portal.signing.keys import current_keys, existing_keys
from tests.kit.keyring import BODY, WORD, keyring


@pytest.fixture
def app(tmp_path):
    app = Flask("keys")
    folder = keyring(tmp_path / "seal")
    app.extensions["settings"] = Settings("", "", "", seal_dir=folder, seal_passphrase=WORD)
    with app.app_context():
        yield app


@pytest.fixture
def folder(app):
    return app.extensions["settings"].seal_dir


def configure(app, **changes):
    app.extensions["settings"] = replace(app.extensions["settings"], **changes)


def test_all_parts_come_from_one_reading(app, folder, monkeypatch):
    read, read_manifest = [], ring_keys.read_manifest
    monkeypatch.setattr(ring_keys, "read_manifest", lambda folder: read.append(folder) or read_manifest(folder))
    for _ in range(2):
        found = current_keys()
        parts = (
            found.roots,
            found.ledger_public,
            found.sealer,
            found.authority,
            found.credential_key,
            found.ledger_key,
        )
        assert all(parts)
    assert read == [folder] * 2  # once for what is public, once by the signer
    assert current_keys() is found


def test_a_rotation_between_two_calls_is_seen_by_the_second(app, folder):
    first = current_keys()
    sealer, known = first.sealer, first.sealers
    create_key(folder, Purpose.SEAL, BODY, WORD)
    second = current_keys()
    assert second.sealer is not sealer
    assert second.sealers > known


def test_what_was_taken_before_a_rotation_still_fits_together(app, folder):
    first = current_keys()
    assert first.available  # read now, everything else below
    create_key(folder, Purpose.LEDGER, BODY, WORD)
    create_key(folder, Purpose.CREDENTIAL, BODY, WORD)
    assert first.ledger_key.public_key() == first.ledger_public[0]
    assert first.credential_key.public_key() in first.credential_public.values()
    second = current_keys()
    assert second.ledger_public[1:] == first.ledger_public
    assert second.credential_key.public_key() not in first.credential_public.values()


def test_a_compromise_counts_at_once(app, folder):
    assert not current_keys().distrusted
    create_key(folder, Purpose.SEAL, BODY, WORD)
    lost = Keyring.open(folder).of(Purpose.SEAL)[1]
    mark_compromised(folder, lost.id, reason="a laptop was stolen")
    assert len(current_keys().distrusted) == 1


def test_two_changes_at_the_same_moment_are_two(app, folder):
    manifest = folder / MANIFEST
    moment = manifest.stat().st_mtime_ns
    before = current_keys().ledger_key.public_key()
    create_key(folder, Purpose.LEDGER, BODY, WORD)
    os.utime(manifest, ns=(moment, moment))
    assert current_keys().ledger_key.public_key() != before


def test_who_only_reads_needs_no_passphrase_and_writes_nothing(app, folder, monkeypatch):
    configure(app, seal_passphrase="")
    monkeypatch.setattr(signer, "ensure_keyring", None)
    before = sorted(folder.iterdir())
    found = existing_keys()
    assert found.roots == [found.own_root]
    assert all((found.credential_public, found.ledger_public, found.sealers))
    assert not found.distrusted
    assert sorted(folder.iterdir()) == before


def test_without_the_passphrase_nothing_can_be_sealed(app):
    configure(app, seal_passphrase="")
    assert not current_keys().available
    with pytest.raises(KeysError, match="passphrase"):
        assert current_keys().sealer


def test_where_there_is_no_keyring_none_is_made_by_who_asks(app, tmp_path):
    configure(app, seal_dir=tmp_path / "nothing")
    assert not current_keys().available
    with pytest.raises(KeysError, match="no keyring"):
        existing_keys()
    assert not (tmp_path / "nothing").exists()


def test_who_signs_makes_the_keyring_that_is_missing(app, tmp_path):
    configure(app, seal_dir=tmp_path / "fresh")
    key = current_keys().ledger_key
    assert existing_keys().ledger_key.public_key() == key.public_key()


def test_a_certificate_that_another_process_comes_to_know_is_ours(app, folder, tmp_path):
    held = current_keys()
    elsewhere = ensure_keyring(tmp_path / "module", BODY, WORD)
    certificate = elsewhere.certificate(elsewhere.active(Purpose.SEAL))
    assert len(held.sealers) == 1
    know(folder, certificate.public_bytes(Encoding.DER))
    assert len(held.sealers) == 2


def test_a_key_that_an_older_release_did_not_have_is_made(app, folder):
    without = tuple(entry for entry in Keyring.open(folder).entries if entry.purpose is not Purpose.LEDGER)
    ring_keys.write_manifest(folder, without)
    assert not current_keys().ledger_public
    key = current_keys().ledger_key.public_key()
    assert current_keys().ledger_public == [key]
