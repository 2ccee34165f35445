"""What people type in seven languages finds whom they mean: first, and never outside the first ten."""

from pathlib import Path

import pytest
import yaml
from sqlalchemy.orm import Session

from audits.core import clock
from certificates.register.search.query import search
from tests.kit.factories.certificates import make_applicant

TODAY = clock.today()
GOLDEN = yaml.safe_load((Path(__file__).parents[1] / "kit" / "golden" / "searches.yaml").read_text(encoding="utf-8"))
PEOPLE = "Bakker Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Brouwer Dijkstra Smits Kok Jacobs"
TRADES = "Personeel Werkt Uitzendkrachten Flex Payroll Agro Bouw Logistiek Zorg Techniek"
TOWNS = "Almere Rotterdam Schiedam Breda Venlo Amsterdam Goes"
SHARE = 0.97


@pytest.fixture(scope="module")
def golden(engine):
    """Our agencies, among three hundred whose names share words with them; both tests only read."""
    with engine.connect() as connection, connection.begin() as outer, Session(connection) as session:
        fill(session)
        yield session
        session.close()
        outer.rollback()


def fill(session):
    for entry in GOLDEN:
        make_applicant(
            session, legal_name=entry["agency"], trade_names=entry.get("trade", []), city=entry["city"],
            former_names=entry.get("former", []), country=entry.get("country", "NL"), register_number=entry["number"],
        )  # fmt: skip
    people, trades, towns = PEOPLE.split(), TRADES.split(), TOWNS.split()
    for index in range(300):
        name = f"{people[index % 15]} {trades[index // 15 % 10]} {chr(97 + index // 150)}{index:03d} B.V."
        make_applicant(session, legal_name=name, register_number=f"{31000000 + index}", city=towns[index % 7])


def place(session, typed, number):
    """The place of an agency in the results, from 1; 0 when it is not among the first ten."""
    numbers = [entry.register_number for entry in search(session, typed, day=TODAY, size=10).entries]
    return numbers.index(number) + 1 if number in numbers else 0


def test_almost_every_search_has_the_agency_first_and_none_loses_it(golden):
    places = {
        (typed, entry["agency"]): place(golden, typed, entry["number"]) for entry in GOLDEN for typed in entry["typed"]
    }
    assert len(places) >= 300
    lost = [asked for asked, at in places.items() if not at]
    assert not lost, f"not among the first ten: {lost}"
    second = [(asked, at) for asked, at in places.items() if at > 1]
    assert len(second) <= (1 - SHARE) * len(places), f"not first: {second}"


def test_nobody_stands_above_an_agency_that_is_called_just_so(golden):
    above = {}
    for entry in GOLDEN:
        for name in [entry["agency"], *entry.get("trade", [])]:
            for written in (name, name.upper(), name.lower(), f"  {name} "):
                above[written] = place(golden, written, entry["number"])
    assert set(above.values()) == {1}, {name: at for name, at in above.items() if at != 1}
