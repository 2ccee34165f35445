"""Facts of documents, as services build them, for tests of press and seal."""

from io import BytesIO
from typing import Any

from PIL import Image

from certificates.press.documents import RegisterExtractFacts, facts_digest

BODY = {"name": "Stichting Keurwerk", "address": "Waagplein 1, 3511 AB Utrecht"}
PICTURE = "0".rjust(64, "e")  # the hash of the picture of a finding
SEAT = {"street": "Havenstraat 12", "postcode": "3011 AB", "city": "Rotterdam", "country": "Nederland"}
NORM = {"name": "Keurmerk eerlijk uitzendwerk", "version": "1.0", "sha256": "9f3a" * 16}
HOLDER = {
    "legal_name": "Zonneveld Uitzendbureau B.V.",
    "register_label": "KvK-nummer",
    "register_number": "12345678",
    "seat": SEAT,
}
REGISTER_FACTS = frozenset(RegisterExtractFacts.__annotations__)
REGISTER_URL = "https://register.example/register/nl-12345678"


def certificate(**changes: Any) -> dict[str, Any]:
    """Return an ordinary certificate in Dutch, with its digest."""
    facts = HOLDER | {
        "language": "nl",
        "number": "KW-2027-00017-58",
        "trade_names": ["Zonneveld Flex", "Zonneveld Agri"],
        "sites": 3,
        "activities": ["uitzenden", "detacheren"],
        "sectors": ["glastuinbouw", "logistiek", "voedingsindustrie"],
        "own_housing": True,
        "recruitment_countries": ["Polen", "Roemenië", "Bulgarije"],
        "norm": NORM,
        "decided_on": "2027-03-01",
        "valid_from": "2027-03-02",
        "valid_until": "2028-03-01",
        "conditional": False,
        "conditions": [],
        "body": BODY,
        "decided_by": "de beslisser van de certificatie-instelling",
        "excludes": [
            "de wettelijke toelating om arbeidskrachten uit te lenen",
            "bescherming van inleners tegen aansprakelijkheid voor belasting of loon",
            "andere ondernemingen van dezelfde eigenaar of groep",
            "de veiligheid op de werkplek van de inlener",
        ],
        "register_url": REGISTER_URL,
    }
    facts |= changes
    return facts | {"digest": facts_digest(facts)}


def register_extract(**changes: Any) -> dict[str, Any]:
    """Return a register extract of a certified agency in Dutch, with its digest."""
    facts = {name: value for name, value in certificate().items() if name in REGISTER_FACTS}
    facts |= {
        "reference": "U-2027-0000042",
        "asked_at": "2027-06-14T09:03:27+02:00",
        "status": "certified",
        "status_label": "Gecertificeerd",
        "since": "2027-03-02",
        "reason": "",
        "certificate_number": "KW-2027-00017-58",
    }
    facts |= changes
    return facts | {"digest": facts_digest(facts)}


def unlisted_extract(status: str, label: str, **changes: Any) -> dict[str, Any]:
    """Return a register extract of an agency without a certificate."""
    nothing: dict[str, Any] = {
        "certificate_number": None,
        "valid_from": None,
        "valid_until": None,
        "norm": None,
        "excludes": [],
        "since": None,
        "activities": [],
        "sectors": [],
        "own_housing": False,
        "recruitment_countries": [],
    }
    return register_extract(**nothing | {"status": status, "status_label": label} | changes)


def pictures(sides: tuple[int, int] = (120, 80), count: int = 1) -> dict[str, bytes]:
    """Return JPEG files by their hashes, the first of which the finding below names."""
    named = {}
    for place in range(count):
        drawn = BytesIO()
        # Noise over a slope, as dim rooms on photographs have.
        slope = Image.linear_gradient("L").resize(sides)
        Image.blend(slope, Image.effect_noise(sides, 60 + place), 0.2).convert("RGB").save(drawn, "JPEG", quality=80)
        named[f"{place:x}".rjust(64, "e")] = drawn.getvalue()
    return named


def finding(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a minor finding from a sample, answered."""
    return {
        "number": number,
        "code": "PAY-05",
        "title": "Een loonstrook die uitlegt",
        "requirement": "Krijgt iedereen bij elke betaling een loonstrook die te begrijpen is?",
        "grade": "Klein",
        "points": 2,
        "blocks": False,
        "unit": "personeelsdossiers",
        "population": 250,
        "assessed": 27,
        "nonconforming": 3,
        "fewer_than": None,
        "interval": [0.024, 0.292],
        "by_lot": [2, 26],
        "methods": ["Stuk gezien"],
        "pictures": [{"sha256": PICTURE, "caption": "Loonstrook zonder uitleg, met 3 regels", "reference": "F-014"}],
        "judged": "Structureel",
        "judged_reason": "Het loonpakket doet dit bij elke nabetaling.",
        "observed": "In drie dossiers ontbreekt de loonstrook van de laatste periode.\nDossiers F-014, F-077 en F-191.",
        "due_on": "2027-08-30",
        "state": "Beantwoord, nog te controleren",
        "answer": {
            "cause": "Het loonpakket stuurt bij een nabetaling geen strook.",
            "extent": "Nagezocht over twaalf maanden: elf medewerkers.",
            "solution": "Alle elf hebben de strook alsnog gekregen.",
            "operation": "Het pakket stuurt nu altijd een strook.",
        },
        "verification": "",
    } | changes


def judgement(number: int, **changes: Any) -> dict[str, Any]:
    """Return the verdict on one requirement."""
    return {
        "code": f"PAY-{number:02d}",
        "title": f"Eis nummer {number}",
        "verdict": "Voldoet",
        "assessed": 27,
        "nonconforming": 0,
        "fewer_than": None,
        "bulk": 0,
        "finding": None,
    } | changes


def audit_report(**changes: Any) -> dict[str, Any]:
    """Return a report with one finding and a chapter of verdicts."""
    return {
        "language": "nl",
        "reference": "A-2027-00017",
        "agency": HOLDER,
        "norm": NORM,
        "announced": True,
        "started_on": "2027-02-01",
        "reported_on": "2027-02-15",
        "inspector": "M. Jansen",
        "days": [{"day": "2027-02-01", "place": "Vestiging Rotterdam", "who": "M. Jansen", "hours": "7.5"}],
        "draft": 0,
        "comment_until": None,
        "conduct": {
            "opened_on": "2027-02-01",
            "opening": "De directeur en de salarisadministratie.",
            "closed_on": "2027-02-02",
            "closing": "Alle bevindingen zijn verteld.",
            "languages": "Nederlands en Pools, met een tolk.",
            "deviations": "",
        },
        "comments": [{"title": "1. Een loonstrook die uitlegt", "text": "Hersteld.", "answer": "Gezien."}],
        "summary": "Het bureau heeft zijn zaken op orde.\n\nEén punt vraagt aandacht.",
        "score": 2,
        "fail_total": 30,
        "refusal_certain": False,
        "conditional_from": 16,
        "grades": [{"name": "Kritiek", "count": 0, "points": 0}, {"name": "Klein", "count": 1, "points": 2}],
        "sampling": "Elke verwijzing krijgt een rang. De laagste rangen zijn de steekproef.",
        "samples": [
            {
                "unit": "Personeelsdossiers",
                "population": 250,
                "drawn": 3,
                "source": "Uitvoer van het loonpakket",
                "period": ["2026-01-01", "2026-12-31"],
                "power": {"share": 0.1, "chance": 0.273},
                "draw": {
                    "digest": "ab12" * 16,
                    "seed": "cd34" * 16,
                    "algorithm": "sha256-rank-1",
                    "references": ["F-014", "F-077", "F-191"],
                },
                "added": [
                    {"reference": "F-180", "replaces": "F-077", "reason": "De werknemer is niet te bereiken."},
                    {"reference": "F-201", "replaces": None, "reason": ""},
                ],
            }
        ],
        "findings": [finding()],
        "strengths": [{"code": "FRE-07", "title": "Open deuren", "text": "Iedere deur ging meteen open."}],
        "confirmed": ["Uitzenden", "Logistiek", "Eigen huisvesting", "Polen"],
        "counted": [
            {
                "unit": "Huisvestingslocaties",
                "units": [
                    {
                        "reference": "H-1",
                        "facts": [["Leefruimte van de hele locatie", "59,5 m²"]],
                        "tables": [
                            {
                                "title": "Slaapkamers",
                                "columns": ["Kamer", "m²", "Bewoners"],
                                "rows": [["1", "7,5", "2"], ["2", "12", "3"]],
                                "total": ["", "19,5", "5"],
                            }
                        ],
                        "against": [["HOU-02", "Er is minder dan 12 m² leefruimte per bewoner."]],
                    }
                ],
            }
        ],
        "chapters": [
            {
                "code": "PAY",
                "title": "Loon, uren en inhoudingen",
                "requirements": [judgement(number) for number in range(1, 10)],
            }
        ],
        "body": BODY,
    } | changes


def report_draft(**changes: Any) -> dict[str, Any]:
    """Return a draft of the same report."""
    return audit_report(draft=1, comment_until="2027-03-01", comments=[], **changes)


def decision_letter(**changes: Any) -> dict[str, Any]:
    """Return a grant with two conditions."""
    return {
        "language": "nl",
        "number": "L-2027-00009",
        "reference": "A-2027-00017",
        "agency": HOLDER,
        "norm": NORM,
        "kind": "grant_with_conditions",
        "provisional": False,
        "hear_until": None,
        "replaces": None,
        "confirms": False,
        "heard": "",
        "grounds": [
            {
                "words": "Het bureau voldoet, met punten die nog open staan.",
                "explanation": "Zie de voorwaarde.",
            }
        ],
        "reasons": "De score is 18 punten.\n\nDrie kleine bevindingen staan nog open.",
        "excepted": [],
        "appeal": None,
        "condition": "",
        "conditions": [
            {"text": "Binnen drie maanden krijgt iedereen een loonstrook.", "due_on": "2027-06-01"},
            {"text": "Er is een klachtenreglement in het Pools.", "due_on": "2027-05-01"},
        ],
        "granted": ["Uitzenden", "Logistiek en magazijn", "Polen"],
        "declined": ["Bouw", "Eigen huisvesting"],
        "decided_on": "2027-03-01",
        "decided_by": "de beslisser van de certificatie-instelling",
        "effective_on": "2027-03-01",
        "held_back": False,
        "register": "conditional",
        "certificate_number": None,
        "valid_until": None,
        "score": 18,
        "basis_sha256": "7b" * 32,
        "object_until": "2027-04-12",
        "body": BODY,
    } | changes


def term_letter(**changes: Any) -> dict[str, Any]:
    """Return a letter about two findings."""
    return {
        "language": "nl",
        "number": "L-2027-00010",
        "agency": HOLDER,
        "kind": "corrective_action",
        "moment": "remind",
        "written_on": "2027-03-01",
        "title": "De termijn voor uw herstel loopt bijna af",
        "text": ["U moet deze bevindingen nog herstellen. De laatste dag is dichtbij."],
        "items": [
            {"what": "PAY-05 Loonstroken", "day": None, "due_on": "2027-03-15"},
            {"what": "", "day": "2027-02-01", "due_on": "2027-03-22"},
        ],
        "plan": None,
        "after": ["Geef uw antwoord in het portaal."],
        "body": BODY,
    } | changes


def plan_letter(**changes: Any) -> dict[str, Any]:
    """Return a letter with a plan that changed: another day, and somebody else."""
    first = {"day": "2027-03-08", "place": "Seat, Venlo", "who": "Youssef Amrani", "hours": "8"}
    second = {"day": "2027-03-10", "place": "Seat, Venlo", "who": "Petra Vos", "hours": "4.5"}
    inspector, member = {"name": "Youssef Amrani", "role": "inspector"}, {"name": "Petra Vos", "role": "member"}
    plan = {
        "reference": "AU-2027-00003",
        "norm": "Norm voor eerlijk uitzenden 2.0",
        "whole": True,
        "scope": ["Uitzenden", "Tuinbouw"],
        "lists": ["personeelsdossiers", "huisvestingslocaties"],
        "first_day": "2027-03-08",
        "opening": {"day": "2027-03-08", "place": "Seat, Venlo"},
        "closing": {"day": "2027-03-10", "place": "Seat, Venlo"},
        "days": [first, second],
        "team": [inspector, member],
        "changed": {
            "first_day": "2027-03-08",
            "days_added": [second],
            "days_dropped": [first | {"day": "2027-03-09"}],
            "joined": [member],
            "left": [{"name": "Anna Bos", "role": "interpreter"}],
        },
    }
    said = {"kind": "audit_plan", "moment": "changed", "title": "Het plan van uw audit is veranderd", "items": []}
    return term_letter(**said, plan=plan) | changes


def submission_receipt(**changes: Any) -> dict[str, Any]:
    """Return the receipt of two answers, one with an explanation and a file."""
    said = {"code": "GOV-01", "question": "Staat uw bureau ingeschreven?", "answer": "Voldoet"}
    file = {"name": "uittreksel.pdf", "sha256": "5c" * 32}
    return {
        "language": "nl",
        "reference": "A-2027-00017-1",
        "agency": HOLDER,
        "norm": NORM,
        "submitted_at": "2027-03-01T14:03:27+01:00",
        "declared_by": "Noor de Wit",
        "sha256": "3d" * 32,
        "chapters": [
            {
                "title": "Bestuur",
                "answers": [
                    said | {"explanation": "", "details": [{"label": "Bedden", "words": "12 bedden"}], "files": []},
                    said
                    | {
                        "code": "GOV-02",
                        "explanation": "Het tweede blad.\n\nZie ook het derde.",
                        "details": [],
                        "files": [file],
                    },
                ],
            }
        ],
        "body": BODY,
    } | changes


def poster(**changes: Any) -> dict[str, Any]:
    """Return the sheet that an agency hangs up."""
    return {
        "language": "nl",
        "legal_name": HOLDER["legal_name"],
        "number_label": "KvK-nummer",
        "register_number": "12345678",
        "register_url": "https://keurwerk.example/register/nl-12345678",
        "site": "keurwerk.example",
        "readable_in": ["Nederlands", "English", "polski", "română", "български", "українська"],
        "printed_on": "2027-06-14",
        "body": BODY,
    } | changes


def list_check(**changes: Any) -> dict[str, Any]:
    """Return the check of a list with a number that is certified, one that is not, and one that nobody has."""
    line = {"asked": "12345678", "name": HOLDER["legal_name"], "number": "KW-2027-00017-58"}
    return {
        "language": "nl",
        "reference": "LP-20270614-4K7Q2MXZ",
        "asked_at": "2027-06-14T09:03:27+02:00",
        "total": 3,
        "lines": [
            line | {"status": "Gecertificeerd", "since": "2027-03-02"},
            line | {"asked": "KW-2027-00018-31", "status": "Geschorst", "since": "2027-05-02"},
            {"asked": "=1+1", "name": "", "number": "", "status": "Niet in het register", "since": ""},
        ],
        "sha256": "5d" * 32,
        "body": BODY,
        "register_url": "https://register.example",
    } | changes
