"""The stand-alone verifier is joined from its parts, runs alone, and shares no code with the register."""

import ast
import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import pytest

from portal.settings import ROOT

VERIFIER = ROOT / "bin" / "keurwerk-verify"


@pytest.fixture(scope="module")
def builder():
    loader = SourceFileLoader("build_verifier", str(ROOT / "bin" / "build-verifier"))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = written
    return module


@pytest.fixture
def parts(builder):
    return {name: builder.read(name) for name in builder.PARTS}


def test_the_file_is_made_of_its_parts(builder, parts):
    assert VERIFIER.read_text(encoding="utf-8") == builder.joined(parts), "run `make verifier`"
    assert VERIFIER.stat().st_mode & 0o111 == 0o111


def test_no_part_is_left_out(builder):
    folder = ROOT / "certificates" / "verifier"
    assert {path.stem for path in folder.glob("*.py")} == {"__init__", *builder.PARTS}


def test_it_runs_where_nothing_else_is(tmp_path):
    shutil.copy(VERIFIER, tmp_path)
    command = [sys.executable, "-I", VERIFIER.name, "nothing.zip"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("WRONG  archive: [Errno 2]")


def test_it_imports_nothing_of_ours():
    nodes = list(ast.walk(ast.parse(VERIFIER.read_text(encoding="utf-8"))))
    named = {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}
    named |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in named} - set(sys.stdlib_module_names) == {"cryptography"}


@pytest.mark.parametrize(
    ("imports", "names", "why"),
    [
        (set(), ["Archive"], "gives Archive, as certificates.verifier.archive does"),
        (set(), ["datetime"], "gives datetime, as datetime does"),
        ({("certificates.ledger.tree", "leaf_hash")}, [], "must not import certificates.ledger.tree"),
        ({("certificates.verifier.later", "more")}, [], "needs more of certificates.verifier.later"),
        ({("certificates.verifier.note", "Archive")}, [], "needs Archive of certificates.verifier.note"),
        ({("cryptography.hazmat", "json")}, [], "imports json, which is something else"),
    ],
)
def test_what_would_mean_something_else_in_one_file_is_refused(builder, parts, imports, names, why):
    with pytest.raises(SystemExit, match=why):
        builder.joined(parts | {"one_more": builder.Part("One more.", imports, names, "")})


@pytest.mark.parametrize("line", ["import json as plain", "from json import *", "from . import seal"])
def test_an_import_that_names_something_otherwise_is_refused(builder, line):
    with pytest.raises(SystemExit, match="line 1"):
        builder.imported(ast.parse(line).body[0])
