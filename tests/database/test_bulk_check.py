"""Many numbers at once find what each finds alone."""

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.errors import RuleError
from certificates.lifecycle.workflow import CertificateState
from certificates.register.bulk import MOST, Outcome, check_all
from certificates.register.queries import Asked, How, find
from tests.kit.factories.certificates import change, make_certificate

WAYS = (
    "{}", " {} ", "NL{}", "nl-{}", "KvK {}", "{}0001", "https://keurwerk.example/register/nl-{}", "{}x", "0{}", "x",
    "12", "", "KvK-nummer: {}", "Flex 24", "\u0661{}",
)  # fmt: skip


@pytest.fixture
def numbers(session):
    made = [make_certificate(session) for _ in range(6)]
    change(session, made[0], CertificateState.SUSPENDED, clock.today(), "Late wages.")
    session.flush()
    found = [each.agency.register_number for each in made] + [each.number for each in made]
    return [*found, "99999999", "KW-2001-00001-11"]


def alone(session, text):
    """The answer to a search for one number."""
    found = find(session, Asked(clock.today(), text, size=100))
    return [entry.public_id for entry in found.entries] if text.strip() and found.how is How.NUMBER else []


def test_each_finds_what_a_search_for_it_alone_finds(session: Session, numbers):
    asked = [way.format(number) for number in numbers for way in WAYS] + [
        f"{number[:4]} {number[4:]}" for number in numbers
    ]
    asked = asked[::2] + asked[1::2]  # in no order
    results = check_all(session, asked, clock.today())
    assert [each.asked for each in results] == [text.strip() for text in asked if text.strip()]
    assert [[entry.public_id for entry in each.entries] for each in results] == [
        alone(session, each.asked) for each in results
    ]
    assert {each.outcome for each in results} == {Outcome.FOUND, Outcome.UNKNOWN, Outcome.UNREADABLE}


def test_a_long_list_takes_one_statement(session: Session, numbers):
    seen = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    check_all(session, [str(10_000_000 + number) for number in range(MOST)], clock.today())
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("asked", "word"), [([], "no number"), (["", " "], "no number"), (["1"] * (MOST + 1), "at most 10,000")]
)
def test_an_empty_list_and_one_that_is_too_long_are_refused(session: Session, asked, word):
    with pytest.raises(RuleError, match=word):
        check_all(session, asked, clock.today())
