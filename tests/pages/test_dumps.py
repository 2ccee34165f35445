"""The whole register as files: complete, the same for the same day and position, described, signed."""

import csv
import gzip
import hashlib
import io
import json
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product

import duckdb
import pytest

from audits.core import clock
from certificates.credentials import jwks, tokens
from certificates.ledger.entries import EntryType
from certificates.lifecycle.workflow import CertificateState as S
from certificates.register.lines import lines as lines_of
from certificates.register.models import RegisterEntry
from certificates.register.queries import entry_of
from portal.doors.registry import downloads, dumps
from portal.doors.registry.facts import agency_facts
from portal.doors.tables import cell
from portal.signing.keys import current_keys
from portal.signing.ledger_file import alone
from portal.stores.roles import REGISTER
from tests.kit.factories.agencies import make_agency
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


ODD = ['Flex "24"', "a|b", '", "', "c:\\d", "e,\nf\t", "Żółć", "\u0001", '"due_on":', "[]", ""]
ORDINARY = {
    "activities": ["payrolling"],
    "sectors": ["meat"],
    "recruitment_countries": ["PL", "RO"],
    "own_housing": True,
}


LAST = date(2027, 3, 31)


def cells(facts):
    """What a row of the table says of an agency of the open data."""
    mark = facts["certificate"] or {}
    scope, scheme = mark.get("scope") or {}, mark.get("scheme") or {}
    values = facts | mark | scope | {f"scheme{name.title()}": value for name, value in scheme.items()}
    said = [values.get("number" if name == "certificateNumber" else name) for name in dumps.COLUMNS]
    return [
        "|".join(each.replace("|", "/") for each in value) if isinstance(value, list) else cell(value) for value in said
    ]


def strange(session, scheme, place, state, terms):
    """An entry as no service would make it, in a state, with texts that JSON and CSV write in ways of their own."""
    conditional, provisional, applied = terms
    agency = make_agency(session)
    name = f"nl-{agency.register_number}"
    entry = RegisterEntry(
        agency_id=agency.id, public_id=name, legal_name=ODD[place % len(ODD)], trade_names=ODD[: place % 4],
        former_names=ODD[place % len(ODD) :], country="NL", register_number=agency.register_number,
        city=ODD[-place % 7],
        listed=True, applied_on=date(2026, 12, 31) if applied else None, applied_months=3, state=state,
        conditional=conditional, provisional=provisional, under_appeal=applied,
        conditions=ODD if conditional and state else [],
        condition_terms=[], excepted=ORDINARY, scope={}, scheme={}, details={}, sort_name="", folded="", numbers=[],
        updated_at=clock.now(),
    )  # fmt: skip
    if state:
        entry.since, entry.valid_from, entry.valid_until = date(2026, 4, 1), date(2026, 4, 1), LAST
        entry.certificate_number, entry.scheme = f"KW-{place}", scheme
        entry.condition_terms = [{"text": each, "due_on": "2027-01-01", "met_on": None} for each in entry.conditions]
        entry.scope = {"sectors": ODD} if provisional else ORDINARY
    session.add(entry)
    return entry


def test_the_database_writes_what_the_open_data_say(app, session):
    """In every state, on days around the last one that is valid and the last one that an application is shown."""
    scheme = entry_of(session, make_certificate(session).agency.id).scheme
    states = [None, S.ACTIVE, S.PARTLY_SUSPENDED, S.SUSPENDED, S.WITHDRAWN, S.ENDED]
    ways = [(False, False, False), (True, False, True), (False, True, True), (True, True, False)]
    entries = [
        strange(session, scheme, place, state, terms) for place, (state, terms) in enumerate(product(states, ways))
    ]
    session.flush()
    for day in (LAST + timedelta(days=days) for days in (-400, -1, 0, 1, 400)):
        with app.test_request_context():
            expected = {each.public_id: json.loads(json.dumps(agency_facts(each, day))) for each in entries}
        written = list(lines_of(session, day, app.extensions["settings"].public_url, list(dumps.COLUMNS)))
        found = {each["publicId"]: each for each in (json.loads(line) for line, _ in written)}
        table = csv.reader(io.StringIO("".join(row.decode() + "\r\n" for _, row in written), newline=""))
        rows = {row[0]: row for row in table}
        assert list(found) == sorted(found) == list(rows)
        assert {name: found[name] for name in expected} == expected
        assert {name: rows[name] for name in expected} == {name: cells(each) for name, each in expected.items()}


def test_the_files_are_kept_packed_and_sent_so_to_who_unpacks_them(client, agencies):
    for name in ("agencies.csv", "agencies.jsonl"):
        plain, packed = fetch(client, name), fetch(client, f"{name}.gz")
        assert gzip.decompress(packed) == plain
        with client.get(f"/dumps/{name}", headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.data == packed
            assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Encoding")
            assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
            assert answer.mimetype != "application/gzip"
            tag = answer.headers["ETag"]
        with client.get(f"/dumps/{name}") as answer:
            assert answer.headers["ETag"] != tag
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert "Content-Encoding" not in answer.headers


def test_a_register_of_nobody_has_files_too(client, tmp_path):
    assert lines(client) == rows(client) == []
    for name in ("agencies.csv.gz", "agencies.jsonl.gz"):
        assert gzip.decompress(fetch(client, name)) == fetch(client, name.removesuffix(".gz"))
    assert fetch(client, "agencies.csv").count(b"\n") == 1
    (tmp_path / "agencies.parquet").write_bytes(fetch(client, "agencies.parquet"))
    assert duckdb.read_parquet(str(tmp_path / "agencies.parquet")).fetchall() == []


def test_a_file_is_unpacked_once(client, agencies, cache):
    fetch(client, "agencies.csv")
    (folder,) = (each for each in cache.iterdir() if each.is_dir())
    assert [each.name for each in (folder / "as-read").iterdir()] == ["agencies.csv"]
    (folder / "agencies.csv.gz").write_bytes(b"")
    assert fetch(client, "agencies.csv")


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
