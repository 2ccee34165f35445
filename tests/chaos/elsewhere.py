"""Run the portal, or a command, in another folder than var/: `python -m tests.chaos.elsewhere FOLDER serve|COMMAND …`.

The clock of all its processes can be moved: by as many seconds as the file `clock` in the folder says.
"""

import sys
from pathlib import Path

from audits.core import clock
from portal.commands import backup, check
from portal.commands.cli import main
from portal.host import programs, supervisor
from portal.host.embedded import Postgres

CLOCK, SERVE = "clock", "serve"
OPTIONS = Postgres._options  # who is killed loses nothing that the kernel has: the database need not wait for the disk


def run(state: Path) -> int | None:
    """Run what the other words say."""
    for module in (supervisor, programs, backup, check):
        setattr(module, "VAR", state)  # noqa: B010 - for a type checker it is a constant
    Postgres._options = lambda server: [*OPTIONS(server), "-c", "fsync=off"]  # type: ignore[method-assign]
    supervisor.LEFT = state / "run" / "environment.json"
    clock.follow(state / CLOCK)
    if sys.argv[1] == SERVE:
        sys.argv.pop(1)
        return supervisor.main()
    return main(prog_name="keurwerk")


if __name__ == "__main__":
    folder = Path(sys.argv.pop(1))
    sys.exit(run(folder))
