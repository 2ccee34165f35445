"""The desk without a connection in a real browser: cold start, work, restart, two devices, a file, and wrong words."""

import json
import re

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.inspections.counts import counts_of
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.judging import Method
from audits.inspections.models import Audit, CellFile, EntryChain, PrivateNote, SealedEntry, Verdict
from audits.inspections.standing import conflicts_in
from tests.kit.known_audit import KnownAudit
from tests.kit.offline_browser import Device, says

# As Chromium meets a full disk: the whole transaction is undone, and the request itself says nothing.
FULL = """() => {
  window.formerly = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function () { this.transaction.abort(); };
}"""
SECRET = "The copy of May is not in the file of this worker."


@pytest.fixture
def audit(portal):
    return Known(portal)


class Known(KnownAudit):
    """And what devices signed, and where somebody has to choose."""

    @property
    def signed(self):
        query = select(SealedEntry.id).join(EntryChain, EntryChain.id == SealedEntry.chain_id)
        return len(self.rows(query.where(SealedEntry.audit_id == self.id, EntryChain.public_key.is_not(None))))

    @property
    def conflicts(self):
        with Session(self.portal.tables) as session:
            return conflicts_in(session, self.id)


def test_an_inspector_works_for_a_day_without_a_connection(screen, audit):
    device = Device(screen, audit).take(audit).light("Safe to clear").cut()
    page = device.page
    device.to_files()
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.type(SECRET)
    page.keyboard.press("Control+Enter")
    page.locator("[data-kw-done]", has_text=re.compile("^2$")).wait_for()
    device.light("only on this device: 2")
    page.keyboard.press("]")
    says(page.locator("[data-kw-title]"), audit.files[1])
    page.locator("a[aria-current=true]:focus").wait_for()
    page.keyboard.press("1")
    page.locator("[data-kw-done]", has_text=re.compile("^1$")).wait_for()
    assert audit.stored == {}
    device.start().light("Locked")
    held = page.evaluate(
        "new Promise((done) => { indexedDB.open('keurwerk-offline').onsuccess = ({ target }) => {"
        " const asked = target.result.transaction('entries').objectStore('entries').getAll();"
        " asked.onsuccess = () => done(asked.result.map((row) => new TextDecoder().decode(row.box)).join()); }; })"
    )
    assert held
    assert "copy of May" not in held
    device.unlock("bado kadi lomu nepu rivo")
    says(page.locator("#unlock-error"), "not the words")
    device.unlock().light("only on this device: 3")
    device.to_files()
    says(page.locator("[data-kw-title]"), audit.files[0])
    assert page.locator("[data-kw-done]").inner_text() == "2"
    device.cut(off=False)
    page.goto("/inspector/offline/?lang=en")
    device.unlock().light("Safe to clear")
    assert sorted(audit.stored.values()) == [("conform", ""), ("conform", ""), ("nonconform", SECRET)]
    assert audit.signed == 3
    device.page.get_by_role("button", name="Clear this device").click()
    page.get_by_text("This device holds no audit.").wait_for()


def test_what_stands_beside_a_verdict_comes_along(screen, audit, tmp_path):
    """How it was seen, a private note and a picture are sealed, locked, sent, and shown again."""
    device = Device(screen, audit).take(audit).cut().to_files()
    page = device.page
    cell = page.locator(".kw-cell--here")
    cell.get_by_label("Observed").check()
    page.keyboard.press("1")
    page.locator("[data-kw-done]", has_text=re.compile("^1$")).wait_for()
    page.locator("[data-kw-row]").first.click()
    cell.locator("summary", has_text="Private note").click()
    cell.locator("[data-kw-private]").fill(SECRET)
    cell.locator("[data-kw-private]").blur()
    says(page.locator("[data-kw-light]"), "only on this device: 2")
    Image.new("RGB", (3000, 40), "white").save(tmp_path / "room.png")
    cell.locator("[data-kw-picture]").set_input_files(tmp_path / "room.png")
    says(cell.locator("[data-kw-pictures]"), "-1.jpg")
    device.light("only on this device: 4")  # an entry and its picture
    assert audit.stored == {}
    device.start().light("Locked").unlock().light("only on this device: 4").to_files()
    page.locator("[data-kw-row]").first.click()
    assert cell.locator("[data-kw-private]").input_value() == SECRET
    device.cut(off=False)
    page.goto("/inspector/offline/?lang=en")
    device.unlock().light("Safe to clear")
    assert audit.rows(select(PrivateNote.text).where(PrivateNote.audit_id == audit.id)) == [(SECRET,)]
    assert audit.rows(select(Verdict.method).where(Verdict.audit_id == audit.id)) == [(Method.OBSERVED,)]
    ((name,),) = audit.rows(select(CellFile.filename).where(CellFile.audit_id == audit.id))
    assert name.endswith("-1.jpg")
    device.to_files()
    page.locator("[data-kw-row]").first.click()
    says(cell.locator("[data-kw-pictures]"), name)
    device.window.judge()


def test_a_house_is_counted_without_a_connection(screen, portal):
    audit = Known(portal, houses=["H-1", "H-2"])
    device = Device(screen, audit).take(audit).cut()
    page = device.page
    page.get_by_role("link", name="Housing locations").click()
    page.locator("a[aria-current=true]:focus").wait_for()
    says(page.locator(".kw-counted"), "Nothing was counted here yet.")
    page.get_by_role("link", name="Count and measure").click()
    page.get_by_role("heading", name="Counts: Housing location").wait_for()
    device.window.judge()
    page.get_by_label("Normal dwelling").check()
    page.get_by_label("Toilets").fill("one")
    for label, typed in {"Room": "1", "m²": "7,5", "Beds": "2", "Residents": "2"}.items():
        page.get_by_label(f"{label}, row 1").fill(typed)
    page.get_by_role("button", name="Save the counts").click()
    says(page.locator(".govuk-form-group--error"), "Enter a whole number, like 12.")
    page.get_by_label("Toilets").fill("1")
    page.get_by_role("button", name="Save the counts").click()
    says(page.locator(".kw-counted"), "Toilets 1")
    device.light("only on this device: 1")
    device.start().light("Locked").unlock().light("only on this device: 1")
    page.get_by_role("link", name="Housing locations").click()
    page.get_by_role("link", name="Count and measure").click()
    page.get_by_label("Toilets").fill("2")
    page.get_by_role("button", name="Save the counts").click()
    says(page.locator(".govuk-form-group--error"), "Say why")
    page.get_by_label("Why it changes").fill("There is one upstairs.")
    page.get_by_role("button", name="Save the counts").click()
    device.light("only on this device: 2").cut(off=False)
    page.goto("/inspector/offline/?lang=en")
    device.unlock().light("Safe to clear")
    with Session(portal.tables) as session:
        [[count]] = counts_of(session, audit.id, scheme_of_audit(session.get_one(Audit, audit.id))).values()
    assert count.values["toilets"] == "2"
    assert count.values["rooms"] == [{"room": "1", "area": "7.5", "beds": "2", "residents": "2"}]


def test_a_passkey_opens_what_the_words_open(screen, audit):
    """With no portal to ask; not for who is not checked by it, and the words still open it."""
    device = Device(screen, audit, named=True)
    knows = device.authenticator()
    device.take(audit, passkey=True).cut().to_files()
    page = device.page
    page.keyboard.press("1")
    page.locator("[data-kw-done]", has_text=re.compile("^1$")).wait_for()
    device.start().light("Locked")
    page.get_by_role("button", name="Open with your passkey").click()
    device.light("only on this device: 1")
    device.start().unlock().light("only on this device: 1").cut(off=False)
    page.goto("/inspector/offline/?lang=en")
    page.get_by_role("button", name="Open with your passkey").click()
    device.light("Safe to clear")
    assert list(audit.stored.values()) == [("conform", "")]
    device.start().light("Locked")
    knows(person=False)
    page.get_by_role("button", name="Open with your passkey").click()
    says(page.locator("#unlock-error"), "Nothing was opened with a passkey.")


def test_without_a_secret_nothing_is_taken_along(screen, audit):
    """On an address a browser makes no passkey; the person goes on with the words."""
    device = Device(screen, audit)
    device.authenticator()
    device.ask(audit, passkey=True)
    says(device.page.locator("[data-kw-trouble]"), "No passkey was made or used")
    assert audit.rows(select(EntryChain.id).where(EntryChain.audit_id == audit.id)) == []


def test_a_full_disk_and_a_clock_that_is_wrong_lose_nothing(screen, audit, tmp_path):
    device = Device(screen, audit).take(audit)
    page = device.page
    page.clock.set_system_time("2025-03-01T09:00:00Z")  # a year and more behind the portal
    device.cut().to_files()
    cell = page.locator(".kw-cell--here")
    Image.effect_noise((1500, 1500), 80).save(tmp_path / "room.png")
    page.evaluate(FULL)
    cell.locator("[data-kw-picture]").set_input_files(tmp_path / "room.png")
    says(page.locator("[data-kw-saved]"), "It was not saved on this device.")
    device.light("Safe to clear")  # the entry of the picture went with it
    page.evaluate("() => { IDBObjectStore.prototype.add = window.formerly; }")
    cell.locator("[data-kw-picture]").set_input_files(tmp_path / "room.png")
    device.light("only on this device: 2")
    page.keyboard.press("1")
    device.light("only on this device: 3")
    device.start().light("Locked").unlock().light("only on this device: 3").cut(off=False)
    page.goto("/inspector/offline/?lang=en")
    device.unlock().light("Safe to clear")
    assert list(audit.stored.values()) == [("conform", "")]
    assert audit.signed == 2
    assert len(audit.rows(select(CellFile.id).where(CellFile.audit_id == audit.id))) == 1


def test_what_two_judged_differently_is_chosen_by_a_person(screen, audit):
    device = Device(screen, audit).take(audit).cut().to_files()
    page = device.page
    first = page.locator(".kw-cell--here").get_attribute("data-kw-cell").removesuffix("-0")
    audit.store(first, "nonconform", "Under the minimum.")
    page.keyboard.press("1")
    page.locator("[data-kw-done]", has_text=re.compile("^1$")).wait_for()
    device.cut(off=False)
    page.goto("/inspector/offline/?lang=en")
    device.unlock().light("Safe to clear")
    page.get_by_text("Cells that were judged differently: 1.").wait_for()
    assert len(audit.conflicts) == 1
    page.get_by_role("link", name="Personnel files").click()
    page.locator(f'[data-kw-row="{first}-0"] a').click()
    page.get_by_role("group", name="Judged differently").wait_for()
    assert "Under the minimum." in page.get_by_role("group", name="Judged differently").inner_text()
    device.window.open(f"/inspector/audits/{audit.id}/conflicts")
    page.get_by_label("Under the minimum.").check()
    page.get_by_label("Why this verdict counts").fill("We looked at the slip of May together.")
    page.get_by_role("button", name="Choose this verdict").click()
    page.get_by_text("There is nothing to choose.").wait_for()
    assert audit.stored[first, audit.files[0]] == ("nonconform", "Under the minimum.")


def test_a_file_takes_the_work_to_another_device(screen, audit, tmp_path):
    device = Device(screen, audit).take(audit).cut().to_files()
    page = device.page
    page.keyboard.press("2")
    page.keyboard.type(SECRET)
    page.keyboard.press("Control+Enter")
    page.locator("[data-kw-done]", has_text=re.compile("^1$")).wait_for()
    page.locator(".kw-bench-bar .kw-caption a").click()
    with page.expect_download() as told:
        page.get_by_role("button", name="Export to a file").click()
    file = tmp_path / "desk.json"
    told.value.save_as(file)
    assert SECRET not in file.read_text()
    assert json.loads(file.read_text())["rows"]
    other = Device(screen, audit)
    other.page.goto("/inspector/offline/?lang=en#open")
    other.page.get_by_text("This device holds no audit.").wait_for()
    other.page.locator("#import").set_input_files(file)
    other.page.get_by_role("heading", name="Open the desk").wait_for()
    other.unlock(device.words).light("Safe to clear")
    assert list(audit.stored.values()) == [("nonconform", SECRET)]


def test_who_signs_out_of_a_shared_device_is_asked_and_leaves_nothing(screen, audit):
    device = Device(screen, audit).take(audit, shared=True).cut().to_files()
    page = device.page
    page.keyboard.press("1")
    page.locator("[data-kw-done]", has_text=re.compile("^1$")).wait_for()
    page.goto("about:blank")  # the desk would send its entry as soon as there is a connection
    device.cut(off=False)
    page.goto("/inspector/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("Entries that were not sent: 1.").wait_for()
    device.window.judge()
    page.get_by_role("button", name="Wipe and sign out").click()
    page.get_by_role("button", name="Throw it away").click()
    page.get_by_label("Password", exact=True).wait_for()
    page.goto("/inspector/offline/?lang=en")
    page.get_by_text("This device holds no audit.").wait_for()
