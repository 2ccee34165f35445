"""Parts that cannot be reached are named at the start and by `keurwerk check`."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from portal.app import create_app
from portal.commands.check import check
from portal.host import supervisor
from portal.host.embedded import EmbeddedError
from portal.settings import ROOT
from portal.work.parts import troubles
from tests.kit import bucket
from tests.kit.answering import Answering


@pytest.fixture
def shut():
    """A port of this machine at which nobody listens, and nobody will while the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def listening():
    """A port at which somebody does."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_portal_on_one_machine_has_no_trouble(settings):
    assert troubles(settings) == []


@pytest.fixture
def keys(monkeypatch):
    bucket.give_keys(monkeypatch)


@pytest.fixture
def broken(settings, shut, tmp_path):
    """Settings with one part that cannot be reached."""
    return lambda part: replace(settings, **wrong(part, shut, tmp_path))


def wrong(name, port, tmp_path):
    return {
        "database": {"database_url": f"postgresql+psycopg://x:secret@127.0.0.1:{port}/x"},
        "queue": {"redis_url": f"redis://:secret@127.0.0.1:{port}"},
        "storage": {"storage_url": "s3://keurwerk/files", "storage_endpoint": f"http://127.0.0.1:{port}"},
        "mail server": {"mail_url": f"smtp://x:secret@127.0.0.1:{port}"},
        "signer": {"signer_url": f"unix://{tmp_path}/signer.sock"},
        "key of the seal": {"seal_key": f"pkcs11:token=t;object=o?module-path={tmp_path}/none.so"},
        "time-stamp authority": {"tsa_urls": (f"http://127.0.0.1:{port}/tsa",)},
    }[name]


@pytest.mark.parametrize(
    ("part", "words", "needed"),
    [
        ("database", "Connection refused", True),
        ("queue", "refused", True),
        ("storage", "http://127.0.0.1", True),
        ("mail server", "refused", False),
        ("signer", "No such file", False),
        ("key of the seal", "none.so", False),
        ("time-stamp authority", "refused", False),
    ],
)
@pytest.mark.usefixtures("keys")
def test_a_part_is_named_with_its_own_words_and_no_secret(broken, part, words, needed):
    [found] = troubles(broken(part))
    assert (found.part, found.needed) == (part, needed)
    assert words in found.words
    assert "secret" not in str(found)
    assert "\n" not in str(found)
    assert str(found).startswith(f"The {part} cannot be reached: ")


def test_a_service_that_keeps_the_key_and_smtps_are_knocked_at(settings, shut, listening):
    def at(port):
        return {
            "seal_key": f"csc+https://127.0.0.1:{port}/csc/v2?credential=a",
            "mail_url": f"smtps://127.0.0.1:{port}",
        }

    assert troubles(replace(settings, **at(listening))) == []
    assert [each.part for each in troubles(replace(settings, **at(shut)))] == ["mail server", "key of the seal"]


def test_one_of_several_time_stamp_authorities_is_enough(settings, shut, listening):
    both = (f"http://127.0.0.1:{shut}/tsa", f"http://127.0.0.1:{listening}/tsa")
    assert troubles(replace(settings, tsa_urls=both)) == []


def test_check_names_them_too_and_looks_no_further_without_a_database(settings, shut, tmp_path, request):
    app = create_app(replace(settings, **wrong("database", shut, tmp_path)), doors=())
    request.addfinalizer(app.extensions["sessionmaker"].kw["bind"].dispose)
    done = CliRunner().invoke(check, obj=app)
    assert done.exit_code == 1
    assert done.output.startswith("The database cannot be reached: ")
    assert len(done.output.splitlines()) == 1


def environment(settings, **changes):
    """What a portal of these settings would be started with."""
    names = ("database_url", "redis_url", "secret_key", "storage_url", "storage_endpoint", "mail_url")
    found = {name.upper(): getattr(settings, name) for name in names if getattr(settings, name)}
    return {
        "PATH": os.environ["PATH"],
        **found,
        **bucket.KEYS,
        **{name.upper(): str(value) for name, value in changes.items()},
    }


@pytest.mark.parametrize(("part", "status"), [("storage", 1), ("mail server", 0)])
def test_at_the_start_a_needed_part_stops_and_another_is_only_named(settings, shut, tmp_path, part, status):
    env = environment(settings, **wrong(part, shut, tmp_path))
    command = [sys.executable, "-m", "portal.work.parts"]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert done.stderr.startswith(f"The {part} cannot be reached: ")


def test_the_supervisor_asks_only_for_what_is_elsewhere(settings, monkeypatch):
    asked = []

    class Child:
        def __init__(self, words, env):
            asked.append(words)

        def wait(self):
            return 1

    monkeypatch.setattr(supervisor, "Forked", Child)
    supervisor._reach({}, settings, {})
    assert asked == []
    for given, changes in [
        ({"DATABASE_URL": "x"}, {}),
        ({}, {"storage_url": "s3://a/b"}),
        ({}, {"mail_url": "smtp://a"}),
    ]:
        with pytest.raises(EmbeddedError, match="does not start"):
            supervisor._reach(given, replace(settings, **changes), {})
    assert asked == [["portal.work.parts"]] * 3


def test_web_and_worker_get_the_signer_and_none_of_its_secrets(monkeypatch, tmp_path):
    """A script, because the supervisor forks: this process has threads."""
    script = (
        "import sys; from contextlib import ExitStack; from pathlib import Path\n"
        "from portal.host import programs, supervisor\n"
        "from portal.signing.remote import RemoteSigner\n"
        "supervisor.VAR = programs.VAR = Path(sys.argv[1]); (programs.VAR / 'run').mkdir()\n"
        "given = {'SEAL_DIR': sys.argv[1] + '/seal', 'SEAL_PASSPHRASE': 'a passphrase', 'SEAL_PIN': '4711',\n"
        "         'DATABASE_URL': 'postgresql://x', 'SECRET_KEY': 'x' * 48}\n"
        "with ExitStack() as running:\n"
        "    env = supervisor._start_signer(given, running, [])\n"
        "    print(sorted(env)); signer = RemoteSigner(env['SIGNER_URL']); print(signer.remembered()); signer.close()\n"
        "    print(supervisor._start_signer(env, running, []) == env)\n"
        "with ExitStack() as running:\n"
        "    try: supervisor._start_signer(given | {'SEAL_PASSPHRASE': 'wrong'}, running, [])\n"
        "    except supervisor.EmbeddedError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names, remembered, again, *refused = done.stdout.splitlines()
    assert names == str(["DATABASE_URL", "SEAL_DIR", "SECRET_KEY", "SIGNER_URL"]), done.stderr
    assert (remembered, again) == ("None", "True")
    assert "cannot be read" in " ".join(refused)


def test_a_web_server_that_is_not_ready_is_told_by_the_parts_that_it_misses(shut):
    assert supervisor._down(shut) == ["no answer"]
    for state, missed in [("down", ["storage"]), ("ok", [])]:
        said = json.dumps({"parts": {"database": "ok", "storage": state}}).encode()
        with Answering((200, {}, said)) as server:
            assert supervisor._down(urlsplit(server.url).port) == missed
