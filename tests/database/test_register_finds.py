"""Everybody finds an agency among three hundred: by name, part of a name, number, and with typing errors."""

import random
import re

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from audits.core import clock
from certificates.register.search.frequent import Common, common
from certificates.register.search.query import Asked, How, find, search
from tests.kit.factories.certificates import make_applicant

TODAY = clock.today()
PEOPLE = ("Bakker Visser Smit Meijer Mulder Bos Vos Peters", "Hendriks Dekker Brouwer Dijkstra Smits Kok Jacobs")
PEOPLE = " ".join(PEOPLE).split()
TRADES = ["Personeel", "Werkt", "Uitzendkrachten", "Flex", "Payroll", "Agro", "Bouw", "Logistiek", "Zorg", "Techniek"]
# legal name, trade names, former names, country, number, city
KNOWN = [
    ("Uitzendbureau Zwaluw B.V.", ["Zwaluw Werkt"], [], "NL", "10203040", "Zaltbommel"),
    ("De Gouden Gids Personeelsdienst N.V.", ["GGP"], ["Gids Uitzendingen B.V."], "NL", "20304050", "'s-Hertogenbosch"),
    ("Łódź Praca Sp. z o.o.", ["Łódź Work"], [], "PL", "5260250274", "Łódź"),
    ("Müller & Söhne Zeitarbeit GmbH", [], ["Müller Zeitarbeit GmbH"], "DE", "KOLN-HRB-4711", "Köln"),
    ("Робота Плюс ЕООД", ["Работа"], [], "BG", "121759222", "София"),
    ("Coöperatie Vrije Handen U.A.", ["Vrije Handen"], [], "NL", "30405060", "Groningen"),
    ("P.J. d'Hondt en Zonen B.V.", [], [], "NL", "40506070", "Goes"),
    ("Oost-West Flexwerk B.V.", ["OostWest"], [], "NL", "50607080", "Enschede"),
    ("AB Zuid B.V.", [], [], "NL", "60708090", "Sittard"),
    ("Workforce International Holding B.V.", ["Work Force NL", "Jobs4You"], [], "NL", "70809010", "Den Haag"),
    ("Société Générale d'Intérim SARL", ["Intérim Générale"], [], "FR", "552100554", "Lille"),
    ("Ærø Bemanding ApS", [], [], "DK", "10150817", "Ærøskøbing"),
    ("Şimşek İş Gücü B.V.", ["Simsek Uitzendbureau"], [], "NL", "80901020", "Rotterdam"),
    ("Fryslân Wurk B.V.", ["It Wurk"], [], "NL", "90102030", "Leeuwarden"),
    ("Ștefan Recrutare SRL", ["Stefan Jobs"], ["Muncă Bună SRL"], "RO", "18547290", "Timișoara"),
]
# what is typed -> the number of the agency that must come first
GOLDEN = [
    ("Zwaluw", "10203040"), ("zwaluw", "10203040"), ("ZWALUW WERKT", "10203040"), ("zwalu", "10203040"),
    ("zwaluuw", "10203040"), ("zwakuw", "10203040"), ("zwaulw", "10203040"), ("zwalw", "10203040"),
    ("uitzendburo zwaluw", "10203040"), ("uitzendbureu zwaluw", "10203040"), ("zwaluw zaltbommel", "10203040"),
    ("zwalow zaltbomel", "10203040"), ("zaltbommel", "10203040"), ("zwaluw bv", "10203040"),
    ("zwaluw b.v.", "10203040"), ("zwaluw n.v.", "10203040"), ("uitzendbureau zwaluw bv", "10203040"),
    ("10203040", "10203040"), ("10.20.30.40", "10203040"), ("1020 3040", "10203040"), ("KvK 10203040", "10203040"),
    ("kvk-nummer: 10203040", "10203040"), ("nl-10203040", "10203040"), ("NL10203040", "10203040"),
    ("https://keurwerk.example/register/nl-10203040?lang=en", "10203040"),
    ("gouden gids", "20304050"), ("goude gids", "20304050"), ("gouden gdis", "20304050"), ("ggp", "20304050"),
    ("gids uitzendingen", "20304050"), ("gids uitzendigen", "20304050"), ("hertogenbosch", "20304050"),
    ("s-hertogenbosch", "20304050"), ("personeelsdienst gids", "20304050"),
    ("lodz praca", "5260250274"), ("łódź", "5260250274"), ("lodz pracca", "5260250274"), ("ŁÓDŹ WORK", "5260250274"),
    ("526-025-02-74", "5260250274"), ("lodz praca sp. z o.o.", "5260250274"), ("lodz praca spzoo", "5260250274"),
    ("müller", "KOLN-HRB-4711"), ("muller", "KOLN-HRB-4711"), ("mueller", "KOLN-HRB-4711"),
    ("sohne zeitarbeit", "KOLN-HRB-4711"), ("hrb 4711 köln", "KOLN-HRB-4711"), ("Koeln HRB 4711", "KOLN-HRB-4711"),
    ("робота", "121759222"), ("РОБОТА ПЛЮС", "121759222"), ("робта", "121759222"), ("robota", "121759222"),
    ("rabota", "121759222"), ("софия", "121759222"), ("sofiya", "121759222"), ("sofia", "121759222"),
    ("121 759 222", "121759222"),
    ("cooperatie vrije handen", "30405060"), ("coöperatie", "30405060"), ("vrijehanden", "30405060"),
    ("vrije hande", "30405060"), ("vrije hnaden", "30405060"),
    ("dhondt", "40506070"), ("d'hondt", "40506070"), ("d’Hondt", "40506070"), ("pj dhondt", "40506070"),
    ("p.j. d'hondt", "40506070"), ("dhont", "40506070"), ("hondt zonen", "40506070"),
    ("oost west", "50607080"), ("oostwest", "50607080"), ("oost-west", "50607080"), ("flexwerk enschede", "50607080"),
    ("ab zuid", "60708090"), ("AB", "60708090"),
    ("work force", "70809010"), ("workforce", "70809010"), ("workfroce", "70809010"), ("jobs4you", "70809010"),
    ("jobs4yuo", "70809010"), ("jobs 4 you", "70809010"),
    ("societe generale", "552100554"), ("société générale d'intérim", "552100554"), ("interim lille", "552100554"),
    ("aero bemanding", "10150817"), ("ærø", "10150817"), ("aeroskobing", "10150817"),
    ("simsek", "80901020"), ("şimşek iş gücü", "80901020"), ("is gucu", "80901020"), ("SIMSEK ROTTERDAM", "80901020"),
    ("fryslan", "90102030"), ("fryslân wurk", "90102030"), ("friesland", None), ("it wurk", "90102030"),
    ("stefan", "18547290"), ("ştefan", "18547290"), ("munca buna", "18547290"), ("timisoara", "18547290"),
    ("bakker personeel 1", "31000000"), ("qqqqqq", None), ("!!!", None), ("%", None), ("_____", None),
    ("'; drop it", "90102030"),
]  # fmt: skip


@pytest.fixture(scope="module")
def known(engine):
    """The known agencies in the register, among three hundred others; all these tests only read."""
    with engine.connect() as connection, connection.begin() as outer, Session(connection) as session:
        fill(session)
        session.flush()
        yield session
        session.close()
        outer.rollback()


def fill(session):
    """Fill the register with the known agencies among three hundred others."""
    for legal, trade, former, country, number, city in KNOWN:
        make_applicant(
            session, legal_name=legal, trade_names=trade, former_names=former, country=country,
            register_number=number, city=city,
        )  # fmt: skip
    for index in range(285):
        name = f"{PEOPLE[index % 15]} {TRADES[index // 15 % 10]} {chr(97 + index // 150)}{index:03d} B.V."
        make_applicant(session, legal_name=name, register_number=f"{31000000 + index}", city="Almere")


def statements(session):
    seen = []
    event.listen(session.connection(), "after_cursor_execute", lambda *args: seen.append(args[2]))
    return seen


def test_everybody_finds_what_they_look_for_first(known):
    seen, wrong = statements(known), []
    for typed, number in GOLDEN:
        del seen[:]
        found = search(known, typed, day=TODAY)
        first = found.entries[0].register_number if found.entries else None
        if first != number:
            wrong.append(f"{typed!r}: {first} ({found.how}, {found.total}), not {number}")
        assert len([each for each in seen if each.startswith(("SELECT", "WITH"))]) <= 5, typed
    assert not wrong, "\n".join(wrong)
    assert len(GOLDEN) >= 60


def test_a_typing_error_in_several_words_takes_three_statements(known):
    """The words, whether somebody is called so together with what resembles them, and the page of the names like it."""
    seen = statements(known)
    found = find(known, Asked(TODAY, "gouden gdis"), page=True)
    assert (found.how, len(found.entries) > 0, len(seen)) == (How.NEAR, True, 3)


def test_a_name_is_found_with_any_single_typing_error(known):
    dice, missed, forgiven = random.Random(7), [], 0  # noqa: S311
    for typed, number in slips(dice, 150):
        found = search(known, typed, day=TODAY, size=100)
        forgiven += found.how is How.NEAR
        if number not in {each.register_number for each in found.entries} and found.how is How.NEAR:
            missed.append(f"{typed} for {number}")
        assert found.total, typed  # if it is no slip, it happens to stand in another name
    assert missed == []
    assert forgiven > 100


def test_what_a_process_knows_of_common_words_changes_no_answer(known, monkeypatch):
    learnt = Common()
    learnt.learn(known.connection())
    assert {"bv", "almere"} <= set(learnt.words)  # in some hundred of the sample, which is all
    asked = [text for text, _ in (*GOLDEN, *slips(random.Random(7), 60))]  # noqa: S311
    answers = []
    for words in ([], learnt.words):
        monkeypatch.setattr(common, "words", words)
        found = [find(known, Asked(TODAY, text), page=True) for text in asked]
        answers.append(
            [
                (each.how, [entry.public_id for entry in (*each.entries, *each.alike)], each.counted, each.after)
                for each in found
            ]
        )
    assert answers[0] == answers[1]


def slips(dice, count):
    """Yield names of known agencies with one letter wrong in one word of at least five letters."""
    for _ in range(count):
        legal, _trade, _former, _country, number, _city = dice.choice(KNOWN)
        words = re.findall(r"[^\W\d_]{5,}", legal)
        if not words:
            continue
        word = dice.choice(words).lower()
        place, letter = dice.randrange(len(word) - 1), dice.choice("abcdefghijklmnopqrstuvwxyz")
        yield dice.choice([
            word[:place] + letter + word[place:],
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        ]), number  # fmt: skip
