"""Run every benchmark at a small size, to notice when one breaks. Results are not judged here."""

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench import builds, bulk, product, results
from bench.__main__ import SERVED
from bench.pages import PAGES
from bench.printer import OURS
from bench.results import Report, Row

ROOT = Path(__file__).parents[2]
ROW = {"system", "case", "n", "cpu_ms", "wall_ms_p50", "wall_ms_p95", "per_second", "web_ms", "db_ms"}
TARGET = {"name", "target", "measured", "met"}


@pytest.fixture(scope="module")
def results_of(tmp_path_factory):
    """What the benchmarks with these names leave in a run of their own, by name."""

    def run(*words):
        folder = tmp_path_factory.mktemp("bench")
        command = [sys.executable, "-m", "bench", *words, "--rounds", "1", "--out", folder]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        found = {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}
        for each in found.values():
            assert all(row.keys() == ROW and row["n"] > 0 and row["per_second"] > 0 for row in each["rows"])
            assert all(target.keys() == TARGET for target in each["targets"])
        return found

    return run


@pytest.fixture(scope="module")
def served(results_of):
    """All that are served, in one run, as `make bench` runs them: what is served and its register are made once."""
    return results_of(*SERVED, "--n", "4", "--agencies", "40", "--against", ".")


@pytest.fixture(scope="module")
def alone(results_of):
    """Those that need no server, in one run."""
    return results_of("press", "reader", "migration", "clock", "--n", "3", "--agencies", "50")


def systems(found, case):
    return {row["system"] for row in found["rows"] if row["case"] == case}


def test_pages_and_proof_beside_this_very_checkout(served):
    """A load stops at the first answer that is not 200: where there is a row, everything opened each time."""
    for page in PAGES:
        assert systems(served["pages"], page) == {"keurwerk", "this again", "bare WSGI"}
    targets = served["pages"]["targets"]
    statements = [target for target in targets if target["name"].startswith("SQL statements")]
    assert len(statements) == len(PAGES)
    assert all(target["met"] and int(target["measured"]) > 0 for target in statements), "the same code asks as much"
    assert {"memory of a web process", "CPU, decision page"} <= {target["name"] for target in targets}
    assert systems(served["proof"], "proof of check") == {"keurwerk", "this again", "manuals"}
    assert [target["name"] for target in served["proof"]["targets"]] == ["p95 at 50/s", "asked to come back"]


def test_assessment(served):
    found = served["assessment"]
    assert systems(found, "save an answer") == {"keurwerk", "this again", "keurwerk, few answers", "Flask + ORM"}
    assert [target["name"] for target in found["targets"]][::2] == ["CPU of a saved answer", "save an answer"]


def test_audit(served):
    found = served["audit"]
    assert systems(found, "save a verdict") == {"keurwerk", "Flask + ORM"}
    names = {target["name"] for target in found["targets"]}
    assert {"CPU of a saved verdict", "p95 of a verdict, 4 writers", "score of one audit", "unit page"} <= names
    assert sum(name.startswith(("key strokes for", "page loads for", "a key shows")) for name in names) == 4


def test_lane(served):
    measured = {row["case"]: row["n"] for row in served["lane"]["rows"]}
    assert measured["changed certificate"] == 4
    assert {"register search", "register entry", "register search, quiet", "extract"} <= measured.keys()
    assert {target["name"] for target in served["lane"]["targets"]} == {
        "p95 of register search meanwhile",
        "p95 of register entry meanwhile",
    }


def test_registry_beside_its_rivals(served):
    found = served["registry"]
    for case in ("entry, kept", "entry, cold", "look-up, cold", "search", "search, typo"):
        assert {"keurwerk", "this again", "Flask and ORM"} <= systems(found, case) <= {
            "keurwerk", "this again", "Flask and ORM", "Datasette", "bare WSGI",
        }  # fmt: skip
    for case in ("look-up, grown", "search, typo, grown"):
        assert systems(found, case) == {"keurwerk", "keurwerk small"}
    assert all(systems(found, case) == {"keurwerk"} for case in ("dump", "rebuild", "list of 1000", "list of 10000"))
    assert {
        "memory of a process of the register", "p95 of a search with a typing error", "files of the dump", "rebuild",
        "memory of the rebuild", "growth of look-up, CPU",
    } <= {target["name"] for target in found["targets"]}  # fmt: skip


def test_clock(alone):
    steps = alone["clock"]["targets"][0]
    assert (steps["name"], steps["measured"], steps["met"]) == ("steps made once", "60", True)


def test_reader(alone):
    found = alone["reader"]
    assert {row["system"] for row in found["rows"]} == {"keurwerk", "in the process"}
    assert len({row["case"] for row in found["rows"]}) == len(found["targets"]) == 3


def test_migration_back_and_up(alone):
    found = alone["migration"]
    assert [row["case"] for row in found["rows"]] == ["back", "up"]
    assert len(found["targets"]) == 4


def test_press(alone):
    found = alone["press"]
    assert {row["case"] for row in found["rows"]} == set(OURS)
    assert {"keurwerk", "keurwerk, typeset", "WeasyPrint + pyHanko, tuned"} <= systems(found, "signed B-T")


def test_a_revision_is_exported_with_the_harness_of_today(tmp_path):
    if not (ROOT / ".git").exists():
        pytest.skip("this checkout has no history")
    with ExitStack() as stack:
        build = builds.of_revision(stack, "HEAD")
        ours = {path.name: path.read_bytes() for path in (ROOT / "bench").glob("*.py")}
        assert {path.name: path.read_bytes() for path in (build.root / "bench").glob("*.py")} == ours
        assert (build.root / "portal/static/built/manifest.json").exists()
        assert (build.root / "portal/translations/nl/LC_MESSAGES/messages.mo").exists()
        found = subprocess.check_output([build.python, "-c", "import portal; print(portal.__file__)"], cwd=build.root)
        assert Path(found.decode().strip()).is_relative_to(build.root)
    assert not build.root.exists()


@pytest.mark.parametrize("name", [name for name in product.PLACES if name != "web"])
def test_every_part_of_the_product_is_where_the_harness_looks(name):
    product.part(name)


class Column:
    def __init__(self, name, type_, *, made=False, once=False):
        self.name, self.type, self.made, self.once = name, type_, made, once


def test_a_copy_takes_its_columns_from_the_database():
    """What is made by the database is left to it, what is unique becomes its own, what is missing is not named."""
    copy = bulk.Copy("certificate", "agency_id = :agency", {"id": "s.certificate", "gone": "s.gone", "numbers": "s.x"})
    columns = [
        Column("id", "uuid", once=True),
        Column("serial", "bigint", made=True, once=True),
        Column("status_index", "integer", once=True),
        Column("numbers", "jsonb"),
        Column("state", "text"),
    ]
    sql = copy.sql(columns)
    assert '("id", "status_index", "numbers", "state")' in sql
    assert (
        'SELECT s.certificate, (SELECT coalesce(max("status_index"), 0) FROM certificate) + s.n, to_jsonb(s.x)' in sql
    )
    assert 'k."state"' in sql
    assert "gone" not in sql


def row(system, cpu_ms):
    return Row(system, "a case", 1, cpu_ms, 1.0, 1.0, 1.0, cpu_ms, 0.0)


def test_ratios_are_remembered_only_when_asked(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(results, "LAST", tmp_path / "last")
    monkeypatch.setattr(results, "ROOT", tmp_path)
    report = Report("thing", [row("keurwerk", 2.0), row("another", 4.0)])
    report.write(out=tmp_path)
    assert not (tmp_path / "last").exists()
    report.write(keep=True, out=tmp_path)
    assert json.loads((tmp_path / "last" / "thing.json").read_text()) == {"a case": {"another": 0.5}}
    capsys.readouterr()
    Report("thing", [row("keurwerk", 3.0), row("another", 4.0)]).write(out=tmp_path)
    assert "0.75 x a case, another (was 0.5, +50%)" in capsys.readouterr().out
