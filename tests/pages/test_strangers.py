"""Third-party libraries verify credential, badge and status over HTTP."""

import json
import os
import shutil
import subprocess
import sys
from io import BytesIO
from threading import Thread

import pikepdf
import pytest
from werkzeug.serving import make_server

from audits.core import clock
from certificates.credentials import said as said_by
from certificates.lifecycle.workflow import CertificateState
from portal.settings import ROOT
from portal.signing import credentials
from tests.kit.factories.certificates import BASE_URL, change
from tests.kit.waiting import PATIENCE

S = CertificateState
NODE = shutil.which("node") or str(ROOT / "var" / "tools" / "node" / "bin" / "node")


@pytest.fixture
def served(app):
    """Provide the portal behind a real socket, one request after the other."""
    server = make_server("127.0.0.1", 0, app)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def verify(served, token):
    return subprocess.run(
        [NODE, ROOT / "tests" / "kit" / "strangers" / "verify.mjs", served, BASE_URL],
        input=token, capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip


def verified(served, token):
    run = verify(served, token)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def sign_lists(app, session):
    with app.app_context():
        credentials.sign_lists(session)
    session.commit()


def flipped(token, place):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:place] + letters[letters.index(token[place]) ^ 1] + token[place + 1 :]


def test_the_credential_is_valid_for_strangers(served, issued):
    found = verified(served, issued.credential)
    assert found["valid"]
    assert found["statuses"] == [["revocation", False], ["suspension", False]]
    assert found["types"] == [
        "https://www.w3.org/2018/credentials#VerifiableCredential",
        f"{BASE_URL}/contexts/certification/v1#CertificationCredential",
    ]
    subject = found["subject"]
    assert subject["@type"] == ["https://schema.org/Certification"]
    assert subject["https://schema.org/certificationIdentification"] == [{"@value": issued.number}]
    (about,) = subject["https://schema.org/about"]
    assert about["https://schema.org/legalName"] == [{"@value": issued.snapshot["legal_name"]}]


def test_the_badge_is_valid_for_strangers(served, issued):
    found = verified(served, issued.badge)
    assert found["valid"]
    assert found["statuses"] == [["suspension", False]]
    assert "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential" in found["types"]
    assert found["subject"]["@type"] == ["https://purl.imsglobal.org/spec/vc/ob/vocab.html#AchievementSubject"]


@pytest.mark.parametrize("after", [S.SUSPENDED, S.WITHDRAWN])
def test_strangers_see_what_happened_to_it(app, session, served, issued, after):
    change(session, issued, after, clock.today(), "Signals.")
    sign_lists(app, session)
    found = verified(served, issued.credential)
    assert not found["valid"]
    assert found["statuses"] == [["revocation", after is S.WITHDRAWN], ["suspension", True]]
    assert not verified(served, issued.badge)["valid"]


def test_one_flipped_bit_is_found_by_strangers(served, issued):
    token = issued.credential
    for place in (len(token) // 2, token.rindex(".") + 40):
        run = verify(served, flipped(token, place))
        assert run.returncode == 1
        assert "JWSSignatureVerificationFailed" in run.stderr


def test_a_status_list_that_was_altered_is_found_by_strangers(session, served, issued):
    from certificates.credentials import StatusPurpose
    from certificates.status_lists import signed_list

    row = signed_list(session, StatusPurpose.SUSPENSION, 0)
    row.token = flipped(row.token, row.token.rindex(".") - 30)
    session.commit()
    run = verify(served, issued.credential)
    assert run.returncode == 1
    assert "JWSSignatureVerificationFailed" in run.stderr


# What the documentation tells strangers to do


def block(language, place=1):
    text = (ROOT / "docs" / "credentials.md").read_text(encoding="utf-8")
    return text.split(f"```{language}\n")[place].split("```")[0]


def follow(command, code, served, issued, **more):
    environment = os.environ | {"BASE": served, "NUMBER": issued.number} | more
    run = subprocess.run(
        command, input=code, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


def test_the_documented_check_works(served, issued):
    older = 'globalThis.crypto ??= (await import("node:crypto")).webcrypto;'  # for Node 18
    said = follow([NODE, "--input-type=module", "-"], older + block("js"), served, issued)
    assert issued.number in said
    assert said[-1] == said_by(issued.credential)["validUntil"]


def test_the_documented_reading_of_the_status_works(app, session, served, issued):
    assert follow([sys.executable, "-"], block("python"), served, issued) == [
        "revocation",
        "False",
        "suspension",
        "False",
    ]
    change(session, issued, S.SUSPENDED, clock.today(), "Signals.")
    sign_lists(app, session)
    assert follow([sys.executable, "-"], block("python"), served, issued) == [
        "revocation",
        "False",
        "suspension",
        "True",
    ]


def test_the_documented_check_of_the_code_on_paper_works(app, served, issued):
    older = 'globalThis.crypto ??= (await import("node:crypto")).webcrypto;'
    with app.app_context():
        code = credentials.signed_forms_of(issued).offline_url
    said = follow([NODE, "--input-type=module", "-"], older + block("js", 2), served, issued, CODE=code)
    assert json.loads(" ".join(said))["n"] == issued.number


def test_the_documented_digest_is_that_of_credential_and_code(app, served, issued, tmp_path):
    from certificates import press

    snapshot = tmp_path / "printed.json"
    with pikepdf.open(BytesIO(press.render("certificate", issued.snapshot, language="nl"))) as pdf:
        snapshot.write_bytes(pdf.attachments["printed.json"].get_file().read_bytes())
    (digest,) = follow([sys.executable, "-", str(snapshot)], block("python", 2), served, issued)
    assert digest == said_by(issued.credential)["credentialSubject"]["factsDigest"]
    with app.app_context():
        token = credentials.signed_forms_of(issued).offline_url.partition("#c=")[2]
    assert digest.startswith(said_by(token)["d"])
