"""Pictures in a report: chosen one by one under a caption, of units that fell short, and never of confidential ones."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.core.files import StoredFile
from audits.inspections import queries, services
from audits.inspections.cell_files import pictures_to_print
from audits.inspections.models import CellFile
from audits.inspections.printed import printed
from audits.inspections.report import report_facts
from audits.inspections.services import showing
from portal.stores import checking
from portal.work import handlers
from tests.kit.drawing import freeze_population
from tests.kit.factories.certificates import BODY
from tests.kit.factories.findings import BROKEN
from tests.kit.factories.inspections import draw, judge, make_audit, tell
from tests.kit.factories.people import make_person
from tests.kit.scheme import scheme

CODE, COPY = "CON-01", "cd" * 32
FILE = StoredFile("ab" * 32, 7, "image/jpeg", "room.jpg")
WORKERS = [f"W-{number:03}" for number in range(1, 9)]


@pytest.fixture
def audit(session):
    audit = make_audit(session, populations={"personnel_file": ["F-001", "F-002", "F-003"]})
    freeze_population(session, audit.inspector.actor, audit.id, "interview", WORKERS, seed=bytes([7]) * 32)
    draw(session, audit, {unit: [] for unit in ("assignment", "housing_location")})
    return audit


def attach(session, audit, code=CODE, reference="F-001", file=FILE):
    return services.attach_file(session, audit.inspector.actor, audit.id, (code, reference), file)


def show(session, audit, file, caption="A slip.", by=None):
    actor = by or audit.inspector.actor
    return services.show_picture(session, actor, audit.id, file.id, caption=caption, printed_sha256=COPY)


def reported(session, audit, verdicts):
    judge(session, audit, verdicts, rest=True)
    tell(session, audit)
    services.report_audit(session, audit.inspector.actor, audit.id, summary="One thing.")
    session.flush()
    facts = report_facts(session, audit, body=BODY)
    return {each["code"]: each["pictures"] for each in facts["findings"]}


def test_only_what_was_chosen_at_a_unit_that_fell_short_is_printed(session, audit):
    for reference in ("F-001", "F-002"):
        show(session, audit, attach(session, audit, reference=reference))
    attach(session, audit, file=StoredFile("ef" * 32, 7, "image/jpeg", "other.jpg"))
    found = reported(session, audit, {CODE: {"F-001": BROKEN, "F-003": BROKEN}, "GOV-06": BROKEN})
    assert found == {CODE: [{"sha256": COPY, "caption": "A slip.", "reference": "F-001"}], "GOV-06": []}


def remark(session, audit, grade="minor", code=CODE):
    said = {"note": "Seen in passing.", "agency_text": "Seen in passing."}
    services.write_remark(session, audit.inspector.actor, audit.id, code=code, grade=grade, **said)


def test_a_finding_by_hand_has_the_pictures_of_what_did_not_fall_short(session, audit):
    """Each stands once: with what fell short, and the others with the first finding by hand on the requirement."""
    for reference in ("F-001", "F-002"):
        show(session, audit, attach(session, audit, reference=reference), f"Of {reference}.")
    for _ in range(2):
        remark(session, audit)
    remark(session, audit, grade=None)
    judge(session, audit, {CODE: {"F-001": BROKEN}}, rest=True)
    tell(session, audit)
    services.report_audit(session, audit.inspector.actor, audit.id, summary="One thing.")
    session.flush()
    facts = report_facts(session, audit, body=BODY)
    named = [
        [each["caption"] for each in finding["pictures"]] for finding in facts["findings"] if finding["code"] == CODE
    ]
    assert sorted(named) == [[], ["Of F-001."], ["Of F-002."]]


def test_the_preview_says_which_pictures_will_stand_there(session, audit):
    chosen = {CODE: ("F-001", "F-002"), "PAY-05": ("F-001",)}
    for code, references in chosen.items():
        for reference in references:
            show(session, audit, attach(session, audit, code, reference))
    judge(session, audit, {CODE: {"F-001": BROKEN}}, rest=True)
    norm, pictures = scheme(), pictures_to_print(session, audit.id)
    seen, found = queries.verdicts_of(session, audit.id), [SimpleNamespace(requirement=CODE)]
    stands = {each[:2]: each.stands for each in printed(norm, pictures, seen, found, set())}
    assert stands == {(CODE, "F-001"): True, (CODE, "F-002"): False, ("PAY-05", "F-001"): False}
    stands = {each[:2]: each.stands for each in printed(norm, pictures, seen, found, {CODE})}
    assert stands == {(CODE, "F-001"): True, (CODE, "F-002"): True, ("PAY-05", "F-001"): False}


def test_of_the_agency_as_a_whole_no_unit_is_named(session, audit):
    unit = scheme().requirement("GOV-06").unit
    (reference,) = queries.sample_of(session, audit.id)[unit]
    show(session, audit, attach(session, audit, "GOV-06", reference))
    assert reported(session, audit, {"GOV-06": BROKEN})["GOV-06"][0]["reference"] == ""


def test_what_was_left_out_or_taken_back_is_not_printed(session, audit):
    left, taken = attach(session, audit), attach(session, audit, reference="F-002")
    for file in (left, taken):
        show(session, audit, file)
    inspector = audit.inspector.actor
    for _ in range(2):
        services.leave_out_picture(session, inspector, audit.id, left.id)
    services.withdraw_file(session, inspector, audit.id, taken.id, "A face is on it.")
    with pytest.raises(NotFoundError):
        show(session, audit, taken)
    assert reported(session, audit, {CODE: BROKEN})[CODE] == []
    told = [each for each in history(session, audit.id) if each.name == "audit.show_picture"]
    assert [each.data["shown"] for each in told].count(True) == 2
    assert len(told) == 3


def test_a_caption_is_written_again_and_can_be_forgotten(session, audit):
    file = attach(session, audit)
    for caption in ("A slip.", " A slip. ", "A slip without a word."):
        show(session, audit, file, caption)
    told = [each for each in history(session, audit.id) if each.name == "audit.show_picture"]
    assert len(told) == 2
    assert all("caption" not in each.data for each in told)


def test_a_picture_of_a_confidential_unit_never_stands_there(session, audit):
    unit = next(code for code, each in scheme().units.items() if each.confidential)
    code, reference = scheme().on_unit(unit)[0].code, queries.sample_of(session, audit.id)[unit][0]
    file = attach(session, audit, code, reference)
    with pytest.raises(RuleError, match="is confidential"):
        show(session, audit, file)
    file.caption, file.printed_sha256 = "A worker.", COPY  # as if that check were missing
    session.flush()
    assert reported(session, audit, {code: ("nonconform", "x")})[code] == []


@pytest.mark.parametrize(
    ("caption", "words"),
    [(" ", "what is to be seen"), ("x" * 201, "at most 200"), (f"With {WORKERS[0]}.", "must not name")],
)
def test_a_caption_that_cannot_be_printed_is_refused(session, audit, caption, words):
    drawn = queries.sample_of(session, audit.id)["interview"]
    file = attach(session, audit)
    with pytest.raises(RuleError, match=words):
        show(session, audit, file, caption.replace(WORKERS[0], drawn[0]))


def test_no_paper_and_no_more_than_a_report_can_hold(session, audit, monkeypatch):
    monkeypatch.setattr(showing, "MOST_PRINTED", 1)
    paper = attach(session, audit, file=StoredFile("11" * 32, 7, "application/pdf", "a.pdf"))
    with pytest.raises(RuleError, match="Only a picture"):
        show(session, audit, paper)
    first, second = attach(session, audit), attach(session, audit, reference="F-002")
    show(session, audit, first)
    show(session, audit, first, "In other words.")
    with pytest.raises(RuleError, match="At most 1 pictures"):
        show(session, audit, second)


def test_nobody_else_chooses_and_nobody_after_the_report(session, audit):
    file = attach(session, audit)
    with pytest.raises(NotFoundError):
        show(session, audit, file, by=make_person(session, Role.INSPECTOR).actor)
    with pytest.raises(NotAllowedError):
        show(session, audit, file, by=make_person(session, Role.REVIEWER).actor)
    reported(session, audit, {CODE: BROKEN})
    for act in (show, lambda *about: services.leave_out_picture(session, audit.inspector.actor, audit.id, file.id)):
        with pytest.raises(IllegalMoveError):
            act(session, audit, file)


def test_a_draft_names_the_pictures_of_its_moment(session, audit):
    file = show(session, audit, attach(session, audit))
    judge(session, audit, {CODE: BROKEN}, rest=True)
    tell(session, audit)
    draft = services.send_draft(session, audit.inspector.actor, audit.id, summary="One thing.")
    services.leave_out_picture(session, audit.inspector.actor, audit.id, file.id)
    (finding,) = (each for each in draft.facts["findings"] if each["code"] == CODE)
    assert [each["caption"] for each in finding["pictures"]] == ["A slip."]


def test_the_copies_are_kept_with_their_pictures_and_given_to_the_press(app, session, audit):
    with app.app_context():
        copy = handlers.files.keep(session, b"a picture")
        services.show_picture(
            session, audit.inspector.actor, audit.id, attach(session, audit).id, caption="x", printed_sha256=copy
        )
        attach(session, audit, reference="F-002")
        assert {FILE.sha256, copy} <= checking.named(session)
        assert None not in checking.named(session)
        named = [{"sha256": copy}, {"sha256": "0" * 64}]
        facts = {"findings": [{"pictures": named}, {}]}  # the second as an older release wrote it
        assert handlers._pictures(facts) == {copy: b"a picture"}
    assert session.scalars(select(CellFile.caption).order_by(CellFile.caption)).all() == ["x", None]
