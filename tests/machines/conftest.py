"""The world in which lives are lived."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Servers
from tests.machines.world import World


@pytest.fixture
def world(servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    found = World(servers, tmp_path, monkeypatch)
    yield found
    found.close()
