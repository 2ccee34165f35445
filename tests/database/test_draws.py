"""A draw rests on a promised secret and on a value that nobody steers; an agency cannot know whom it drew."""

import hashlib
import random
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError
from audits.inspections import draws, queries, rules, services
from audits.inspections.models import DrawFrom, Population, PopulationList, PrivateNote
from audits.inspections.services import About
from audits.inspections.services.drawing import erase_before
from audits.inspections.workflow import AuditState
from certificates.ledger.entries import draw_entry
from certificates.ledger.models import LedgerEntry, SignedCheckpoint
from certificates.ledger.services import append
from tests.database.test_confidential import everything_read_by
from tests.kit.factories import make_audit, make_person
from tests.kit.factories.agencies import make_agency

WORKERS = [f"W-{number:03}" for number in range(1, 41)]
SECRET = bytes(range(32))
UNIT = "interview"


@pytest.fixture
def audit(session):
    return make_audit(session)


def fix(session, audit, secret=SECRET, **more):
    fixed = services.fix_list(session, audit.inspector.actor, audit.id, UNIT, WORKERS, secret=secret, **more)
    session.flush()
    return fixed


def drawn(session, audit, value="6 1 3", secret=SECRET):
    fix(session, audit, secret)
    services.give_value(session, audit.inspector.actor, audit.id, UNIT, value)
    services.draw_list(session, audit.inspector.actor, audit.id, UNIT)
    session.flush()
    return queries.sample_of(session, audit.id)[UNIT]


def test_nothing_is_drawn_before_a_value_is_mixed_in(session, audit):
    fixed = fix(session, audit)
    assert (fixed.size, fixed.draw_from) == (40, DrawFrom.VALUE)
    assert fixed.commitment == hashlib.sha256(b"keurwerk-draw-1\n" + SECRET).hexdigest()
    with pytest.raises(IllegalMoveError):
        services.draw_list(session, audit.inspector.actor, audit.id, UNIT)
    assert session.scalars(select(Population)).all() == []


def test_the_seed_comes_from_secret_value_and_list(session, audit):
    found = drawn(session, audit)
    population = queries.get_population(session, audit.id, UNIT)
    digest = rules.population_digest(WORKERS)
    parts = b"keurwerk-draw-1\n" + SECRET + hashlib.sha256(b"6 1 3").digest() + bytes.fromhex(digest)
    assert population.seed == hashlib.sha256(parts).hexdigest()
    assert tuple(found) == rules.draw(WORKERS, bytes.fromhex(population.seed), len(found), "sha256-rank-1")


def test_a_value_is_given_once_and_a_list_is_drawn_once(session, audit):
    drawn(session, audit)
    with pytest.raises(IllegalMoveError):
        services.give_value(session, audit.inspector.actor, audit.id, UNIT, "again")
    with pytest.raises(IllegalMoveError):
        services.draw_list(session, audit.inspector.actor, audit.id, UNIT)
    with pytest.raises(IllegalMoveError):
        fix(session, audit)


@pytest.mark.parametrize("value", ["", "  ", "x" * 201])
def test_a_value_is_something_short(session, audit, value):
    fix(session, audit)
    with pytest.raises(RuleError):
        services.give_value(session, audit.inspector.actor, audit.id, UNIT, value)


def test_there_is_no_draw_without_a_list(session, audit):
    for act in (services.draw_list, lambda *of: services.give_value(*of, "x")):
        with pytest.raises(NotFoundError):
            act(session, audit.inspector.actor, audit.id, UNIT)


def as_agency(session, agency):
    owner = make_person(session, Role.AGENCY_OWNER, agency)
    session.flush()
    session.execute(text("SELECT become(:person, :agency, 'own')"), {"person": owner.id, "agency": owner.agency_id})
    return owner


def test_the_agency_gives_its_own_value_and_no_other_agency_does(session, audit):
    fix(session, audit)
    stranger = as_agency(session, make_agency(session))
    assert draws.waiting_for_agency(session) == []
    with pytest.raises(NotFoundError):
        services.give_value(session, stranger.actor, audit.id, UNIT, "mine")
    owner = as_agency(session, audit.agency)
    assert [(each.unit, each.size) for each in draws.waiting_for_agency(session)] == [(UNIT, 40)]
    services.give_value(session, owner.actor, audit.id, UNIT, " 4 4 2 ")
    assert draws.mixed_into(session, audit.id, UNIT).value == "4 4 2"
    assert draws.waiting_for_agency(session) == []


def test_an_unannounced_audit_takes_the_next_head_of_the_log_and_tells_the_agency_nothing(session):
    audit = make_audit(session, AuditState.IN_PROGRESS, announced=False)
    fixed = fix(session, audit)
    assert fixed.draw_from is DrawFrom.CHECKPOINT
    as_agency(session, audit.agency)
    assert draws.waiting_for_agency(session) == []
    services.draw_list(session, audit.inspector.actor, audit.id, UNIT, root="ab" * 32)
    assert draws.mixed_into(session, audit.id, UNIT).value == "ab" * 32


def test_the_promise_in_the_public_log_names_nobody(session, audit):
    fixed = fix(session, audit)
    append(session, draw_entry(at=fixed.fixed_at, commitment=fixed.commitment))
    session.flush()
    entry = session.scalars(select(LedgerEntry).order_by(LedgerEntry.index.desc())).first()
    assert (entry.type, entry.number) == ("draw", None)
    assert fixed.commitment in entry.data.decode()
    for name in (str(audit.id), str(audit.agency_id), audit.reference, UNIT):
        assert name not in entry.data.decode()


HEX = re.compile(r"[0-9a-f]{64}")


def made_of(reached, size):
    """Every list of drawn units that an agency can make of all texts in `reached`."""
    keys = {bytes.fromhex(found) for each in reached for found in HEX.findall(each)} | {bytes(32)}
    digest = rules.population_digest(WORKERS)
    seeds = keys | {rules.mixed_seed(key, value, digest) for key in keys for value in reached}
    return {rules.draw(WORKERS, seed, size, "sha256-rank-1") for seed in seeds}


def best_guess(made, candidates, dice):
    """What an agency says that can make the lists in `made`, and has these, of which one is true."""
    for place, order in enumerate(candidates):
        if order in made:
            return place
    return dice.randrange(2)


def test_an_agency_that_has_all_it_can_reach_guesses_no_better_than_chance(session):
    dice, right, rounds = random.Random(7), 0, 20  # noqa: S311  # repeatable, and steers nothing
    audit = make_audit(session)
    digest, value = rules.population_digest(WORKERS), "6 1 3"
    drawn(session, audit, value)
    seen = everything_read_by(session, audit.agency_id)
    assert rules.commitment(SECRET) not in seen["fixed_list"] + seen["draw_secret"] + seen["population_list"]
    reached = [value, rules.commitment(SECRET), digest, *"\n".join(seen.values()).splitlines()]
    size = len(queries.sample_of(session, audit.id)[UNIT])
    made = made_of(reached, size)  # once: what is known is the same in every round
    for _ in range(rounds):
        both = [rules.draw(WORKERS, rules.mixed_seed(dice.randbytes(32), value, digest), size, "sha256-rank-1")
                for _ in range(2)]  # fmt: skip
        true = dice.randrange(2)
        both[true] = tuple(queries.sample_of(session, audit.id)[UNIT])
        right += best_guess(made, both, dice) == true
    assert abs(right - rounds / 2) < 3 * (rounds / 4) ** 0.5


def test_the_guess_would_succeed_if_the_secret_leaked(session):
    audit = make_audit(session)
    found, value = drawn(session, audit), "6 1 3"
    other = rules.draw(WORKERS, bytes(32)[:31] + b"\x01", len(found), "sha256-rank-1")
    dice = random.Random(1)  # noqa: S311
    assert best_guess(made_of([value, SECRET.hex()], len(found)), [other, tuple(found)], dice) == 1


def first_of(session, audit):
    return queries.sample_of(session, audit.id)["personnel_file"][0]


def test_members_are_erased_after_their_term_and_the_digest_stays(session):
    audit = make_audit(session, AuditState.CONCLUDED)
    running = make_audit(session, populations={"personnel_file": ["F-1"]})
    [*lists] = session.scalars(select(PopulationList).where(PopulationList.audit_id == audit.id))
    assert lists
    for each in (audit, running):
        key = {"audit_id": each.id, "unit": "personnel_file", "reference": first_of(session, each)}
        said = {"requirement_code": "x", "person_id": each.inspector_id, "text": "x", "written_at": clock.now()}
        session.add(PrivateNote(**key, **said))
    session.flush()
    assert erase_before(session, clock.now() - timedelta(days=1)) == 0
    assert erase_before(session, clock.now() + timedelta(days=1)) == len(lists) + 1
    assert session.scalars(select(PrivateNote.audit_id)).all() == [running.id]
    session.expire_all()
    population = queries.populations_of(session, audit.id)[0]
    assert len(population.digest) == 64
    with pytest.raises(NotFoundError):
        draws.members_of(session, population)
    assert draws.members_of(session, queries.get_population(session, running.id, "personnel_file")) == ["F-1"]


def test_strata_stay_beside_their_member(session, audit):
    services.fix_list(
        session, audit.inspector.actor, audit.id, "personnel_file", ["F-2", "F-1"], secret=SECRET,
        strata={"site": ["Venlo", "Breda"]}, about=About(difference="Two are left."),
    )  # fmt: skip
    listed = draws.find_list(session, audit.id, "personnel_file")
    assert (listed.members, listed.strata) == (["F-1", "F-2"], {"site": ["Breda", "Venlo"]})


@pytest.mark.parametrize(("first", "last"), [(1, None), (None, 1), (1, 2), (0, -1)])
def test_a_period_has_two_days_and_is_over(session, audit, first, last):
    days = {
        name: None if ago is None else clock.today() - timedelta(days=ago)
        for name, ago in (("first_day", first), ("last_day", last))
    }
    with pytest.raises(RuleError):
        fix(session, audit, about=About(**days))


def test_a_checkpoint_is_none_of_before(session, audit):
    from certificates.ledger.queries import first_after

    now = clock.now()
    for size, at in ((1, now - timedelta(hours=1)), (2, now + timedelta(hours=1)), (3, now + timedelta(hours=2))):
        session.add(SignedCheckpoint(size=size, root=bytes([size]) * 32, note="x", vkey="x", signed_at=at))
    session.flush()
    assert first_after(session, now).size == 2
