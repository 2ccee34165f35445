"""A year of work: 1,000 verdicts in each audit of the register, and what pages cost beside so many.

The rows are copies of those of one audit that the product made, spread over a year; what the figures are made of is then
counted by the product itself.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from bench.served import Comparison, Installed

EACH, SMALL = 1_000, 20  # verdicts in an audit
AUDITS = """
SELECT id, row_number() OVER (ORDER BY id)::integer AS n FROM audit a
WHERE reported_at IS NOT NULL AND NOT EXISTS (SELECT FROM sampled_unit u WHERE u.audit_id = a.id)
"""
COLUMNS = """
SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
AND attgenerated = '' AND attidentity = '' ORDER BY attnum
"""
KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND conrelid IN ({tables})
"""
# Each audit was reported on another day of the year, and its report has findings, of which most are closed.
SPREAD = """
UPDATE audit a SET reported_at = a.reported_at - make_interval(days => y.n %% 360)
FROM year y WHERE y.id = a.id
"""
# In one audit of three a colleague judges too.
TOGETHER = """
INSERT INTO team_member (id, audit_id, person_id, role, joined_at)
SELECT gen_random_uuid(), y.id, p.id, 'member', a.reported_at
FROM year y JOIN audit a ON a.id = y.id
JOIN (SELECT inspector_id AS id, row_number() OVER () AS n, count(*) OVER () AS number
      FROM audit GROUP BY inspector_id) p ON p.n = y.n %% p.number + 1 AND p.id <> a.inspector_id
WHERE y.n %% 3 = 0
"""
NOTE = """CASE WHEN k.h %% 20 = 0 THEN 'The hours on the pay slip are not those of the sheet. '
  || CASE WHEN k.h %% 400 = 0 THEN 'Seen in the file.' ELSE md5(y.id::text || k.h::text) END ELSE '' END"""


@dataclass(frozen=True)
class Rows:
    """Rows of a table of one audit, copied for the others: which columns change, and how often each row is taken."""

    table: str
    values: Mapping[str, str]
    times: str = "1"

    def sql(self, columns: list[str]) -> str:
        """Return the statement; `y` is the audit, `k` the row that is copied, `h` a number of its own in the audit."""
        given = [self.values.get(name, f'k."{name}"') for name in columns]
        names = ", ".join(f'"{name}"' for name in columns)
        source = (
            f"SELECT k.*, r, row_number() OVER () AS h FROM {self.table} k, generate_series(1, {self.times}) r"  # noqa: S608
            " WHERE k.audit_id = %(like)s"
        )
        return (
            f"INSERT INTO {self.table} ({names}) SELECT {', '.join(given)} FROM year y"  # noqa: S608
            f" CROSS JOIN ({source}) k"
        )


UNIT = "k.reference || '/' || k.r"
COPIES = (
    Rows("sampled_unit", {"audit_id": "y.id", "reference": UNIT, "position": "k.h"}, times="%(times)s"),
    Rows("verdict", {"audit_id": "y.id", "reference": UNIT, "note": NOTE}, times="%(times)s"),
    Rows("finding", {"id": "gen_random_uuid()", "audit_id": "y.id", "number": "k.h",
                     "agency_id": "(SELECT agency_id FROM audit a WHERE a.id = y.id)"}, times="5"),
    Rows("audit_day", {"id": "gen_random_uuid()", "audit_id": "y.id", "supersedes_id": "NULL", "hours_done": "8.5"}),
)  # fmt: skip

TABLES = ("audit", "team_member", *(each.table for each in COPIES))


def add(ours: Installed, compared: Comparison, *, small: bool) -> str:
    """Fill a year; return how much it is and how long that took, in words."""
    like, begin = ours.seeded["cases"]["certified"]["audit"], time.perf_counter()
    with compared.machine.connect(ours.database) as connection:
        connection.execute(f"CREATE TEMP TABLE year AS {AUDITS}")
        with _unchecked(connection):
            connection.execute(SPREAD, {})
            connection.execute(TOGETHER, {})
            _give_days(connection, like)
            for each in COPIES:
                _copy(connection, each, like, SMALL if small else EACH)
        connection.execute("VACUUM ANALYZE verdict, sampled_unit, finding, audit_day, audit")
    copied = time.perf_counter()
    ours.run("-m", "portal.commands.cli", "figures", "rebuild")
    counted = time.perf_counter() - copied
    with compared.machine.connect(ours.database) as connection:
        connection.execute("VACUUM ANALYZE audit_tally, requirement_tally, note_tally")
    audits, verdicts = (
        compared.machine.count(ours.database, "audit_tally"),
        compared.machine.count(ours.database, "verdict"),
    )
    return (
        f"{audits:,} audits of a year with {verdicts:,} verdicts; copied in {copied - begin:.0f} s,"
        f" counted by figures rebuild in {counted:.0f} s"
    )


@contextmanager
def _unchecked(connection: psycopg.Connection) -> Iterator[None]:
    """Let rows in without triggers and foreign keys, which their originals passed; both are there again afterwards."""
    listed = ", ".join(f"'{table}'::regclass" for table in TABLES)
    keys = connection.execute(KEYS.format(tables=listed)).fetchall()
    for table in TABLES:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table, name, _ in keys:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, definition in keys:
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID")
    for table in TABLES:
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _copy(connection: psycopg.Connection, rows: Rows, like: str, each: int) -> None:
    columns = [name for (name,) in connection.execute(COLUMNS, [rows.table])]
    there = connection.execute("SELECT count(*) FROM verdict WHERE audit_id = %s", [like]).fetchone()
    values = {"like": like, "times": max(1, each // (there[0] if there else each))}
    connection.execute(rows.sql(columns), values)


def _give_days(connection: psycopg.Connection, like: str) -> None:
    """Give the copied audit a day with hours, if it has none."""
    connection.execute(
        "INSERT INTO audit_day (id, audit_id, person_id, day, place, hours_planned, hours_done, said_by, said_at)"
        " SELECT gen_random_uuid(), id, inspector_id, planned_on, 'Venlo', 8, 8.5, inspector_id, now() FROM audit"
        " WHERE id = %(like)s AND NOT EXISTS (SELECT FROM audit_day WHERE audit_id = %(like)s)",
        {"like": like},
    )
