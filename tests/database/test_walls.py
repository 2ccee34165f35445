"""The migrations, and the walls that they build in the database itself."""

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.core.access import Role
from audits.core.events import history
from audits.core.files import StoredFile
from audits.inspections import queries, services
from audits.inspections.workflow import AuditState
from certificates.documents.models import Document
from certificates.lifecycle.services import replace_document
from portal.settings import ROOT
from portal.stores import database
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.documents import known
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person


def alembic(url: str) -> Config:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = url
    return config


def test_migrations_go_down_and_up_again(real_db):
    config = alembic(real_db.url.render_as_string(hide_password=False))
    real_db.dispose()
    command.downgrade(config, "base")
    with real_db.connect() as connection:
        left = connection.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).scalar_one()
        assert left == 1  # alembic's own
    command.upgrade(config, "head")


def test_documents_survive_the_way_down_and_up(real_db):
    with Session(real_db) as session:
        certificate = make_certificate(session)
        for name in ("first extract", "second extract"):
            known(session, certificate, name.encode(), "register_extract")
        old = (
            known(session, certificate, b"the first file")
            and session.scalars(select(Document).where(Document.kind == "certificate")).first()
        )
        replace_document(session, old.id, because="The key was lost.", sha256="ab" * 32, size=9)
        session.commit()
        before = set(session.scalars(select(Document.sha256)))
    config = alembic(real_db.url.render_as_string(hide_password=False))
    real_db.dispose()
    command.downgrade(config, "0002")
    command.upgrade(config, "head")
    with Session(real_db) as session:
        assert set(session.scalars(select(Document.sha256))) == before
        kinds = sorted(session.scalars(select(Document.kind)))
    assert kinds == ["certificate", "certificate_replaced", "register_extract", "register_extract"]


def test_rounds_files_and_reasons_survive_the_way_down_and_up(real_db):
    with Session(real_db) as session:
        audit = make_audit(session, AuditState.REPORTED, {"CON-01": ("nonconform", "Not seen.")})
        [finding] = queries.findings_of(session, audit.id)
        editor = make_person(session, Role.AGENCY_EDITOR, audit.agency_id).actor
        said = dict.fromkeys(("cause", "extent", "solution", "effectiveness"), "Said once.")
        services.submit_corrective_action(session, editor, finding.id, **said, version=finding.version)
        file = StoredFile("0" * 64, 9, "application/pdf", "proof.pdf")
        services.add_corrective_action_file(session, editor, finding.id, file)
        session.flush()
        services.return_corrective_action(session, audit.inspector.actor, finding.id, note="Show more.")
        session.commit()
        finding_id = finding.id
    config = alembic(real_db.url.render_as_string(hide_password=False))
    real_db.dispose()
    command.downgrade(config, "0006")
    with real_db.connect() as connection:
        reason = text("SELECT data->>'reason' FROM event WHERE name = 'finding.reject'")
        assert connection.scalar(reason) == "Show more."
    real_db.dispose()
    command.upgrade(config, "head")
    with Session(real_db) as session:
        [only] = queries.rounds_of(session, finding_id)
        assert (only.round, only.cause, only.outcome, only.note) == (1, "Said once.", "returned", "Show more.")
        assert [each.filename for each in queries.files_of_finding(session, finding_id)] == ["proof.pdf"]
        assert {event.format for event in history(session, finding_id)} == {1}


def test_migrations_are_numbered_and_have_one_head():
    assert [ScriptDirectory.from_config(alembic("")).get_current_head()] == [database.head()]


def test_the_tables_are_those_of_the_models(real_db):
    config = alembic(real_db.url.render_as_string(hide_password=False))
    command.check(config)


KEPT = ["event", "decision", "certificate_change", "document", "tie", "audit_participant"]
KEPT += ["ledger_entry", "ledger_node", "checkpoint", "cosignature", "document_stamp"]


@pytest.mark.parametrize("table", KEPT)
def test_history_has_a_trigger_that_refuses_change(session, table):
    found = session.execute(
        text("SELECT tgtype FROM pg_trigger WHERE tgrelid = cast(:table AS regclass) AND tgname LIKE '%kept'"),
        {"table": table},
    ).scalars()
    update_or_delete_before_row = 2 + 1 + 8 + 16
    assert update_or_delete_before_row in list(found)


@pytest.mark.parametrize("table", [*KEPT, "certificate", "scheme_version", "requirement", "population", "sampled_unit"])
def test_history_cannot_be_emptied_at_once(session, table):
    with pytest.raises(IntegrityError, match="is append-only"), session.begin_nested():
        session.execute(text(f"TRUNCATE {table} CASCADE"))
