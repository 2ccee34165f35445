"""Build the snapshots for certificates and letters: plain values, in the language of the agency."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from audits.agencies.rules import Scope
from audits.agencies.wording import holder_facts
from audits.applications.queries import language_of
from audits.core import clock
from audits.core.calendar import add_working_days
from audits.core.errors import N_
from audits.core.languages import in_language, say
from audits.decisions.models import Decision
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme_of_version
from certificates.addresses import register_url
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.rules import public_id
from certificates.press.documents import facts_digest
from certificates.wording import scope_in_words

_DECIDER = N_("the decider of the certification body")


def certificate_facts(
    session: Session, certificate: Certificate, decision: Decision, *, base_url: str, body: Mapping[str, str]
) -> dict[str, Any]:
    """Return the content of a certificate, with the fields of `certificates.press.documents.CertificateFacts`."""
    agency = decision.audit.agency
    language = language_of(session, decision.audit.application)
    norm = scheme_of_version(decision.audit.scheme_version)
    facts = holder_facts(agency, language) | {
        "language": language,
        "number": certificate.number,
        "trade_names": list(agency.trade_names),
        "sites": 1 + len(agency.branches),
        **scope_in_words(Scope.of(certificate.scope), norm, language),
        "norm": _norm(decision.audit.scheme_version, language),
        "decided_on": clock.day_of(decision.decided_at).isoformat(),
        "valid_from": certificate.valid_from.isoformat(),
        "valid_until": certificate.valid_until.isoformat(),
        "conditional": certificate.conditional,
        "conditions": list(certificate.conditions),
        "body": dict(body),
        "decided_by": say(_DECIDER, language),
        "excludes": [text.in_(language) for text in norm.excludes],
        "register_url": register_url(base_url, public_id(agency.country, agency.register_number)),
    }
    return facts | {"digest": facts_digest(facts)}


def decision_letter_facts(session: Session, decision: Decision, *, body: Mapping[str, str]) -> dict[str, Any]:
    """Return the content of a letter, with the fields of `certificates.press.documents.DecisionLetterFacts`."""
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
        "decided_by": say(_DECIDER, language),
        "score": audit.score,
        "basis_sha256": decision.basis_sha256,
        "object_until": add_working_days(clock.day_of(decision.decided_at), terms.appeal_working_days).isoformat(),
        "body": dict(body),
    }


def _norm(version: SchemeVersion, language: str) -> dict[str, str]:
    return {"name": in_language(version.title, language), "version": version.version, "sha256": version.sha256}
