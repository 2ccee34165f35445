"""The open data matches its contract exactly."""

import json
import re
from datetime import timedelta

import pytest
from babel import Locale
from jsonschema import Draft202012Validator, FormatChecker

from audits.core import clock
from audits.core.access import Permission
from certificates.lifecycle.workflow import CertificateState
from certificates.register.queries import entry_of
from certificates.register.services import rebuild_all
from portal.doors.registry.contract import contract as contract_of_code
from portal.stores.roles import REGISTER
from portal.web.access import PUBLIC, access_of
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.certificates import (
    change,
    make_applicant,
    make_certificate,
    make_refusal,
)


@pytest.fixture
def database_role():
    """These pages ask for no more than the role of the register alone."""
    return REGISTER


S = CertificateState
TODAY = clock.today()
contract = json.loads(json.dumps(contract_of_code()))
AGENCY = [
    "appliesAgain", "certificate", "city", "country", "exceptedScope", "formerNames", "legalName", "links",
    "provisional", "publicId", "registerNumber", "reliable", "status", "statusSince", "tradeNames",
    "underAppeal", "updatedAt",
]  # fmt: skip


def conforms(value, schema):
    Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": contract["components"]},
        format_checker=FormatChecker(),
    ).validate(value)
    return value


def read(client, path, schema, status=200):
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == status, answer.text
    assert answer.mimetype == ("application/json" if status == 200 else "application/problem+json")
    return conforms(answer.get_json(force=True), schema)


@pytest.fixture
def agencies(session):
    """One of every kind."""
    made = [make_certificate(session, state).agency for state in set(S) - {S.ISSUING, S.REPLACED}]
    made.append(make_certificate(session, conditions=["Repair it."]).agency)
    made.append(make_certificate(session, issued=TODAY - timedelta(days=900), months=12).agency)
    made += [make_applicant(session), make_refusal(session, make_agency(session)).audit.agency]
    return [entry_of(session, agency.id) for agency in made]


def test_every_kind_of_agency_answers_as_the_contract_says(client, agencies):
    for entry in agencies:
        facts = read(client, f"/agencies/{entry.public_id}", "Agency")
        assert sorted(facts) == AGENCY  # a new field is a decision to publish
        assert facts["reliable"] is (facts["status"] in {"certified", "conditional", "partly_suspended"})
        read(client, f"/agencies/{entry.public_id}/history", "History")
        if entry.certificate_number:
            found = read(client, f"/certificates/{entry.certificate_number}", "Certificate")
            assert found["status"] == facts["status"]
            assert found["current"] is True
    statuses = set(contract["components"]["schemas"]["Status"]["enum"])
    assert {entry.status_on(TODAY).value for entry in agencies} == statuses - {"replaced"}  # a newer one is shown


def test_a_replaced_certificate_is_not_called_expired(client, session):
    older = make_certificate(session, issued=TODAY - timedelta(days=60))
    make_certificate(session, agency=older.agency)
    found = read(client, f"/certificates/{older.number}", "Certificate")
    assert (found["status"], found["current"], found["reliable"]) == ("replaced", False, False)


def test_nothing_of_a_person_or_of_a_file_leaks(client, session, agencies):
    agency = make_certificate(session, details={
        "phone": "0612345678", "iban": "NL91ABNA0417164300", "account_holder": "Geheim", "street": "Huisadres 7",
        "website": "https://geheim.example",
    }).agency  # fmt: skip
    public_id = entry_of(session, agency.id).public_id
    data, page = (client.get(path).text for path in (f"/api/v1/agencies/{public_id}", f"/register/{public_id}"))
    for secret in ("NL91ABNA", "Geheim", "All was weighed", str(agency.id)):
        assert secret not in data + page
    for shown in ("0612345678", "Huisadres 7", "geheim.example"):  # on the page of the entry, and only there
        assert shown not in data
        assert shown in page


def test_it_tells_what_held_on_a_day_as_it_was_known(client, session):
    agency = make_certificate(session, S.SUSPENDED, reason="Late wages.").agency
    path = f"/agencies/{entry_of(session, agency.id).public_id}/state"
    day = (TODAY - timedelta(days=10)).isoformat()
    now = read(client, path, "State")
    assert (now["on"], now["known"], now["state"]["status"]) == (TODAY.isoformat(), TODAY.isoformat(), "suspended")
    assert read(client, f"{path}?on={day}", "State")["state"]["status"] == "certified"
    assert read(client, f"{path}?known={day}", "State")["state"]["status"] == "certified"
    assert read(client, f"{path}?on=1990-01-01", "State")["state"] is None
    for wrong in ("on=20270331", "known=2027-02-30", f"on={TODAY + timedelta(days=1)}", "on=1990-01-01&day=1"):
        read(client, f"{path}?{wrong}", "Problem", 400)


def test_the_history_tells_every_status_with_its_reason(client, session):
    certificate = make_certificate(session, issued=TODAY - timedelta(days=100))
    change(session, certificate, S.SUSPENDED, TODAY, "Late wages.")
    entry = entry_of(session, certificate.agency_id)
    history = read(client, f"/agencies/{entry.public_id}/history", "History")["history"]
    assert [(line["status"], line["reason"]) for line in history] == [("suspended", "Late wages."), ("certified", None)]
    assert history[0]["from"] == TODAY.isoformat()


def test_a_walk_through_all_pages_meets_everybody_once(client, session, agencies):
    listed = [entry.public_id for entry in agencies if entry.listed]
    met, path, seen = [], "/api/v1/agencies?pageSize=2", set()
    while path:
        answer = client.get(path)
        met += [each["publicId"] for each in conforms(answer.get_json(), "AgencyPage")["agencies"]]
        links = re.findall(r'<http://127\.0\.0\.1:8000([^>]*)>; rel="(\w+)"', answer.headers["Link"])
        seen |= {relation for _, relation in links}
        path = next((target for target, relation in links if relation == "next"), None)
    assert seen == {"first", "prev", "next"}
    assert sorted(met) == sorted(listed)
    assert len(met) == len(set(met)) == answer.get_json()["total"]


def test_a_search_narrows_and_a_status_filters(client, session, agencies):
    make_applicant(session, legal_name="Zwaluw B.V.")
    found = read(client, "/agencies?q=zwalwu&page=1&pageSize=5", "AgencyPage")
    assert (found["total"], found["matchedBy"], found["agencies"][0]["legalName"]) == (1, "near", "Zwaluw B.V.")
    suspended = read(client, "/agencies?status=suspended", "AgencyPage")
    assert [each["status"] for each in suspended["agencies"]] == ["suspended"]
    assert read(client, "/agencies?page=50", "AgencyPage")["agencies"] == []
    narrow = read(client, "/agencies?status=suspended&status=withdrawn&province=unknown&housing=no", "AgencyPage")
    assert narrow["total"] == sum(narrow["facets"]["status"].get(each, 0) for each in ("suspended", "withdrawn"))
    assert read(client, "/agencies?sort=changed", "AgencyPage")["agencies"][0]["legalName"] == "Zwaluw B.V."


def test_everything_wrong_with_a_query_is_named_at_once(client, session):
    found = read(client, f"/agencies?page=0&pageSize=x&status=happy&colour=red&q={'a' * 201}&q=b", "Problem", 400)
    assert sorted(error["name"] for error in found["errors"]) == ["colour", "page", "pageSize", "q", "status"]
    assert read(client, f"/agencies?q={'a' * 201}", "Problem", 400)["errors"][0]["name"] == "q"
    assert read(client, "/agencies?page=99999999999999999999", "Problem", 400)
    assert read(client, "/agencies/nl-1?x=1", "Problem", 400)


@pytest.mark.parametrize(
    "path",
    ["/agencies/nl-99999999", "/agencies/nl-99999999/history", "/certificates/KW-2026-99999-85", "/certificates/%00",
     "/agencies/", "//agencies", "/openapi.json/", "/nothing", "", "/", "/agencies/%00"],
)  # fmt: skip
def test_what_is_not_there_is_a_problem_and_no_page(client, path):
    assert read(client, path, "Problem", 404)["status"] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_written(client, method):
    answer = client.open("/api/v1/agencies", method=method)
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert {"GET", "HEAD"} <= {each.strip() for each in answer.headers["Allow"].split(",")}
    conforms(json.loads(answer.text), "Problem")


@pytest.mark.parametrize(
    "path", ["/agencies", "/agencies/nl-99999999", "/nothing", "/agencies?page=x", "/openapi.json"]
)
def test_every_answer_names_the_version_is_open_to_all_and_sets_no_cookie(client, session, path):
    for answer in (client.get(f"/api/v1{path}"), client.delete(f"/api/v1{path}")):
        assert answer.headers["API-Version"] == contract["info"]["version"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_an_answer_may_be_kept_for_a_minute_and_its_etag_changes_with_it(client, session):
    certificate = make_certificate(session)
    path = f"/api/v1/agencies/{entry_of(session, certificate.agency_id).public_id}"
    first = client.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert not first.headers["ETag"].startswith("W/")
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    change(session, certificate, S.WITHDRAWN, TODAY)
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_country_that_cldr_names_anew_keeps_its_code(client, session, monkeypatch):
    certificate = make_certificate(session, details={"recruitment_countries": ["PL", "TR"]})
    monkeypatch.setattr(Locale, "territories", property(lambda _: {"TR": "Another name"}))
    rebuild_all(session)
    facts = read(client, f"/agencies/{entry_of(session, certificate.agency_id).public_id}", "Agency")
    assert facts["certificate"]["scope"]["recruitmentCountries"] == ["PL", "TR"]


def test_the_contract_is_served_with_the_address_of_this_installation(client):
    served = client.get("/api/v1/openapi.json").get_json()
    assert served["servers"] == [{"url": "http://127.0.0.1:8000/api/v1"}]
    assert served["info"]["contact"].keys() == {"name", "url", "email"}
    assert {key: served[key] for key in ("openapi", "paths", "components")} == {
        key: contract[key] for key in ("openapi", "paths", "components")
    }


def test_the_contract_lists_every_address_of_the_open_data_and_no_other(app):
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]
    camel = {
        re.sub(r"<(\w+)>", lambda found: "{" + re.sub(r"_(\w)", lambda m: m[1].upper(), found[1]) + "}", rule.rule)
        for rule in rules
    }
    assert camel == {f"/api/v1{path}" for path in contract["paths"]}
    assert {access_of(app, rule.endpoint) for rule in rules} == {PUBLIC}
    assert PUBLIC not in {permission.value for permission in Permission}


def test_the_contract_is_a_sound_openapi_document():
    Draft202012Validator.check_schema({"$defs": contract["components"]["schemas"]})
    assert contract["openapi"].startswith("3.1")
    assert re.fullmatch(r"\d+\.\d+\.\d+", contract["info"]["version"])
    targets = set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(contract)))
    for target in targets:
        found = contract
        for part in target.split("/"):
            found = found[part]
    names = [method["operationId"] for path in contract["paths"].values() for method in path.values()]
    assert len(names) == len(set(names))
    for path, methods in contract["paths"].items():
        assert re.fullmatch(r"(/[a-z0-9.-]+|/\{[a-zA-Z]+\})+", path)
        for method, described in methods.items():
            kept = {"304"} if method == "get" else {"413", "415", "429"}
            assert {"200", "400", "503"} | kept <= described["responses"].keys()
            assert all(re.fullmatch("[a-z][a-zA-Z]*", each["name"]) for each in described.get("parameters", []))
