"""The builds that are measured: this checkout, and another revision in a temporary folder."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

ROOT = Path(__file__).resolve().parents[1]
PROJECT = "keurwerk"
OURS = "keurwerk"
HERE = "."  # AGAINST=. is this checkout a second time; any difference is noise
UV = ROOT / "var" / "tools" / "uv" / "bin" / "uv"
BUILT = ("portal/static/built", "var/assets/fonts")


@dataclass(frozen=True)
class Build:
    """A checkout that can run, and its name in the tables."""

    name: str
    root: Path = ROOT

    @property
    def python(self) -> str:
        """Return the path of its interpreter."""
        return sys.executable if self.root == ROOT else str(self.root / ".venv" / "bin" / "python")

    @property
    def has_roles(self) -> bool:
        """Return whether its processes connect as roles of their own; before that, one role did everything."""
        return (self.root / "migrations" / "roles.sql").exists()


def us() -> Build:
    """Return this checkout, with uncommitted changes."""
    return Build(OURS)


def of_revision(stack: ExitStack, revision: str) -> Build:
    """Export and set up another revision, with today's harness; removed with the stack."""
    if revision == HERE:
        return Build("this again")
    folder = Path(mkdtemp(prefix="keurwerk-build-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    named = _git("rev-parse", "--short=7", "--verify", f"{revision}^{{commit}}").decode().strip()
    export(named, folder)
    return Build(named, folder)


def export(revision: str, folder: Path) -> None:
    """Write the files of a revision with today's `bench/`, its packages and its built assets."""
    subprocess.run(["tar", "-x", "-C", str(folder)], input=_git("archive", revision), check=True)
    shutil.rmtree(folder / "bench", ignore_errors=True)
    shutil.copytree(ROOT / "bench", folder / "bench", ignore=shutil.ignore_patterns("__pycache__"))
    _packages(folder)
    _assets(folder)
    _run(folder, "bin/messages", "compile")


def _packages(folder: Path) -> None:
    """Use our own environment if it has all packages that the revision locks, else create one."""
    if _locked(folder) <= _locked(ROOT):
        (folder / ".venv").symlink_to(Path(sys.prefix))
    else:
        _run(folder, str(UV) if UV.exists() else "uv", "sync", "--locked", "--quiet", "--no-group", "dev")


def _locked(folder: Path) -> set[tuple[str, str]]:
    packages = tomllib.loads((folder / "uv.lock").read_text())["package"]
    return {(each["name"], each["version"]) for each in packages if each["name"] != PROJECT}


def _assets(folder: Path) -> None:
    """Copy built assets if their sources are equal, else build them."""
    if _made_of(folder) == _made_of(ROOT):
        for each in BUILT:
            shutil.copytree(ROOT / each, folder / each)
        return
    if _digest([folder / "package-lock.json"]) == _digest([ROOT / "package-lock.json"]):
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
    else:
        _run(folder, "npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts")
    _run(folder, ".venv/bin/python", "bin/build-assets")


def _made_of(folder: Path) -> dict[str, str]:
    paths = [path for path in (folder / "portal" / "assets").rglob("*") if path.is_file()]
    paths += [folder / "package-lock.json", folder / "bin" / "build-assets"]
    return {str(path.relative_to(folder)): _digest([path]) for path in paths}


def _digest(paths: Iterable[Path]) -> str:
    return sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout


def _run(folder: Path, *words: str) -> None:
    path = os.pathsep.join([str(ROOT / "var/tools/node/bin"), os.environ.get("PATH", os.defpath)])  # noqa: TID251
    env = dict(os.environ) | {"PATH": path, "UV_PROJECT_ENVIRONMENT": ".venv", "UV_PYTHON_DOWNLOADS": "never"}  # noqa: TID251
    subprocess.run(words, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)
