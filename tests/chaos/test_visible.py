"""A change is shown everywhere by the processes that run: page, open data, feeds, badge, status list, webhook."""

import base64
import json
import sys
import time
from collections.abc import Callable
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from certificates.credentials.bits import decode, packed
from certificates.credentials.status import list_of, position_of
from certificates.following.webhooks import calls_of, set_webhook
from certificates.lifecycle.models import Certificate
from certificates.register import changes
from portal.stores import database
from tests.chaos.cases import Cases
from tests.chaos.house import House
from tests.chaos.person import Person, until
from tests.chaos.test_register import VISIBLE, certified, status_on
from tests.kit.following import followed_list
from tests.kit.long_runs import SHARE
from tests.machines.office import Office

HERE = "https://127.0.0.1:9/hook"  # refused, because it is private: that it was tried can be seen


def looks(
    visitor: Person, app: Flask, agency: str, certificate: Certificate, follow_id: UUID
) -> dict[str, Callable[[str, int], bool]]:
    """Return for each place whether it shows a status, which changed behind this position of the log."""

    def read(path: str) -> str:
        return visitor.page(path)[1]

    def in_list(status: str, _: int) -> bool:
        number, place = list_of(certificate.status_index or 0), position_of(certificate.status_index or 0)
        said = read(f"/status-lists/suspension/{number}").split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(said + "=="))
        bits = decode(claims["credentialSubject"]["encodedList"])
        return any(one & other for one, other in zip(bits, packed([place]), strict=True)) == (status == "suspended")

    def called(_: str, position: int) -> bool:
        with app.app_context():
            return any(each.position > position and each.attempts for each in calls_of(database.read(), follow_id))

    return {
        "page": lambda status, _: status_on(read(f"/register/{agency}")) == status,
        "open data": lambda status, _: json.loads(read(f"/api/v1/agencies/{agency}"))["status"] == status,
        "changes": lambda status, position: any(
            each["publicId"] == agency and each["status"] == status
            for each in json.loads(read(f"/api/v1/changes?since={position}"))["changes"]
        ),
        "feed": lambda _, position: f"/ledger#{position + 1}<" in read("/changes.atom"),
        "badge": lambda status, _: status in read(f"/register/{agency}/mark.svg?lang=en").lower(),
        "status list": in_list,
        "webhook": called,
    }


def watch(shown: dict[str, Callable[[str, int], bool]], status: str, position: int) -> dict[str, float]:
    """Look until every place shows the status; return after how many seconds each did."""
    begin, took = time.monotonic(), dict[str, float]()

    def look() -> bool:
        for place in shown.keys() - took.keys():
            if shown[place](status, position):
                took[place] = time.monotonic() - begin
        return took.keys() == shown.keys()

    until(look)
    return took


def test_a_change_is_shown_everywhere_within_seconds(house: House, app: Flask, cases: Cases):
    visitor, office = Person(house.settings.base_url), Office(app)
    decider = Person(house.settings.base_url).sign_in(cases.decider.email)
    [(agency, certificate_id)] = certified(app, cases, decider, 1).items()
    with app.app_context(), database.write() as session:
        certificate = session.scalars(select(Certificate).where(Certificate.id == certificate_id)).one()
        follow_id = followed_list(session, certificate.agency)
        set_webhook(session, follow_id, HERE, plain=True)  # as on the machine of a developer
        session.expunge(certificate)
    shown = looks(visitor, app, agency, certificate, follow_id)
    slowest = 0.0
    for act, status in ((office.suspend, "suspended"), (office.lift, "certified")):
        with app.app_context():
            position = changes.last_position(database.read())
        assert act(cases.decider.id, certificate_id)
        took = watch(shown, status, position)
        sys.stdout.write(f"{status} after: { ({place: round(each, 1) for place, each in took.items()}) }\n")
        slowest = max(slowest, *took.values())
    assert SHARE < 1 or slowest <= VISIBLE, slowest
