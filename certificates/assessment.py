"""What an accreditation assessor asks for: a case as plain values, certificates, impartiality, and figures by year."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import TIMESTAMP, Select, cast, extract, func, literal, select, union_all
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.applications.models import Application, Evidence
from audits.conditions.models import Condition
from audits.core.access import Actor, Permission, authorise
from audits.core.events import Event, EventNote
from audits.deadlines.models import Deadline
from audits.decisions.models import Decision, DecisionBasis
from audits.disputes.models import Appeal
from audits.inspections.models import Audit, Finding, Participant
from audits.people.models import Interest, Person
from certificates.documents.models import Document
from certificates.letters.models import Letter
from certificates.lifecycle.models import Certificate

_ZONE = "Europe/Amsterdam"
# What of each row goes into the file of a case: nothing that is only for the machine.
_PARTS: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "applications": (Application, ("id", "reference", "state", "submitted_at", "declared_name", "review_note")),
    "audits": (
        Audit,
        (*("id", "reference", "kind", "state", "planned_on", "announced", "reported_at", "summary", "score"),
         "recommendation"),
    ),
    "findings": (
        Finding,
        ("id", "audit_id", "number", "requirement_code", "grade", "observed", "state", "cause", "extent", "solution"),
    ),
    "decisions": (
        Decision,
        (*("id", "kind", "audit_id", "certificate_id", "decider_id", "reasons", "conditions", "basis_sha256"),
         *("decided_at", "effective_on", "reviews_decision_id", "replaces_decision_id", "provisional", "heard")),
    ),
    "conditions": (Condition, ("id", "decision_id", "text", "due_on", "state", "met_by")),
    "certificates": (Certificate, ("id", "number", "state", "valid_from", "valid_until", "issued_at", "decision_id")),
    "appeals": (
        Appeal,
        (*("id", "decision_id", "state", "reasons", "received_on", "until", "late_because", "late_answer"),
         *("handler_id", "heard", "outcome", "decided_by")),
    ),
    "letters": (Letter, ("id", "number", "decision_id", "kind", "moment", "written_on", "by_post", "posted_on")),
    "terms": (Deadline, ("id", "kind", "subject_id", "from_on", "due_on", "owner_role", "opened_at", "done_at")),
}  # fmt: skip
_AGENCY = (
    "id",
    "legal_name",
    "trade_names",
    "former_names",
    "country",
    "register_number",
    "street",
    "postcode",
    "city",
)


class Held(NamedTuple):
    """A certificate in the extract of the register."""

    number: str
    agency: str
    register_number: str
    state: str
    valid_from: date
    valid_until: date


class Tied(NamedTuple):
    """A tie or a part of somebody of the staff, in the register of impartiality."""

    person: str
    agency: str
    what: str  # "tie", or "audit" for who took part in one
    detail: str
    since: date
    recorded_by: str


class Counted(NamedTuple):
    """How many of something there were in a year."""

    year: int
    what: str
    kind: str
    number: int


def case_as_values(session: Session, actor: Actor, agency_id: UUID) -> dict[str, Any]:
    """Return everything about an agency and its cases as JSON knows it. The caller must have access to the agency."""
    authorise(actor, Permission.CASES_VIEW)
    found: dict[str, Any] = {"agency": _plain(session.get_one(Agency, agency_id), _AGENCY)}
    for name, (model, fields) in _PARTS.items():
        query = select(model).where(model.agency_id == agency_id).order_by(model.id)
        found[name] = [_plain(each, fields) for each in session.scalars(query)]
    people = {each["decider_id"] for each in found["decisions"]} | {each["handler_id"] for each in found["appeals"]}
    named = select(Person.id, Person.name).where(Person.id.in_([each for each in people if each]))
    found["people"] = {str(person): name for person, name in session.execute(named)}
    found["history"] = [*_history(session, agency_id)]
    return found


def documents_of_case(session: Session, actor: Actor, agency_id: UUID) -> Sequence[Document]:
    """Return every sealed document about an agency, the earliest first; extracts of the register are not its case."""
    authorise(actor, Permission.CASES_VIEW)
    query = select(Document).where(Document.agency_id == agency_id, Document.kind != "register_extract")
    return session.scalars(query.order_by(Document.created_at, Document.id)).all()


def bases_of_case(session: Session, actor: Actor, agency_id: UUID) -> Iterator[tuple[UUID, str]]:
    """Yield what each decision about an agency rested on, whose digest the decision has."""
    authorise(actor, Permission.CASES_VIEW)
    query = select(DecisionBasis.decision_id, DecisionBasis.content)
    query = query.join(Decision, Decision.id == DecisionBasis.decision_id).where(Decision.agency_id == agency_id)
    for row in session.execute(query.order_by(Decision.decided_at)):
        yield row[0], row[1]


def evidence_of_case(session: Session, actor: Actor, agency_id: UUID) -> Iterable[tuple[Any, ...]]:
    """Return the list of the evidence of an agency: what was handed in, by its hash; the files stay here."""
    authorise(actor, Permission.CASES_VIEW)
    query = select(
        *(Application.reference, Evidence.requirement_code, Evidence.filename, Evidence.media_type, Evidence.size),
        *(Evidence.sha256, Evidence.uploaded_at, Evidence.removed_at),
    ).join(Application, Application.id == Evidence.application_id)
    query = query.where(Application.agency_id == agency_id, Application.submitted_at.is_not(None))
    return [tuple(row) for row in session.execute(query.order_by(Evidence.uploaded_at, Evidence.id))]


def register_extract(session: Session, actor: Actor) -> list[Held]:
    """Return every certificate that was issued, by number."""
    authorise(actor, Permission.CASES_VIEW)
    query = select(
        *(Certificate.number, Agency.legal_name, Agency.register_number, Certificate.state),
        *(Certificate.valid_from, Certificate.valid_until),
    ).join(Agency, Agency.id == Certificate.agency_id)
    query = query.where(Certificate.issued_at.is_not(None)).order_by(Certificate.number)
    return [Held(*row) for row in session.execute(query)]


def impartiality_register(session: Session, actor: Actor) -> list[Tied]:
    """Return who of the staff has or had a tie with which agency, and who took part in which audits."""
    authorise(actor, Permission.CASES_VIEW)
    return sorted([*_ties(session), *_parts(session)])


def statistics(session: Session, actor: Actor) -> list[Counted]:
    """Return by year how many applications came in, audits were reported, decisions taken and certificates issued."""
    authorise(actor, Permission.CASES_VIEW)
    lines = union_all(
        _per_year("application", Application.state, Application.submitted_at),
        _per_year("audit", Audit.kind, Audit.reported_at),
        _per_year("decision", Decision.kind, Decision.decided_at),
        _per_year("certificate", literal("issued"), Certificate.issued_at),
        _per_year(
            "letter", func.coalesce(Letter.kind, "decision"), func.timezone(_ZONE, cast(Letter.written_on, TIMESTAMP))
        ),
    ).subquery()
    year, what, kind = lines.c.year, lines.c.what, lines.c.kind
    query = select(year, what, kind, func.count()).where(year.is_not(None)).group_by(year, what, kind)
    rows = session.execute(query.order_by(year.desc(), what, kind))
    return [Counted(int(row[0]), row[1], row[2], row[3]) for row in rows]


def _per_year(what: str, kind: Any, moment: Any) -> Select[*tuple[Any, ...]]:
    text = func.concat(kind)  # codes of several kinds in one column
    return select(
        extract("year", func.timezone(_ZONE, moment)).label("year"), literal(what).label("what"), text.label("kind")
    )


def _ties(session: Session) -> Iterator[Tied]:
    recorder = Person.__table__.alias("recorder")
    query = select(Interest, Person.name, Agency.legal_name, recorder.c.name).join(
        Person, Person.id == Interest.person_id
    )
    query = query.join(Agency, Agency.id == Interest.agency_id).outerjoin(
        recorder, recorder.c.id == Interest.recorded_by
    )
    for tie, person, agency, by in session.execute(query):
        yield Tied(person, agency, "tie", tie.nature, tie.declared_at.date(), by or person)


def _parts(session: Session) -> Iterator[Tied]:
    """Yield who planned an audit, judged it or looked at its file, or took part in it in another way."""
    parts = union_all(
        *(
            select(Audit.id.label("audit"), person.label("person"), literal(part).label("part"))
            for part, person in (
                ("planner", Audit.planner_id),
                ("inspector", Audit.inspector_id),
                ("reviewer", Audit.reviewer_id),
            )
        ),
        select(Participant.audit_id, Participant.person_id, literal("participant")),
    ).subquery()
    query = select(Person.name, Agency.legal_name, Audit.reference, parts.c.part, Audit.planned_on)
    query = query.join(parts, parts.c.person == Person.id).join(Audit, Audit.id == parts.c.audit)
    for person, agency, reference, part, day in session.execute(query.join(Agency, Agency.id == Audit.agency_id)):
        yield Tied(person, agency, "audit", f"{reference}, {part}", day, "")


def _history(session: Session, agency_id: UUID) -> Iterator[dict[str, Any]]:
    query = select(Event, EventNote.data, Person.name).outerjoin(EventNote, EventNote.event_id == Event.id)
    query = query.outerjoin(Person, Person.id == Event.actor_id).where(Event.agency_id == agency_id).order_by(Event.id)
    for event, noted, who in session.execute(query):
        yield {
            "when": event.happened_at.isoformat(),
            "name": event.name,
            "subject": str(event.subject_id),
            "who": who,
            "told": event.data | (noted or {}),
        }


def _plain(row: object, fields: Iterable[str]) -> dict[str, Any]:
    return {field: _value(getattr(row, field)) for field in fields}


def _value(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | StrEnum) else value
