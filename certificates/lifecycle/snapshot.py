"""The snapshots that certificates and letters are printed from: plain values, in the language of the agency."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.agencies.wording import country_name, holder_facts
from audits.applications.queries import language_of
from audits.core import clock
from audits.core.calendar import add_working_days
from audits.decisions.models import Decision
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import Text
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.rules import public_id
from certificates.press.documents import facts_digest

DECIDER = {"nl": "de beslisser van de certificatie-instelling", "en": "the decider of the certification body"}


def certificate_facts(
    session: Session, certificate: Certificate, decision: Decision, *, base_url: str, body: Mapping[str, str]
) -> dict[str, Any]:
    """What the certificate says; the fields are those of `certificates.press.documents.CertificateFacts`."""
    agency = decision.audit.agency
    language = language_of(session, decision.audit.application)
    norm = scheme_of_version(decision.audit.scheme_version)
    facts = holder_facts(agency, language) | {
        "language": language,
        "number": certificate.number,
        "trade_names": list(agency.trade_names),
        "sites": 1 + len(agency.branches),
        "activities": _words(agency.activities, norm.activities, language),
        "sectors": _words(agency.sectors, norm.sectors, language),
        "own_housing": agency.own_housing,
        "recruitment_countries": [country_name(code, language) for code in agency.recruitment_countries],
        "norm": _norm(decision.audit.scheme_version, language),
        "decided_on": clock.day_of(decision.decided_at).isoformat(),
        "valid_from": certificate.valid_from.isoformat(),
        "valid_until": certificate.valid_until.isoformat(),
        "conditional": certificate.conditional,
        "conditions": list(certificate.conditions),
        "body": dict(body),
        "decided_by": DECIDER[language],
        "excludes": [text.in_(language) for text in norm.excludes],
        "register_url": register_url(base_url, agency),
    }
    return facts | {"digest": facts_digest(facts)}


def decision_letter_facts(session: Session, decision: Decision, *, body: Mapping[str, str]) -> dict[str, Any]:
    """What the letter says; the fields are those of `certificates.press.documents.DecisionLetterFacts`."""
    audit = decision.audit
    language = language_of(session, decision.audit.application)
    terms = scheme_of_version(audit.scheme_version).terms
    return {
        "language": language,
        "reference": audit.reference,
        "agency": holder_facts(audit.agency, language),
        "norm": _norm(audit.scheme_version, language),
        "outcome": decision.outcome.value,
        "reasons": decision.reasons,
        "conditions": list(decision.conditions),
        "decided_on": clock.day_of(decision.decided_at).isoformat(),
        "decided_by": DECIDER[language],
        "score": audit.score,
        "basis_sha256": decision.basis_sha256,
        "object_until": add_working_days(clock.day_of(decision.decided_at), terms.appeal_working_days).isoformat(),
        "body": dict(body),
    }


def register_url(base_url: str, agency: Agency) -> str:
    """The permanent address of the agency's register entry."""
    return f"{base_url}/register/{public_id(agency.country, agency.register_number)}"


def _norm(version: SchemeVersion, language: str) -> dict[str, str]:
    return {"name": version.title[language], "version": version.version, "sha256": version.sha256}


def _words(codes: Iterable[str], vocabulary: Mapping[str, Text], language: str) -> list[str]:
    return [vocabulary[code].in_(language) if code in vocabulary else code for code in codes]
