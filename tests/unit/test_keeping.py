"""Services that end are started again: at once, and those that never run well less and less often."""

import errno
from itertools import pairwise

import pytest

from portal.host.embedded import EmbeddedError
from portal.host.keeping import LONGEST_PAUSE, STEADY, Keeper


class Fake:
    """A service, and its own process."""

    def __init__(self, name: str) -> None:
        self.name, self.starts, self.returncode = name, 0, None
        self.broken: Exception | None = None

    @property
    def process(self):
        return self

    def poll(self):
        return self.returncode

    def start(self) -> None:
        self.starts += 1
        if self.broken:
            raise self.broken
        self.returncode = None

    def kill(self) -> None:
        self.returncode = -9


class Clock:
    moment = 0.0

    def __call__(self) -> float:
        return self.moment


@pytest.fixture
def clock():
    return Clock()


def starts(keeper, clock, service, seconds, step=0.1):
    """At which moments a service is started within so many seconds."""
    found = []
    for _ in range(round(seconds / step)):
        clock.moment += step
        before = service.starts
        keeper.look()
        found += [clock.moment] * (service.starts - before)
    return found


def test_a_running_service_is_not_started_again(clock):
    service = Fake("web")
    assert starts(Keeper([service], clock), clock, service, 60) == []


def test_one_that_ran_well_is_started_again_at_once(clock):
    service = Fake("web")
    keeper = Keeper([service], clock)
    clock.moment += STEADY
    service.kill()
    keeper.look()
    assert service.starts == 1


@pytest.mark.parametrize("error", [EmbeddedError("no such file"), OSError(errno.ENOSPC, "No space left on device")])
def test_one_that_never_runs_is_tried_less_and_less_often_but_always_again(clock, error):
    service = Fake("web")
    service.broken = error
    keeper = Keeper([service], clock)
    service.kill()
    moments = starts(keeper, clock, service, 60)
    pauses = [later - sooner for sooner, later in pairwise(moments)]
    assert pauses[0] < pauses[1] < pauses[2]
    assert LONGEST_PAUSE <= pauses[-1] < LONGEST_PAUSE + 1
    assert len(pauses) > 10


def test_nobody_waits_for_the_pause_of_another(clock):
    failing, web = Fake("worker"), Fake("web")
    failing.broken = EmbeddedError("no such file")
    keeper = Keeper([failing, web], clock)
    failing.kill()
    starts(keeper, clock, failing, 60)
    web.kill()
    keeper.look()
    assert web.starts == 1


def test_thirteen_kills_in_twenty_five_seconds_leave_nobody_down_for_long(clock):
    services = [Fake(name) for name in ("database server", "queue server", "worker", "web")]
    keeper = Keeper(services, clock)
    for number in range(13):
        services[number % 4].kill()
        starts(keeper, clock, services[0], 2)
    starts(keeper, clock, services[0], LONGEST_PAUSE)
    assert [each.poll() for each in services] == [None] * 4


def test_a_long_good_run_wipes_out_earlier_troubles(clock):
    service = Fake("web")
    keeper = Keeper([service], clock)
    for _ in range(5):
        service.kill()
        starts(keeper, clock, service, LONGEST_PAUSE + 1)
    starts(keeper, clock, service, STEADY)
    service.kill()
    before = service.starts
    keeper.look()
    assert service.starts == before + 1
