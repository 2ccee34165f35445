"""Propose scheme versions, and publish them with a second person; a published version is final."""

import json
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock, events, outbox
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError, missing
from audits.core.events import Code, Digest
from audits.core.letters import check_printable
from audits.core.notices import tell_person
from audits.people.queries import people_with
from audits.schemes import text as norms
from audits.schemes.cycle import AuditKind, Judged
from audits.schemes.events import SchemeDeclined, SchemeProposed, SchemePublished
from audits.schemes.models import Requirement, SchemeProposal, SchemeVersion
from audits.schemes.notices import ProposalWaiting
from audits.schemes.queries import serious_grounds
from audits.schemes.source import scheme_from, values_of
from audits.schemes.text import SchemeText


def propose_scheme(session: Session, actor: Actor, source: str, values: str | None = None) -> SchemeProposal:
    """Propose a version, for another scheme manager to publish.

    `values` is what a confined reader made of the source; without it the source is parsed here. Raises SchemeError for
    an invalid text, and RuleError at `source` for a text that could not be published today or while another version
    of the scheme is proposed.
    """
    authorise(actor, Permission.SCHEME_PUBLISH)
    text, values, known = _checked(session, source, values)
    if known:
        raise RuleError("This version is published already.", field="source")
    open_one = select(SchemeProposal.id).where(SchemeProposal.code == text.id, SchemeProposal.answered_at.is_(None))
    if session.scalar(open_one):
        raise RuleError("Another version is proposed already. Publish or decline that one first.", field="source")
    proposal = SchemeProposal(
        id=uuid4(),
        code=text.id,
        version=text.version,
        source=source,
        parsed=values,
        sha256=text.sha256,
        proposed_by=actor.id,
        proposed_at=clock.now(),
    )
    session.add(proposal)
    told = SchemeProposed(version=Code(text.version), sha256=Digest(text.sha256))
    events.record(session, told, subject_id=proposal.id, actor=actor)
    for person in people_with(session, Role.SCHEME_MANAGER):
        if person.id != actor.id:
            tell_person(session, person.id, ProposalWaiting(version=text.version), subject_id=proposal.id)
    outbox.enqueue(session, "scheme.simulate", proposal_id=str(proposal.id))
    return proposal


def simulate_again(session: Session, actor: Actor, proposal_id: UUID) -> None:
    """Have the worker compute anew what living certificates would be worth under a proposed version."""
    proposal = _open(session, actor, proposal_id)
    outbox.enqueue(session, "scheme.simulate", proposal_id=str(proposal.id))


def publish_proposal(session: Session, actor: Actor, proposal_id: UUID) -> SchemeVersion:
    """Publish what somebody else proposed. Raises as `publish_scheme` does, NotAllowedError for the proposer."""
    proposal = _open(session, actor, proposal_id)
    if actor.id == proposal.proposed_by:
        raise NotAllowedError("You proposed this version. Another scheme manager must publish it.")
    proposal.answered_by, proposal.answered_at, proposal.published = actor.id, clock.now(), True
    session.flush()  # the database asks for it when the version is added
    return publish_scheme(session, actor, proposal.source, proposal.parsed)


def decline_proposal(session: Session, actor: Actor, proposal_id: UUID) -> SchemeProposal:
    """Decline a proposal; its proposer may do so too."""
    proposal = _open(session, actor, proposal_id)
    proposal.answered_by, proposal.answered_at, proposal.published = actor.id, clock.now(), False
    told = SchemeDeclined(version=Code(proposal.version), sha256=Digest(proposal.sha256))
    events.record(session, told, subject_id=proposal.id, actor=actor)
    return proposal


def publish_scheme(session: Session, actor: Actor, source: str, values: str | None = None) -> SchemeVersion:
    """Store a version, or do nothing if the same text is stored; a changed text needs a new version number.

    For `publish_proposal`, and for the command that publishes the first version. Raises SchemeError for an invalid
    text, RuleError for another text under a published version, one with letters that reports cannot print, and one
    that would apply from a day that is over.
    """
    authorise(actor, Permission.SCHEME_PUBLISH)
    text, values, known = _checked(session, source, values)
    if known:
        return known
    version = SchemeVersion(
        id=uuid4(),
        code=text.id,
        version=text.version,
        title=dict(text.title),
        valid_from=text.valid_from,
        published_at=clock.now(),
        published_by=actor.id,
        source=source,
        parsed=values,
        sha256=text.sha256,
        fail_total=text.scoring.fail_total,
        failing_grades=[code for code, severity in text.severities.items() if severity.fails],
        serious_grounds=serious_grounds(text),
        repaired_kinds=[kind for kind in AuditKind if text.judged(kind) is Judged.AS_REPAIRED],
        held_back_kinds=sorted(text.appeal.holds_back),
        cooling_off_months=text.cycle.independence.cooling_off_months if text.cycle else None,
        audits_in_a_row=text.cycle.independence.audits_in_a_row if text.cycle else None,
        agreement_sha256=text.cycle.agreement.sha256 if text.cycle else None,
        assessed_verdicts=[code for code, kind in text.verdicts.items() if kind.assessed],
        open_verdicts=[code for code, kind in text.verdicts.items() if kind.leaves_open],
    )
    session.add(version)
    session.flush()  # flush, because the foreign key of the requirements needs the row
    session.add_all(_requirement(version, place, item) for place, item in enumerate(text.requirements))
    told = SchemePublished(version=Code(text.version), sha256=Digest(text.sha256))
    events.record(session, told, subject_id=version.id, actor=actor)
    return version


def _requirement(version: SchemeVersion, place: int, item: norms.Requirement) -> Requirement:
    return Requirement(
        scheme_version_id=version.id,
        code=item.code,
        position=place,
        chapter=item.chapter,
        unit=item.unit,
        severity=item.severity,
        minimum_assessed=item.assessed.minimum if item.assessed else None,
        shortfall=item.assessed.below if item.assessed else None,
    )


def _checked(session: Session, source: str, values: str | None) -> tuple[SchemeText, str, SchemeVersion | None]:
    """Return scheme, values and the same version if it is stored, after the checks that need no second person."""
    values = values or values_of(source)
    text = scheme_from(source, values)
    if known := _known(session, text):
        return text, values, known
    check_printable(json.loads(values), "source")
    if text.valid_from < clock.today() and session.scalar(select(SchemeVersion.id).limit(1)):
        raise RuleError("A new version cannot apply from a day that is over.", field="source")
    return text, values, None


def _known(session: Session, text: SchemeText) -> SchemeVersion | None:
    """Return the same version if it is stored; RuleError if it is stored with another text."""
    same = (SchemeVersion.code == text.id, SchemeVersion.version == text.version)
    known = session.scalar(select(SchemeVersion).where(*same))
    if known is not None and known.sha256 != text.sha256:
        raise RuleError(
            "Version %(version)s is published and cannot change. Give the new text a new version number.",
            field="source",
            version=text.version,
        )
    return known


def _open(session: Session, actor: Actor, proposal_id: UUID) -> SchemeProposal:
    authorise(actor, Permission.SCHEME_PUBLISH)
    proposal = session.get(SchemeProposal, proposal_id, with_for_update=True)
    if proposal is None:
        raise missing(SchemeProposal)
    if proposal.answered_at:
        raise IllegalMoveError("This was answered already.")
    return proposal
