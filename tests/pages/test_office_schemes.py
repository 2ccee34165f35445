"""Pages on which scheme managers check, propose and publish versions of the norm."""

from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pytest
import yaml
from click.testing import CliRunner
from sqlalchemy import select

from audits.core import clock
from audits.core.access import Role
from audits.schemes import queries
from audits.schemes.models import SchemeProposal, SchemeVersion
from audits.schemes.source import parse
from portal.commands.cli import publish
from tests.kit.factories import make_application, make_scheme
from tests.kit.patience import is_busy
from tests.kit.scheme import SECOND, edited, source


def upload(text):
    return (BytesIO(text.encode()), "norm.yaml")


def test_a_broken_norm_is_answered_with_line_and_path(enter):
    browser = enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    page = browser.submit(source=upload(edited(("fail_total: 30", "fail_total: many"))), status=422)
    table = page.soup.find("caption", string="Problems").parent
    line = next(n for n, text in enumerate(source().splitlines(), 1) if "fail_total: 30" in text)
    cells = [cell.get_text() for cell in table.select("tbody tr")[0].select("th, td")]
    assert cells[0] == str(line)
    assert "fail_total" in cells[1]
    assert page.errors


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"- just: a list\n", b"a: [\n"])
def test_a_file_that_is_no_norm_at_all_is_answered_in_words(enter, content):
    browser = enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    assert browser.submit(source=(BytesIO(content), "norm.yaml"), status=422).errors


@pytest.mark.usefixtures("busy_reader")
def test_when_there_is_no_time_for_files_no_norm_is_called_bad(enter):
    browser = enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    assert is_busy(browser.submit(source=upload(source()), status=503))


def test_the_web_never_parses_the_yaml_of_a_norm_that_somebody_sends(enter, session, monkeypatch):
    make_scheme(session)
    tomorrow = clock.today() + timedelta(days=1)
    text = edited(('version: "1.0"', 'version: "1.2"'), ("valid_from: 2026-11-01", f"valid_from: {tomorrow}"))
    browser, other = enter(Role.SCHEME_MANAGER), enter(Role.SCHEME_MANAGER)
    for parser in ("parse", "compose"):
        monkeypatch.setattr(yaml, parser, lambda *_, **__: pytest.fail("the web parses YAML"))
    monkeypatch.setattr(queries, "_KNOWN", {})
    browser.open("/office/schemes/check")
    browser.submit(source=upload(text), propose=True)
    proposal = session.scalars(select(SchemeProposal)).one()
    other.open(f"/office/schemes/proposals/{proposal.id}")
    other.submit()
    published = session.scalar(select(SchemeVersion).where(SchemeVersion.version == "1.2"))
    browser.open(f"/office/schemes/{published.id}")
    monkeypatch.undo()
    assert queries.scheme_of_version(published) == parse(text)


def test_a_good_norm_is_shown_first_and_published_by_somebody_else(app, enter, session):
    make_scheme(session)
    tomorrow = clock.today() + timedelta(days=1)
    text = edited(('version: "1.0"', 'version: "1.2"'), ("valid_from: 2026-11-01", f"valid_from: {tomorrow}"))
    browser, other = enter(Role.SCHEME_MANAGER), enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    assert "This file holds" in browser.submit(source=upload(text)).text
    assert session.scalars(select(SchemeProposal)).all() == []
    page = browser.submit(source=upload(text), propose=True)
    assert page.notes == ["The version is proposed. Another scheme manager gets a mail."]
    assert [button.get_text(strip=True) for button in page.soup.select("main button")] == [
        "Withdraw",
        "Compute it again",
    ]
    listed = other.open("/office/schemes/").soup.select_one("a[href*='/proposals/']")
    page = other.open(listed["href"])
    assert "Read what changes" in page.text
    page = other.submit("form[action$='/publish']")
    assert page.notes == ["The version is published."]
    assert {version.version for version in session.scalars(select(SchemeVersion))} == {"1.0", "1.2"}


def test_a_proposal_shows_what_changes_and_can_be_declined(enter, session):
    make_scheme(session)
    browser, other = enter(Role.SCHEME_MANAGER), enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    page = browser.submit(source=upload(source(SECOND)), propose=True)
    assert {row[1] for row in page.rows if row[0].startswith("FRE-07.")} == {"Judged otherwise"}
    other.open(page.path)
    page = other.submit("form[action$='/decline']")
    assert page.notes == ["The version is not published."]
    assert [version.version for version in session.scalars(select(SchemeVersion))] == ["1.0"]


def test_a_proposal_says_what_living_certificates_would_be_worth(enter, session):
    make_scheme(session)
    browser = enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    page = browser.submit(source=upload(source(SECOND)), propose=True)
    assert "This is being computed." in page.text
    proposal = session.scalars(select(SchemeProposal)).one()
    proposal.simulated_at = clock.now()
    proposal.simulation = {
        "living": 4859,
        "falling": 37,
        "moves": [["grant", "grant", 4822], ["grant", "refuse", 37]],
        "causes": [["PAY-05", 30], ["GOV-01", 7]],
        "unjudged": ["FRE-07"],
    }
    session.commit()
    page = browser.open(page.path)
    assert "37 of 4,859 living certificates would fall below the mark." in page.text
    assert ["Meets the norm", "4822", "0", "37"] in page.rows
    why = page.soup.find("caption", string="Why certificates would fall").parent
    assert [row.th.get_text() for row in why.select("tbody tr")] == ["PAY-05", "GOV-01"]
    assert "so they count for nothing here: FRE-07." in page.text
    page = browser.submit("form[action$='/simulate']")
    assert page.notes == ["This is being computed again. Open the page anew in a moment."]


def test_two_versions_stand_side_by_side(enter, session):
    make_scheme(session)
    make_scheme(session, source(SECOND))
    browser = enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/")
    page = browser.follow("How do two versions differ?")
    assert "What changes from 1.0 to 1.1" in page.text
    told = {row[0]: row[2:] for row in page.rows if len(row) == 4}
    assert told["cycle.audit_time.least_hours"] == ["–", "4"]
    assert any(path.startswith("FRE-07.") for path in told)
    version = session.scalar(select(SchemeVersion).where(SchemeVersion.version == "1.1"))
    page = enter(Role.PLANNER).open(f"/office/schemes/compare?before={version.id}&after={version.id}")
    assert "Choose two versions that are not the same." in page.text
    assert "What changes from" not in page.text
    enter(Role.PLANNER).open("/office/schemes/compare?before=nothing", 404)


def test_without_a_version_there_is_nothing_to_compare(enter):
    enter(Role.SCHEME_MANAGER).open("/office/schemes/compare", 404)


def test_a_version_leaves_byte_by_byte_and_comes_back_as_the_same(enter, session):
    strange = source() + "# naïve\t ruled\r\n"
    version = make_scheme(session, strange)
    browser = enter(Role.SCHEME_MANAGER)
    data = browser.client.get(f"/office/schemes/{version.id}/source.yaml").data
    assert data == strange.encode()
    assert sha256(data).hexdigest() == version.sha256
    browser.open("/office/schemes/check")
    page = browser.submit(source=(BytesIO(data), "norm.yaml"), propose=True, status=422)
    assert page.errors == ["This version is published already."]


def test_the_list_says_what_runs_under_each_version(enter, session):
    make_scheme(session)
    make_application(session)
    session.commit()
    page = enter(Role.SCHEME_MANAGER).open("/office/schemes/")
    assert page.rows[0][3:6] == ["1", "0", "0"]


def test_another_text_under_a_published_version_is_refused(enter, session):
    make_scheme(session)
    browser = enter(Role.SCHEME_MANAGER)
    browser.open("/office/schemes/check")
    page = browser.submit(source=upload(source() + "\n# changed\n"), propose=True, status=422)
    assert page.errors == ["Version 1.0 is published and cannot change. Give the new text a new version number."]


def test_the_command_that_publishes_names_a_file_that_is_no_text(app, tmp_path):
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xff\xfe")
    run = CliRunner().invoke(publish, [str(file)], obj=app)
    assert (run.exit_code, run.output) == (1, f"Error: {file}: this is no text in UTF-8\n")
