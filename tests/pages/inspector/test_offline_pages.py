"""Pages and answers for devices: the list, taking along, what is sent, blocking, and choosing between verdicts."""

import base64
import json

import pytest

from audits.core.access import Role
from audits.inspections.standing import conflicts_in
from audits.inspections.workflow import AuditState
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from tests.kit.browser import Browser
from tests.kit.device import TestDevice
from tests.kit.factories import make_person
from tests.kit.inspecting import FILES, path

CELL = "PAY-05/personnel_file/1"
SHORT = "Under the minimum."


@pytest.fixture
def device(session, inspector, files):
    return TestDevice(session, inspector.actor, files)


@pytest.fixture
def post(browser, files):
    """Post as the script of the offline desk does; return the status and the answer."""

    def run(*parts, **fields):
        token = browser.client.get("/inspector/offline/hello").get_json()["token"]
        answer = browser.client.post(path(files, "devices", *parts), data={"csrf_token": token} | fields)
        return answer.status_code, answer.get_json()

    return run


@pytest.fixture
def send(post, device):
    def run(*sent, text=None):
        entries = json.dumps([plain(each) for each in sent]) if text is None else text
        return post(str(device.chain), "entries", entries=entries, written=device.number)

    return run


def plain(sent):
    salt = base64.b64encode(sent.salt).decode()
    return {"data": sent.data.decode(), "signature": sent.signature, "salt": salt, "words": sent.words}


def test_a_device_is_enrolled_with_a_key_and_a_name(post, device):
    status, said = post(key=device.public, label="Red laptop")
    assert (status, set(said)) == (200, {"chain", "opening"})
    assert post(key="x", label="Red laptop") == (422, {"words": "This is not the key of a device."})
    assert post(key=device.public, label="") == (422, {"words": "Give the device a name."})


def test_what_was_sealed_is_answered_entry_by_entry_with_a_receipt(send, device):
    status, said = send(device.seal(CELL), device.seal("PAY-05/personnel_file/2", "guess"))
    assert status == 200
    assert [each["outcome"] for each in said["answers"]] == ["stored", "refused"]
    assert said["answers"][1]["why"] == "Choose one of the verdicts of the norm."
    claims = json.loads(base64.urlsafe_b64decode(said["receipt"].split(".")[1] + "=="))
    assert claims["chains"] == [{"chain": str(device.chain), "upto": 1, "head": said["head"]}]
    assert send()[1]["receipt"] == said["receipt"]


@pytest.mark.parametrize(
    "text", ["", "x", "{}", "[1]", '[{"data": 1}]', '[{"data": "", "signature": "", "salt": "?", "words": {}}]']
)
def test_a_batch_of_another_form_is_damaged(send, text):
    assert send(text=text) == (422, {"words": "What this device sends is damaged."})


def test_what_a_device_may_not_send_is_said(session, browser, send, device, files):
    sent = device.seal(CELL)
    files.state = AuditState.REPORTED
    session.flush()
    assert send(sent)[0] == 409
    files.state = AuditState.IN_PROGRESS
    session.flush()
    page = browser.open(path(files, "devices"))
    assert "Tablet" in page.text
    page = browser.submit("main table form")
    assert page.notes == ["The device is blocked."]
    assert send(sent)[0] == 403


def test_a_planner_blocks_a_device_and_reads_what_is_missing(app, session, send, device, files):
    first = device.seal(CELL)
    device.seal(CELL, "nonconform", note=SHORT, reason="Seen again.")
    send(first)
    office = Browser(app).sign_in(session, files.planner)
    office.open(path(files, "devices"))
    assert "1 of its entries never came in" in office.submit("main table form").notes[0]


def test_who_reports_reads_what_did_not_come_in(browser, send, device, files):
    first = device.seal(CELL)
    device.seal(CELL, "nonconform", note=SHORT, reason="Seen again.")
    send(first)
    page = browser.open(path(files, "report"))
    assert f"1 entries of {files.inspector.name} on “Tablet” did not come in." in page.text


def test_nobody_blocks_the_device_of_a_colleague(app, session, device, files):
    member = make_person(session, Role.INSPECTOR)
    join_team(session, files.planner.actor, files.id, person_id=member.id, role=TeamRole.MEMBER)
    page = Browser(app).sign_in(session, member).open(path(files, "devices"))
    assert page.soup.select("main table form") == []


def test_a_packet_holds_the_desk_and_what_stands_on_it(browser, send, device, files):
    send(device.seal(CELL, "nonconform", note=SHORT))
    said = browser.client.get(path(files, "packet")).get_json()
    [stand] = said["cells"][CELL]
    assert (stand["digest"], stand["value"], stand["note"]) == (device.previous, "nonconform", SHORT)
    [kind] = [each for each in said["kinds"] if each["code"] == "personnel_file"]
    assert len(kind["units"]) == len(FILES)
    assert all(f'data-kw-cell="{code}-0"' in kind["html"] for code in kind["codes"])
    assert said["open"]
    assert len(json.dumps(said)) < 3 * 1024 * 1024


def test_the_page_and_the_worker_hold_nothing_of_who_is_signed_in(app, browser, inspector):
    page = browser.open("/inspector/offline/?lang=en")
    assert inspector.name not in page.response.get_data(as_text=True)
    own, anonymous = browser.client.get("/inspector/offline/worker"), app.test_client().get("/inspector/offline/worker")
    assert own.mimetype == "text/javascript"
    assert own.headers["Cache-Control"] == "no-cache"
    assert own.data == anonymous.data
    assert b"offline-log.js" in own.data
    assert Browser(app).client.get("/inspector/offline/hello").status_code == 303


def test_two_verdicts_on_a_cell_wait_for_a_choice(session, browser, send, device, files):
    member = make_person(session, Role.INSPECTOR)
    join_team(session, files.planner.actor, files.id, person_id=member.id, role=TeamRole.MEMBER)
    other = TestDevice(session, member.actor, files, "Laptop")
    other.seal(CELL, "nonconform", note=SHORT)
    other.send()
    send(device.seal(CELL))
    page = browser.open(path(files, "devices"))
    assert "On 1 cells two people judged differently." in page.text
    page = browser.follow("Choose which verdict counts")
    assert SHORT in page.text
    assert "Choose which verdict counts." in browser.submit(status=422).errors
    chosen = conflicts_in(session, files.id)[CELL][0].digest
    assert "Give the reason." in browser.submit(status=422, chosen=chosen).errors
    page = browser.submit(chosen=chosen, reason="We looked at the slip of May together.")
    assert "There is nothing to choose." in page.text
    assert conflicts_in(session, files.id) == {}


def test_a_packet_holds_the_form_for_what_is_counted_at_a_house(browser, houses):
    browser.open(path(houses, "units/housing_location/1/counts"))
    browser.submit(detail_toilets="1", detail_rooms="1; 7; 2; 2")
    said = browser.client.get(path(houses, "packet")).get_json()
    [stand] = said["counts"]["counts/housing_location/1"]
    assert stand["values"]["toilets"] == "1"
    kinds = {each["code"]: each["counts"] for each in said["kinds"]}
    assert kinds["organisation"] is None
    counts = kinds["housing_location"]
    for question in counts["questions"]:
        assert f'name="detail_{question["code"]}"' in counts["html"]
    assert 'name="reason"' in counts["html"]
    assert "csrf" not in counts["html"]
