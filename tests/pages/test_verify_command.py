"""`keurwerk verify` agrees with the page; exit status and JSON for programs."""

import hashlib
import json
from contextlib import nullcontext

import pytest
from click.testing import CliRunner

from certificates.lifecycle.workflow import CertificateState
from portal.commands import cli
from tests.kit import attacks
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.documents import known, plain_pdf

S = CertificateState
KEYS = {
    "answer", "title", "genuine", "valid", "day", "reason", "explanation", "sha256", "size", "sealedAt", "seal",
    "certificate", "ended", "extract", "differences", "register", "statusToday", "logIndex",
}  # fmt: skip


@pytest.fixture
def verify(app, settings, sealed, tmp_path, monkeypatch):
    """Run the command on a file with these bytes."""
    monkeypatch.setattr(cli, "at_hand", nullcontext)
    monkeypatch.setattr(cli, "create_app", lambda *_, **__: app)
    monkeypatch.setattr(cli.Settings, "from_env", lambda _: settings)

    def verify(data, *options):
        path = tmp_path / "certificate.pdf"
        path.write_bytes(data)
        return CliRunner().invoke(cli.main, ["verify", str(path), *options])

    return verify


@pytest.mark.parametrize(("found", "status"), [(S.ACTIVE, 0), (S.SUSPENDED, 2), (S.WITHDRAWN, 2)])
def test_the_exit_status_says_whether_it_is_genuine_and_valid(verify, session, sealed, found, status):
    certificate = make_certificate(session, found)
    result = verify(known(session, certificate, sealed.ours))
    assert result.exit_code == status, result.output
    assert certificate.number in result.output


def test_all_that_is_not_genuine_ends_with_one(verify, session, sealed):
    data = known(session, make_certificate(session), sealed.ours)
    for changed in (attacks.overlaid(data), sealed.theirs, plain_pdf(), b"hello", b""):
        assert verify(changed).exit_code == 1


@pytest.mark.parametrize("words", [["--jsn"], ["another file"]])
def test_a_slip_in_the_command_is_never_taken_for_a_genuine_file(verify, session, sealed, words):
    result = verify(known(session, make_certificate(session), sealed.ours), *words)
    assert result.exit_code == 1
    assert "Usage" in result.output


def test_the_json_has_everything(verify, session, sealed):
    certificate = make_certificate(session, S.WITHDRAWN, reason="Fraud.")
    data = known(session, certificate, sealed.ours)
    found = json.loads(verify(data, "--json").output)
    assert set(found) == KEYS
    assert (found["answer"], found["genuine"], found["valid"]) == ("lapsed", True, False)
    assert found["sha256"] == hashlib.sha256(data).hexdigest()
    assert found["certificate"]["number"] == certificate.number
    assert (found["ended"]["why"], found["ended"]["reason"]) == ("withdrawn", "Fraud.")
    altered = json.loads(verify(attacks.overlaid(data), "--json").output)
    assert set(altered) == KEYS
    assert (altered["answer"], altered["reason"], altered["genuine"]) == ("altered", "overlaid", False)
    assert altered["seal"]["covered"] == len(data)
    assert altered["certificate"]["number"] == certificate.number


def test_a_file_that_is_not_there_is_an_error_and_not_a_verdict(verify, tmp_path):
    verify(b"")
    for path in (tmp_path / "nowhere.pdf", tmp_path):
        result = CliRunner().invoke(cli.main, ["verify", str(path)])
        assert result.exit_code == 1
        assert "cannot be read" in result.output


def test_a_large_file_is_refused_by_its_size(verify, settings, tmp_path):
    verify(b"")
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.truncate(200 * settings.max_upload_bytes)  # two gigabytes that take no room
    result = CliRunner().invoke(cli.main, ["verify", str(path), "--json"])
    assert result.exit_code == 1
    assert json.loads(result.output)["reason"] == "too_large"
