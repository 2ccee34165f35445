"""What changed, as JSON and Atom; what search engines and catalogues read. Judged by libraries we did not write."""

import os
from pathlib import Path
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import feedparser
import pyshacl
import pytest
import rdflib

from audits.core import clock
from certificates.ledger.entries import EntryType, case_log_entry, certificate_entry
from certificates.ledger.services import append
from certificates.register.queries import entry
from portal.doors.registry import feeds
from portal.stores.roles import REGISTER
from tests.kit.factories.certificates import make_certificate
from tests.pages.test_register_api import conforms

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SHAPES = os.environ.get("DCAT_SHAPES", "")


@pytest.fixture
def database_role():
    """These pages ask for no more than the role of the register alone."""
    return REGISTER


def log(session, certificate, kind, status):
    entry = certificate_entry(
        kind, certificate.number, status=status, at=clock.now(), valid_from=certificate.valid_from,
        valid_until=certificate.valid_until,
    )  # fmt: skip
    return append(session, entry)


@pytest.fixture
def logged(session):
    """Three entries about two agencies, and one about none."""
    one, other = make_certificate(session), make_certificate(session)
    positions = [log(session, one, EntryType.ISSUED, "certified"), log(session, other, EntryType.ISSUED, "certified")]
    append(session, case_log_entry(at=clock.now(), first=1, last=2, count=2, root=b"r" * 32))
    positions.append(log(session, one, EntryType.SUSPENDED, "suspended"))
    session.flush()
    return [f"nl-{each.agency.register_number}" for each in (one, other)], positions


def read(client, query=""):
    return conforms(client.get(f"/api/v1/changes{query}").get_json(), "ChangePage")


def test_who_asks_with_the_last_position_gets_every_change_once(client, logged):
    (one, other), positions = logged
    whole = read(client)
    assert [each["position"] for each in whole["changes"]] == positions
    assert [each["publicId"] for each in whole["changes"]] == [one, other, one]
    assert [each["status"] for each in whole["changes"]] == ["certified", "certified", "suspended"]
    seen, since = [], None
    while True:
        page = read(client, "?limit=1" + (f"&since={since}" if since is not None else ""))
        if not page["changes"]:
            break
        seen += page["changes"]
        since = page["position"]
    assert seen == whole["changes"]
    link = client.get("/api/v1/changes?limit=2").headers["Link"]
    assert f'/api/v1/changes?since={positions[1]}&limit=2>; rel="next"' in link
    assert read(client, f"?since={positions[-1]}") == {"changes": [], "position": positions[-1]}


@pytest.mark.parametrize(
    "query", ["since=-1", "since=x", "since=" + "9" * 16, "limit=0", "limit=1001", "limit=٣", "who=me"]
)
def test_a_wrong_position_is_refused(client, query):
    assert client.get(f"/api/v1/changes?{query}").status_code == 400


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_feed_is_read_by_feed_readers(client, session, logged, language):
    (one, other), _ = logged
    entry(session, one).legal_name = "Zon & <Zee>"
    session.flush()
    answer = client.get(f"/changes.atom?lang={language}")
    found = feedparser.parse(answer.data)
    assert not found.bozo
    assert (answer.mimetype, found.version) == ("application/atom+xml", "atom10")
    assert [entry.link.rpartition("/")[2] for entry in found.entries] == [one, other, one]
    assert found.entries[0].title.startswith("Zon & <Zee>: ")
    assert found.entries[0].title.endswith("Geschorst" if language == "nl" else "Suspended")
    assert len({entry.id for entry in found.entries}) == 3
    followed = feedparser.parse(client.get(f"/changes.atom?agency={other},nl-99999999").data)
    assert [entry.link.rpartition("/")[2] for entry in followed.entries] == [other]
    assert client.get("/changes.atom?agency=" + ",".join(f"nl-{n}" for n in range(201))).status_code == 400


def test_an_empty_log_has_an_empty_feed(client):
    found = feedparser.parse(client.get("/changes.atom").data)
    assert not found.bozo
    assert found.entries == []


def xml(client, path):
    return ET.fromstring(client.get(path).data)  # noqa: S314  # our own


def test_search_engines_find_every_entry_and_no_search(client, session, monkeypatch):
    names = {f"nl-{make_certificate(session).agency.register_number}" for _ in range(3)}
    monkeypatch.setattr(feeds, "PER_SITEMAP", 2)
    index = xml(client, "/sitemap.xml")
    parts = [loc.text.rpartition("8000")[2] for loc in index.iter(f"{SITEMAP}loc")]
    listed = [loc.text for part in parts for loc in xml(client, part).iter(f"{SITEMAP}loc")]
    assert {each.rpartition("/")[2] for each in listed} >= names
    assert len(set(listed)) == len(listed)
    assert [client.get(f"/sitemap-{part}.xml").status_code for part in (0, len(parts) + 1)] == [404, 404]
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").text.splitlines())
    assert robots.can_fetch("x", "http://127.0.0.1:8000/register/nl-1")
    assert not robots.can_fetch("x", "http://127.0.0.1:8000/bulk-check")
    assert robots.site_maps() == ["http://127.0.0.1:8000/sitemap.xml"]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph")
def test_the_catalogue_says_the_same_in_both_forms(client):
    turtle = rdflib.Graph().parse(data=client.get("/catalogue.ttl").data, format="turtle")
    plain = rdflib.Graph().parse(data=client.get("/catalogue.jsonld").data, format="json-ld")
    assert set(turtle) == set(plain)
    assert len(turtle) > 50


@pytest.mark.skipif(not SHAPES, reason="DCAT_SHAPES names no folder with the shapes of DCAT-AP-NL 3.0")
def test_the_catalogue_keeps_to_dcat_ap_nl(client):
    data = rdflib.Graph().parse(data=client.get("/catalogue.ttl").data, format="turtle")
    shapes = rdflib.Graph()
    for path in sorted(Path(SHAPES).glob("*.ttl")):
        shapes.parse(path)
    conforms_to, _, words = pyshacl.validate(
        data, shacl_graph=shapes, allow_warnings=True
    )  # what is recommended, and not asked
    assert conforms_to, words
