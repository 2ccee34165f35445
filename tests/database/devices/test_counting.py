"""What a device counts at a house: taken in its chain, merged as verdicts are, and refused where it does not hold."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.core.events import history
from audits.inspections import services
from audits.inspections.counts import counts_of, typed_counts
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.entries import EntryKind
from audits.inspections.export import exported
from audits.inspections.queries import verdicts_of
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from certificates.verifier.audit import check_verdicts
from tests.kit.device import TestDevice, outcomes, why
from tests.kit.factories import make_application, make_audit, make_person, make_scheme
from tests.kit.long_runs import steps
from tests.kit.scheme import SECOND, source
from tests.unit.test_counts import AT, HOUSE, counted

CELL = f"counts/{HOUSE}/1"


@pytest.fixture
def audit(session):
    version = make_scheme(session, source(SECOND))
    application = make_application(session, state=ApplicationState.ACCEPTED, version=version)
    return make_audit(session, application=application, populations={HOUSE: ["H-1", "H-2"]})


def count(device, values, *, reason="", parents=(), cell=CELL, text=None):
    typed = {"counts": typed_counts(values) if text is None else text, "reason": reason}
    return device.seal(cell, "counted", kind=EntryKind.COUNT, typed=typed, parents=tuple(parents))


def stand(session, audit):
    session.flush()
    return counts_of(session, audit.id, scheme_of_audit(audit)).get(AT, [])


def test_what_a_device_counted_stands_beside_the_verdicts(session, audit, device):
    count(device, counted())
    device.seal(f"HOU-02/{HOUSE}/1")
    assert outcomes(device.send()) == ["stored", "stored"]
    (found,) = stand(session, audit)
    assert (found.values, found.by) == (counted(), audit.inspector.name)
    assert list(verdicts_of(session, audit.id)) == ["HOU-02"]
    (told,) = [each for each in history(session, audit.id) if each.name == "audit.count"]
    assert told.data["head"] == found.digest
    assert outcomes(device.send()) == ["known", "known"]
    assert len(stand(session, audit)) == 1


def test_a_change_says_why_and_replaces_what_was_seen(session, audit, device):
    count(device, counted())
    seen = [device.previous]
    silent = count(device, counted(toilets="2"), parents=seen)
    assert outcomes(device.send()) == ["stored", "refused"]
    device.log.remove(silent)
    device.number, device.previous = 1, seen[0]
    count(device, counted(toilets="2"), parents=seen, reason="There is one upstairs.")
    assert outcomes(device.send()) == ["known", "stored"]
    assert [each.values["toilets"] for each in stand(session, audit)] == ["2"]


def test_two_who_counted_apart_both_stand_until_one_saves_again(session, audit, device):
    member = make_person(session, Role.INSPECTOR)
    join_team(session, audit.planner.actor, audit.id, person_id=member.id, role=TeamRole.MEMBER)
    other = TestDevice(session, member.actor, audit, "Laptop")
    count(other, counted(toilets="2"))
    count(device, counted())
    other.send()
    device.send()
    both = stand(session, audit)
    assert [each.values["toilets"] for each in both] == ["2", "1"]
    seen = [each.digest for each in both]
    key, said = AT, {"seen": seen, "reason": "Counted together."}
    services.count_unit(session, audit.inspector.actor, audit.id, key, counted(toilets="3"), **said)
    assert [each.values["toilets"] for each in stand(session, audit)] == ["3"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "does not belong to this entry"),
        ("{}", "does not belong to this entry"),
        ("[" * 5000, "does not belong to this entry"),
        ('{"nothing": "1"}', "There is no such question."),
        ('{"toilets": "-1"}', "at least 0"),
        ('{"toilets": "1.50"}', "whole number"),
        ('{"rooms": [{}]}', "Choose an answer."),
        ('{"rooms": [{"room": "\\ud83d\\ude00", "area": "7", "beds": "1", "residents": "1"}]}', "We cannot print"),
        ('{"toilets": "' + "1" * 60_000 + '"}', "at most 50000"),
    ],
)
def test_counts_that_the_norm_does_not_know_are_refused(audit, device, text, words):
    count(device, {}, text=text)
    [said] = why(device.send())
    assert words in said


@pytest.mark.parametrize("cell", [f"counts/{HOUSE}/9", "counts/organisation/1", "counts/castle/1", f"HOU-02/{HOUSE}/1"])
def test_a_count_belongs_to_a_unit_that_is_counted(audit, device, cell):
    count(device, counted(), cell=cell)
    assert why(device.send()) == ["This requirement or unit is not in this audit."]


def test_no_verdict_stands_on_the_cell_of_counts(audit, device):
    device.seal(CELL)
    assert why(device.send()) == ["This requirement or unit is not in this audit."]


def test_a_count_has_one_value(audit, device):
    device.seal(CELL, "guessed", kind=EntryKind.COUNT, typed={"counts": typed_counts(counted())})
    assert why(device.send()) == ["What was typed does not belong to this entry."]


def test_an_export_with_counts_of_a_device_verifies(session, audit, device):
    count(device, counted())
    device.seal(f"HOU-02/{HOUSE}/1")
    device.send()
    session.flush()
    plain = []
    for chain in exported(session, audit)["chains"]:
        for at, each in enumerate(chain["entries"]):
            said = json.loads(each["data"])
            plain.append((str(at), {name: said[name] for name in ("parents", "kind", "cell", "value")}))
    assert "as entered" in check_verdicts(exported(session, audit)["verdicts"], plain)


@settings(max_examples=steps(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.data())
def test_any_order_any_doubles_and_any_part_first_leave_the_same_counts(session, audit, data):
    """Three devices count and recount, some after a look at the others; what stands depends on the set alone."""
    with session.begin_nested() as part:
        devices = [TestDevice(session, audit.inspector.actor, audit, f"Tablet {place}") for place in range(3)]
        seen = {device.chain: () for device in devices}
        written = []
        for turn in range(data.draw(some.integers(1, 8))):
            device = data.draw(some.sampled_from(devices))
            if written and data.draw(some.booleans()):
                seen[device.chain] = tuple({digest for _, digest, _ in written} - {p for *_, ps in written for p in ps})
            parents = seen[device.chain]
            count(device, counted(toilets=str(turn + 1)), parents=parents, reason="Seen again." if parents else "")
            seen[device.chain] = (device.previous,)
            written.append((device, device.previous, parents))
        heads = {digest for _, digest, _ in written} - {parent for *_, parents in written for parent in parents}
        for device in data.draw(some.permutations(devices * 2)):
            if device.log:
                device.send(*data.draw(some.permutations(device.log)))
        assert {each.digest for each in stand(session, audit)} == heads
        part.rollback()
