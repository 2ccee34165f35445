"""`make bench ONLY=links`: find the agency that an applicant was before, beside exact matching and trigrams.

All systems have the same agencies in one database. Recall: how many of the made-up comebacks are linked to the agency
that they were. False hits: how many other agencies an honest applicant is linked to, on average. CPU is that of this
process and of its backend.
"""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import Connection
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from audits.links.queries import find_links
from audits.links.services import note_traces
from bench import builds, load
from bench.builds import OURS
from bench.comebacks import Firm, Town
from bench.results import Report, Row
from bench.served import Installed, Machine
from bench.sizes import Sizes
from portal.host.supervisor import migrate

RECALL, FALSE_HITS, SECONDS, GROWTH = 0.95, 0.1, 1.0, 10.0
KEY = b"a key of a benchmark"
Find = Callable[[Firm], set[UUID]]

AGENCY = """
COPY agency (id, legal_name, trade_names, former_names, country, register_number, street, postcode, city, phone,
  website, activities, sectors, recruitment_countries, headcount, own_housing, housing_places, iban, account_holder,
  created_at, version) FROM STDIN
"""
PERSON = "COPY controller (id, agency_id, name, function, since, other_agencies, version) FROM STDIN"
CONTACT = "COPY contact (id, agency_id, name, function, email, phone, version) FROM STDIN"
# What a form with fields of its own for each would find.
EXACT = """
SELECT DISTINCT a.id FROM agency a LEFT JOIN controller p ON p.agency_id = a.id
WHERE a.id <> %(id)s AND (a.legal_name = %(name)s OR a.iban = %(iban)s OR a.phone = %(phone)s
  OR (a.street = %(street)s AND a.city = %(city)s) OR p.name = ANY (%(people)s))
"""
# Everything that is known of an agency as one text, and what looks alike.
TRIGRAM = """
SELECT id FROM (SELECT id, similarity(told, %(told)s) AS alike FROM told WHERE told %% %(told)s AND id <> %(id)s) found
WHERE alike >= 0.3 ORDER BY alike DESC LIMIT 5
"""
TOLD = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE told AS SELECT a.id, concat_ws(' ', a.legal_name, a.street, a.city, a.phone, a.iban,
    (SELECT string_agg(name, ' ') FROM controller WHERE agency_id = a.id)) AS told FROM agency a;
CREATE INDEX told_alike ON told USING gin (told gin_trgm_ops);
CREATE INDEX bench_iban ON agency (iban);
CREATE INDEX bench_name ON agency (legal_name);
CREATE INDEX bench_phone ON agency (phone);
CREATE INDEX bench_place ON agency (city, street);
CREATE INDEX bench_person ON controller (name);
ANALYZE
"""


def main(sizes: Sizes) -> Report:
    """Fill twice, the second time with ten times as many, and let all find."""
    report = Report("links")
    with ExitStack() as stack:
        machine = Machine(stack, careless=sizes.small)
        took = [_measure(report, machine, replace(sizes, agencies=sizes.agencies * times)) for times in (1, 10)]
    grown = took[1] / took[0]
    report.aim("CPU of ten times as many agencies", f"<= {GROWTH:.0f} x", f"{grown:.2f} x", grown <= GROWTH)
    return report


def _measure(report: Report, machine: Machine, sizes: Sizes) -> float:
    """Measure with so many agencies; return our CPU for one application, in ms."""
    town = Town(sizes.agencies, sizes.agencies)
    firms = list(town.firms(sizes.agencies))
    installed = machine.install(replace(builds.us(), name=f"links {sizes.agencies}"))
    owner = str(installed.seeding["OWNER_DATABASE_URL"])
    migrate(owner)
    back = [town.comeback(was) for was in town.random.choices(firms, k=sizes.n)]
    honest = list(town.firms(sizes.n))
    engine = create_engine(owner)
    with machine.connect(installed.database) as connection, Session(engine) as session:
        for some in (firms, back, honest):
            fill(connection, some)
        begin = time.monotonic()
        note_traces(session, KEY)
        session.commit()
        noted = time.monotonic() - begin
        print(f"{sizes.agencies:,} agencies: traces noted in {noted:.1f} s")
        connection.execute(TOLD)
        applicants = {firm.id for firm in (*back, *honest)}
        systems: dict[str, Find] = {
            OURS: lambda firm: {link.other_id for link in find_links(session, firm.id)},
            "exact matching": lambda firm: _ids(connection, EXACT, firm),
            "trigrams": lambda firm: _ids(connection, TRIGRAM, firm),
        }
        for system, find in systems.items():
            _judge(report, system, find, (back, honest), applicants, machine, installed)
    engine.dispose()
    return report.cpu_ms(OURS, f"one application, {sizes.agencies:,}")


def _judge(
    report: Report,
    system: str,
    find: Find,
    who: tuple[Sequence[Firm], Sequence[Firm]],
    applicants: set[UUID],
    machine: Machine,
    installed: Installed,
) -> None:
    """Let a system find for all applicants; other applicants are not counted."""
    back, honest = who
    count = len(back) + len(honest)
    walls: list[float] = []
    found: dict[UUID, set[UUID]] = {}
    before, own = sum(load.cpu_each(machine.backends(installed.database)).values()), time.process_time()
    for firm in (*back, *honest):
        begin = time.monotonic()
        found[firm.id] = find(firm) - (applicants - {firm.id})
        walls.append(time.monotonic() - begin)
    own = time.process_time() - own
    database = sum(load.cpu_each(machine.backends(installed.database)).values()) - before
    recall = sum(firm.origin in found[firm.id] for firm in back) / len(back)
    false_hits = sum(len(found[firm.id]) for firm in honest) / len(honest)
    size = machine.count(installed.database, "agency") - count
    web, db = 1000 * own / count, 1000 * database / count
    walls.sort()
    p50, p95 = (1000 * walls[int(len(walls) * share)] for share in (0.5, 0.95))
    report.rows.append(
        Row(system, f"one application, {size:,}", count, web + db, p50, p95, count / sum(walls), web, db)
    )
    met = system != OURS or (recall >= RECALL and false_hits <= FALSE_HITS)
    told = f"recall {100 * recall:.1f} %, {false_hits:.3f} false hits for each honest applicant"
    report.aim(f"{system}, {size:,}", f">= {100 * RECALL:.0f} %, <= {FALSE_HITS}", told, met)
    if system == OURS:
        worst = max(walls)
        report.aim(f"longest, {size:,}", f"< {SECONDS:.0f} s", f"{worst:.2f} s", worst < SECONDS)


def _ids(connection: Connection[Any], query: str, firm: Firm) -> set[UUID]:
    facts = firm.facts()
    people = [person["name"] for person in facts["controlling_persons"]]
    told = " ".join([firm.name, facts["street"], firm.city, firm.phone, firm.iban, *people])
    values = {"id": firm.id, "name": firm.name, "iban": firm.iban, "phone": firm.phone, "street": facts["street"]}
    rows = connection.execute(query.encode(), values | {"city": firm.city, "people": people, "told": told})
    return {row[0] for row in rows}


def fill(connection: Connection[Any], firms: Sequence[Firm]) -> None:
    """Add agencies with their people and addresses."""
    with connection.cursor() as cursor:
        with cursor.copy(AGENCY) as rows:
            for firm in firms:
                facts = firm.facts()
                rows.write_row(
                    (firm.id, firm.name, "[]", "[]", "NL", firm.register_number, facts["street"], "1000 AA", firm.city,
                     firm.phone, facts["website"], "[]", "[]", "[]", 10, False, 0, firm.iban, firm.name,
                     "2026-01-01T12:00:00Z", 1)
                )  # fmt: skip
        with cursor.copy(PERSON) as rows:
            for firm in firms:
                for person in firm.facts()["controlling_persons"]:
                    rows.write_row((_id(), firm.id, person["name"], "director", "2020-01-01", "", 1))
        with cursor.copy(CONTACT) as rows:
            for firm in firms:
                for contact in firm.facts()["contacts"]:
                    rows.write_row((_id(), firm.id, contact["name"], "office", contact["email"], contact["phone"], 1))


def _id() -> UUID:
    return UUID(bytes=os.urandom(16), version=4)
