"""The trade register is asked at one place only, within bounds; what it says is read, or is no answer."""

from datetime import date
from types import SimpleNamespace

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal.settings import Settings, SettingsError
from portal.stores import outward, trade_register
from portal.stores.trade_register import NoAnswerError, UnknownNumberError, extract_of
from tests.kit.trade_register import NUMBER, company, http, said, standing_in
from tests.unit.test_settings import GOOD

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*company(), "adressen"]), inner),
    max_leaves=12,
)


def ask(url, *, testing=True, roots=None):
    app = Flask(__name__)
    key = "a-key"
    app.extensions["settings"] = SimpleNamespace(
        trade_register_url=url, trade_register_key=key, trade_register_roots=roots, testing=testing
    )
    with app.app_context():
        return trade_register.look_up(NUMBER)


def test_a_company_is_read_with_its_seat_and_names_in_their_order():
    with standing_in(said(company())) as (url, asked):
        found = ask(url)
    assert found.given() == {
        "legal_name": "Groen Werk B.V.",
        "trade_names": ("Groen Tuin",),
        "street": "Havenstraat 12a",
        "postcode": "5911CA",
        "city": "Venlo",
        "website": "www.groen.example",
    }
    (request,) = asked
    assert request.startswith(f"GET /api/v1/basisprofielen/{NUMBER} HTTP/1.1\r\n".encode())
    assert b"\r\napikey: a-key\r\n" in request


def test_an_answer_in_pieces_is_read_too():
    body = said(company()).partition(b"\r\n\r\n")[2]
    pieces = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    with standing_in(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + pieces) as (url, _):
        assert ask(url).city == "Venlo"


def test_a_number_that_the_register_does_not_know_is_no_failure():
    answer = http(b'{"fout":[{"code":"IPD5200"}]}', "404 Not Found")
    with standing_in(answer) as (url, _), pytest.raises(UnknownNumberError) as unknown:
        ask(url)
    assert NUMBER in str(unknown.value)


@pytest.mark.parametrize(
    "answer",
    [
        http(b"{}", "500 Internal Server Error"),
        http(b"{}", "401 Unauthorized"),
        http(b"{}", "429 Too Many Requests"),
        http(b"", "302 Found", "Location: http://127.0.0.1/elsewhere"),
        http(b"<html>"),
        http(b"\xff\xfe"),
        http(b"[" * 100_000),
        http(b"x" * 300_000),
        said(company(kvkNummer="87654321")),
        said(company(statutaireNaam="", naam=None)),
        said([company()]),
        said(None),
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{",
        b"SSH-2.0-OpenSSH\r\n",
        b"",
    ],
)
def test_everything_else_is_no_answer(answer):
    with standing_in(answer) as (url, _), pytest.raises(NoAnswerError):
        ask(url)


def test_who_says_nothing_is_waited_for_briefly(monkeypatch):
    monkeypatch.setattr(trade_register, "_SECONDS", 0.2)
    with standing_in(None) as (url, _), pytest.raises(NoAnswerError) as silent:
        ask(url)
    assert str(silent.value.__cause__) == "no answer in time"
    with pytest.raises(NoAnswerError):
        ask("http://127.0.0.1:9/api")


def test_a_redirect_leads_nowhere():
    with standing_in(said(company())) as (elsewhere, reached):
        away = http(b"", "302 Found", f"Location: {elsewhere}")
        with standing_in(away) as (url, _), pytest.raises(NoAnswerError):
            ask(url)
    assert reached == []


def test_the_key_goes_to_the_register_alone(monkeypatch):
    monkeypatch.setattr(outward, "get", lambda *_, **__: pytest.fail("asked"))
    with pytest.raises(NoAnswerError):
        ask("https://api.kvk.nl.evil.example/api", testing=False)


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1"])
def test_a_name_that_leads_to_a_private_address_is_not_followed(monkeypatch, address):
    monkeypatch.setattr(outward.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (address, 443))])
    with pytest.raises(NoAnswerError) as refused:
        ask("https://api.kvk.nl/api", testing=False)
    assert str(refused.value.__cause__) == "private address"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRADE_REGISTER_URL", "https://api.kvk.nl.evil.example/api"),
        ("TRADE_REGISTER_URL", "https://127.0.0.1/api"),
        ("TRADE_REGISTER_URL", "http://api.kvk.nl/api"),
        ("TRADE_REGISTER_KEY", "two words"),
        ("TRADE_REGISTER_KEY", "key\r\nHost: evil.example"),
    ],
)
def test_settings_name_no_other_register(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_env(GOOD | {name: value})


def test_the_key_is_not_shown():
    assert "a-key" not in repr(Settings.from_env(GOOD | {"TRADE_REGISTER_KEY": "a-key"}))


def test_an_address_that_is_shielded_or_abroad_is_not_taken():
    (_, visited) = company()["_embedded"]["hoofdvestiging"]["adressen"]
    for change in ({"indAfgeschermd": "Ja"}, {"land": "België"}, {"type": "correspondentieadres"}):
        seat = {"hoofdvestiging": {"adressen": [visited | change]}}
        assert extract_of(company(_embedded=seat), NUMBER).city == ""


def test_a_company_that_stopped_has_its_day():
    assert extract_of(company(materieleRegistratie={"datumEinde": "20260731"}), NUMBER).ended_on == date(2026, 7, 31)


@given(JSON)
def test_whatever_comes_is_read_or_refused(answer):
    try:
        found = extract_of(answer, NUMBER)
    except ValueError:
        return
    assert found.legal_name


@given(st.dictionaries(st.sampled_from(sorted(company())), JSON))
def test_a_company_with_strange_values_has_a_name_and_texts(changes):
    try:
        found = extract_of(company() | changes, NUMBER)
    except ValueError:
        return
    assert all(isinstance(each, str) for each in (found.legal_name, found.street, found.city, *found.trade_names))
