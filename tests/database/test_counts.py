"""What is counted at a house: sealed, replaced by who saw it, both kept where two counted apart, and in the report."""

import pytest

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError
from audits.core.events import history
from audits.inspections import services
from audits.inspections.counted_words import counted_facts
from audits.inspections.counts import counts_of
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.entries import EntryKind, read
from audits.inspections.export import exported
from audits.inspections.models import SealedEntry
from audits.inspections.standing import conflicts_in, standing_on
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from certificates.verifier.audit import check_verdicts
from tests.kit.factories import make_application, make_audit, make_person, make_scheme
from tests.kit.factories.inspections import confirm, draw, judge
from tests.kit.scheme import SECOND, scheme, source
from tests.unit.test_counts import AT, HOUSE, counted

OTHER = ("H-2", "interview")
REST = {unit.code: ["X-1"] for unit in scheme(SECOND).units.values() if not unit.is_agency and unit.code != HOUSE}


@pytest.fixture
def audit(session):
    application = make_application(
        session, state=ApplicationState.ACCEPTED, version=make_scheme(session, source(SECOND))
    )
    audit = make_audit(session, application=application, populations={HOUSE: ["H-1", "H-2"]})
    session.flush()
    return audit


def save(session, audit, values, actor=None, **said):
    services.count_unit(session, actor or audit.inspector.actor, audit.id, AT, values, **said)
    session.flush()


def stand(session, audit):
    return counts_of(session, audit.id, scheme_of_audit(audit)).get(AT, [])


def test_a_count_is_sealed_on_a_cell_of_its_own_and_is_no_verdict(session, audit):
    save(session, audit, counted())
    (count,) = stand(session, audit)
    assert (count.values, count.by) == (counted(), audit.inspector.name)
    entry = session.query(SealedEntry).filter_by(digest=count.digest).one()
    said = read(entry.data)
    assert (said.kind, said.cell, said.value) == (EntryKind.COUNT, f"counts/{HOUSE}/1", "counted")
    assert standing_on(session, audit.id) == {}
    (told,) = [each for each in history(session, audit.id) if each.name == "audit.count"]
    assert told.data["head"] == count.digest


def test_the_same_counts_again_change_nothing(session, audit):
    save(session, audit, counted())
    save(session, audit, counted())
    assert session.query(SealedEntry).count() == 1


def test_stored_counts_change_with_a_reason_by_who_saw_them(session, audit):
    save(session, audit, counted())
    seen = [each.digest for each in stand(session, audit)]
    with pytest.raises(IllegalMoveError, match="in the meantime"):
        save(session, audit, counted(toilets="2"), reason="Found one more.")
    with pytest.raises(RuleError, match="Say why"):
        save(session, audit, counted(toilets="2"), seen=seen)
    save(session, audit, counted(toilets="2"), seen=seen, reason="Found one more.")
    (count,) = stand(session, audit)
    assert count.values["toilets"] == "2"


@pytest.mark.parametrize("values", [{"toilets": "-1"}, {"nothing": "1"}, {"house_kind": "castle"}, {"rooms": [{}]}])
def test_only_what_the_norm_asks_is_taken(session, audit, values):
    with pytest.raises(RuleError):
        save(session, audit, values)


def test_only_the_team_counts_and_only_drawn_units(session, audit):
    stranger = make_person(session, Role.INSPECTOR)
    with pytest.raises(NotFoundError):
        save(session, audit, counted(), stranger.actor)
    for key in ((HOUSE, "H-9"), ("personnel_file", "X-1"), ("castle", "H-1")):
        with pytest.raises(NotFoundError):
            services.count_unit(session, audit.inspector.actor, audit.id, key, counted())
    member = make_person(session, Role.INSPECTOR)
    join_team(session, audit.planner.actor, audit.id, person_id=member.id, role=TeamRole.MEMBER)
    save(session, audit, counted(), member.actor)
    assert stand(session, audit)[0].by == member.name


def test_an_export_with_counts_verifies(session, audit):
    save(session, audit, counted())
    judge(session, audit, {"HOU-02": ("conform", "")})
    session.flush()
    found = exported(session, audit)
    said = []
    for chain in found["chains"]:
        said += [(str(at), read(each["data"].encode())) for at, each in enumerate(chain["entries"])]
    plain = [(digest, {"parents": each.parents, "kind": each.kind, "cell": each.cell, "value": each.value})
             for digest, each in said]  # fmt: skip
    assert "as entered" in check_verdicts(found["verdicts"], plain)
    assert conflicts_in(session, audit.id) == {}


def test_counts_against_a_verdict_stop_the_report_until_a_note_says_why(session, audit):
    save(session, audit, counted(recorded_residents="4"))
    draw(session, audit, REST)
    judge(session, audit, {}, rest=True)
    confirm(session, audit)
    session.flush()
    report = {"summary": "All was looked at."}
    speaks = "What was counted at H-1 speaks against the verdict on HOU-02"
    with pytest.raises(RuleError, match=speaks), session.begin_nested():
        services.report_audit(session, audit.inspector.actor, audit.id, **report)
    note = {"HOU-02": {"H-1": ("conform", "One of them moved in on the day of the visit.")}}
    services.record_sheets(session, audit.inspector.actor, audit.id, note)
    services.report_audit(session, audit.inspector.actor, audit.id, **report)
    (kind,) = counted_facts(session, audit, scheme_of_audit(audit), "en")
    (unit,) = kind["units"]
    assert unit["reference"] == "H-1"
    assert ["Residents by the records", "4"] in unit["facts"]
    assert unit["tables"][0]["total"] == ["", "17.5", "5", "5"]
    assert unit["against"] == [["HOU-02", "The number of residents does not match the records."]]
    with pytest.raises(IllegalMoveError):
        save(session, audit, counted(toilets="3"), reason="x")
