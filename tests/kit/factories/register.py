"""A register of any size, inserted directly."""

from datetime import date, timedelta
from itertools import cycle, islice, product
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Connection

from audits.core import clock
from certificates.register.search import folding, names
from certificates.register.search.filters import tags_of

_FIRST = """
Aal Berg Cirkel Dijk Eiland Flex Gouw Haven IJssel Juist Kade Linde Maas Noord Oost Plein Quist Rijn Spoor Toren Uiter
Veld West Zuid Alba Bruin Cedar Duin Els Ferm Groen Hof Iris Jade Klaver Loods
"""
_SECOND = "werk kracht personeel dienst groep team jobs staf handen arbeid mensen ploeg wissel bureau punt lijn"
_THIRD = "Agro Bouw Food Logistiek Metaal Zorg Vis Bloem Techniek Transport Horeca Schoonmaak Kantoor Handel"
_CITIES = ("Rotterdam", "Venlo", "Zwolle", "Utrecht", "Breda", "Almelo", "Heerlen", "Emmen", "Westland", "Tilburg")
_SHAPES = [
    ("active", False, 700),
    ("active", True, 200),
    ("active", False, 300),
    ("suspended", False, 400),
    ("withdrawn", False, -40),
    ("active", False, -10),
    (None, False, None),
]
_AGENCY = "id legal_name trade_names former_names country register_number street postcode city phone website activities"
_AGENCY += " sectors recruitment_countries headcount own_housing housing_places iban account_holder created_at version"
_ENTRY = "agency_id public_id legal_name trade_names former_names country register_number city listed applied_on state"
_ENTRY += " conditional since certificate_number valid_from valid_until conditions scope scheme sort_name folded words"
_ENTRY += " tags form numbers updated_at"


def fill_register(connection: Connection, size: int) -> None:
    """Add so many agencies with entries of every status; their names repeat words as those of real agencies do."""
    driver: Any = connection.connection.dbapi_connection
    now, day = clock.now(), clock.today()
    parts = islice(cycle(product(_FIRST.split(), _SECOND.split(), _THIRD.split())), size)
    rows = [_rows(index, "".join(name[:2]), name[2], now=now, day=day) for index, name in enumerate(parts)]
    for table, columns, part in (("agency", _AGENCY, 0), ("register_entry", _ENTRY, 1)):
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns.split())}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row[part])
    words = {word for row in rows for word in names.slipping(row[1][_ENTRY.split().index("folded")])}
    with driver.cursor() as cursor, cursor.copy("COPY register_slip (rest, word) FROM STDIN") as copy:
        for pair in ((rest, word) for word in words for rest in folding.deletions(word)):
            copy.write_row(pair)


def _rows(index: int, stem: str, trade: str, *, now: Any, day: date) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    agency_id, number = UUID(int=index + 1), f"{70_000_000 + index}"
    name, city = f"{stem} {trade} B.V.", _CITIES[index % len(_CITIES)]
    trades, empty = Jsonb([f"{stem}{index} {trade}"]), Jsonb([])
    where = ("NL", number, "Kade 1", "3011 AA", city, "", "")
    agency = (agency_id, name, trades, empty, *where, empty, empty, empty, 10, False, 0, "", "", now, 1)
    state, conditional, days = _SHAPES[index % len(_SHAPES)]
    since = day - timedelta(days=100)
    mark: tuple[Any, ...] = (None, False, None, None, None, None, empty, Jsonb({}), Jsonb({}))
    if state:
        until = day + timedelta(days=days or 0)
        mark = (state, conditional, since, f"KW-2026-{index:05d}-00", since - timedelta(days=700), until)
        mark += (empty, Jsonb({}), Jsonb({}))
    found = names.searchable([name, f"{stem}{index} {trade}"], (), city)
    tags = tags_of(country="NL", city=city, scope={}, scheme={}, conditional=conditional)
    entry = (agency_id, f"nl-{number}", name, trades, empty, "NL", number, city, True, None if state else day, *mark)
    entry += (" ".join(folding.words(name)), found.folded, found.words, tags, names.FORM)
    entry += (sorted([number, f"nl{number}", f"kw2026{index:05d}00"]), now)
    return agency, entry
