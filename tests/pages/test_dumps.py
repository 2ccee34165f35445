"""The whole register as files: complete, the same for the same day and position, described, signed."""

import csv
import hashlib
import io
import json
import sys
from dataclasses import replace
from datetime import datetime

import duckdb
import pytest

from audits.core import clock
from certificates.credentials import jwks, tokens
from certificates.ledger.entries import EntryType
from certificates.lifecycle.workflow import CertificateState as S
from certificates.register.models import RegisterEntry
from certificates.register.queries import entry_of
from portal.doors.registry import downloads, dumps
from portal.doors.registry.facts import agency_facts
from portal.signing.keys import current_keys
from portal.signing.ledger_file import alone
from portal.stores.roles import REGISTER
from tests.kit.factories.certificates import change, make_applicant, make_certificate
from tests.pages.test_feeds import log
from tests.pages.test_register_api import conforms


@pytest.fixture
def database_role():
    """These files ask for no more than the role of the register alone."""
    return REGISTER


@pytest.fixture(autouse=True)
def cache(app, tmp_path, monkeypatch):
    settings = replace(app.extensions["settings"], cache_dir=tmp_path / "cache")
    monkeypatch.setitem(app.extensions, "settings", settings)
    return settings.cache_dir / "dumps"


@pytest.fixture
def agencies(session):
    """Some of every kind; one whose names a spreadsheet would take for a formula, or for two."""
    made = [make_certificate(session).agency, make_certificate(session, S.SUSPENDED).agency, make_applicant(session)]
    made.append(make_certificate(session, conditions=["Repair it."]).agency)
    odd = entry_of(session, made[0].id)
    odd.legal_name, odd.trade_names = '=Flex "24" B.V.', ["a|b", "c,\nd"]
    session.flush()
    return made


def fetch(client, name):
    with client.get(f"/dumps/{name}") as answer:
        assert answer.status_code == 200
        return answer.data


def rows(client):
    return list(csv.DictReader(io.StringIO(fetch(client, "agencies.csv").decode(), newline="")))


def lines(client):
    return [json.loads(line) for line in fetch(client, "agencies.jsonl").decode().split("\n")[:-1]]


def test_both_files_hold_every_agency_as_the_open_data_has_it(app, client, session, agencies):
    held, entries = lines(client), session.query(RegisterEntry).order_by(RegisterEntry.public_id).all()
    with app.test_request_context():
        expected = [json.loads(json.dumps(agency_facts(entry, clock.today()))) for entry in entries]
    assert held == expected
    assert all(conforms(each, "Agency") for each in held)
    table = rows(client)
    assert [row["publicId"] for row in table] == [each["publicId"] for each in held]
    odd = next(row for row in table if row["legalName"].endswith('Flex "24" B.V.'))
    assert (odd["legalName"][0], odd["tradeNames"]) == ("'", "a/b|c,\nd")
    assert {row["reliable"] for row in table} == {"true", "false"}
    assert all(row["registerNumber"] for row in table)


def test_parquet_has_the_columns_of_the_csv_with_their_types(client, agencies, tmp_path):
    """Read by DuckDB, while ours is written by arrow-rs; in a process of its own, so that this one stays small."""
    file = tmp_path / "agencies.parquet"
    file.write_bytes(fetch(client, "agencies.parquet"))
    found = duckdb.read_parquet(str(file))
    kinds = {"string": "VARCHAR", "boolean": "BOOLEAN", "date": "DATE", "dateTime": "TIMESTAMP WITH TIME ZONE"}
    assert dict(zip(found.columns, map(str, found.types), strict=True)) == {
        name: kinds[kind] for name, kind in dumps.COLUMNS.items()
    }
    table = found.project("COLUMNS(*)::VARCHAR").fetchall()
    written = [[cell.removeprefix("'") or None for cell in row.values()] for row in rows(client)]
    last = len(dumps.COLUMNS) - 1  # a moment, which DuckDB writes in another form
    assert [list(row[:last]) for row in table] == [row[:last] for row in written]
    moments = [at for (at,) in found.project('epoch_us("updatedAt")').fetchall()]
    assert moments == [int(datetime.fromisoformat(row[last]).timestamp() * 1_000_000) for row in written]
    assert not [name for name in sys.modules if name.startswith("arro3")]


def test_without_room_for_a_file_nothing_is_sent(client, agencies, cache, monkeypatch):
    monkeypatch.setattr(dumps, "PARQUET", "nowhere/agencies.parquet")
    assert client.get("/dumps/agencies.csv").status_code == 503
    assert [each for each in cache.iterdir() if each.is_dir()] == []


def test_the_same_day_and_position_give_the_same_bytes(client, agencies, cache):
    names = ("agencies.csv", "agencies.jsonl", "agencies.parquet", "manifest.json")
    first = [fetch(client, name) for name in names]
    (made,) = (each for each in cache.iterdir() if each.is_dir())
    made.rename(cache / "20200101-old")
    assert [fetch(client, name) for name in names] == first


def test_a_set_is_made_once_and_its_position_says_where_changes_begin(client, session, agencies):
    certificate = make_certificate(session)
    position = log(session, certificate, EntryType.ISSUED, "certified")
    before = fetch(client, "agencies.jsonl")
    change(session, certificate, S.SUSPENDED, clock.today(), "Late wages.")
    log(session, certificate, EntryType.SUSPENDED, "suspended")
    assert fetch(client, "agencies.jsonl") == before
    since = client.get("/dumps/manifest.json").get_json()["position"]
    assert since == position
    later = client.get(f"/api/v1/changes?since={since}").get_json()["changes"]
    assert [each["status"] for each in later] == ["suspended"]


def test_the_manifest_is_signed_and_names_what_is_sent(app, client, agencies):
    with app.app_context():
        keys = {tokens.thumbprint(key): key for key in current_keys().credential_public.values()}
    said = tokens.read(client.get("/dumps/manifest.jwt").text, typ=downloads.TYPE, key_for=keys.get)
    assert jwks(keys.values())["keys"]
    for file in said["files"]:
        data = fetch(client, file["name"])
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (file["sha256"], file["size"])
        with client.get(f"/dumps/{file['name']}", headers={"If-None-Match": f'"{file["sha256"]}"'}) as again:
            assert again.status_code == 304
    assert {file["rows"] for file in said["files"]} == {len(lines(client))}


def test_every_column_is_described(client, agencies):
    said = client.get("/dumps/agencies.csv-metadata.json").get_json(force=True)
    columns = [column["name"] for column in said["tableSchema"]["columns"]]
    assert columns == list(rows(client)[0])
    kinds = {column["name"]: column["datatype"] for column in said["tableSchema"]["columns"]}
    assert kinds["registerNumber"] == "string"


def test_while_somebody_else_makes_it_a_visitor_is_asked_to_come_back(client, agencies, cache, monkeypatch):
    monkeypatch.setattr(dumps.newest, "__kwdefaults__", {"patience": 0.0})
    cache.mkdir(parents=True)
    with alone(cache / "lock", 0):
        answer = client.get("/dumps/agencies.csv")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert fetch(client, "agencies.csv")
    assert client.get("/dumps/other.csv").status_code == 404
