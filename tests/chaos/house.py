"""A whole portal as `make serve` runs it, in a folder of its own, and its processes by name."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

from bench.load import children
from portal.settings import ROOT, Settings
from tests.chaos.elsewhere import CLOCK, SERVE
from tests.chaos.person import until
from tests.kit.waiting import PATIENCE

# On a disk of its own, of so many bytes, which only this process and its children see; it is gone when they have ended.
SMALL_DISK = 'mount -t tmpfs -o "mode=755,size=$0" none "$1" && shift && exec "$@"'
IS_ROOT = os.geteuid() == 0
UNSHARED = ["unshare", "--mount"] if IS_ROOT else ["unshare", "--user", "--map-root-user", "--mount"]
WEB, WORKER, SIGNER = "web server", "worker", "signer"
READER, PRINTER = "reader of files", "printer"
WEB_WORKER, DATABASE, QUEUE = "process of the web server", "database", "queue"
_NAMES = {"kw-server": WEB, "kw-worker": WORKER, "kw-signer": SIGNER, "postgres": DATABASE}
_SIDECARS = {READER: "portal.reader.host", PRINTER: "portal.printer.host"}


class House:
    """The supervisor and everything below it. Only what is below it is ever killed."""

    def __init__(self, state: Path, disk: int = 0) -> None:
        self.state = state
        self.disk = disk
        places = {"STORAGE_URL": (state / "files").as_uri(), "MAIL_URL": f"file://{state / 'mail'}"}
        self._env = dict(os.environ) | places | {"SEAL_DIR": str(state / "seal")}
        for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "KEURWERK_PARENT"):
            self._env.pop(name, None)
        self._log = state.with_name(f"{state.name}.log")
        self._port = "0"
        self._process: subprocess.Popen[bytes] | None = None
        self.settings: Settings

    @staticmethod
    def no_disk() -> str:
        """Return why there is no disk of one's own, an empty text if there is one."""
        done = subprocess.run([*UNSHARED, "true"], capture_output=True, text=True, check=False)
        return done.stderr if done.returncode else ""

    def start(self) -> None:
        """Start everything and wait until it is ready."""
        left = Path("run", "environment.json")
        (self.state / left).unlink(missing_ok=True)
        command = [*self._on_disk(), sys.executable, "-m", "tests.chaos.elsewhere", str(self.state), SERVE]
        command += ["--port", self._port]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._env, stdout=log, stderr=log)
        self._until((self.seen / left).exists)
        self._port = json.loads((self.seen / left).read_text())["BASE_URL"].rpartition(":")[2]  # for the next start
        self.settings = Settings.from_env(self._env | json.loads(self._as_seen((self.seen / left).read_text())))
        self.wait()

    def stop(self) -> None:
        """End everything."""
        if self._process:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None

    def cut_power(self) -> None:
        """Kill the supervisor; the kernel ends everything below it."""
        below = self.processes().values()
        assert self._process
        self._process.kill()
        self._process.wait(PATIENCE)
        self._process = None
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))

    def command(self, *words: object, kill_after: float = 0) -> tuple[int, str]:
        """Run a command of the portal; its status and what it says. It may be killed after so many seconds."""
        command = [sys.executable, "-m", "tests.chaos.elsewhere", str(self.state), *map(str, words)]
        with suppress(subprocess.TimeoutExpired):
            done = subprocess.run(
                command, cwd=ROOT, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                timeout=kill_after or None, check=False,
            )  # fmt: skip
            return done.returncode, done.stdout
        return -signal.SIGKILL, ""

    @property
    def seen(self) -> Path:
        """Its folder, as this process sees it."""
        return Path(self._as_seen(str(self.state)))

    def move_clock(self, by: timedelta) -> None:
        """Make the clock of all its processes wrong."""
        (self.state / CLOCK).write_text(str(by.total_seconds()))

    def _on_disk(self) -> list[str]:
        if not self.disk:
            return []
        mounted = [*UNSHARED, "sh", "-c", SMALL_DISK, str(self.disk), str(self.state)]
        own = ["unshare", "--user", f"--map-user={os.getuid()}", f"--map-group={os.getgid()}"]
        return mounted if IS_ROOT else mounted + own

    def _as_seen(self, text: str) -> str:
        """Return a text with the folder, also in addresses, as this process sees it."""
        if not self.disk or not self._process:
            return text
        seen = f"/proc/{self._process.pid}/root{self.state}"
        return text.replace(str(self.state), seen).replace(quote(str(self.state), safe=""), quote(seen, safe=""))

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
        below = children()
        found: dict[str, int] = {}
        for pid in below.get(self._process.pid if self._process else 0, []):
            name = _NAMES.get(_text(pid, "comm"), QUEUE if "valkey" in _text(pid, "cmdline") else "")
            found |= {name: pid} if name else {}
        for pid in below.get(found.get(WEB, 0), []):
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
        logs = [self._log, *(self.seen / "run").glob("*.log")]
        return "\n".join(f"{path}:\n{path.read_text(errors='replace')[-3000:]}" for path in logs if path.exists())

    def _until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            ended = self._process is None or self._process.poll() is not None
            assert not ended, self.last_words()
            assert time.monotonic() < end, self.last_words()
            time.sleep(0.1)


def _text(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text().strip()
    except OSError:
        return ""
