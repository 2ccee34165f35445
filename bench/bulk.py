"""Insert many agencies in plain SQL: each row is a copy of a row that the product made.

Columns come from the database's catalogue, so that the same code fills builds with other columns: columns not named
here are copied, and unique ones get a new value.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy import Connection, create_engine, text

from bench.product import part

ANSWERS_EACH, MOST_ANSWERS = 50, 1_000_000
LARGE = 100_000  # agencies, from which on there are no answers: only the register is measured at such sizes
MANY = 5_000  # agencies, from which on indexes are made once, behind the rows
BATCH = 5_000  # agencies whose rows are in memory
AUDITS_EACH = 500  # of one inspector: three years of work
FIRST_NUMBER, LAST_NUMBER = 60_000_000, 69_999_999
FIRST = [
    "Noord",
    "Zuid",
    "Delta",
    "Polder",
    "Haven",
    "Veste",
    "Linde",
    "Maas",
    "Rijn",
    "Duin",
    "Schelde",
    "Brug",
    "Molen",
]
SECOND = ["werk", "flex", "kracht", "staffing", "personeel", "inzet", "hand", "team", "vak", "dienst", "arbeid"]
THIRD = [
    "Uitzendbureau",
    "Detachering",
    "Logistiek",
    "Agri",
    "Techniek",
    "Zorg",
    "Bouw",
    "Horeca",
    "Transport",
    "Industrie",
]
CITIES = ["Rotterdam", "Tilburg", "Venlo", "Zwolle", "Groningen", "Breda", "Den Haag", "Eindhoven", "Almere", "Arnhem"]
PROVINCES = ["ZH", "NB", "LI", "OV", "GR", "NB", "ZH", "NB", "FL", "GE"]
SECTORS = ["agriculture", "logistics", "meat", "construction", "care"]

SEED = """
CREATE TEMP TABLE seed (
  n integer, name text, city text, register_number text, folded text, near text[], bare text, tags text[],
  agency uuid DEFAULT gen_random_uuid(), application uuid DEFAULT gen_random_uuid(),
  audit uuid DEFAULT gen_random_uuid(), decision uuid DEFAULT gen_random_uuid(),
  certificate uuid DEFAULT gen_random_uuid(), inspector uuid DEFAULT gen_random_uuid()
) ON COMMIT DROP
"""
WORDS = 'CREATE TEMP TABLE seed_word (word text COLLATE "C") ON COMMIT DROP'
SLIPS = """
INSERT INTO register_slip (rest, word)
SELECT each.rest, w.word FROM (SELECT DISTINCT word FROM seed_word) w CROSS JOIN LATERAL (
  SELECT w.word AS rest UNION SELECT overlay(w.word PLACING '' FROM place FOR 1)
  FROM generate_series(1, length(w.word)) AS place
) each ON CONFLICT DO NOTHING
"""
"""Words with a letter less, as `deletions` has them: two million agencies have ninety million."""
INDEXES = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made FROM pg_index
WHERE indrelid = to_regclass(:table) AND NOT indisunique
"""
TRIGGERS = """
SELECT quote_ident(tgname) AS name FROM pg_trigger
WHERE tgrelid = to_regclass(:table) AND NOT tgisinternal AND tgenabled = 'O'
"""
NAMES = ("n", "name", "city", "register_number", "folded", "near", "bare", "tags")
SHARE_OUT = f"UPDATE seed s SET inspector = f.inspector FROM seed f WHERE f.n = s.n - (s.n - 1) % {AUDITS_EACH}"  # noqa: S608
COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type,
       a.attgenerated <> '' OR a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval%', false)
         AS made,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indnkeyatts = 1
                                        AND i.indkey[0] = a.attnum AND i.indpred IS NULL) AS once
FROM pg_attribute a LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
WHERE a.attrelid = to_regclass(:table) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""
# By type: a unique value for row `s.n`, which is copied from `k`.
OWN = {
    "uuid": "gen_random_uuid()",
    "integer": "(SELECT coalesce(max({name}), 0) FROM {table}) + s.n",
    "bigint": "(SELECT coalesce(max({name}), 0) FROM {table}) + s.n",
    "text": "k.{name} || '-' || s.n",
    "character varying": "k.{name} || '-' || s.n",
}


@dataclass(frozen=True)
class Copy:
    """Rows of one table: which are copied per agency (`k`), and the changed columns, as SQL over `s` and `k`."""

    table: str
    rows: str
    values: Mapping[str, str]

    def sql(self, columns: list[Any]) -> str:
        """Return the statement, for the columns that this database has."""
        given = {
            column.name: self._given(column) if column.name in self.values else self._kept(column)
            for column in columns
            if not column.made or column.name in self.values
        }
        names, values = ", ".join(f'"{name}"' for name in given), ", ".join(given.values())
        rows = f"SELECT * FROM {self.table} WHERE {self.rows}"  # noqa: S608
        return f"INSERT INTO {self.table} ({names}) SELECT {values} FROM seed s CROSS JOIN LATERAL ({rows}) k"  # noqa: S608

    def _given(self, column: Any) -> str:
        value = self.values[column.name]
        return f"to_jsonb({value})" if column.type == "jsonb" else value

    def _kept(self, column: Any) -> str:
        name = f'"{column.name}"'
        return OWN[column.type].format(name=name, table=self.table) if column.once else f"k.{name}"


COPIES = [
    Copy(
        "agency",
        "id = :agency",
        {"id": "s.agency", "legal_name": "s.name", "city": "s.city", "register_number": "s.register_number"},
    ),
    Copy("application", "id = :application", {"id": "s.application", "agency_id": "s.agency"}),
    Copy(
        "answer",
        "application_id = :application ORDER BY requirement_code LIMIT ",  # as many as `_copies` says
        {"application_id": "s.application", "agency_id": "s.agency"},
    ),
    Copy(  # colleagues of the inspector, so that nobody has the audits of all
        "person",
        f"id = (SELECT inspector_id FROM audit WHERE id = :audit) AND s.n > 1 AND s.n % {AUDITS_EACH} = 1",  # noqa: S608
        {"id": "s.inspector", "email": "s.register_number || '-' || k.email"},
    ),
    Copy("certification", "id = :application", {"id": "s.application", "agency_id": "s.agency"}),
    Copy(
        "audit",
        "id = :audit",
        {
            "id": "s.audit",
            "application_id": "s.application",
            "certification_id": "s.application",
            "agency_id": "s.agency",
            "inspector_id": f"CASE WHEN s.n > {AUDITS_EACH} THEN s.inspector ELSE k.inspector_id END",
        },
    ),
    Copy("decision", "audit_id = :audit", {"id": "s.decision", "audit_id": "s.audit", "agency_id": "s.agency"}),
    Copy(
        "certificate",
        "agency_id = :agency",
        {"id": "s.certificate", "agency_id": "s.agency", "decision_id": "s.decision"},
    ),
    Copy("certificate_change", "agency_id = :agency", {"certificate_id": "s.certificate", "agency_id": "s.agency"}),
    Copy(
        "register_entry",
        "agency_id = :agency",
        {
            "agency_id": "s.agency",
            "public_id": "'nl-' || s.register_number",
            "legal_name": "s.name",
            "trade_names": "CAST('{}' AS text[])",
            "sort_name": "lower(s.name)",
            "register_number": "s.register_number",
            "city": "s.city",
            "certificate_id": "s.certificate",
            "certificate_number": "k.certificate_number || '-' || s.n",
            "folded": "s.folded",
            "near": "s.near",
            "words": "s.near",
            "tags": "s.tags",
            "numbers": "ARRAY[s.bare]",
        },
    ),
]


SIGNED_ELSEWHERE = {"credential": "NULL", "badge": "NULL"}
"""What a certificate does without in a large register: 4 kB that no page reads."""


def add(database_url: str, like: Mapping[str, str], agencies: int) -> None:
    """Add certified agencies, copies of the one whose agency, application and audit `like` names."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        _let_in(connection)
        connection.execute(text(SEED))
        connection.execute(text(WORDS))
        slips = connection.execute(text("SELECT to_regclass('register_slip')")).scalar()  # older builds: in the entry
        for rows in _batches(_names(agencies, _first_free(connection))):
            _copy_in(connection, "seed", NAMES, ([row[name] for name in NAMES] for row in rows))
            if slips:
                _copy_in(connection, "seed_word", ("word",), ([word] for row in rows for word in row["slipping"]))
        connection.execute(text("ANALYZE seed"))
        connection.execute(text(SHARE_OUT))
        if slips:
            with _without_key(connection, agencies):
                connection.execute(text(SLIPS))
        for copy in _copies(agencies):
            columns = list(connection.execute(text(COLUMNS), {"table": copy.table}))
            if not columns:  # an older build has no such table
                continue
            statement = copy.sql(columns)
            with _without_triggers(connection, copy.table), _without_indexes(connection, copy.table, agencies):
                connection.execute(text(statement), {name: like[name] for name in like if f":{name}" in statement})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


@contextmanager
def _without_indexes(connection: Connection, table: str, agencies: int) -> Iterator[None]:
    """Make the indexes of a table behind the rows of the block, if there are many: that is ten times as fast."""
    known = list(connection.execute(text(INDEXES), {"table": table})) if agencies >= MANY else []
    for each in known:
        connection.execute(text(f"DROP INDEX {each.name}"))
    yield
    for each in known:
        connection.execute(text(each.made))


@contextmanager
def _without_triggers(connection: Connection, table: str) -> Iterator[None]:
    """Copy rows that have passed the triggers of their table when they were made: each asks for rows around it."""
    names = list(connection.execute(text(TRIGGERS), {"table": table}).scalars())
    for name in names:
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {name}"))
    yield
    for name in names:
        connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER {name}"))


@contextmanager
def _without_key(connection: Connection, agencies: int) -> Iterator[None]:
    """Make the key of the words with a letter less behind them, if there are many; nobody points to one."""
    if agencies >= MANY:
        connection.execute(text("ALTER TABLE register_slip DROP CONSTRAINT pk_register_slip"))
    yield
    if agencies >= MANY:
        connection.execute(text("ALTER TABLE register_slip ADD CONSTRAINT pk_register_slip PRIMARY KEY (rest, word)"))


def _tags(index: int, city: str) -> list[str]:
    """Return filters that fit one agency in two to ten."""
    housing = "yes" if index % 3 else "no"
    province = PROVINCES[CITIES.index(city)]
    return [f"place:{city}", f"province:{province}", f"sector:{SECTORS[index % len(SECTORS)]}", f"housing:{housing}"]


def _copies(agencies: int) -> list[Copy]:
    """Return what is copied; of answers no more than a million in all."""
    large = agencies >= LARGE
    each = 0 if large else min(ANSWERS_EACH, MOST_ANSWERS // agencies)
    more = {"certificate": SIGNED_ELSEWHERE} if large else {}
    return [
        replace(
            copy,
            rows=f"{copy.rows}{each}" if copy.table == "answer" else copy.rows,
            values={**copy.values, **more.get(copy.table, {})},
        )
        for copy in COPIES
    ]


def _copy_in(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _batches(rows: Iterator[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _let_in(connection: Connection) -> None:
    """Give the transaction room; without foreign keys if permitted, as the copied rows kept to them."""
    if connection.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).scalar_one():
        connection.execute(text("SET LOCAL session_replication_role = replica"))
    connection.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
    connection.execute(text("SET LOCAL work_mem = '256MB'"))


def _first_free(connection: Connection) -> int:
    query = "SELECT max(register_number) FROM agency WHERE register_number ~ '^6[0-9]{7}$'"
    highest = connection.execute(text(query)).scalar()
    return int(highest) + 1 if highest else FIRST_NUMBER


def _names(agencies: int, first: int) -> Iterator[Mapping[str, Any]]:
    """Yield agencies with realistic names, and their search columns."""
    if first + agencies > LAST_NUMBER:
        raise ValueError("there are no numbers left for so many agencies")
    for n in range(1, agencies + 1):
        index = first - FIRST_NUMBER + n
        known = _named(len(FIRST) * (index // 7 % len(SECOND)) + index % len(FIRST), index // 3 % len(THIRD), index)
        number = str(first + n - 1)
        yield {"n": n, "register_number": number, "bare": number, **known}


def _named(begin: int, third: int, index: int) -> dict[str, Any]:
    """Return name, town and search columns: those of the same words and another number, with this number in its place."""
    stands, digits = "8" * len(str(index)), str(index)
    city = index % len(CITIES)
    like = _like(begin, third, city, stands)
    folded, near, slipping = (each.replace(stands, digits) for each in (like.folded, like.near, like.slipping))
    return {
        "name": like.name.replace(stands, digits), "city": CITIES[city], "folded": folded, "near": near.split(),
        "slipping": slipping.split(), "tags": _tags(index, CITIES[city]),
    }  # fmt: skip


@dataclass(frozen=True)
class Like:
    """A name with its search columns, lists as one text."""

    name: str
    folded: str
    near: str
    slipping: str


@cache
def _like(begin: int, third: int, city: int, number: str) -> Like:
    """Return one name as the build makes it searchable."""
    name = f"{FIRST[begin % len(FIRST)]}{SECOND[begin // len(FIRST)]} {THIRD[third]} {number} B.V."
    found = part("searchable")([name], city=CITIES[city])  # two columns; those of older builds have no names
    folded, near = (found.folded, found.words) if hasattr(found, "folded") else found
    return Like(name, folded, " ".join(near), " ".join(_slipping(folded)))


def _slipping(folded: str) -> list[str]:
    """Return the words in which this build tolerates a slip; none if it keeps no list of them."""
    try:
        return list(part("slipping")(folded))
    except LookupError:
        return []
