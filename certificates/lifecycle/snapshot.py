"""Build the snapshots for certificates and letters: plain values, in the language of the agency."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from audits.agencies.rules import Scope
from audits.agencies.wording import holder_facts
from audits.applications.queries import language_of
from audits.conditions.models import Condition
from audits.core import clock
from audits.core.calendar import add_working_days
from audits.core.errors import N_
from audits.core.languages import in_language, say
from audits.decisions.basis import holder_in
from audits.decisions.models import Decision, DecisionGround
from audits.decisions.rules import GRANTS
from audits.disputes.models import Appeal
from audits.inspections.models import Audit
from audits.schemes.cycle import DecisionKind
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import SchemeText
from certificates.addresses import register_url
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.queries import condition_terms
from certificates.lifecycle.rules import Status, public_id, status_on
from certificates.lifecycle.terms import hear_until, waits_for_appeal
from certificates.lifecycle.workflow import CERTIFICATE_FLOW, CURRENT, CertificateState
from certificates.press.documents import facts_digest
from certificates.press.letters import LetterGround
from certificates.wording import conditions_in_words, items_in_words, scope_in_words

_DECIDER = N_("the decider of the certification body")
_DECIDERS = N_("two deciders of the certification body")
_LEADS_TO = {
    DecisionKind(name): move.target for name, move in CERTIFICATE_FLOW.moves.items() if name in set(DecisionKind)
}


def certificate_facts(
    session: Session, certificate: Certificate, decision: Decision, *, base_url: str, body: Mapping[str, str]
) -> dict[str, Any]:
    """Return the content of a certificate, with the fields of `certificates.press.documents.CertificateFacts`."""
    holder = holder_in(session, decision)
    language = language_of(session, decision.concluded.application)
    norm = scheme_of_version(decision.concluded.scheme_version)
    facts = holder_facts(holder, language) | {
        "language": language,
        "number": certificate.number,
        "trade_names": list(holder.trade_names),
        "sites": holder.sites,
        **scope_in_words(Scope.of(certificate.scope), norm, language),
        "norm": _norm(decision.concluded.scheme_version, language),
        "decided_on": clock.day_of(decision.decided_at).isoformat(),
        "valid_from": certificate.valid_from.isoformat(),
        "valid_until": certificate.valid_until.isoformat(),
        "conditional": certificate.conditional,
        "conditions": conditions_in_words(condition_terms(session, certificate), language),
        "body": dict(body),
        "decided_by": say(_DECIDER, language),
        "excludes": [text.in_(language) for text in norm.excludes],
        "register_url": register_url(base_url, public_id(holder.country, holder.register_number)),
    }
    return facts | {"digest": facts_digest(facts)}


def decision_letter_facts(
    session: Session, decision: Decision, *, body: Mapping[str, str], number: str = ""
) -> dict[str, Any]:
    """Return the content of a letter, with the fields of `certificates.press.documents.DecisionLetterFacts`."""
    certificate = session.get(Certificate, decision.certificate_id) if decision.certificate_id else None
    about = _about_certificate(certificate) if certificate else _about_audit(session, decision.concluded)
    version, language = about.version, about.language
    decided_on = clock.day_of(decision.decided_at)
    status, shown = _register_after(session, decision, certificate)
    terms = scheme_of_version(version).terms
    return {
        "language": language,
        "number": number,
        "reference": about.reference,
        "agency": holder_facts(holder_in(session, decision), language),
        "norm": _norm(version, language),
        "kind": decision.kind.value,
        "provisional": decision.provisional,
        "hear_until": hear_until(version, decided_on).isoformat() if decision.provisional else None,
        "replaces": _replaced_by(decision),
        "confirms": decision.kind is DecisionKind.SUSPEND and decision.reviews_decision_id is not None,
        "heard": decision.heard,
        "grounds": [_ground(ground, language) for ground in decision.grounds],
        "excepted": items_in_words(Scope.of(decision.excepted or {}), scheme_of_version(version), language),
        "reasons": decision.reasons,
        "appeal": _appeal_of(session, decision),
        **_conditions_of(session, decision),
        **_scope_of(decision, scheme_of_version(version), language),
        "decided_on": decided_on.isoformat(),
        "decided_by": say(_DECIDERS if decision.proposal_id else _DECIDER, language),
        "effective_on": decision.effective_on.isoformat(),
        "held_back": waits_for_appeal(decision, version),
        "register": status.value,
        "certificate_number": shown.number if shown else None,
        "valid_until": shown.valid_until.isoformat() if shown else None,
        "score": about.score,
        "basis_sha256": decision.basis_sha256,
        "object_until": add_working_days(decided_on, terms.appeal_working_days).isoformat(),
        "body": dict(body),
    }


def _ground(ground: DecisionGround, language: str) -> LetterGround:
    return {"words": in_language(ground.words, language), "explanation": ground.explanation}


def _replaced_by(decision: Decision) -> dict[str, str] | None:
    """Return the decision that this one comes in place of, after an appeal that was upheld."""
    old = decision.replaced
    return {"kind": old.kind.value, "decided_on": clock.day_of(old.decided_at).isoformat()} if old else None


def _conditions_of(session: Session, decision: Decision) -> dict[str, Any]:
    """Return the conditions that a grant names, or the one that this decision found met with those that are left."""
    named = (Condition.text, Condition.due_on, Condition.met_by)
    met = aliased(Decision)
    query = select(*named).outerjoin(met, met.id == Condition.met_by).order_by(Condition.position)
    if decision.kind is DecisionKind.CONDITION_MET:
        later = met.id.is_(None) | (met.decided_at >= decision.decided_at)
        query = query.where(Condition.audit_id == decision.audit_id, later)
    else:
        query = query.where(Condition.decision_id == decision.id)
    rows = session.execute(query).all()
    return {
        "condition": next((text for text, _, met_by in rows if met_by == decision.id), ""),
        "conditions": [{"text": text, "due_on": day.isoformat()} for text, day, by in rows if by != decision.id],
    }


def _appeal_of(session: Session, decision: Decision) -> dict[str, Any] | None:
    """Return what a decision on an appeal was about, and what became of the appeal; None for other decisions."""
    appeal = session.scalar(select(Appeal).where(Appeal.decided_by == decision.id))
    if appeal is None or appeal.outcome is None:
        return None
    contested = appeal.contested
    lift = select(Decision.id).where(Decision.txid == decision.txid, Decision.kind == DecisionKind.LIFT)
    return {
        "outcome": appeal.outcome.value,
        "kind": contested.kind.value,
        "decided_on": clock.day_of(contested.decided_at).isoformat(),
        "lifted": session.scalar(lift.where(Decision.agency_id == decision.agency_id)) is not None,
        "waited_until": _waited_until(session, contested, decision),
    }


def _waited_until(session: Session, contested: Decision, outcome: Decision) -> str | None:
    """Return from which day a decision counts that waited when the appeal against it was decided; None: it counted."""
    moment = select(CertificateChange.changed_at).where(CertificateChange.decision_id == contested.id)
    counted = session.scalar(moment.order_by(CertificateChange.id).limit(1))
    if not contested.counts_later or (counted is not None and counted < outcome.decided_at):
        return None
    return max(contested.effective_on, clock.day_of(outcome.decided_at)).isoformat()


def _scope_of(decision: Decision, norm: SchemeText, language: str) -> dict[str, list[str]]:
    """Return what a grant covers, and what was stated and declined; nothing for other decisions."""
    if decision.scope is None:
        return {"granted": [], "declined": []}
    stated, granted = decision.concluded.application.stated, decision.granted
    kept = decision.kind is not DecisionKind.EXTEND_SCOPE  # which declines nothing of what was stated before
    declined = stated.only(set(stated.items()) - set(granted.items()) if kept else ())
    return {
        "granted": items_in_words(granted, norm, language),
        "declined": items_in_words(declined, norm, language),
    }


class _About(NamedTuple):
    """What a letter is about: an audit, or a certificate."""

    reference: str
    version: SchemeVersion
    language: str
    score: int | None


def _about_audit(session: Session, audit: Audit) -> _About:
    return _About(audit.reference, audit.scheme_version, language_of(session, audit.application), audit.score)


def _about_certificate(certificate: Certificate) -> _About:
    return _About(certificate.number, certificate.scheme_version, certificate.snapshot["language"], None)


def _register_after(
    session: Session, decision: Decision, certificate: Certificate | None
) -> tuple[Status, Certificate | None]:
    """Return the status that the register shows from this decision, and the certificate that has it.

    From a grant it shows the new certificate once that is issued, which has no number yet.
    """
    if decision.kind in GRANTS:
        conditional = decision.kind is DecisionKind.GRANT_WITH_CONDITIONS
        return Status.CONDITIONAL if conditional else Status.CERTIFIED, None
    act = decision if certificate else _fate_of(session, decision)
    shown = session.get(Certificate, act.certificate_id) if act else _living(session, decision.agency_id)
    if shown is None:
        return Status.NONE, None
    state = _LEADS_TO.get(act.kind, shown.state) if act else shown.state
    state = CertificateState.PARTLY_SUSPENDED if act and act.excepted else state
    day = clock.day_of(decision.decided_at)
    return status_on(day, state, conditional=shown.conditional, valid_until=shown.valid_until), shown


def _fate_of(session: Session, refusal: Decision) -> Decision | None:
    """Return the decision about the certificate of a holder that was taken with its refusal, or None."""
    same_act = select(Decision).where(Decision.audit_id == refusal.audit_id, Decision.certificate_id.is_not(None))
    same_act = same_act.where(Decision.decided_at >= refusal.decided_at)
    return session.scalar(same_act.order_by(Decision.decided_at).limit(1))


def _living(session: Session, agency_id: UUID) -> Certificate | None:
    query = select(Certificate).where(Certificate.agency_id == agency_id, Certificate.state.in_(CURRENT))
    return session.scalar(query)


def _norm(version: SchemeVersion, language: str) -> dict[str, str]:
    return {"name": in_language(version.title, language), "version": version.version, "sha256": version.sha256}
