"""`python -m migrations.new NAME`: the next migration, with what models and migrations differ in; `make migration`."""

import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic.command import revision
from alembic.config import Config

from portal.host.embedded import Postgres
from portal.host.supervisor import migrate
from portal.settings import ROOT
from portal.stores.database import head


def main(name: str) -> None:
    """Compare with an empty database of its own that has all migrations so far, and write the file."""
    number = f"{int(head()) + 1:04d}"
    with ExitStack() as stack:
        state = Path(stack.enter_context(TemporaryDirectory(prefix="keurwerk-migration-")))
        state.chmod(0o755)  # the database's account passes through
        postgres = Postgres(state, careless=True)
        postgres.start()
        stack.callback(postgres.stop)
        url = postgres.create_database("new")
        migrate(url)
        config = Config(toml_file=str(ROOT / "pyproject.toml"))
        config.attributes["url"] = url
        revision(config, message=name, rev_id=number, autogenerate=True)
    print(f"migrations/versions/{number}.py is a draft: read it, add walls and a way down, then run make check test")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():  # noqa: PLR2004
        sys.exit("usage: make migration NAME='Say what changes'")
    main(sys.argv[1].strip().rstrip("."))
