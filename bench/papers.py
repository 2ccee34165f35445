"""Certificates to print in benchmarks: realistic agencies, each different."""

import random
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf

from bench.product import part

REPORT_PICTURES = 20
OFFLINE = "https://register.example/check#c="
_BASE64 = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
_FIRST = ("Zonneveld", "Haven", "Polder", "Waag", "Delta", "Noord", "Rijn", "Maas", "Linge", "Łódź", "Müller", "Țară")
_SECOND = ("Uitzendbureau", "Flexwerk", "Personeel", "Detachering", "Agri", "Logistiek")
_SECTORS = ("glastuinbouw", "logistiek", "voedingsindustrie", "bouw", "zorg")
_COUNTRIES = ("Polen", "Roemenië", "Bulgarije", "Spanje")
_EXCLUDES = [
    "de wettelijke toelating om arbeidskrachten uit te lenen",
    "bescherming van inleners tegen aansprakelijkheid voor belasting of loon",
    "andere ondernemingen van dezelfde eigenaar of groep",
]


@dataclass(frozen=True)
class Paper:
    """The input of one certificate: facts, address of the second code, credential."""

    facts: dict[str, Any]
    offline_url: str
    credential: Any


def papers(count: int, seed: int = 4) -> list[Paper]:
    """Return so many certificates; the same seed gives the same ones."""
    draw = random.Random(seed)
    return [_paper(number, draw) for number in range(count)]


def _paper(number: int, draw: random.Random) -> Paper:
    url = OFFLINE + "".join(draw.choices(_BASE64, k=350))
    token = "".join(draw.choices(_BASE64, k=1100)).encode()
    return Paper(
        _facts(number, draw), url, part("Attached")("credential.jwt", token, "application/vc+jwt", "The credential")
    )


def _facts(number: int, draw: random.Random) -> dict[str, Any]:
    register_number = f"{draw.randrange(10**8):08d}"
    facts = {
        "language": "nl",
        "number": f"KW-2027-{number:05d}-58",
        "legal_name": f"{draw.choice(_FIRST)} {draw.choice(_SECOND)} {number} B.V.",
        "trade_names": [f"{draw.choice(_FIRST)} {draw.choice(_SECOND)}" for _ in range(draw.randrange(3))],
        "register_label": "KvK-nummer",
        "register_number": register_number,
        "seat": {
            "street": f"{draw.choice(_FIRST)}straat {draw.randrange(200)}",
            "postcode": f"{draw.randrange(1000, 9999)} AB",
            "city": draw.choice(("Rotterdam", "Utrecht", "Venlo")),
            "country": "Nederland",
        },
        "sites": draw.randrange(1, 9),
        "activities": draw.choice((["uitzenden"], ["uitzenden", "detacheren"])),
        "sectors": draw.sample(_SECTORS, draw.randrange(1, 4)),
        "own_housing": draw.choice((True, False)),
        "recruitment_countries": draw.sample(_COUNTRIES, draw.randrange(1, 4)),
        "norm": {"name": "Keurmerk eerlijk uitzendwerk", "version": "1.0", "sha256": "9f3a" * 16},
        "decided_on": f"2027-03-{draw.randrange(1, 28):02d}",
        "valid_from": "2027-03-28",
        "valid_until": "2028-03-27",
        "conditional": False,
        "conditions": [],
        "body": {"name": "Stichting Keurwerk", "address": "Waagplein 1, 3511 AB Utrecht"},
        "decided_by": "de beslisser van de certificatie-instelling",
        "excludes": _EXCLUDES,
        "register_url": f"https://register.example/register/nl-{register_number}",
    }
    return facts | {"digest": part("facts_digest")(facts)}


def pages_of(pdf: bytes) -> int:
    """Return the number of pages of a file."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return len(opened.pages)


def extract(paper: Paper, number: int) -> dict[str, Any]:
    """Return the facts of a register extract about the same agency."""
    snapshot = part("snapshot")
    known = {name: value for name, value in paper.facts.items() if name in snapshot.REGISTER_FACTS - {"digest"}}
    facts: dict[str, Any] = snapshot.register_extract(**known | {"reference": f"U-2027-{number:08d}"})
    return facts


def photos() -> dict[str, bytes]:
    """Return twenty pictures of the size that a report prints, by their hashes; none in builds that print none."""
    snapshot = part("snapshot")
    return snapshot.pictures((1000, 750), REPORT_PICTURES) if hasattr(snapshot, "pictures") else {}


def long_report() -> dict[str, Any]:
    """Return the facts of an audit report of about thirty pages of text, and twenty pictures."""
    snapshot = part("snapshot")

    text = "In drie dossiers ontbreekt de loonstrook van de laatste periode; het bureau heeft dit erkend. " * 4
    findings = [snapshot.finding(number, observed=text, verification=text) for number in range(1, 41)]
    for finding, name in zip(findings, photos(), strict=False):
        finding["pictures"] = [{"sha256": name, "caption": "Een loonstrook zonder uitleg", "reference": "F-014"}]
    for finding in findings[REPORT_PICTURES:]:
        finding["pictures"] = []
    chapters = [
        {
            "code": f"C{chapter}",
            "title": f"Hoofdstuk {chapter}",
            "requirements": [snapshot.judgement(n) for n in range(1, 28)],
        }
        for chapter in range(1, 10)
    ]
    facts: dict[str, Any] = snapshot.audit_report(findings=findings, chapters=chapters)
    return facts
