"""Features for developers: statement counter, shell, reloading."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import event

from portal.app import create_app
from portal.commands.shell import shell
from portal.web.statements import show_statements
from tests.kit.waiting import PATIENCE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def dev(settings):
    app = create_app(settings)
    show_statements(app)
    yield app
    app.extensions["sessionmaker"].kw["bind"].dispose()


def statements(page):
    found = re.search(r">SQL statements: (\d+)</p></footer>", page.text)
    return int(found[1]) if found else None


def test_a_page_tells_how_many_statements_it_took(dev):
    asked = []
    event.listen(dev.extensions["sessionmaker"].kw["bind"], "before_cursor_execute", lambda *_: asked.append(1))
    client = dev.test_client()
    for path in ("/register", "/register?q=flex"):
        asked.clear()
        page = client.get(path)
        assert statements(page) == len(asked), path
        assert int(page.headers["Content-Length"]) == len(page.data)
    assert asked, "a search asks the database"


def test_it_needs_no_style_and_no_script(dev):
    page = dev.test_client().get("/register")
    line = re.search(r"<p [^>]*>SQL statements", page.text)[0]
    assert "style=" not in line
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]


def test_what_is_no_page_stays_as_it_is(dev):
    assert dev.test_client().get("/healthz").json == {"status": "ok"}


def test_nobody_else_sees_it(client):
    assert statements(client.get("/register")) is None


def test_the_prompt_knows_the_tables(app):
    words = "print(session.execute(select(Agency.id)).all(), app.name)\n"
    said = CliRunner().invoke(shell, obj=app, input=words)
    assert said.exit_code == 0, said.output
    assert "[] portal.app" in said.output


def test_a_program_starts_anew_when_its_code_changes(tmp_path):
    """It notes each start; a change of a watched file is a reason for the next one, another file is not."""
    code, starts = tmp_path / "code", tmp_path / "starts"
    code.mkdir()
    (code / "thing.py").write_text("one = 1\n")
    program = [sys.executable, "-c", f"open({str(starts)!r}, 'a').write('x'); import time; time.sleep(600)"]
    keep = "import sys, pathlib; from portal.host.reloading import keep_running; "
    keep += "keep_running(sys.argv[2:], [pathlib.Path(sys.argv[1])])"
    with subprocess.Popen([sys.executable, "-c", keep, code, *program], cwd=ROOT) as process:
        try:
            wait_for(starts, "x")
            (code / "notes.txt").write_text("nothing")
            (code / "thing.py").write_text("two = 22\n")
            wait_for(starts, "xx")
        finally:
            process.terminate()
    assert process.returncode == 0


def wait_for(path, text):
    end = time.monotonic() + PATIENCE
    while not path.exists() or path.read_text() != text:
        assert time.monotonic() < end, f"{path.name} is not {text!r}"
        time.sleep(0.05)
