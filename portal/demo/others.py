"""More agencies for the demo, each in another stage of its case, so that every page has something to show."""

from collections.abc import Callable
from functools import partial

from flask import Flask

from audits.decisions.rules import Outcome
from certificates.lifecycle.services import suspend_certificate
from portal.app import create_app
from portal.demo.calendar import how_many, wait_for
from portal.demo.cast import LARGE, OF_THE_YEAR, OTHERS, SMALL
from portal.demo.holder import Holder
from portal.settings import Settings


def populate(settings: Settings) -> None:
    """Add the other agencies of the demo."""
    app = create_app(settings)
    for name in sorted(OTHERS.keys() - OF_THE_YEAR):
        _add(app, name)


def _add(app: Flask, name: str) -> None:
    """Add an agency and lead its case to the stage with this name, or through the decision to this status."""
    case = Holder(app, OTHERS[name], how_many(app), name)
    flaws = {flaw.code: flaw for flaw in (LARGE if name == "conditional" else SMALL)}
    stages: dict[str, list[Callable[[], object]]] = {
        "draft": [case.register, partial(case.assess, half=name == "draft")],
        "intake": [case.submit],
        "planned": [case.accept, case.plan],
        "audit": [case.start, case.draw, partial(case.judge, flaws, half=name == "audit")],
        "findings": [case.confirm, case.report],
        "review": [case.answer, case.verify, case.answer, case.verify],
        "decision": [case.review],
    }
    for stage, acts in stages.items():
        for act in acts:
            act()
        if stage == name:
            return
    _decide(app, case, name)


def _decide(app: Flask, case: Holder, status: str) -> None:
    conditional = status == "conditional"
    outcome = Outcome.GRANT_WITH_CONDITIONS if conditional else Outcome.GRANT
    conditions = ("Binnen drie maanden een nieuwe controle van contracten.",) if conditional else ()
    number = wait_for(app, case.decide("decider", outcome, conditions))
    if status == "suspended":
        case.change(number, suspend_certificate, "Geen toegang gegeven tot een huisvestingslocatie.", ["no_access"])
