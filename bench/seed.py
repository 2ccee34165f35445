"""A register of a real size: 20,000 agencies and 1,000,000 answers, and four cases to open pages of."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from audits.agencies.rules import AgencyDetails
from audits.decisions.rules import Outcome
from certificates.register.search.folding import bare, searchable
from portal.demo import story
from portal.demo.case import Case
from portal.demo.cast import VLIETLAND
from portal.settings import Settings

AGENCIES = 20_000
ANSWERS_EACH = 50
CASES = {"certified": 10, "draft": 2, "audit": 7, "decision": 9}
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

BULK = [
    """
    INSERT INTO application (id, reference, agency_id, scheme_version_id, state, created_at, submitted_at, declared_name,
                             review_note, version)
    SELECT gen_random_uuid(), 'B-' || row_number() OVER (), id, (SELECT id FROM scheme_version LIMIT 1), 'concluded', now(), now(), '', '', 1
    FROM agency WHERE register_number LIKE '6%'
    """,
    """
    INSERT INTO answer (application_id, requirement_code, scheme_version_id, value, explanation, answered_by, answered_at, version)
    SELECT a.id, r.code, r.scheme_version_id, 'conform', 'Vastgelegd in ons handboek.', p.id, now(), 1
    FROM application a JOIN requirement r ON r.scheme_version_id = a.scheme_version_id AND r.position < :each
    CROSS JOIN (SELECT id FROM person LIMIT 1) p WHERE a.reference LIKE 'B-%'
    """,
    """
    INSERT INTO audit (id, reference, application_id, agency_id, scheme_version_id, planner_id, inspector_id, state, planned_on,
                       announced, started_at, reported_at, summary, score, recommendation, version)
    SELECT gen_random_uuid(), 'B-' || row_number() OVER (), a.id, a.agency_id, a.scheme_version_id, k.planner_id, k.inspector_id,
           'concluded', k.planned_on, true, now(), now(), '', 0, '', 1
    FROM application a CROSS JOIN (SELECT * FROM audit WHERE state = 'concluded' LIMIT 1) k WHERE a.reference LIKE 'B-%'
    """,
    """
    INSERT INTO decision (id, audit_id, agency_id, decider_id, outcome, reasons, conditions, basis_sha256, decided_at)
    SELECT gen_random_uuid(), a.id, a.agency_id, k.decider_id, 'grant', 'In orde.', '[]', k.basis_sha256, now()
    FROM audit a CROSS JOIN (SELECT * FROM decision LIMIT 1) k WHERE a.reference LIKE 'B-%'
    """,
    """
    INSERT INTO certificate (id, number, agency_id, decision_id, scheme_version_id, state, conditional, conditions, valid_from,
                             valid_until, printed, scope, numbered_at, issued_at, version)
    SELECT gen_random_uuid(), 'KW-B-' || row_number() OVER (), d.agency_id, d.id, k.scheme_version_id, 'active', false, '[]',
           k.valid_from, k.valid_until, k.printed, k.scope, now(), now(), 1
    FROM decision d JOIN audit a ON a.id = d.audit_id AND a.reference LIKE 'B-%'
    CROSS JOIN (SELECT * FROM certificate LIMIT 1) k
    """,
    """
    INSERT INTO certificate_change (certificate_id, agency_id, move, state, reason, changed_at)
    SELECT id, agency_id, 'issue', 'active', '', now() FROM certificate WHERE number LIKE 'KW-B-%'
    """,
    """
    INSERT INTO register_entry
    SELECT r.*
    FROM agency a JOIN certificate c ON c.agency_id = a.id JOIN seed s ON s.register_number = a.register_number,
    LATERAL jsonb_populate_record((SELECT k FROM register_entry k LIMIT 1), jsonb_build_object(
        'agency_id', a.id, 'public_id', 'nl-' || a.register_number, 'legal_name', a.legal_name, 'trade_names', '[]'::jsonb,
        'sort_name', lower(a.legal_name), 'register_number', a.register_number, 'city', a.city, 'certificate_id', c.id,
        'certificate_number', c.number, 'folded', s.folded, 'near', to_jsonb(s.near), 'numbers', jsonb_build_array(s.bare)
    )) r
    """,
]


def names() -> list[dict[str, object]]:
    """Agencies with names as they are in the trade register, and what the search knows of them."""
    rows: list[dict[str, object]] = []
    for index in range(AGENCIES):
        first, second = FIRST[index % len(FIRST)], SECOND[(index // 7) % len(SECOND)]
        name = f"{first}{second} {THIRD[(index // 3) % len(THIRD)]} {index} B.V."
        city = CITIES[index % len(CITIES)]
        folded, near = searchable([name], city)
        number = str(60_000_000 + index)
        rows.append(
            {
                "name": name,
                "city": city,
                "register_number": number,
                "folded": folded,
                "near": near,
                "bare": bare(number),
            }
        )
    return rows


def fill(settings: Settings, wanted: Mapping[str, int] = CASES, *, bulk: bool = True) -> dict[str, Case]:
    """Fill an empty, migrated database; the cases by what their pages show.

    `wanted` says how many steps of each case were taken; without `bulk` there are no other agencies.
    """
    app = story.create_app(settings)
    story._appoint_staff(app)
    story._publish(app, story.Story(open("/dev/null", "w")))  # noqa: SIM115, PTH123
    cases = {}
    for serial, (name, last) in enumerate(wanted.items()):
        case = cases[name] = Case(app, _details(serial), serial)
        steps = [
            case.register,
            case.assess,
            case.submit,
            case.accept,
            case.plan,
            case.start,
            case.draw,
            lambda case=case: case.judge({flaw.code: flaw for flaw in story.SMALL}),
            case.report,
        ]
        for step in steps[:last]:
            step()
        if last > len(steps):
            case.answer(), case.verify(), case.review()
            story._wait_for(app, case.decide("decider", Outcome.GRANT))
        if name == "decision":
            case.answer(), case.verify(), case.review()
    if bulk:
        _bulk(create_engine(settings.database_url))
    return cases


def _bulk(engine: Engine) -> None:
    with Session(engine) as session:
        session.execute(
            text(
                "CREATE TEMP TABLE seed (name text, city text, register_number text, folded text, near text[], bare text)"
            )
        )
        session.execute(
            text("INSERT INTO seed VALUES (:name, :city, :register_number, :folded, :near, :bare)"), names()
        )
        session.execute(
            text("""INSERT INTO agency SELECT r.* FROM seed s, LATERAL jsonb_populate_record((SELECT k FROM agency k LIMIT 1),
                    jsonb_build_object('id', gen_random_uuid(), 'legal_name', s.name, 'city', s.city,
                                       'register_number', s.register_number)) r""")
        )
        for statement in BULK:
            session.execute(text(statement), {"each": ANSWERS_EACH} if ":each" in statement else {})
        session.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _details(serial: int) -> AgencyDetails:
    return replace(VLIETLAND, legal_name=f"Vlietland Flex {serial} B.V.") if serial else VLIETLAND
