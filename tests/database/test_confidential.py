"""What was said in confidence, and an audit that is not announced, stay unknown to the agency wherever it looks."""

import json

import pytest
from sqlalchemy import select, text

from audits.core.access import Role
from audits.core.db import Base
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.outbox import OutboxItem
from audits.inspections import queries, services
from audits.inspections.models import Audit
from audits.inspections.report import report_facts
from audits.inspections.workflow import AuditState
from audits.schemes.queries import scheme_of_version
from portal.stores.roles import APP
from portal.work import jobs, schedule
from tests.kit.drawing import freeze_population
from tests.kit.factories import make_audit, make_person
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.inspections import draw, judge, tell

MODELS = (jobs, schedule)  # imported so that the metadata is whole
# Of each table the columns that the application may read, as text.
READABLE = text(
    "SELECT table_name, string_agg(quote_ident(column_name), ', ') FROM information_schema.columns "
    "WHERE table_schema = 'public' AND has_column_privilege(:role, table_name, column_name, 'SELECT') GROUP BY 1"
)
OF_ITS_OWN = bytes([7]) * 32
WORKERS = [f"W-{number:03}" for number in range(1, 41)]
SAID = "The boss keeps my passport."
BODY = {"name": "Keurwerk", "address": "Markt 1"}


def enqueued(session, template):
    session.flush()
    mails = session.scalars(select(OutboxItem).where(OutboxItem.kind.like("mail%")))
    return [mail.payload for mail in mails if mail.payload["template"] == template]


def everything_read_by(session, agency_id):
    """Return every row of every table that the database shows somebody of the agency, as text."""
    owner = make_person(session, Role.AGENCY_OWNER, agency_id)
    session.flush()
    me = {"person": owner.id, "agency": agency_id}
    session.execute(text("SELECT become(:person, :agency, 'own')"), me)
    session.execute(text(f"SET LOCAL ROLE {APP}"))
    readable = dict(session.execute(READABLE, {"role": APP}).all())
    rows = {
        table: session.scalars(text(f"SELECT ROW({readable[table]})::text FROM {table}")).all()  # noqa: S608
        for table in set(Base.metadata.tables) & set(readable)
    }
    session.execute(text("RESET ROLE"))
    session.execute(text("SELECT become(NULL, NULL, '')"))
    return {table: "\n".join(found) for table, found in rows.items()}


@pytest.fixture
def reported(session):
    """An audit with a nonconformity at every interview on every requirement, each with a note."""
    audit = make_audit(session, populations={"personnel_file": ["F-001"]})
    freeze_population(session, audit.inspector.actor, audit.id, "interview", WORKERS, seed=OF_ITS_OWN)
    norm = scheme_of_version(audit.scheme_version)
    for unit in ("assignment", "housing_location"):
        draw(session, audit, {unit: []})
    judge(session, audit, {item.code: ("nonconform", SAID) for item in norm.on_unit("interview")}, rest=True)
    tell(session, audit, "Papers are not with the workers.")
    services.report_audit(session, audit.inspector.actor, audit.id, summary="Some things fall short.")
    session.flush()
    return audit


def secrets_of(session, audit):
    population = queries.get_population(session, audit.id, "interview")
    drawn = queries.sample_of(session, audit.id)["interview"]
    assert drawn
    return [*drawn, population.digest, population.seed, SAID]


def test_no_row_that_an_agency_may_read_tells_who_was_spoken_to(session, reported):
    seen = everything_read_by(session, reported.agency_id)
    assert "Papers are not with the workers." in seen["finding"]
    found = [(table, secret) for secret in secrets_of(session, reported) for table in seen if secret in seen[table]]
    assert found == []


def test_the_report_tells_counts_and_the_text_for_the_agency_and_nothing_else(session, reported):
    facts = report_facts(session, reported, body=BODY)
    printed = json.dumps(facts, ensure_ascii=False)
    assert [secret for secret in secrets_of(session, reported) if secret in printed] == []
    norm = scheme_of_version(reported.scheme_version)
    talks = next(
        each for each in facts["samples"] if each["unit"] == norm.units["interview"].plural.in_(facts["language"])
    )
    assert (talks["population"], talks["drawn"] > 0, talks["draw"]) == (40, True, None)
    assert all(each["draw"] for each in facts["samples"] if each is not talks)
    codes = {item.code for item in norm.on_unit("interview")}
    told = {each["code"]: each["observed"] for each in facts["findings"]}
    assert told == dict.fromkeys(codes, "Papers are not with the workers.")


def test_staff_read_the_notes(session, reported):
    found = queries.findings_of(session, reported.id)
    notes = queries.confidential_notes(session, scheme_of_version(reported.scheme_version), found)
    drawn = queries.sample_of(session, reported.id)["interview"]
    assert set(notes) == {each.id for each in found}
    assert all(notes[each.id].splitlines() == [f"{reference}: {SAID}" for reference in drawn] for each in found)


def test_one_who_spoke_up_is_not_counted_out(session):
    audit = make_audit(session, populations={"interview": WORKERS})
    drawn = queries.sample_of(session, audit.id)["interview"]
    code = scheme_of_version(audit.scheme_version).on_unit("interview")[0].code
    draw(session, audit, {unit: [] for unit in ("personnel_file", "assignment", "housing_location")})
    judge(session, audit, {code: {drawn[0]: ("nonconform", SAID)}})
    judge(session, audit, {code: dict.fromkeys(drawn[1:], ("conform", ""))}, rest=False)
    norm = scheme_of_version(audit.scheme_version)
    others = [item.code for item in norm.requirements if item.code != code]
    judge(session, audit, dict.fromkeys(others, ("conform", "")))
    tell(session, audit)
    services.report_audit(session, audit.inspector.actor, audit.id, summary="Done.")
    session.flush()
    facts = report_facts(session, audit, body=BODY)
    (finding,) = facts["findings"]
    assert (finding["nonconforming"], finding["fewer_than"], finding["interval"]) == (None, 5, None)
    assert finding["assessed"] == len(drawn)


def test_a_finding_in_confidence_is_not_reported_without_a_text(session):
    audit = make_audit(session)
    draw(session, audit, {}, all_units=True)
    code = scheme_of_version(audit.scheme_version).on_unit("interview")[0].code
    judge(session, audit, {code: ("nonconform", SAID)}, rest=True)
    with pytest.raises(RuleError, match="rest on confidential units") as refused:
        services.report_audit(session, audit.inspector.actor, audit.id, summary="Done.")
    assert refused.value.params["code"] == code


def test_no_text_for_the_agency_names_who_was_spoken_to(session, reported):
    drawn = queries.sample_of(session, reported.id)["interview"]
    inspector = reported.inspector.actor
    owner = make_person(session, Role.AGENCY_OWNER, reported.agency).actor
    finding = queries.findings_of(session, reported.id)[0]
    said = dict.fromkeys(("cause", "extent", "solution", "effectiveness"), "Done.")
    services.submit_corrective_action(session, owner, finding.id, version=finding.version, **said)
    for check in (services.accept_corrective_action, services.return_corrective_action):
        with pytest.raises(RuleError, match="must not name") as refused, session.begin_nested():
            check(session, inspector, finding.id, note=f"I spoke to {drawn[0].lower()} again.")
        assert (refused.value.field, refused.value.params["references"]) == ("note", drawn[0])


def test_neither_judgement_nor_summary_names_who_was_spoken_to(session):
    audit = make_audit(session)
    draw(session, audit, {"interview": WORKERS}, all_units=True)
    judge(session, audit, {}, rest=True)
    name = queries.sample_of(session, audit.id)["interview"][0]
    actor, code = audit.inspector.actor, "PAY-05"
    with pytest.raises(RuleError, match="must not name"):
        services.judge_requirement(session, actor, audit.id, code, agency_text=f"{name} said so.", version=0)
    with pytest.raises(RuleError, match="must not name"):
        services.report_audit(session, actor, audit.id, summary=f"Thanks to {name}.")


def test_a_text_is_written_by_who_saw_the_newest_one_in_fieldwork_only(session, reported):
    audit = make_audit(session)
    actor, other = audit.inspector.actor, make_person(session, Role.INSPECTOR).actor
    write = services.judge_requirement
    write(session, actor, audit.id, "PAY-05", agency_text="First.", version=0)
    session.flush()
    with pytest.raises(IllegalMoveError, match="changed this in the meantime"):
        write(session, actor, audit.id, "PAY-05", agency_text="Stale.", version=0)
    with pytest.raises(NotFoundError):
        write(session, other, audit.id, "PAY-05", agency_text="Mine.", version=1)
    with pytest.raises(NotFoundError):
        write(session, actor, audit.id, "XXX-99", agency_text="x", version=0)
    with pytest.raises(IllegalMoveError):
        write(session, reported.inspector.actor, reported.id, "PAY-05", agency_text="Late.", version=0)
    assert queries.judgement_on(session, audit.id, "PAY-05").agency_text == "First."


# An audit that is not announced


def prepare(session, audit):
    """Do everything that an inspector can prepare."""
    services.start_audit(session, audit.inspector.actor, audit.id)
    draw(session, audit, {"interview": WORKERS}, all_units=True)
    judge(session, audit, {"PAY-05": ("nonconform", "No hours.")}, rest=True)
    judge(session, audit, {"PAY-05": ("conform", "")})
    services.judge_requirement(session, audit.inspector.actor, audit.id, "PAY-05", agency_text="Hours.", version=0)
    session.flush()


def traces(session, audit):
    """Return the tables in which the agency can read id or number of the audit, or when and by whom it is done."""
    seen = everything_read_by(session, audit.agency_id)
    return sorted(table for table, rows in seen.items() if str(audit.id) in rows or audit.reference in rows)


def test_nothing_of_an_unannounced_audit_is_seen_by_the_agency_until_it_is_revealed(session):
    audit = make_audit(session, AuditState.PLANNED, announced=False)
    owner = make_person(session, Role.AGENCY_OWNER, audit.agency_id).actor
    prepare(session, audit)
    assert traces(session, audit) == []
    assert queries.find_live_audit(session, owner, audit.application_id) is None
    assert not session.get_one(Audit, audit.id).is_visible_to(owner)
    assert enqueued(session, "audit_planned") == enqueued(session, "audit_revealed") == []
    services.reveal_audit(session, audit.inspector.actor, audit.id)
    session.flush()
    assert traces(session, audit) == ["audit"]
    assert queries.get_audit(session, owner, audit.id) is audit
    assert [mail["agency_id"] for mail in enqueued(session, "audit_revealed")] == [str(audit.agency_id)]
    with pytest.raises(IllegalMoveError, match="knows of this audit already"):
        services.reveal_audit(session, audit.inspector.actor, audit.id)


def test_a_report_reveals_and_reopening_hides_nothing_again(session):
    audit = make_audit(session, AuditState.PLANNED, announced=False)
    owner = make_person(session, Role.AGENCY_OWNER, audit.agency_id).actor
    prepare(session, audit)
    services.report_audit(session, audit.inspector.actor, audit.id, summary="Done.")
    session.flush()
    assert queries.get_audit(session, owner, audit.id) is audit
    services.reopen_audit(session, make_person(session, Role.REVIEWER).actor, audit.id, reason="Look again.")
    session.flush()
    assert queries.get_audit(session, owner, audit.id) is audit


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.PLANNER, Role.DECIDER])
def test_only_its_inspector_reveals_an_audit(session, role):
    audit = make_audit(session, AuditState.PLANNED, announced=False)
    with pytest.raises((NotAllowedError, NotFoundError)):
        services.reveal_audit(session, make_person(session, role).actor, audit.id)


def test_another_agency_never_sees_it(session):
    audit = make_audit(session, AuditState.PLANNED, announced=False)
    services.reveal_audit(session, audit.inspector.actor, audit.id)
    seen = everything_read_by(session, make_agency(session).id)
    assert not any(str(audit.id) in rows for rows in seen.values())
