"""One whole portal for all of them, and the tests' own view of its database and store."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from portal.stores import database
from portal.work.worker import make_app
from tests.chaos.cases import Cases
from tests.chaos.house import House

DISK = 1024 * 1024 * 1024


@contextmanager
def housed(disk: int = 0) -> Iterator[House]:
    """A whole portal, perhaps on a disk of so many bytes."""
    folder = Path(tempfile.mkdtemp(prefix="keurwerk-chaos-"))
    folder.chmod(0o755)  # the database account passes through
    found = House(folder / "var", disk)
    found.state.mkdir(mode=0o755)
    try:
        found.start()
        yield found
    finally:
        found.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def seen(house: House) -> Iterator[Flask]:
    """The application on the database of a house, in this process."""
    found = make_app(house.settings)
    try:
        yield found
    finally:
        database.disconnect(found)


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """The one of most tests; on a small disk where an account may have one."""
    with housed(0 if House.no_disk() else DISK) as found:
        yield found


@pytest.fixture(scope="session")
def app(house: House) -> Iterator[Flask]:
    with seen(house) as found:
        yield found


@pytest.fixture(scope="session")
def cases(app: Flask) -> Cases:
    return Cases(app)
