"""The process that opens files, tried with stand-ins that do no harm: what it may not do, it cannot."""

import os
import signal
import threading
from contextlib import ExitStack, suppress

import pytest

from portal.host import server
from portal.reader.client import Reader, RefusedError
from portal.reader.confinement import Limits
from portal.sidecar.lanes import MOST_PUBLIC, PRINTS, PUBLIC, SHELL, BusyError, Lane

MEGA = 1024 * 1024
PATIENT = Lane(at_once=4, waiting=4, patience=600)


@pytest.fixture(scope="module")
def reader():
    made = Reader("tests.kit.standins")
    yield made
    made.stop()


def refusal(reader, *words, **more):
    with pytest.raises(RefusedError) as error:
        reader.ask(PATIENT, *words, **more)
    return error.value.code


def test_it_gets_the_bytes_and_the_words_and_no_secrets(reader, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "s")
    found = reader.ask(PATIENT, "measure", bytes(5 * MEGA), kind="é")
    assert (found["size"], found["words"]) == (5 * MEGA, {"kind": "é"})
    assert "SECRET_KEY" not in found["environment"]


@pytest.mark.parametrize(
    ("task", "limits", "words"),
    [
        ("compute", Limits(cpu_seconds=1), {}),
        ("hoard", Limits(memory=300 * MEGA), {}),
        ("talk", Limits(answer=1000), {"size": 1000}),
        ("crash", Limits(), {}),
    ],
)
def test_what_costs_too_much_is_refused_for_that(reader, task, limits, words):
    assert refusal(reader, task, b"", limits=limits, **words) == "costly"
    assert reader.ask(PATIENT, "measure", b"abc")["size"] == 3, "the next file is read as if nothing had happened"


@pytest.mark.parametrize("name", ["IndexError", "RecursionError", "AttributeError", "ZeroDivisionError"])
def test_whatever_a_library_raises_is_damage(reader, name):
    assert refusal(reader, "stumble", b"", name=name) == "broken"


def test_a_refusal_keeps_its_word(reader):
    assert refusal(reader, "refuse", b"") == "no text"


@pytest.mark.parametrize("task", ["open_file", "dial", "run_program", "copy_itself", "end_another"])
def test_nothing_outside_can_be_reached(reader, task):
    assert refusal(reader, task, b"") == "broken"


def test_nothing_can_be_written(reader, tmp_path):
    assert refusal(reader, "write_file", b"", path=str(tmp_path / "file")) == "broken"
    assert not (tmp_path / "file").exists()


def test_on_a_busy_machine_the_machine_is_called_busy_and_not_the_file(reader):
    with pytest.raises(BusyError) as busy:
        reader.ask(Lane(at_once=1, waiting=0, patience=0.05), "compute", b"")
    assert busy.value.retry_after > 0


def test_one_that_ended_without_a_word_is_asked_again_and_then_the_machine_is_to_blame(reader):
    with pytest.raises(BusyError):
        reader.ask(PATIENT, "leave", b"")


def test_it_is_started_again_when_it_is_gone(reader):
    reader.ask(PATIENT, "measure", b"")
    os.kill(reader._process.pid, signal.SIGKILL)
    reader._process.wait()
    assert reader.ask(PATIENT, "measure", b"abc")["size"] == 3


def test_it_ends_when_nobody_is_left_who_could_ask():
    ours = Reader("tests.kit.standins")
    ours.ask(PATIENT, "measure", b"")
    process = ours._process
    ours.stop()
    assert process.returncode == 0


def test_several_are_open_at_a_time(reader):
    sizes = []
    threads = [
        threading.Thread(target=lambda n=n: sizes.append(reader.ask(PATIENT, "measure", bytes(n))["size"]))
        for n in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(sizes) == list(range(8))


class TestLanes:
    def test_one_waits_and_the_next_one_hears_it_at_once(self):
        lane, passed = Lane(at_once=1, waiting=1, patience=600), threading.Event()

        def wait_for_a_turn():
            with lane.turn():
                passed.set()

        with lane.turn():
            waiting = threading.Thread(target=wait_for_a_turn)
            waiting.start()
            while lane._places.acquire(blocking=False):  # until the other one has its place
                lane._places.release()
            with pytest.raises(BusyError), lane.turn():
                pass
            assert not passed.is_set()
        waiting.join()
        assert passed.is_set()

    def test_patience_ends(self):
        lane = Lane(at_once=1, waiting=1, patience=0.01)
        with lane.turn(), pytest.raises(BusyError), lane.turn():
            pass

    def test_a_place_comes_back_whatever_happened(self):
        lane = Lane(at_once=1, waiting=0, patience=600)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError), lane.turn():
                raise ZeroDivisionError
        with ExitStack() as held:
            held.enter_context(lane.turn())

    def test_the_public_never_has_all_threads_of_a_web_process(self):
        with ExitStack() as held:
            taken = 0
            for lane in (PUBLIC, PRINTS):
                with suppress(BusyError):
                    for _ in range(lane.at_once + lane.waiting):
                        held.enter_context(lane._place(lane._places))
                        held.enter_context(lane._place(lane.shared))
                        taken += 1
        assert taken == MOST_PUBLIC < server.THREADS
        assert SHELL.patience > PUBLIC.patience
