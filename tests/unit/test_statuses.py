"""The table of public statuses, and the lists that deliberately repeat it."""

import re
import sys
from datetime import date, timedelta
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from itertools import product
from pathlib import Path

from certificates.lifecycle.rules import LISTED, RELIABLE, STATUSES, Status, shape_of, status_on
from certificates.lifecycle.workflow import CertificateState
from certificates.register.files import Why
from portal.doors.registry.contract import contract

ROOT = Path(__file__).parents[2]
DAY = date(2027, 3, 1)


def test_every_status_is_in_the_table():
    assert list(STATUSES) == list(Status)
    assert {Status.CERTIFIED, Status.CONDITIONAL, Status.PARTLY_SUSPENDED} == RELIABLE
    assert set(LISTED) == set(Status) - {Status.NONE, Status.REPLACED}


def test_no_two_statuses_are_answered_alike():
    assert len({facts.answer for facts in STATUSES.values()}) == len(STATUSES)
    assert len({facts.label for facts in STATUSES.values()}) == len(STATUSES)


def test_every_shape_is_drawn():
    drawn = set(re.findall(r'drawn == "(\w+)"', (ROOT / "certificates/press/templates/mark.html").read_text()))
    assert drawn | {"outline"} == {facts.shape for facts in STATUSES.values()}
    assert shape_of("ended") == "outline"


def test_the_open_data_promise_these_statuses_and_no_other():
    """Written out: a status more or less is a change of the contract with whoever reads it."""
    promised = ["applied", "certified", "conditional", "partly_suspended", "suspended", "withdrawn", "ended"]
    promised += ["replaced", "expired", "none"]
    assert contract()["components"]["schemas"]["Status"]["enum"] == promised
    parameters = contract()["paths"]["/agencies"]["get"]["parameters"]
    (asked,) = [each["schema"]["items"]["enum"] for each in parameters if each.get("name") == "status"]
    assert asked == [status for status in promised if status not in {"replaced", "none"}]


def test_an_ending_looks_like_a_status_that_is_not_to_be_relied_on():
    assert not {why.status for why in Why} & RELIABLE
    assert Why.SUSPENDED.status is Status.SUSPENDED


def test_the_verifier_that_stands_alone_knows_every_status_that_ends_a_certificate():
    loader = SourceFileLoader("stand_alone_verifier", str(ROOT / "bin" / "keurwerk-verify"))
    verifier = module_from_spec(spec_from_loader(loader.name, loader))
    sys.modules[loader.name] = verifier
    loader.exec_module(verifier)
    logged = {
        status_on(day, state, conditional=conditional, valid_until=DAY)
        for state, conditional in product(set(CertificateState) - {CertificateState.ISSUING}, (True, False))
        for day in (DAY, DAY + timedelta(days=1))
    }
    assert {status.value for status in logged - RELIABLE} == verifier.ENDED
