"""An audit with drawn files, and the device of its inspector."""

import pytest

from tests.kit.device import TestDevice
from tests.kit.factories.inspections import make_audit
from tests.kit.fieldwork import FILES


@pytest.fixture
def audit(session):
    return make_audit(session, populations={"personnel_file": FILES})


@pytest.fixture
def device(session, audit):
    return TestDevice(session, audit.inspector.actor, audit)
