"""Search of the register by number, name, part of a name, and with typing errors."""

import random
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from audits.core import clock
from certificates.lifecycle.rules import Status
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from certificates.register.search import plans
from certificates.register.search.common import Common, common
from certificates.register.search.query import (
    Asked,
    How,
    find,
    listed_on,
    search,
    shows,
)
from tests.kit.factories.certificates import make_applicant, make_certificate
from tests.kit.factories.register import fill_register

TODAY = clock.today()
PEOPLE = ("Bakker Visser Smit Meijer Mulder Bos Vos Peters", "Hendriks Dekker Brouwer Dijkstra Smits Kok Jacobs")
PEOPLE = " ".join(PEOPLE).split()
TRADES = ["Personeel", "Werkt", "Uitzendkrachten", "Flex", "Payroll", "Agro", "Bouw", "Logistiek", "Zorg", "Techniek"]
HOSTILE = ("%" * 500, "a" * 5000, "ge%on", "\\", "'\"", "a b c d e f g h i j k l", "'); --", "\u200b\u202e", "\ufffd")
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


def test_everybody_finds_what_they_look_for_first(session):
    fill(session)
    seen, wrong = statements(session), []
    for typed, number in GOLDEN:
        del seen[:]
        found = search(session, typed, day=TODAY)
        first = found.entries[0].register_number if found.entries else None
        if first != number:
            wrong.append(f"{typed!r}: {first} ({found.how}, {found.total}), not {number}")
        assert len([each for each in seen if each.startswith(("SELECT", "WITH"))]) <= 5, typed
    assert not wrong, "\n".join(wrong)
    assert len(GOLDEN) >= 60


def test_a_typing_error_in_several_words_takes_three_statements(session):
    """The words, whether somebody is called so together with what resembles them, and the page of the names like it."""
    fill(session)
    seen = statements(session)
    found = find(session, Asked(TODAY, "gouden gdis"), page=True)
    assert (found.how, len(found.entries) > 0, len(seen)) == (How.NEAR, True, 3)


def test_a_name_is_found_with_any_single_typing_error(session):
    fill(session)
    dice, missed, forgiven = random.Random(7), [], 0  # noqa: S311
    for typed, number in slips(dice, 150):
        found = search(session, typed, day=TODAY, size=100)
        forgiven += found.how is How.NEAR
        if number not in {each.register_number for each in found.entries} and found.how is How.NEAR:
            missed.append(f"{typed} for {number}")
        assert found.total, typed  # if it is no slip, it happens to stand in another name
    assert missed == []
    assert forgiven > 100


def test_what_a_process_knows_of_common_words_changes_no_answer(session, monkeypatch):
    fill(session)
    learnt = Common()
    learnt.learn(session.connection())
    assert {"bv", "almere"} <= set(learnt.words)  # in some hundred of the sample, which is all
    asked = [text for text, _ in (*GOLDEN, *slips(random.Random(7), 60))]  # noqa: S311
    answers = []
    for words in ([], learnt.words):
        monkeypatch.setattr(common, "words", words)
        found = [find(session, Asked(TODAY, text), page=True) for text in asked]
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


def test_a_number_comes_before_names_that_hold_it(session):
    make_applicant(session, legal_name="12345678 Uitzendingen B.V.", register_number="87654321")
    make_applicant(session, legal_name="Ander B.V.", register_number="12345678")
    found = search(session, "12345678", day=TODAY)
    assert (found.how, [each.legal_name for each in found.entries]) == (How.NUMBER, ["Ander B.V."])


def test_a_certificate_is_found_by_its_number_in_any_writing_and_so_is_an_older_one(session):
    first = make_certificate(session, issued=TODAY - timedelta(days=700))
    second = make_certificate(session, agency=first.agency)
    for typed in (first.number, second.number.lower(), second.number.replace("-", " "), second.number.replace("-", "")):
        found = search(session, typed, day=TODAY)
        assert [each.agency_id for each in found.entries] == [first.agency_id]


def test_a_typing_error_in_a_number_finds_nothing(session):
    make_applicant(session, legal_name="Ander B.V.", register_number="12345678")
    assert search(session, "12345679", day=TODAY).total == 0


def test_nothing_typed_is_the_whole_register_page_by_page(session):
    for name in ("Ééns", "drie", "Twee", "Vier", "van Acht"):
        make_applicant(session, legal_name=name)
    pages = [search(session, " ", day=TODAY, page=page, size=2) for page in (1, 2, 3, 4)]
    assert [[each.legal_name for each in page.entries] for page in pages] == [
        ["drie", "Ééns"], ["Twee", "van Acht"], ["Vier"], [],
    ]  # fmt: skip
    assert {(page.total, page.pages, page.how) for page in pages} == {(5, 3, How.ALL)}


def test_an_application_disappears_from_the_search_by_itself(session):
    make_applicant(session, legal_name="Lang Geleden B.V.", accepted=TODAY - timedelta(days=93))
    assert search(session, "lang geleden", day=TODAY).total == 0
    assert search(session, "", day=TODAY).total == 0
    assert search(session, "lang geleden", day=TODAY - timedelta(days=1)).total == 1


def test_a_hostile_query_is_only_a_query(session):
    make_applicant(session, legal_name="Gewoon B.V.")
    for typed in HOSTILE:
        assert search(session, typed, day=TODAY).total in {0, 1}


def test_the_search_and_the_page_mean_the_same_by_every_status(session):
    """The filter says it in SQL, the page in Python: the two must not drift apart."""
    agency_days = [(date(2026, 1, 3), 3), (date(2026, 1, 31), 1), (None, 3)]
    for state in (None, CertificateState.ACTIVE, CertificateState.SUSPENDED, CertificateState.WITHDRAWN):
        for conditional in (True, False):
            for applied, months in agency_days:
                certificate = make_certificate(session, issued=date(2025, 1, 1), months=14)
                row = session.get(RegisterEntry, certificate.agency_id)
                row.state, row.conditional = state, conditional
                row.applied_on, row.applied_months = applied, months
                row.valid_until = date(2026, 2, 28) if state else None
    session.flush()
    for day in (date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 1), date(2026, 4, 3), date(2026, 4, 4)):
        rows = list(session.scalars(select(RegisterEntry)))
        shown = {each.agency_id for each in session.scalars(select(RegisterEntry).where(listed_on(day)))}
        assert shown == {each.agency_id for each in rows if each.status_on(day) is not Status.NONE}
        for status in set(Status) - {Status.NONE}:
            picked = set(session.scalars(select(RegisterEntry.agency_id).where(shows(status, day))))
            assert picked == {each.agency_id for each in rows if each.status_on(day) is status}, (day, status)


def test_a_status_can_be_asked_for(session):
    make_applicant(session, legal_name="Zelfde Naam B.V.")
    make_certificate(session, CertificateState.SUSPENDED, details={"legal_name": "Zelfde Naam Oost B.V."})
    found = search(session, "zelfde naam", day=TODAY, status=Status.SUSPENDED)
    assert [each.legal_name for each in found.entries] == ["Zelfde Naam Oost B.V."]


@pytest.fixture(scope="module")
def large(servers, worker_id):
    from sqlalchemy import create_engine

    engine = create_engine(servers.clone(f"large_{worker_id}"))
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = on"))  # else VACUUM may not mark the pages yet
        fill_register(connection, 20_000)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE register_entry"))
    yield engine
    engine.dispose()
    servers.drop(f"large_{worker_id}")


@pytest.mark.parametrize(
    ("typed", "how"),
    [
        ("70012345", How.NUMBER),
        ("KW-2026-12345-00", How.NUMBER),
        ("havenwerk zorg", How.WORDS),
        ("havenwerk", How.WORDS),
        ("werk123", How.NEAR),  # inside a word
        ("havnewerk", How.NEAR),
        ("havnewerk logistik", How.NEAR),
        ("kadewerk12x45", How.NEAR),
        ("bv", How.WORDS),
    ],
)
def test_at_twenty_thousand_agencies_an_index_answers_every_search(large, typed, how):
    with large.connect() as connection, Session(connection) as session:
        asked = []
        event.listen(connection, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
        found = search(session, typed, day=TODAY)
        assert found.how is how
        assert found.total or how is How.NEAR
        selects = [each for each in asked if "register_entry" in each[0]]
        assert 1 <= len(selects) <= 4
        for statement, values in selects if typed != "bv" else selects[:0]:
            plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values))
            assert "Bitmap Index Scan" in plan, plan
            assert "Seq Scan" not in plan, plan


def test_a_plan_that_is_kept_for_all_contacts_looks_at_an_index_too(large):
    """After a few executions PostgreSQL keeps a plan that knows no values; a typing error must not pay for that."""
    with large.connect() as connection, Session(connection) as session:
        asked = []
        event.listen(connection, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
        find(session, Asked(TODAY, "logistiik ergens"), page=True)
        (slips,) = (each for each in asked if "register_slip" in each[0])
        connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
        statement = re.sub(r"%\((\w+)\)s(::JSONB)?", lambda found: f"${list(slips[1]).index(found[1]) + 1}", slips[0])
        kinds = ", ".join(
            "jsonb" if name == "contact" else "text[]" if name == "rests" else "text" for name in slips[1]
        )
        connection.exec_driver_sql(f"PREPARE kept ({kinds}) AS {statement}")
        values = ", ".join("NULL" for _ in slips[1])
        plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN EXECUTE kept ({values})"))
        assert "Seq Scan on register_entry" not in plan, plan


def test_at_twenty_thousand_agencies_the_first_page_and_the_figures_look_at_an_index(large):
    from certificates.register.queries import figures

    with large.connect() as connection, Session(connection) as session:
        asked = []
        event.listen(connection, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
        counted = figures(session, TODAY)
        assert counted.certified + counted.lost > 10_000
        ((statement, values),) = asked
        plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values))
        assert "Seq Scan" not in plan, plan
        everything = search(session, "", day=TODAY)
        assert (everything.total, everything.counted.more) == (10_000, True)


def test_no_more_near_candidates_are_read_than_can_be_judged(large, monkeypatch):
    monkeypatch.setattr(plans, "_MOST_WHOLE", 30)
    with large.connect() as connection, Session(connection) as session:
        assert search(session, "logistiik", day=TODAY).total == 30
