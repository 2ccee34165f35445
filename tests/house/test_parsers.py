"""No process that serves people parses untrusted files: the list of modules that import a parser, with reasons."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.sources import source

ROOT = Path(__file__).parents[2]
ROOM = "portal/reader/room/"
LIBRARIES = {
    "PIL",
    "pikepdf",
    "pyhanko",
    "pypdf",
    "openpyxl",
    "python_calamine",
    "olefile",
    "pandas",
    "zipfile",
    "tarfile",
    "gzip",
    "csv",
    "yaml",
    "xml",
}
ELSEWHERE = {
    "audits/schemes/reading.py": "the reader's own; outside it only norms that it has passed, and published ones",
    "certificates/seal/examining/changes.py": "the reader's own",
    "certificates/seal/examining/covering.py": "the reader's own",
    "certificates/seal/examining/renewal.py": "the reader's own",
    "certificates/seal/examining/verify.py": "the reader's own, and the worker's for files that we sealed",
    "certificates/seal/sealing/archiving.py": "renews the proof of files that we sealed",
    "certificates/seal/time/outside.py": "asks for time-stamps; opens no file",
    "certificates/press/compiled/master.py": "opens what our own press has printed",
    "certificates/press/compiled/objects.py": "opens what our own press has printed",
    "certificates/press/compiled/writer.py": "writes",
    "certificates/ledger/dump.py": "writes",
    "portal/doors/office/drafts.py": "writes",
    "portal/doors/office/exports.py": "writes",
    "portal/doors/registry/ledger.py": "writes",
    "portal/forms/spreadsheets.py": "writes",
    "portal/stores/packed.py": "opens what it wrote",
    "portal/backup/cluster.py": "a command's own; opens what it wrote, with hashes that it knows",
    "certificates/verifier/archive.py": "a program of its own, on somebody else's machine",
    "certificates/verifier/report.py": "a program of its own, on somebody else's machine",
    "portal/demo/case.py": "draws pictures",
}


def sources() -> dict[str, Path]:
    found = (path for package in ("portal", "audits", "certificates") for path in (ROOT / package).rglob("*.py"))
    return {str(path.relative_to(ROOT)): path for path in found}


def test_what_opens_files_is_imported_in_the_room_of_the_reader_alone():
    opening = {
        name
        for name, path in sources().items()
        if LIBRARIES & {module.split(".")[0] for module in source(path).imports}
    }
    assert {name for name in opening if not name.startswith(ROOM)} == set(ELSEWHERE)


def test_nobody_enters_the_room_but_the_process_that_is_confined():
    inside = {
        name
        for name, path in sources().items()
        if any(module.startswith("portal.reader.room") for module in source(path).imports) and not name.startswith(ROOM)
    }
    assert inside == set()  # portal.reader.host is given its name


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("portal.reader.questions", ("PIL", "pikepdf", "pyhanko")),
        ("portal.printer.client", ("weasyprint", "pikepdf", "PIL", "zxingcpp")),
        ("portal.printer.host", ("flask", "sqlalchemy", "portal.settings", "psycopg")),
        ("portal.reader.host", ("flask", "sqlalchemy", "portal.settings")),
        ("portal.reader.room", ("flask", "sqlalchemy", "portal.settings", "psycopg")),
    ],
)
def test_each_side_loads_nothing_of_the_other(module, absent):
    code = f"import sys, {module}; print([name for name in {absent} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
