"""Create or replace the walls of a database (functions, views, triggers, policies) from `migrations/walls/*.sql`, and
grant the rights of `migrations/grants.sql`.

Only a wall whose text changed is replaced: replacing a trigger or a policy locks its table. The comment of each wall in
the database holds a digest of its text. See docs/decisions/0012.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, text

FOLDER = Path(__file__).parent / "walls"
GRANTS = Path(__file__).parent / "grants.sql"
MARK = "wall "
_BEGIN = re.compile(r"^(?=CREATE )", re.MULTILINE)
_NOTE = re.compile(r"^--.*\n", re.MULTILINE)
_WITHOUT_TABLE = re.compile(r"CREATE OR REPLACE (FUNCTION|VIEW) (\w+)")
_ON_TABLE = re.compile(r"CREATE (?:CONSTRAINT )?(TRIGGER|POLICY) (\w+)\s.*?\bON (\w+)", re.DOTALL)

EXISTING = """
SELECT 'TRIGGER', tgname, relname, obj_description(t.oid, 'pg_trigger')
FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
UNION ALL
SELECT 'POLICY', polname, relname, obj_description(p.oid, 'pg_policy')
FROM pg_policy p JOIN pg_class c ON c.oid = polrelid WHERE relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'VIEW', relname, NULL, obj_description(oid, 'pg_class')
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
UNION ALL
SELECT 'FUNCTION', proname, NULL, obj_description(p.oid, 'pg_proc')
FROM pg_proc p
WHERE pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


class UnknownWallError(RuntimeError):
    """The database holds a trigger, policy, view or function that was not created from a file of ours."""


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """The name of a wall. Functions and views belong to no table."""

    kind: str
    name: str
    table: str | None

    @property
    def place(self) -> str:
        """Return the name as COMMENT ON and DROP take it."""
        return f"{self.kind} {self.name}" + (f" ON {self.table}" if self.table else "")


def wanted(folder: Path = FOLDER) -> dict[Name, str]:
    """Return the walls of the files, each with its CREATE statement; ValueError for another statement, or two alike."""
    walls: dict[Name, str] = {}
    for path in sorted(folder.glob("*.sql")):
        for statement in _BEGIN.split(_NOTE.sub("", path.read_text()))[1:]:
            found = _WITHOUT_TABLE.match(statement) or _ON_TABLE.match(statement)
            if found is None:
                raise ValueError(f"{path.name}: not a function, view, trigger or policy: {statement[:60]}")
            name = Name(*found.groups(), None) if found.re is _WITHOUT_TABLE else Name(*found.groups())  # type: ignore[call-arg]
            if name in walls:
                raise ValueError(f"{path.name}: {name.place} is in the files twice")
            walls[name] = statement.strip()
    return walls


def existing(connection: Connection) -> dict[Name, str]:
    """Return the walls that the database holds, each with its comment, which holds the digest of its text."""
    rows = connection.execute(text(EXISTING))
    return {Name(kind, name, table): comment or "" for kind, name, table, comment in rows}


def raise_walls(connection: Connection, folder: Path = FOLDER) -> list[str]:
    """Create what is missing, replace what changed, drop what the files no longer have; return what was created."""
    walls, found = wanted(folder), existing(connection)
    connection.execute(text("SET LOCAL check_function_bodies = off"))  # functions may call one another
    _remove(connection, {name: comment for name, comment in found.items() if name not in walls})
    made = [name for name in sorted(walls, key=_functions_first) if found.get(name) != _mark(walls[name])]
    for name in made:
        if name in found and name.table:
            _run(connection, f"DROP {name.place}")
        _run(connection, walls[name])
        _run(connection, f"COMMENT ON {name.place} IS '{_mark(walls[name])}'")
    _enable_policies(connection, {name.table for name in walls if name.kind == "POLICY" and name.table})
    _run(connection, GRANTS.read_text())
    return [name.place for name in made]


def remove_walls(connection: Connection) -> None:
    """Drop all walls."""
    _remove(connection, existing(connection), unknown_too=True)


def _remove(connection: Connection, found: dict[Name, str], *, unknown_too: bool = False) -> None:
    unknown = sorted(name.place for name, comment in found.items() if not comment.startswith(MARK))
    if unknown and not unknown_too:
        raise UnknownWallError(f"not created from a file of migrations/walls: {', '.join(unknown)}")
    for name in sorted(found, key=_functions_first, reverse=True):
        _run(connection, f"DROP {name.place}")


def _enable_policies(connection: Connection, tables: set[str]) -> None:
    """Enable policies on these tables, and on no others."""
    enabled = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relrowsecurity")))
    for table in sorted(tables ^ enabled):
        _run(connection, f"ALTER TABLE {table} {'ENABLE' if table in tables else 'DISABLE'} ROW LEVEL SECURITY")


def _run(connection: Connection, statement: str) -> None:
    connection.execute(text(statement.replace(":", r"\:")))  # no colon in it names a parameter


def _functions_first(name: Name) -> tuple[bool, Name]:
    return name.kind != "FUNCTION", name


def _mark(statement: str) -> str:
    return MARK + sha256(statement.encode()).hexdigest()[:16]
