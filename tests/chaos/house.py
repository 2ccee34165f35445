"""A whole portal as `make serve` runs it, in a folder of its own, and its processes by name."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from portal.settings import ROOT, Settings
from tests.kit.waiting import PATIENCE

# The supervisor with another folder than var/.
START = """
import sys
from pathlib import Path
from portal.host import programs, supervisor
supervisor.VAR = programs.VAR = Path(sys.argv.pop(1))
supervisor.LEFT = supervisor.VAR / "run" / "environment.json"
sys.exit(supervisor.main())
"""
WEB, WORKER, SIGNER = "web server", "worker", "signer"
READER, PRINTER = "reader of files", "printer"
WEB_WORKER, DATABASE, QUEUE = "process of the web server", "database", "queue"
_NAMES = {"kw-server": WEB, "kw-worker": WORKER, "kw-signer": SIGNER, "postgres": DATABASE}
_SIDECARS = {READER: "portal.reader.host", PRINTER: "portal.printer.host"}


class House:
    """The supervisor and everything below it. Only what is below it is ever killed."""

    def __init__(self, state: Path) -> None:
        self.state = state
        places = {"STORAGE_URL": (state / "files").as_uri(), "MAIL_URL": f"file://{state / 'mail'}"}
        self._env = dict(os.environ) | places | {"SEAL_DIR": str(state / "seal")}
        for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "KEURWERK_PARENT"):
            self._env.pop(name, None)
        self._log = (state / "log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        self.settings: Settings

    def start(self) -> None:
        """Start everything and wait until it is ready."""
        left = self.state / "run" / "environment.json"
        left.unlink(missing_ok=True)
        command = [sys.executable, "-c", START, str(self.state), "--port", "0"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self._env, stdout=self._log, stderr=self._log)
        self._until(left.exists)
        self.settings = Settings.from_env(self._env | json.loads(left.read_text()))
        self.wait()

    def stop(self) -> None:
        """End everything."""
        if self._process:
            self._process.terminate()
            self._process.wait(PATIENCE)
        self._log.close()

    def wait(self) -> float:
        """Wait until it is ready and every process runs; return for how many seconds."""
        begin = time.monotonic()
        self._until(lambda: self.is_ready() and {WEB, WORKER, SIGNER, DATABASE, QUEUE} <= self.processes().keys())
        return time.monotonic() - begin

    def is_ready(self) -> bool:
        try:
            with urlopen(f"{self.settings.base_url}/readyz", timeout=5):
                return True
        except (HTTPError, OSError):
            return False

    def kill(self, name: str) -> None:
        """Kill a process by its name as in `processes`, if there is one now."""
        self._signal(name, signal.SIGKILL)

    def restart(self, name: str) -> None:
        """Let a process end as for a new release, and wait until there is another one."""
        before = self.processes()[name]
        self._signal(name, signal.SIGTERM)
        self._until(lambda: self.processes().get(name, before) != before)

    def processes(self) -> dict[str, int]:
        """The processes below the supervisor that have a name here."""
        children = _children()
        found: dict[str, int] = {}
        for pid in children.get(self._process.pid if self._process else 0, []):
            name = _NAMES.get(_text(pid, "comm"), QUEUE if "valkey" in _text(pid, "cmdline") else "")
            found |= {name: pid} if name else {}
        for pid in children.get(found.get(WEB, 0), []):
            command = _text(pid, "cmdline")
            sidecars = [name for name, module in _SIDECARS.items() if module in command]
            found[sidecars[0] if sidecars else WEB_WORKER] = pid
        return found

    def _signal(self, name: str, number: int) -> None:
        with suppress(ProcessLookupError):
            if pid := self.processes().get(name):
                os.kill(pid, number)

    def last_words(self) -> str:
        """The ends of the logs, for who must find out what went wrong."""
        logs = [self.state / "log", *(self.state / "run").glob("*.log")]
        return "\n".join(f"{path}:\n{path.read_text(errors='replace')[-3000:]}" for path in logs if path.exists())

    def _until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            ended = self._process is None or self._process.poll() is not None
            assert not ended, self.last_words()
            assert time.monotonic() < end, self.last_words()
            time.sleep(0.1)


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            found.setdefault(int(parent), []).append(int(path.parent.name))
    return found


def _text(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text().strip()
    except OSError:
        return ""
