"""Keep the public register equal to its sources. The caller commits."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Float, Text, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from audits.agencies.models import Agency, Contact
from audits.applications.models import Application
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.decisions.models import Decision
from audits.decisions.rules import GRANTS
from audits.disputes.queries import under_appeal
from audits.inspections.models import Audit
from audits.inspections.workflow import AuditState
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.queries import condition_terms, held_by_appeals
from certificates.register.models import RegisterEntry, RegisterSlip
from certificates.register.projection import entry_values, scheme_of
from certificates.register.rules import APPLIED_MONTHS
from certificates.register.search import folding, names

BATCH = 500
_OF_AGENCY = (
    Agency.id, Agency.country, Agency.register_number, Agency.legal_name, Agency.trade_names, Agency.former_names,
    Agency.city, Agency.phone, Agency.website,
)  # fmt: skip
_OF_CERTIFICATE = (
    Certificate.id, Certificate.agency_id, Certificate.number, Certificate.state, Certificate.conditional,
    Certificate.conditions, Certificate.valid_from, Certificate.valid_until, Certificate.scope,
    Certificate.scheme_version_id, Certificate.decision_id,
)  # fmt: skip
_OF_CHANGE = (
    CertificateChange.agency_id, CertificateChange.certificate_id, CertificateChange.state, CertificateChange.reason,
    CertificateChange.changed_at, CertificateChange.grounds, CertificateChange.provisional, CertificateChange.excepted,
)  # fmt: skip
"""Columns, here and below: to make objects of the rows took longer than to read them."""


def refresh_entry(session: Session, agency_id: UUID) -> None:
    """Compute the public row of one agency again; idempotent. An agency that was never public gets no row."""
    session.flush()
    _refresh(session, [agency_id])


def rebuild_batch(
    session: Session, after: UUID | None = None, until: UUID | None = None, limit: int = BATCH
) -> UUID | None:
    """Compute the rows of the next agencies again from their sources; return the last agency, or None at the end.

    `after` comes before the first one, `until` is the last; None stands for the first and the last of all.
    """
    query = select(Agency.id).order_by(Agency.id).limit(limit)
    query = query.where(Agency.id > after) if after else query
    ids = list(session.scalars(query.where(Agency.id <= until) if until else query))
    _refresh(session, ids)
    session.expunge_all()
    return ids[-1] if len(ids) == limit else None


def parted(session: Session, parts: int) -> list[UUID]:
    """Return the last agency of each part but that of the last, where parts have as many agencies as each other."""
    shares = [place / parts for place in range(1, parts)]
    if not shares:
        return []
    found = session.scalar(select(func.percentile_disc(cast(shares, ARRAY(Float))).within_group(Agency.id)))
    return list(found or [])


def rebuild_all(session: Session) -> int:
    """Compute the whole register again in one transaction; return the number of entries."""
    session.flush()
    last = rebuild_batch(session)
    while last:
        last = rebuild_batch(session, last)
    forget_words(session)
    return count_entries(session)


def count_entries(session: Session) -> int:
    """Return how many agencies have an entry, listed or not."""
    return session.scalar(select(func.count()).select_from(RegisterEntry)) or 0


def forget_words(session: Session) -> None:
    """Delete the words that no entry has any more."""
    known = func.ts_stat("SELECT array_to_tsvector(words) FROM register_entry").table_valued("word")
    session.execute(delete(RegisterSlip).where(RegisterSlip.word.not_in(select(known.c.word))))


def renew_old_forms(session: Session, limit: int = BATCH) -> int:
    """Compute some of the entries again whose search columns follow older rules; return how many there were."""
    query = select(RegisterEntry.agency_id).where(RegisterEntry.form < names.FORM).limit(limit)
    ids = list(session.scalars(query))
    _refresh(session, ids)
    return len(ids)


def _refresh(session: Session, ids: list[UUID]) -> None:
    """Compute the rows of these agencies again.

    Locks the agencies, so that of two concurrent refreshes the later one reads what the earlier one's transaction
    committed.
    """
    query = select(*_OF_AGENCY).where(Agency.id == func.any(ids)).order_by(Agency.id)
    agencies = session.execute(query.with_for_update(key_share=True)).all()
    certificates, applications, changes = (
        _certificates(session, ids),
        _public_applications(session, ids),
        _changes(session, ids),
    )
    appealing = under_appeal(session, ids)
    waiting = held_by_appeals(session, appealing)
    applied, last_audits = _applied(session, applications), _last_audits(session, ids)
    contacts, schemes = _contacts(session, ids), _schemes(session, certificates.values())
    entries = {
        entry.agency_id: entry
        for entry in session.scalars(
            select(RegisterEntry)
            .where(RegisterEntry.agency_id == func.any(ids))
            .execution_options(populate_existing=True)
        )
    }
    slips: set[str] = set()
    for agency in agencies:
        if not certificates[agency.id] and not applications[agency.id] and agency.id not in entries:
            continue
        held = certificates[agency.id]
        values = entry_values(
            agency,
            held,
            changes[agency.id],
            applied=applied.get(agency.id),
            last_audit=last_audits.get(agency.id),
            contacts=contacts[agency.id],
            conditions=condition_terms(session, held[0]) if held else [],
            scheme=schemes[held[0].scheme_version_id] if held else {},
            under_appeal=agency.id in appealing,
            held_back=agency.id in waiting,
        )
        slips.update(_store(session, agency.id, entries.get(agency.id), values))
    session.flush()
    _add_slips(session, slips)


def _store(session: Session, agency_id: UUID, entry: RegisterEntry | None, values: dict[str, Any]) -> list[str]:
    """Add or change a row; return the words that may be new."""
    if entry is None:
        session.add(RegisterEntry(agency_id=agency_id, updated_at=clock.now(), **values))
        return names.slipping(values["folded"])
    changed = {name: value for name, value in values.items() if getattr(entry, name) != value}
    for name, value in changed.items():
        setattr(entry, name, value)
    if changed.keys() - {"folded", "words", "tags", "form"}:
        entry.updated_at = clock.now()
    return names.slipping(values["folded"]) if changed.keys() & {"folded", "form"} else []


def _add_slips(session: Session, words: Iterable[str]) -> None:
    """Add the words in one order, so that two transactions with the same words wait for each other in turn."""
    rows = sorted({(rest, word) for word in words for rest in folding.deletions(word) if rest})
    if rows:
        each = func.unnest(*(cast(list(column), ARRAY(Text)) for column in zip(*rows, strict=True)))
        found = select(each.table_valued("rest", "word").render_derived())
        session.execute(insert(RegisterSlip).from_select(["rest", "word"], found).on_conflict_do_nothing())


def _certificates(session: Session, ids: list[UUID]) -> Mapping[UUID, list[Any]]:
    """Return the issued certificates, newest first; numbered ones that are not sealed yet are not public."""
    query = select(*_OF_CERTIFICATE).where(Certificate.agency_id == func.any(ids), Certificate.issued_at.is_not(None))
    return _by_agency(session.execute(query.order_by(Certificate.issued_at.desc())))


def _schemes(session: Session, certificates: Iterable[list[Any]]) -> dict[UUID, dict[str, Any]]:
    """Return what the register says of the scheme version of each newest certificate."""
    ids = list({held[0].scheme_version_id for held in certificates if held})
    columns = (SchemeVersion.id, SchemeVersion.code, SchemeVersion.version, SchemeVersion.title, SchemeVersion.sha256)
    found = session.execute(select(*columns).where(SchemeVersion.id == func.any(ids)))
    return {version.id: scheme_of(version) for version in found}


def _changes(session: Session, ids: list[UUID]) -> Mapping[UUID, list[Any]]:
    """Return the changes of certificates, oldest first."""
    query = select(*_OF_CHANGE).where(CertificateChange.agency_id == func.any(ids))
    return _by_agency(session.execute(query.order_by(CertificateChange.id)))


def _last_audits(session: Session, ids: list[UUID]) -> Mapping[UUID, Any]:
    """Return the audit of each agency that was reported last of those that are decided on; others are not public."""
    decided = (Audit.agency_id == func.any(ids), Audit.state == AuditState.CONCLUDED, Audit.reported_at.is_not(None))
    query = select(Audit.agency_id, Audit.reported_at, Audit.kind).where(*decided).order_by(Audit.reported_at)
    return {audit.agency_id: audit for audit in session.execute(query)}


def _contacts(session: Session, ids: list[UUID]) -> Mapping[UUID, list[Any]]:
    """Return the contacts of each agency who agreed to be named."""
    query = select(Contact.agency_id, Contact.name, Contact.function)
    query = query.where(Contact.agency_id == func.any(ids), Contact.in_register).order_by(Contact.name, Contact.id)
    return _by_agency(session.execute(query))


def _public_applications(session: Session, ids: list[UUID]) -> Mapping[UUID, list[Any]]:
    """Return the applications that were ever accepted, newest first; these are public."""
    accepted = (ApplicationState.ACCEPTED, ApplicationState.CONCLUDED)
    columns = (Application.id, Application.agency_id, Application.state, Application.reviewed_at)
    query = select(*columns, Application.scheme_version_id)
    query = query.where(Application.agency_id == func.any(ids), Application.state.in_(accepted))
    return _by_agency(session.execute(query.order_by(Application.reviewed_at.desc())))


def _by_agency(rows: Iterable[Any]) -> Mapping[UUID, list[Any]]:
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.agency_id].append(row)
    return found


def _applied(session: Session, applications: Mapping[UUID, Sequence[Any]]) -> dict[UUID, tuple[date, int]]:
    """Return when the running application of each agency was accepted, and for how many months that is shown.

    Running is one that is undecided, or granted and not yet issued.
    """
    listed = [application for each in applications.values() for application in each]
    concluded = [each.id for each in listed if each.state is not ApplicationState.ACCEPTED]
    issuing = _being_issued(session, concluded) if concluded else set()
    running = (
        each for each in listed if each.reviewed_at and (each.state is ApplicationState.ACCEPTED or each.id in issuing)
    )
    found: dict[UUID, tuple[date, int]] = {}
    for application in running:
        if application.reviewed_at:
            since, terms = clock.day_of(application.reviewed_at), scheme(session, application.scheme_version_id).terms
            found.setdefault(application.agency_id, (since, terms.applied_months or APPLIED_MONTHS))
    return found


def _being_issued(session: Session, applications: Sequence[UUID]) -> set[UUID]:
    """Return which of the applications were granted, while their certificate is not issued yet."""
    query = (
        select(Audit.application_id)
        .join(Decision, Audit.id == Decision.audit_id)
        .outerjoin(Certificate, Certificate.decision_id == Decision.id)
        .where(
            Audit.application_id.in_(applications),
            Decision.kind.in_(sorted(GRANTS)),
            Certificate.issued_at.is_(None),
        )
    )
    return set(session.scalars(query))
