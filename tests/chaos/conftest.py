"""One whole portal for all of them, and the tests' own view of its database and store."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.work.worker import make_app
from tests.chaos.cases import Cases
from tests.chaos.house import House


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="keurwerk-chaos-"))
    folder.chmod(0o755)  # the database account passes through
    found = House(folder)
    try:
        found.start()
        yield found
    finally:
        found.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def app(house: House) -> Iterator[Flask]:
    """The application on the database of the house, in this process."""
    found = make_app(house.settings)
    yield found
    found.extensions["sessionmaker"].kw["bind"].dispose()


@pytest.fixture(scope="session")
def cases(app: Flask) -> Cases:
    return Cases(app)
