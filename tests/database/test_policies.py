"""The policies of the database and the queries of the code give every person the same rows."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.agencies.queries import visible_agencies
from audits.applications.models import Application
from audits.applications.queries import visible_applications
from audits.changes.models import AgencyChange
from audits.changes.queries import visible_changes
from audits.core import clock
from audits.core.access import GRANTS, Actor, Permission, Role
from audits.decisions.models import Decision
from audits.decisions.queries import visible_decisions
from audits.inspections.models import Audit, Finding
from audits.inspections.queries import visible_audits, visible_findings
from audits.people.models import Person
from audits.people.queries import visible_people
from certificates.documents.models import Document
from certificates.documents.queries import visible_documents
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.queries import visible_certificates
from migrations.policies import PATH, POLICIES, text_of
from portal.doors.account import services
from portal.doors.account.models import LoginSession
from portal.stores.roles import APP, WORKER
from tests.kit.factories import make_agency, make_person

# What the policy lets somebody see beyond the list of the same table, because a page reaches it another way.
CASES_OF_OWN_AUDITS = (
    "SELECT certification_id FROM audit a JOIN hands_on(a.id) h ON h.person_id = :person"
    " JOIN person_role r ON r.person_id = :person AND r.role = 'inspector'"
)
ISSUED = "SELECT id FROM certificate WHERE issued_at IS NOT NULL"
PUBLIC_FILES = "SELECT id FROM document WHERE kind IN ('certificate', 'register_extract')"
NOTHING_MORE = "SELECT id FROM agency WHERE false"
VAULT = {"vault_entry", "vault_passing"}  # for the people who are named alone

MODELS: dict[str, Any] = {model.__tablename__: model for model in (
    Agency, AgencyChange, Application, Audit, Finding, Decision, Certificate, Document,
)}  # fmt: skip
LISTS: dict[str, tuple[Callable[[Actor], Select[Any]], str]] = {
    "agency": (visible_agencies, NOTHING_MORE),
    "agency_change": (visible_changes, NOTHING_MORE),
    "application": (visible_applications, CASES_OF_OWN_AUDITS),
    "audit": (visible_audits, NOTHING_MORE),
    "finding": (visible_findings, NOTHING_MORE),
    "decision": (visible_decisions, NOTHING_MORE),
    "certificate": (visible_certificates, ISSUED),
    "document": (visible_documents, PUBLIC_FILES),
}


@pytest.fixture(scope="module")
def visitors(world):
    """Everybody who has an account, as the code knows them and with a session by which the database does."""
    found = []
    with Session(world.owner) as session:
        for person in session.query(Person).filter(Person.retired_at.is_(None)):
            token, now = str(uuid4()), clock.now()
            digest = services.digest_of(token)
            session.add(LoginSession(digest=digest, person_id=person.id, created_at=now, seen_at=now))
            found.append((person.actor, token))
        session.commit()
    yield found
    with Session(world.owner) as session:
        session.query(LoginSession).where(LoginSession.digest != b"session").delete()
        session.commit()


def ids(session, table):
    return set(session.scalars(text(f"SELECT id FROM {table}")))


def kinds_of(actor: Actor) -> str:
    return " and ".join(sorted(actor.roles)) or "none"


@pytest.mark.parametrize("table", LISTS)
def test_everybody_sees_the_same_rows_by_query_and_by_policy(world, visitors, table):
    visible, more = LISTS[table]
    sizes = {}
    with Session(world.owner) as owner, Session(world.engines[APP]) as app:
        for actor, token in visitors:
            assert services.find_session(app, token).actor == actor
            beyond = set(owner.scalars(text(more), {"person": actor.id}))
            listed = set(owner.scalars(visible(actor).with_only_columns(MODELS[table].id)).unique())
            assert ids(app, table) == listed | beyond, f"{kinds_of(actor)}: {table}"
            sizes[kinds_of(actor)] = max(len(listed), sizes.get(kinds_of(actor), 0))
            app.rollback()
    assert max(sizes.values()) > min(sizes.values()) == 0  # some see nothing, some see rows


CHILDREN = {"answer": "application", "evidence": "application", "branch": "agency", "contact": "agency"}
CHILDREN |= {"controller": "agency"}


@pytest.mark.parametrize("table", CHILDREN)
def test_children_are_seen_with_their_parents(world, visitors, table):
    parent = CHILDREN[table]
    kept = text(f"SELECT DISTINCT {parent}_id FROM {table}")
    with Session(world.owner) as owner, Session(world.engines[APP]) as app:
        there = set(owner.scalars(kept))
        for actor, token in visitors:
            services.find_session(app, token)
            assert set(app.scalars(kept)) == ids(app, parent) & there, kinds_of(actor)
            app.rollback()


def test_what_was_said_about_a_finding_is_seen_with_it(world, visitors):
    with Session(world.owner) as owner, Session(world.engines[APP]) as app:
        kept = text("SELECT DISTINCT finding_id FROM corrective_action")
        there = set(owner.scalars(kept))
        assert there
        for actor, token in visitors:
            services.find_session(app, token)
            assert set(app.scalars(kept)) == ids(app, "finding") & there, kinds_of(actor)
            app.rollback()


@pytest.mark.parametrize("table", ["verdict", "population", "sampled_unit", "audit_participant"])
def test_what_is_behind_an_audit_is_seen_by_its_inspector_and_staff_with_cases(world, visitors, table):
    kept = text(f"SELECT DISTINCT audit_id FROM {table}")
    with Session(world.owner) as owner, Session(world.engines[APP]) as app:
        there = set(owner.scalars(kept))
        for actor, token in visitors:
            services.find_session(app, token)
            expected = set() if actor.agency_id else ids(app, "audit") & there
            assert set(app.scalars(kept)) == expected, kinds_of(actor)
            app.rollback()


def test_nobody_is_kept_from_people_whom_they_manage_or_meet_in_their_cases(world, visitors):
    with Session(world.owner) as owner, Session(world.engines[APP]) as app:
        staff = set(owner.scalars(text("SELECT id FROM person WHERE agency_id IS NULL")))
        everybody = ids(owner, "person")
        for actor, token in visitors:
            services.find_session(app, token)
            managed = {person.id for person in owner.scalars(visible_people(actor)).unique()}
            own = set(owner.scalars(text("SELECT id FROM person WHERE agency_id = :id"), {"id": actor.agency_id}))
            wide = {Permission.CASES_VIEW, Permission.AUDIT_VIEW, Permission.SECURITY_LOG_VIEW}
            with_cases = any(wide & GRANTS[role] for role in actor.roles)
            expected = everybody if with_cases and not actor.agency_id else staff | own | {actor.id}
            assert ids(app, "person") == expected, kinds_of(actor)
            assert managed <= expected
            app.rollback()


def test_a_worker_sees_all(world):
    for policy in POLICIES:
        if policy.table in VAULT:
            continue
        count = text(f"SELECT count(*) FROM {policy.table}")
        with Session(world.owner) as owner, Session(world.engines[WORKER]) as worker:
            assert worker.scalar(count) == owner.scalar(count), policy.table


def test_what_a_role_sees_follows_from_its_permissions(session):
    """`act_as` names roles; the table of permissions says what they may."""
    agency = make_agency(session)
    for role in set(Role) - {Role.SYSTEM}:
        person = make_person(session, role, agency if role.startswith("agency_") else None)
        token = services.open_session(session, person).token
        session.flush()
        services.find_session(session, token)
        if person.agency_id:
            expected = "own"
        elif person.actor.has(Permission.CASES_VIEW):
            expected = "cases"
        else:
            rest = "accounts" if person.actor.has(Permission.SECURITY_LOG_VIEW) else "none"
            expected = "assigned" if person.actor.has(Permission.AUDIT_VIEW) else rest
        assert session.scalar(text("SELECT current_setting('kw.sees')")) == expected, role


def test_no_actor_remains_after_a_transaction(world, visitors):
    """The next request on the same connection is nobody until it says who it is."""
    (actor, token), *_ = [each for each in visitors if "planner" in each[0].roles]
    with world.engines[APP].connect() as connection:
        session = Session(connection)
        assert services.find_session(session, token).actor == actor
        assert ids(session, "audit")
        for end in (session.rollback, session.commit):
            end()
            assert ids(session, "audit") == set()
            services.find_session(session, token)
        session.close()


def test_an_ended_session_sets_no_actor(world):
    with Session(world.engines[APP]) as app:
        assert services.find_session(app, "guess") is None
        assert ids(app, "agency") == set()
        assert app.scalar(text("SELECT nullif(current_setting('kw.person', true), '')")) is None


def test_the_file_of_policies_is_made_from_their_table():
    assert PATH.read_text() == text_of(), "run python -m migrations.policies"


def test_every_table_with_an_agency_or_a_case_has_policies_and_the_register_none(session):
    columns = text(
        "SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_name IN ('agency_id', 'application_id', 'audit_id', 'person_id', 'certificate_id', 'document_id')"
    )
    belonging = set(session.scalars(columns))
    bound = set(session.scalars(text("SELECT relname FROM pg_class WHERE relrowsecurity")))
    open_to_all = {
        "register_entry",  # public, and a policy would cost its search the index
        "document_stamp",  # hashes and dates
    }
    assert belonging - bound == open_to_all
    assert bound == {policy.table for policy in POLICIES}


def test_no_policy_forces_itself_on_the_owner(session):
    """A migration or a dump would then lose rows without a word."""
    assert session.scalar(text("SELECT count(*) FROM pg_class WHERE relforcerowsecurity")) == 0


def test_a_person_comes_near_one_account_and_no_other(world):
    with Session(world.engines[APP]) as app, Session(world.owner) as owner:
        person = owner.query(Person).filter(Person.id == world.keys["decider"]).one()
        found: UUID | None = app.scalar(text("SELECT approach(:email)"), {"email": person.email.upper()})
        assert found == person.id
        assert ids(app, "person") >= {person.id}
        assert set(app.scalars(text("SELECT person_id FROM credential"))) == {person.id}
        app.rollback()
        assert app.scalar(text("SELECT approach('nobody@example.nl')")) is None
        assert ids(app, "person") == set()


def test_an_agency_that_is_there_cannot_be_registered_into(world):
    with Session(world.engines[APP]) as app:
        app.execute(text("SELECT begin_registration(:id)"), {"id": world.keys["other"]})
        assert ids(app, "agency") == set()


FORGED = {
    "out of nothing": "SELECT set_config('kw.person', :person, true)",
    "of an agency": "SELECT set_config('kw.agency', :person, true)",
    "of all cases": "SELECT set_config('kw.sees', 'cases', true)",
    "with any proof": "SELECT set_config('kw.sees', 'cases', true), set_config('kw.proof', repeat('0', 64), true)",
}


@contextmanager
def refusal(refused, table):
    try:
        yield
    except ProgrammingError as error:
        if "forged actor" not in str(error):
            raise
        refused.add(table)


@pytest.mark.parametrize("how", FORGED)
@pytest.mark.parametrize("signed_in", [True, False])
def test_an_actor_that_the_database_did_not_set_is_refused(world, visitors, how, signed_in):
    """No row comes out: an error, or nothing where an index finds no row to judge."""
    (_, token), *_ = [each for each in visitors if each[0].agency_id]
    person, refused = str(world.keys["decider"]), set()
    with Session(world.engines[APP]) as app:
        if signed_in:
            services.find_session(app, token)
        app.execute(text(FORGED[how]), {"person": person})
        for table in {policy.table for policy in POLICIES if policy.ways["SELECT"] != "true"}:
            with refusal(refused, table), app.begin_nested():
                assert app.execute(text(f"SELECT FROM {table}")).all() == [], table
    assert {"agency", "person", "application", "audit", "document", "finding"} <= refused


@pytest.mark.parametrize("function", ["my_audits", "my_cases", "my_findings", "my_decisions"])
def test_what_an_inspector_works_on_is_told_to_nobody_else(world, visitors, function):
    """These functions look with the owner's eyes; so the actor is checked in them too."""
    asked, told = text(f"SELECT unnest({function}())"), {}
    with Session(world.engines[APP]) as app:
        for actor, token in visitors:
            services.find_session(app, token)
            told[kinds_of(actor)] = told.get(kinds_of(actor), set()) | set(app.scalars(asked))
            app.rollback()
        assert {kinds for kinds, ids in told.items() if ids} == {"inspector"}
        assert app.scalars(asked).all() == []
        forged = "SELECT set_config('kw.person', cast(:id AS text), true), set_config('kw.sees', 'assigned', true)"
        with Session(world.owner) as owner:
            inspector = owner.scalar(text("SELECT inspector_id FROM audit LIMIT 1"))
        app.execute(text(forged), {"id": inspector})
        with pytest.raises(ProgrammingError, match="forged actor"):
            app.execute(asked)


def test_a_proof_is_good_for_its_own_transaction_and_connection_only(world, visitors):
    (_, token), *_ = [each for each in visitors if "planner" in each[0].roles]
    names = ("kw.person", "kw.agency", "kw.sees", "kw.proof")
    with Session(world.engines[APP]) as app:
        services.find_session(app, token)
        kept = {name: app.scalar(text("SELECT current_setting(:name)"), {"name": name}) for name in names}
        assert ids(app, "audit")
        app.rollback()
        for name, value in kept.items():
            app.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})
        with pytest.raises(ProgrammingError, match="forged actor"):
            ids(app, "audit")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT become(gen_random_uuid(), NULL, 'cases')",
        "SELECT actor_proof('', '', 'cases')",
        "SELECT * FROM secret.actor",
        "UPDATE secret.actor SET key = ''",
    ],
)
@pytest.mark.parametrize("role", [APP, WORKER])
def test_no_running_process_can_make_a_proof(world, role, statement):
    assert world.attempt(role, statement) == "42501"
