"""Entries of several devices merge into one state, whatever the order in which they arrive."""

from collections import defaultdict
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.inspections.merging import Entry, Merge, Standing
from tests.kit.long_runs import steps

VALUES = ("conform", "nonconform", "not_assessed")
CELLS = ("PAY-01/file/1", "PAY-01/file/2", "GOV-01/organisation/1")


def entry(value: str, *parents: Entry, cell: str = CELLS[0], salt: str = "") -> Entry:
    names = frozenset(parent.digest for parent in parents)
    digest = sha256("|".join([cell, value, salt, *sorted(names)]).encode()).hexdigest()
    return Entry(digest, cell, names, value)


def cell_of(*entries: Entry):
    found = Merge(entries).cell(entries[0].cell)
    assert found is not None
    return found


@st.composite
def histories(draw: st.DrawFn, devices: int = 3) -> list[Entry]:
    """What some devices wrote, each on what it had seen: sometimes they meet and see what another has."""
    seen: list[dict[str, Merge]] = [defaultdict(Merge) for _ in range(devices)]
    written: list[list[Entry]] = [[] for _ in range(devices)]
    told: list[Entry] = []
    for turn in range(draw(st.integers(1, 25))):
        device = draw(st.integers(0, devices - 1))
        if draw(st.integers(0, 4)) == 0:
            other = draw(st.integers(0, devices - 1))
            written[device] = [*dict.fromkeys([*written[device], *written[other]])]
            seen[device] = defaultdict(Merge)
            for each in written[device]:
                seen[device][each.cell].add(each)
            continue
        cell = draw(st.sampled_from(CELLS))
        known = seen[device][cell].cell(cell)
        parents = [Entry(digest, cell, frozenset(), "") for digest in known.parents] if known else []
        made = entry(draw(st.sampled_from(VALUES)), *parents, cell=cell, salt=f"{device}-{turn}")
        seen[device][cell].add(made)
        written[device].append(made)
        told.append(made)
    return told


@settings(max_examples=steps(1000))
@given(st.data())
def test_any_order_any_doubles_and_any_part_first_give_the_same_state(data):
    told = data.draw(histories())
    arrived = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told))) if told else told))
    first = data.draw(st.integers(0, len(arrived)))
    merged = Merge(arrived[:first])
    merged.cells()  # whoever looks in between changes nothing
    for each in arrived[first:]:
        merged.add(each)
    assert merged.cells() == Merge(told).cells()


@settings(max_examples=steps(1000))
@given(histories())
def test_what_nobody_replaced_on_sight_still_stands(told):
    replaced = {parent for each in told for parent in each.parents}
    standing = {head.digest for cell in Merge(told).cells().values() for head in cell.heads}
    assert standing == {each.digest for each in told} - replaced
    assert all(not cell.missing for cell in Merge(told).cells().values())


@settings(max_examples=steps(1000))
@given(histories(), st.data())
def test_a_choice_ends_every_conflict_and_an_entry_written_beside_it_opens_it_again(told, data):
    merged = Merge(told)
    for name, cell in merged.conflicts().items():
        heads = list(cell.heads)
        chosen = entry(heads[0].value, *heads, cell=name, salt="choice")
        merged.add(chosen)
        now = merged.cell(name)
        assert now is not None
        assert now.heads == (chosen,)
        late = entry(data.draw(st.sampled_from(VALUES)), heads[0], cell=name, salt="late")
        merged.add(late)
        again = merged.cell(name)
        assert again is not None
        assert {head.digest for head in again.heads} == {chosen.digest, late.digest}


def test_two_people_on_one_cell_are_both_kept():
    base = entry("conform")
    left, right = entry("nonconform", base, salt="left"), entry("not_assessed", base, salt="right")
    found = cell_of(base, left, right)
    assert found.standing is Standing.CONFLICT
    assert found.value is None
    assert found.values == ("nonconform", "not_assessed")


def test_two_people_who_say_the_same_agree_without_a_question():
    base = entry("conform")
    found = cell_of(base, entry("nonconform", base, salt="left"), entry("nonconform", base, salt="right"))
    assert (found.standing, found.value) == (Standing.PARALLEL, "nonconform")


def test_an_entry_that_came_before_what_it_replaces_waits_and_stands():
    base = entry("conform")
    later = entry("nonconform", base)
    waiting = cell_of(later)
    assert (waiting.value, waiting.missing) == ("nonconform", {base.digest})
    assert cell_of(later, base).missing == frozenset()


def test_an_entry_of_another_cell_replaces_nothing_here():
    here, there = entry("conform"), entry("conform", cell=CELLS[1])
    beside = entry("nonconform", there)
    assert {head.digest for head in cell_of(here, beside).heads} == {here.digest, beside.digest}


def test_a_cell_that_nobody_wrote_on_has_no_state():
    assert Merge([entry("conform")]).cell("PAY-99/file/1") is None
    assert Merge().cells() == {}


@pytest.mark.parametrize("devices", [3])
def test_ten_thousand_entries_of_three_devices_take_one_look_at_each(devices):
    """Counted, not timed: what is done grows with the entries, not with their square."""
    looks = 0

    class Counting(str):
        __slots__ = ()

        def __hash__(self) -> int:
            nonlocal looks
            looks += 1
            return super().__hash__()

        __eq__ = str.__eq__

    last: dict[tuple[int, int], Entry] = {}
    told = []
    for number in range(10_000):
        place = number % devices, number % 700
        before = last.get(place)
        digest = Counting(sha256(f"{number}".encode()).hexdigest())
        made = Entry(digest, f"PAY-01/file/{place[1]}", frozenset({before.digest} if before else ()), VALUES[0])
        last[place] = made
        told.append(made)
    looks = 0
    assert len(Merge(told).cells()) == 700
    assert looks < 12 * len(told)
