"""The log over HTTP: tiles, checkpoints, proofs, witnesses, archive, and its page."""

import fcntl
import gzip
import io
import itertools
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certificates.ledger import tiles, tree
from certificates.ledger.notes import LONGEST_NOTE, Algorithm, Checkpoint, Note, Vkey, cosign
from certificates.ledger.proof import Proof
from certificates.ledger.services import append
from certificates.lifecycle.rules import certificate_number
from certificates.lifecycle.services import number_certificate
from portal.app import create_app
from portal.signing import ledger_file
from portal.signing.keys import current_keys
from portal.stores.roles import REGISTER
from portal.work import handlers
from portal.work.schedule import sign_head
from tests.kit.browser import Browser
from tests.kit.factories.certificates import BODY, make_grant
from tests.kit.factories.ledger import (
    LOG,
    TheirLog,
    add,
    fill,
)
from tests.kit.published import unbundle

ORIGIN = "127.0.0.1:8000/ledger"
NUMBER = certificate_number(2026, 1)
OTHER = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
WITNESS = Vkey.of("witness.example/w", OTHER, Algorithm.COSIGNATURE)


@pytest.fixture
def database_role():
    """These pages ask for no more than the role of the register alone."""
    return REGISTER


@pytest.fixture
def sign(app, session):
    """Sign the log as it is, as the periodic task does."""

    def sign():
        with app.app_context():
            sign_head(session)
        session.commit()

    return sign


@pytest.fixture
def keys(app):
    with app.app_context():
        return [Vkey.of(ORIGIN, key) for key in current_keys().ledger_public]


@pytest.fixture
def known(app, monkeypatch):
    """Settings that know a witness and a log."""
    settings = app.extensions["settings"]
    for name, key in (("ledger_witnesses", WITNESS), ("ledger_witnessed", LOG)):
        object.__setattr__(settings, name, (str(key),))
    yield settings
    for name in ("ledger_witnesses", "ledger_witnessed"):
        object.__setattr__(settings, name, ())


def read(client, path, status=200):
    response = client.get(path, buffered=True)
    assert response.status_code == status, (path, response.data[:200])
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in response.headers
    return response


def test_an_empty_log_says_so(client):
    for path in ("checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1", "dump.zip"):
        response = read(client, f"/ledger/{path}", 404)
        assert response.content_type == "text/plain; charset=utf-8"
        assert response.headers["Cache-Control"] == "no-store"


def test_anybody_rebuilds_the_log_from_its_checkpoint_and_tiles(client, session, sign, keys):
    fill(session, 600)
    sign()
    response = read(client, "/ledger/checkpoint")
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, no-cache"
    note = Note.parse(response.text)
    note.verified(keys)
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size) == (ORIGIN, 600)
    leaves = []
    for tile in tiles.tiles_of(600):
        response = read(client, f"/ledger/{tile.path}")
        assert response.content_type == "application/octet-stream"
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        if tile.level is None:
            leaves += map(tree.leaf_hash, unbundle(response.data))
        else:
            assert len(response.data) == 32 * tile.width
    assert tree.root_of(leaves) == checkpoint.root


def test_entries_come_compressed_for_who_can_unpack_them(client, session, sign):
    fill(session, 300)
    sign()
    whole = read(client, "/ledger/tile/entries/000")
    packed = client.get("/ledger/tile/entries/000", headers={"Accept-Encoding": "gzip, identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == whole.data
    assert len(packed.data) < len(whole.data) / 3
    assert packed.headers["ETag"] != whole.headers["ETag"]
    assert "Content-Encoding" not in whole.headers
    for response in (whole, packed):
        assert "Accept-Encoding" in response.vary
    for path in ("entries/000", "0/000"):
        refused = client.get(f"/ledger/tile/{path}", headers={"Accept-Encoding": "gzip;q=0"})
        assert "Content-Encoding" not in refused.headers
    assert "Accept-Encoding" not in client.get("/ledger/tile/0/000", headers={"Accept-Encoding": "gzip"}).vary


def test_only_what_is_under_a_checkpoint_is_served(client, session, sign):
    fill(session, 300)
    sign()
    add(session, "later")
    session.commit()
    for path in ("0/001.p/44", "entries/001.p/44", "0/000", "0/000.p/7", "1/000.p/1"):
        read(client, f"/ledger/tile/{path}")
    for path in (
        "0/001.p/45",
        "entries/001.p/45",
        "0/001",
        "1/000",
        "2/000.p/1",
        "0/000.p/256",
        "0/x000/000",
        "x",
        "0/",
    ):
        read(client, f"/ledger/tile/{path}", 404)


def test_a_tile_is_asked_for_again_with_its_etag_only(client, session, sign):
    fill(session, 3)
    sign()
    etag = read(client, "/ledger/tile/0/000.p/3").headers["ETag"]
    assert client.get("/ledger/tile/0/000.p/3", headers={"If-None-Match": etag}).status_code == 304


def test_the_proof_of_a_certificate_needs_nothing_else(client, session, sign, keys):
    append(session, {"type": "issued", "number": NUMBER})
    sign()
    path = f"/certificates/{NUMBER}.tlog-proof"
    bundle = Proof.parse(read(client, path).text)
    assert bundle.verify(bundle.extra, keys).size == 1
    append(session, {"type": "suspended", "number": NUMBER})
    session.commit()
    response = read(client, path, 404)
    assert response.headers["Retry-After"] == "60"
    assert "not under a signed checkpoint yet" in response.text
    sign()
    assert json.loads(Proof.parse(read(client, path).text).extra)["type"] == "suspended"


def test_no_proof_of_what_the_log_does_not_know(client):
    read(client, f"/certificates/{NUMBER}.tlog-proof", 404)
    read(client, "/certificates/nonsense.tlog-proof", 404)


# Witnesses


def test_a_witness_posts_its_cosignature_and_it_is_served(client, session, sign, keys, known):
    append(session, {"type": "issued", "number": NUMBER})
    sign()
    text = Note.parse(client.get("/ledger/checkpoint").text).text
    posted = str(Note(text, (cosign(text, WITNESS.name, OTHER, 1_700_000_000),)))
    response = client.post("/ledger/cosignatures", data=posted.encode())
    assert (response.status_code, response.text) == (200, "1\n")
    served = Note.parse(client.get("/ledger/checkpoint").text)
    assert served.verified([*keys, WITNESS])[WITNESS] == 1_700_000_000
    assert WITNESS in Proof.parse(client.get(f"/certificates/{NUMBER}.tlog-proof").text).note.verified([WITNESS])


def test_what_no_witness_signed_is_refused(client, session, sign, known):
    add(session, "A")
    sign()
    text = Note.parse(client.get("/ledger/checkpoint").text).text
    stranger = Ed25519PrivateKey.generate()
    strange = Checkpoint(ORIGIN, 1, tree.EMPTY).text
    largest, larger = (Checkpoint(ORIGIN, size, tree.EMPTY).text for size in (2**63 - 1, 2**63))
    for body, status in (
        (str(Note(text, (cosign(text, WITNESS.name, stranger, 1),))), 403),
        (str(Note(largest, (cosign(largest, WITNESS.name, stranger, 1),))), 404),
        (str(Note(larger, (cosign(larger, WITNESS.name, stranger, 1),))), 403),
        (client.get("/ledger/checkpoint").text, 403),
        (str(Note(strange, (cosign(strange, WITNESS.name, OTHER, 1),))), 404),
        ("", 403),
        (b"\xff\xfe", 403),
        ("x" * 3 * LONGEST_NOTE, 413),
    ):
        assert client.post("/ledger/cosignatures", data=body).status_code == status


def test_we_answer_other_logs_as_a_witness_must(client, known):
    log = TheirLog()
    with client.application.app_context():
        ours = [Vkey.of("127.0.0.1:8000/witness", key, Algorithm.COSIGNATURE) for key in current_keys().ledger_public]

    def post(data):
        return client.post("/witness/add-checkpoint", data=data.encode() if isinstance(data, str) else data)

    first = log.submission(0, 5)
    response = post(first)
    assert response.status_code == 200
    assert Note.parse(first.partition("\n\n")[2] + response.text).verified(ours)
    conflict = post(log.submission(0, 9))
    assert (conflict.status_code, conflict.text, conflict.content_type) == (409, "5\n", "text/x.tlog.size")
    assert post(log.submission(5, 9, name="unknown.example")).status_code == 404
    assert post(log.submission(5, 9, key=Ed25519PrivateKey.generate())).status_code == 403
    assert post(TheirLog("forged").submission(5, 9)).status_code == 422
    assert post(TheirLog("forged").submission(5, 5)).status_code == 409
    assert post(log.submission(5, 5).replace("old 5", "old 6")).status_code == 400
    assert post("nonsense").status_code == 400
    assert post(b"\xff" * 3 * LONGEST_NOTE).status_code == 413
    assert post(log.submission(5, 9)).status_code == 200


def test_who_witnesses_nobody_knows_no_log(client):
    assert client.post("/witness/add-checkpoint", data=TheirLog().submission(0, 5)).status_code == 404


# The archive


def test_the_archive_holds_the_log_and_what_its_check_needs(client, session, sign):
    fill(session, 300)
    sign()
    response = read(client, "/ledger/dump.zip")
    assert response.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert [name for name in names if name.startswith("ledger/tile")] == [
            f"ledger/{tile.path}" for tile in tiles.tiles_of(300)
        ]
        assert archive.read("ledger/checkpoint") == client.get("/ledger/checkpoint").data
        assert archive.read("ledger/tile/0/000") == client.get("/ledger/tile/0/000").data
        manifest = json.loads(archive.read("manifest.json"))
        assert (manifest["format"], manifest["origin"], manifest["size"]) == (1, ORIGIN, 300)
        lines = archive.read("ledger/checkpoints.jsonl").decode().splitlines()
        assert [json.loads(line)["size"] for line in lines] == [300]
        assert [Vkey.parse(each).name for each in manifest["vkeys"]] == [ORIGIN]
        assert archive.read("roots.pem").count(b"BEGIN CERTIFICATE") == 1


@pytest.fixture(autouse=True)
def no_archive_of_another_test(settings):
    shutil.rmtree(settings.cache_dir, ignore_errors=True)


def made(settings):
    return {path: path.stat().st_mtime_ns for path in (settings.cache_dir / "ledger").glob("*.zip")}


def test_the_archive_is_made_once_per_checkpoint_and_holds_no_snapshot(client, session, sign, settings):
    fill(session, 3)
    sign()
    downloads = [client.get("/ledger/dump.zip", buffered=True) for _ in range(2)]
    before = made(settings)
    assert client.get("/ledger/dump.zip", buffered=True, headers={"Range": "bytes=0-3"}).data == b"PK\x03\x04"
    assert made(settings) == before
    append(session, {"type": "issued", "number": NUMBER})
    sign()
    newer = client.get("/ledger/dump.zip", buffered=True)
    assert "keurwerk-ledger-4.zip" in newer.headers["Content-Disposition"]
    assert downloads[0].data == downloads[1].data != newer.data
    assert all("keurwerk-ledger-3.zip" in each.headers["Content-Disposition"] for each in downloads)
    assert len(made(settings)) <= 2


def test_the_archive_is_made_anew_as_lists_of_statuses_change(client, session, sign, settings):
    fill(session, 3)
    sign()
    client.get("/ledger/dump.zip", buffered=True)
    (file,) = made(settings)
    os.utime(file, (0, 0))
    client.get("/ledger/dump.zip", buffered=True)
    assert file.stat().st_mtime > 0


def test_while_somebody_makes_the_archive_the_next_one_comes_back(client, session, sign, settings, monkeypatch):
    fill(session, 3)
    sign()
    folder = settings.cache_dir / "ledger"
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(ledger_file, "_is_fresh", lambda _: False)
    monkeypatch.setattr(ledger_file, "_PAUSE", 0)
    monkeypatch.setattr(ledger_file.time, "monotonic", itertools.count().__next__)
    with (folder / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        refused = client.get("/ledger/dump.zip", buffered=True)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
    assert client.get("/ledger/dump.zip", buffered=True).status_code == 200


@pytest.fixture
def no_folder(app, settings, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setitem(app.extensions, "settings", replace(settings, cache_dir=tmp_path / "file"))


@pytest.mark.usefixtures("no_folder")
def test_a_folder_that_takes_no_files_is_a_part_that_is_down(client, session, sign):
    fill(session, 3)
    sign()
    assert client.get("/ledger/dump.zip", buffered=True).status_code == 503


def test_asking_for_the_head_of_the_archive_does_not_write_it(client, session, sign):
    fill(session, 3)
    sign()
    response = client.head("/ledger/dump.zip", buffered=True)
    assert (response.status_code, response.data) == (200, b"")


def test_the_verifier_is_there_to_be_fetched(client):
    response = read(client, "/ledger/keurwerk-verify")
    assert response.data.startswith(b"#!/usr/bin/env python3")


# The page


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.usefixtures("known")
def test_the_page_shows_the_last_checkpoints_and_who_saw_them(app, client, session, sign, language):
    assert Browser(app, language).open("/ledger").soup.select("main table") == []
    for size in range(1, 4):
        append(session, {"type": "issued", "number": NUMBER})
        sign()
        if size == 2:
            text = Note.parse(client.get("/ledger/checkpoint").text).text
            client.post("/ledger/cosignatures", data=str(Note(text, (cosign(text, WITNESS.name, OTHER, 5),))))
    page = Browser(app, language).open("/ledger")
    rows = [[cell.text.strip() for cell in row.select("th, td")] for row in page.soup.select("main tbody tr")]
    assert [row[1] for row in rows] == ["3", "2", "1"]
    assert [WITNESS.name in row[3] for row in rows] == [False, True, False]
    assert ORIGIN in page.text
    assert "127.0.0.1:8000/witness" in page.text


def test_the_page_is_in_the_footer(app):
    assert Browser(app).open("/").link("Public log") == "/ledger"


def test_the_register_alone_serves_the_log_without_a_private_key(settings, session, make_session, sign, monkeypatch):
    append(session, {"type": "issued", "number": NUMBER})
    sign()
    monkeypatch.setattr("portal.signing.signer.ensure_keyring", None)
    alone = create_app(settings, doors=("registry",))
    alone.extensions["sessionmaker"].kw["bind"].dispose()
    monkeypatch.setitem(alone.extensions, "sessionmaker", make_session)
    client = alone.test_client()
    for path in (
        "/ledger", "/ledger/checkpoint", "/ledger/tile/0/000.p/1", "/ledger/dump.zip",
        f"/certificates/{NUMBER}.tlog-proof",
    ):  # fmt: skip
        assert client.get(path, buffered=True).status_code == 200, path


def test_what_the_worker_seals_is_verified_by_who_shares_nothing_with_us(app, client, session, sign, tmp_path):
    """From a grant to the verdict of the stand-alone verifier, over the addresses that everybody has."""
    certificate = number_certificate(session, make_grant(session).id, base_url="http://127.0.0.1:8000", body=BODY)
    session.flush()
    with app.app_context():
        handlers.seal(session, {"certificate_id": str(certificate.id)})
        handlers.sign_lists(session, {})
    sign()
    for path in (f"/certificates/{certificate.number}.pdf", "/ledger/dump.zip", "/ledger/keurwerk-verify"):
        (tmp_path / path.rpartition("/")[2]).write_bytes(client.get(path, buffered=True).data)
    command = [sys.executable, "-I", "keurwerk-verify", "dump.zip", "--pdf", f"{certificate.number}.pdf", "--json"]
    report = json.loads(subprocess.run(command, capture_output=True, check=False, cwd=tmp_path).stdout)
    assert (report["verdict"], report["certificate"]["number"]) == ("genuine", certificate.number), report
    assert "not on the revocation list; not on the suspension list" in report["steps"][-1]["detail"]
