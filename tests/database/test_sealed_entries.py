"""Every verdict is an entry of a chain, sealed in the transaction that records it."""

import json

import pytest
from sqlalchemy import select, text

from audits.core.access import Role
from audits.core.errors import NotFoundError, RuleError
from audits.core.events import history
from audits.inspections import entries, services
from audits.inspections.judging import Method
from audits.inspections.models import EntryChain, EntryContent, EntryReceipt, SealedEntry
from audits.inspections.services.entering import forget_entry
from audits.inspections.services.receipts import confirm_entries, waiting_for_receipt
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from portal.doors.account.services import find_session, open_session
from portal.stores.roles import APP
from tests.kit.factories import make_person
from tests.kit.factories.inspections import make_audit
from tests.kit.fieldwork import FILES

GOOD, BAD = ("conform", ""), ("nonconform", "The copy is not in the file.")


@pytest.fixture
def audit(session):
    return make_audit(session, populations={"personnel_file": FILES})


@pytest.fixture
def drawn(session, audit):
    from audits.inspections.queries import sample_of

    return sample_of(session, audit.id)["personnel_file"]


def record(session, audit, said, actor=None, **more):
    return services.record_sheets(session, actor or audit.inspector.actor, audit.id, {"IDW-01": said}, **more)


def kept(session, audit):
    return session.scalars(select(SealedEntry).where(SealedEntry.audit_id == audit.id).order_by(SealedEntry.id)).all()


def test_each_verdict_continues_the_chain_of_who_recorded_it(session, audit, drawn):
    record(session, audit, {drawn[0]: GOOD, drawn[1]: BAD})
    record(session, audit, {drawn[2]: GOOD})
    chain = session.scalars(select(EntryChain)).one()
    said = [entries.read(entry.data) for entry in kept(session, audit)]
    assert (chain.person_id, chain.public_key) == (audit.inspector_id, None)
    assert [each.number for each in said] == [1, 2, 3]
    digests = [entry.digest for entry in kept(session, audit)]
    assert [each.previous for each in said] == [entries.digest_of(chain.opening), *digests[:-1]]
    assert [(each.cell, each.value) for each in said] == [
        ("IDW-01/personnel_file/1", GOOD[0]), ("IDW-01/personnel_file/2", BAD[0]), ("IDW-01/personnel_file/3", GOOD[0])
    ]  # fmt: skip


def test_how_a_verdict_was_reached_and_that_it_was_one_of_many_is_sealed(session, audit, drawn):
    record(session, audit, {drawn[0]: GOOD}, methods={"IDW-01": {drawn[0]: Method.SEEN}})
    said = {"value": GOOD[0], "method": Method.TOLD, "reason": "They all say so."}
    services.record_in_bulk(session, audit.inspector.actor, audit.id, {"IDW-01": drawn[1:2]}, **said)
    told = [entries.read(entry.data) for entry in kept(session, audit)]
    assert [(each.method, each.bulk) for each in told] == [(Method.SEEN, False), (Method.TOLD, True)]
    told = [event.data for event in history(session, audit.id) if event.name == "audit.record"]
    assert {each.get("bulk") for each in told} == {True, None}


def test_an_amendment_names_what_it_replaces_and_keeps_its_reason(session, audit, drawn):
    record(session, audit, {drawn[0]: GOOD})
    record(session, audit, {drawn[0]: BAD}, reasons={"IDW-01": "The copy had expired."})
    first, second = kept(session, audit)
    assert entries.read(second.data).parents == (first.digest,)
    content = session.get_one(EntryContent, second.id)
    assert content.content == {"note": BAD[1], "reason": "The copy had expired."}
    assert entries.content_digest(content.salt, content.content) == entries.read(second.data).content


def test_what_was_saved_and_did_not_change_is_no_entry(session, audit, drawn):
    record(session, audit, {drawn[0]: GOOD})
    assert record(session, audit, {drawn[0]: GOOD}) == 0
    assert len(kept(session, audit)) == 1


def test_two_inspectors_have_a_chain_each_and_know_of_one_another(session, audit, drawn):
    member = make_person(session, Role.INSPECTOR)
    join_team(session, audit.planner.actor, audit.id, person_id=member.id, role=TeamRole.MEMBER)
    record(session, audit, {drawn[0]: GOOD})
    record(session, audit, {drawn[0]: BAD}, actor=member.actor, reasons={"IDW-01": "I saw the original."})
    first, second = kept(session, audit)
    assert first.chain_id != second.chain_id
    assert entries.read(second.data).parents == (first.digest,)


@pytest.mark.parametrize("office", [(), (Role.REVIEWER,)])
def test_whoever_judges_in_an_audit_revokes_the_own_chain(session, audit, drawn, office):
    """Whichever other role they have, and so whatever else they see."""
    member = make_person(session, [Role.INSPECTOR, *office])
    join_team(session, audit.planner.actor, audit.id, person_id=member.id, role=TeamRole.MEMBER)
    record(session, audit, {drawn[0]: GOOD}, actor=member.actor)
    token = open_session(session, member).token
    session.flush()
    find_session(session, token)
    session.execute(text(f"SET LOCAL ROLE {APP}"))
    revoked = "UPDATE entry_chain SET revoked_at = now(), revoked_by = :me WHERE person_id = :me"
    assert session.execute(text(revoked), {"me": member.id}).rowcount == 1
    assert session.scalar(text("SELECT my_judged_audits() <@ my_audits()"))
    session.execute(text("RESET ROLE"))


def test_the_trail_holds_the_head_of_the_chain(session, audit, drawn):
    record(session, audit, {drawn[0]: GOOD, drawn[1]: BAD})
    told = [event for event in history(session, audit.id) if event.name == "audit.record"]
    assert [event.data["head"] for event in told] == [kept(session, audit)[-1].digest]


def test_no_words_and_no_reference_are_in_the_bytes(session, audit, drawn):
    record(session, audit, {drawn[0]: BAD})
    [entry] = kept(session, audit)
    assert BAD[1].encode() not in entry.data
    assert drawn[0].encode() not in entry.data


def test_a_forgotten_note_leaves_the_chain_as_it_is(session, audit, drawn):
    record(session, audit, {drawn[0]: BAD})
    [entry] = kept(session, audit)
    forget_entry(session, entry.digest)
    with pytest.raises(NotFoundError):
        forget_entry(session, entry.digest)
    assert session.scalars(select(EntryContent)).all() == []
    assert entries.read(entry.data).content


def test_a_receipt_names_the_head_of_every_chain_and_is_given_once(session, audit, drawn):
    record(session, audit, {drawn[0]: GOOD, drawn[1]: BAD})
    assert waiting_for_receipt(session) == [audit.id]
    assert confirm_entries(session, audit.id, json.dumps) is True
    session.flush()
    assert waiting_for_receipt(session) == []
    assert confirm_entries(session, audit.id, json.dumps) is False
    said = json.loads(session.scalars(select(EntryReceipt)).one().token)
    newest = kept(session, audit)[-1]
    assert said["chains"] == [{"chain": str(newest.chain_id), "upto": 2, "head": newest.digest}]
    record(session, audit, {drawn[2]: GOOD})
    assert confirm_entries(session, audit.id, json.dumps) is True


def test_without_entries_there_is_nothing_to_confirm(session, audit):
    assert confirm_entries(session, audit.id, json.dumps) is False


DAMAGED = ({"number": 0}, {"number": 1.5}, {"number": True}, {"parents": ["x"]}, {"kind": "guess"}, {"cell": "a/b"})


@pytest.mark.parametrize("change", DAMAGED)
def test_an_entry_of_another_form_is_refused(session, audit, drawn, change):
    record(session, audit, {drawn[0]: GOOD})
    [entry] = kept(session, audit)
    with pytest.raises(RuleError, match="damaged"):
        entries.read(json.dumps(json.loads(entry.data) | change).encode())


def test_an_entry_spelled_otherwise_is_refused(session, audit, drawn):
    record(session, audit, {drawn[0]: GOOD})
    [entry] = kept(session, audit)
    for data in (json.dumps(json.loads(entry.data)).encode(), entry.data + b" ", b"[]", b"\xff", b"{}"):
        with pytest.raises(RuleError, match="damaged"):
            entries.read(data)
    with pytest.raises(RuleError, match="larger"):
        entries.read(b"[" * 5000)
