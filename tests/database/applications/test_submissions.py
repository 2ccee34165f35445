"""A submission is one text under its digest: the same for any order of work, never changed, and printed as it is."""

import hashlib
import json
from io import BytesIO

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from audits.applications import queries, services
from audits.applications.models import Submission
from audits.applications.submission import content_of, digest_of
from audits.core.access import Role
from audits.core.canonical import canonical
from audits.core.files import StoredFile
from audits.schemes.queries import scheme_of_version
from certificates.documents.models import Document
from portal.stores import files
from portal.work import handlers
from tests.kit.applying import submit
from tests.kit.factories import answer_all, make_application, make_person

CODES = ("GOV-01", "GOV-02", "REC-01")
FILES = tuple(StoredFile(str(number) * 64, number, "application/pdf", f"{number}.pdf") for number in range(1, 4))


@pytest.fixture
def draft(session, signatory):
    application = make_application(session, agency=signatory.agency, signatory=signatory)
    answer_all(session, application, signatory)
    return application


def sealed(session, draft):
    return content_of(
        draft,
        queries.self_assessment_of(session, draft),
        queries.answers_of(session, draft.id),
        queries.evidence_of(session, draft.id),
        None,
    )


def test_what_is_submitted_is_kept_as_canonical_json_under_its_digest(session, draft, signatory):
    services.save_answer(session, signatory.actor, draft.id, "GOV-01", value="nonconform", explanation="Ça va: ≥ 3.")
    services.add_evidence(session, signatory.actor, draft.id, "GOV-01", FILES[0])
    submit(session, signatory.actor, draft)
    kept = session.scalars(select(Submission)).one()
    said = json.loads(kept.content)
    assert kept.content.encode() == canonical(said)
    assert kept.sha256 == hashlib.sha256(kept.content.encode()).hexdigest()
    scheme = scheme_of_version(draft.scheme_version)
    assert [each["code"] for each in said["answers"]] == [item.code for item in scheme.requirements]
    first = said["answers"][0]
    assert (first["answer"], first["explanation"]) == ("nonconform", "Ça va: ≥ 3.")
    assert first["files"] == [{"name": "1.pdf", "sha256": "1" * 64, "size": 1}]
    assert said["scheme"]["sha256"] == scheme.sha256
    assert said["declaredBy"] == "Noor de Wit"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_of_work_gives_the_same_text(data, session, draft, signatory):
    """The last word on each question is the same; what came before it, and in which order, is not."""
    last = [
        (
            code,
            data.draw(st.sampled_from(["conform", "nonconform"])),
            data.draw(st.sampled_from(["", "Why.", "é\n\nb"])),
        )
        for code in CODES
    ]
    beside = [(code, file) for code in CODES for file in FILES if data.draw(st.booleans())]
    steps = [("say", each) for each in last] + [("file", each) for each in beside]

    def work(order, detours):
        with session.begin_nested() as whole:
            actor = signatory.actor
            for code in detours:
                services.save_answer(session, actor, draft.id, code, value="conform", explanation="Not this.")
                gone = services.add_evidence(session, actor, draft.id, code, FILES[0])
                services.remove_evidence(session, actor, gone.id)
            for kind, step in order:
                if kind == "say":
                    services.save_answer(session, actor, draft.id, step[0], value=step[1], explanation=step[2])
                else:
                    services.add_evidence(session, actor, draft.id, *step)
            found = sealed(session, draft)
            whole.rollback()
        session.expire_all()
        return found

    one = work(steps, ())
    other = work(data.draw(st.permutations(steps)), data.draw(st.lists(st.sampled_from(CODES), max_size=3)))
    assert one == other
    assert digest_of(one) == digest_of(other)


def test_each_submission_of_an_application_is_kept(session, draft, signatory):
    submit(session, signatory.actor, draft)
    reviewer = make_person(session, Role.PLANNER)
    services.return_application(session, reviewer.actor, draft.id, reason="Say more.")
    services.save_answer(session, signatory.actor, draft.id, "GOV-02", value="nonconform", explanation="More.")
    submit(session, signatory.actor, draft)
    newest, first = queries.submissions_of(session, draft.id)
    assert (newest.number, first.number) == (2, 1)
    assert newest.sha256 != first.sha256


def test_nobody_changes_it_and_its_digest_is_that_of_its_text(session, draft, signatory):
    submit(session, signatory.actor, draft)
    session.flush()
    for statement in ("UPDATE submission SET declared_name = 'x'", "DELETE FROM submission"):
        with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
            session.execute(text(statement))
    copied = (
        "INSERT INTO submission SELECT gen_random_uuid(), application_id, agency_id, 2, '{}', sha256, declared_by,"
        " declared_name, submitted_at FROM submission"
    )
    with pytest.raises(IntegrityError, match="ck_submission_sha256"), session.begin_nested():
        session.execute(text(copied))


def test_the_receipt_prints_every_answer_and_carries_the_text_itself(app, session, draft, signatory):
    services.save_answer(
        session, signatory.actor, draft.id, "GOV-01", value="nonconform", explanation="Smile \U0001f600."
    )
    services.add_evidence(session, signatory.actor, draft.id, "GOV-01", FILES[0])
    submit(session, signatory.actor, draft)
    kept = session.scalars(select(Submission)).one()
    with app.app_context():
        for _ in range(2):  # delivered twice
            handlers.submission_receipt(session, {"submission_id": str(kept.id)})
        document = session.scalars(select(Document)).one()
        pdf = files.store().get(document.sha256)
    assert (document.kind, document.subject_id, document.agency_id) == ("submission_receipt", kept.id, draft.agency_id)
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert opened.attachments["submission.json"].get_file().read_bytes() == kept.content.encode()
        assert "/StructTreeRoot" in opened.Root
    answers = [each for chapter in document.snapshot["chapters"] for each in chapter["answers"]]
    assert [each["code"] for each in answers] == [each["code"] for each in json.loads(kept.content)["answers"]]
    assert answers[0]["explanation"] == "Smile [U+1F600]."
    assert document.snapshot["sha256"] == kept.sha256
