"""The roles of the database, and the checks of the role that a running process connects as."""

import logging
from collections.abc import Iterator

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

OWNER, APP, WORKER, REGISTER = "kw_owner", "kw_app", "kw_worker", "kw_register"
RUNNING = (APP, WORKER, REGISTER)
BACKUP = "kw_backup"  # of an embedded server alone: `keurwerk backup` copies it as a whole
CONNECT_SECONDS = 5
EXTENSIONS = ("pg_trgm", "unaccent", "citext", "btree_gist")
SERVER_SIDE = ("pg_read_server_files", "pg_write_server_files", "pg_execute_server_program")

# Memberships count: a role has the rights of every role that it may become.
FACTS = """
WITH mine AS (SELECT * FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')),
     tables AS (SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p'))
SELECT current_user AS name,
  EXISTS (SELECT FROM mine WHERE rolname = :role) AS fits,
  (SELECT bool_or(rolsuper) FROM mine) AS superuser,
  (SELECT bool_or(rolbypassrls) FROM mine) AS unbound,
  (SELECT bool_or(rolcreaterole OR rolcreatedb OR rolreplication) FROM mine) AS makes,
  (SELECT count(*) FROM tables WHERE relowner IN (SELECT oid FROM mine)) AS owned,
  (SELECT count(DISTINCT t.oid) FROM tables t, mine
   WHERE has_table_privilege(mine.oid, t.oid, 'TRUNCATE, TRIGGER, REFERENCES')) AS loose,
  (SELECT bool_or(has_schema_privilege(oid, 'public', 'CREATE') OR
                  has_database_privilege(oid, current_database(), 'CREATE')) FROM mine) AS creates,
  (SELECT string_agg(rolname, ', ') FROM mine WHERE rolname = ANY (:server_side)) AS server_side,
  (SELECT string_agg(wanted, ', ') FROM unnest(cast(:extensions AS text[])) AS wanted
   WHERE wanted NOT IN (SELECT extname FROM pg_extension)) AS missing,
  (SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()) AS encoding,
  lower('ÉŁÓ') AS letters
"""
# What a running process may not have, as the rest of a sentence.
TOO_MUCH = {
    "superuser": "is superuser. Connect as kw_app, kw_worker or kw_register (migrations/roles.sql).",
    "unbound": "is not bound by row policies (BYPASSRLS).",
    "makes": "may make roles or databases, or replicate.",
    "owned": "owns {} tables. Connect as another role; give them to kw_owner (migrations/handover.sql).",
    "loose": "may empty {} tables, or make triggers on them. Only their owner should.",
    "creates": "may create objects in this database.",
    "server_side": "may use files or programs of the server ({}).",
}


log = logging.getLogger(__name__)


class RoleError(RuntimeError):
    """The database is not as a running process needs it; the message has a line for each fault."""


def check_database(connection: Connection, role: str | None = None) -> None:
    """Raise RoleError if the role has rights that a running process must not have, or the database lacks something."""
    if wrong := list(problems(connection, role)):
        raise RoleError("\n".join(wrong))


def check_address(database_url: str, role: str) -> None:
    """Check the database at an address for a process with this role; OperationalError if it does not answer."""
    engine = create_engine(database_url, connect_args={"connect_timeout": CONNECT_SECONDS})
    try:
        with engine.connect() as connection:
            check_database(connection, role)
    finally:
        engine.dispose()


def check_at_start(database_url: str, role: str) -> None:
    """End a process that does not have its `role`, or more rights. It may start without a database."""
    try:
        check_address(database_url, role)
    except RoleError as error:
        raise SystemExit(str(error)) from error
    except OperationalError:
        log.warning("the rights of this process could not be checked: the database does not answer")


def problems(connection: Connection, role: str | None = None) -> Iterator[str]:
    """Yield a sentence for everything that is wrong, also if the process needs `role` and has another."""
    asked = {"server_side": list(SERVER_SIDE), "extensions": list(EXTENSIONS), "role": role}
    found = connection.execute(text(FACTS), asked).mappings().one()
    if role and not found["fits"]:
        yield f"DATABASE_URL connects as {found['name']}; this process needs the role {role}."
    for name in ["superuser"] if found["superuser"] else TOO_MUCH:  # a superuser has all of it
        if found[name]:
            yield f"DATABASE_URL connects as {found['name']}, which " + TOO_MUCH[name].format(found[name])
    if found["missing"]:
        yield f"The database lacks extensions: {found['missing']}. Migrate it."
    if found["encoding"] != "UTF8" or found["letters"] != "éłó":
        yield (
            f"The database has encoding {found['encoding']} and does not know the letters of all languages. "
            "Make it with ENCODING 'UTF8' LOCALE_PROVIDER builtin LOCALE 'C.UTF-8' TEMPLATE template0."
        )
