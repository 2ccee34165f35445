"""Statements that must not pass about decisions that take two deciders."""

from tests.kit.statement_parts import ACTIVE, BASIS, DECIDED, DECIDED_CHANGE, DECISION, NO_RIGHT, Attack, told

PROPOSED = (
    "INSERT INTO decision_proposal (id, kind, certificate_id, agency_id, said, shown, proposed_by, proposed_at,"
    " answered_by, answered_at, confirmed) SELECT gen_random_uuid(), 'withdraw', id, agency_id,"
    " '{{\"grounds\": [\"deceit\"]}}', '', :{}, now(), NULL, NULL, NULL FROM certificate"
    " WHERE id = :suspended_certificate"
)
CONFIRMED = "UPDATE decision_proposal SET answered_by = :decider, answered_at = now(), confirmed = true"
DECLINED = CONFIRMED.replace("true", "false")
GROUND = (
    "INSERT INTO decision_ground (decision_id, code, position, words)"
    " VALUES (current_setting('test.decision')::uuid, '{}', 0, '{{}}'); "
)
BY_PROPOSAL = DECIDED.replace("(id, certificate_id,", "(proposal_id, id, certificate_id,").replace(
    "SELECT gen_random_uuid(), id,", "SELECT :proposal, gen_random_uuid(), id,"
)


def decided(kind: str = "suspend", by: str = ":decider", certificate: str = "active_certificate") -> str:
    return BY_PROPOSAL.format(by, kind, certificate) + BASIS


# A suspension at once, and the answer of a second decider.
AT_ONCE = DECIDED.replace("(id, certificate_id,", "(provisional, id, certificate_id,").replace(
    "SELECT gen_random_uuid(), id,", "SELECT true, gen_random_uuid(), id,"
)
ANSWER = DECIDED.replace("(id, certificate_id,", "(reviews_decision_id, heard, id, certificate_id,").replace(
    "SELECT gen_random_uuid(), id,", "SELECT :at_once, 'x', gen_random_uuid(), id,"
)
HEARD = "UPDATE deadline SET done_at = now() WHERE id = :hearing"


def answer(kind: str, by: str = ":decider", certificate: str = "heard_certificate") -> str:
    return ANSWER.format(by, kind, certificate) + BASIS


ABOUT_HEARINGS = [
    Attack(
        "suspended at once, and heard by nobody",
        (AT_ONCE.format(":decider", "suspend", "active_certificate") + BASIS)[:-2],
        "hearing_term",
    ),
    Attack(
        "withdrawn provisionally",
        (AT_ONCE.format(":decider", "withdraw", "active_certificate") + BASIS)[:-2],
        "ck_decision_provisional",
    ),
    Attack("answered by who suspended", answer("lift", ":first_decider")[:-2], "second_decider"),
    Attack(
        "kept by who suspended",
        (DECIDED.format(":first_decider", "maintain", "heard_certificate") + BASIS)[:-2],
        "second_decider",
    ),
    Attack(
        "lifted as if it were not provisional",
        (DECIDED.format(":decider", "lift", "heard_certificate") + BASIS)[:-2],
        "heard",
    ),
    Attack("lifted without hearing", answer("lift").replace("'x', gen_random", "'', gen_random")[:-2], "heard"),
    Attack("answered on another certificate", answer("lift", certificate="suspended_certificate")[:-2], "heard"),
    Attack(
        "a hearing ended without an answer",
        DECIDED.format(":decider", "maintain", "heard_certificate") + BASIS + HEARD,
        "deadline_done",
    ),
    Attack(
        "confirmed on another serious ground",
        (answer("suspend") + GROUND.format("deceit"))[:-2],
        "second_decider",
    ),
    Attack(
        "heard in the name of somebody else",
        "INSERT INTO hearing_statement (id, decision_id, agency_id, words, said_by, said_at)"
        " VALUES (gen_random_uuid(), :at_once, :heard_holder, 'x', :administrator, now())",
        NO_RIGHT,
        "rows",
        by="agency heard_holder",
    ),
    Attack(
        "heard about what was never suspended",
        "INSERT INTO hearing_statement (id, decision_id, agency_id, words, said_by, said_at)"
        " SELECT gen_random_uuid(), :decision, agency_id, 'x', :heard_owner, now() FROM decision WHERE id = :at_once",
        "hearing_open",
        by="agency heard_holder",
    ),
    Attack("no longer provisional", "UPDATE decision SET provisional = false WHERE id = :at_once", NO_RIGHT),
]


def ended(case: str, state: str) -> str:
    """An accepted application with an audit, that ends."""
    return told(f":{case}", "accepted", state) + f"UPDATE application SET state = '{state}' WHERE id = :{case}"


TIED_MOVE = (
    "INSERT INTO event (format, happened_at, name, subject_id, actor_kind, actor_id, agency_id, data, note_sha256)"
    " VALUES (2, now(), 'audit.report', gen_random_uuid(), 'person', :reviewer, :concluded_applicant, '{}', '')"
)
TASK = (
    "INSERT INTO deadline (id, kind, subject_id, agency_id, due_on, owner_role, opened_at) SELECT gen_random_uuid(),"
    " 'critical_finding', id, agency_id, now(), 'decider', now() FROM certificate WHERE id = :suspended_certificate; "
)
WAYS_OUT = [
    Attack(
        "an application closed under an audit",
        ended("planned_case", "closed"),
        "audit_in_the_way",
        by="planner",
    ),
    Attack(
        "an application withdrawn after the report",
        ended("reported_case", "withdrawn"),
        "audit_in_the_way",
        by="agency reported_audited",
    ),
    Attack("a move of somebody with an interest", TIED_MOVE, "no_tie"),
    Attack(
        "lifted over a critical finding",
        TASK + (DECIDED.format(":decider", "lift", "suspended_certificate") + BASIS)[:-2],
        "urgent_first",
    ),
    Attack(
        "granted on the work of a team with an interest",
        "UPDATE audit SET reviewer_id = :reviewer WHERE id = :reviewed_audit; "
        "INSERT INTO tie (id, person_id, agency_id, nature, declared_at)"
        " VALUES (gen_random_uuid(), :reviewer, :reviewed_audited, 'x', now()); "
        + DECISION.format(":decider").replace("'refuse'", "'grant'"),
        NO_RIGHT,
        "tied_team",
    ),
]
CONFIRMED_AT_ONCE = answer("suspend") + HEARD

# A suspension of a part of the certificate.
EXCEPTED = (
    DECIDED.replace("(id, certificate_id,", "(excepted, id, certificate_id,")
    .replace(
        "SELECT gen_random_uuid(), id,", """SELECT '{{"sectors": ["meat_fish"]}}'::jsonb, gen_random_uuid(), id,"""
    )
    .format(":decider", "suspend", "active_certificate")
)
MEAT = EXCEPTED + BASIS
PARTLY = told(":active_certificate", "active", "partly_suspended")
PARTLY_CHANGE = DECIDED_CHANGE.replace("(certificate_id,", "(excepted, certificate_id,").replace(
    "SELECT id,", """SELECT '{{"sectors": ["meat_fish"]}}'::jsonb, id,"""
)
PARTLY_LAWFULLY = (
    MEAT
    + PARTLY
    + PARTLY_CHANGE.format("suspend", "partly_suspended", ":decider", "active_certificate")
    + ACTIVE.format("state = 'partly_suspended'")
)
ABOUT_DECIDERS = [
    Attack(
        "suspended for what it does not cover",
        EXCEPTED.replace("meat_fish", "building")[:-2],
        "excepted_scope",
    ),
    Attack(
        "all of it suspended by a decision about a part",
        (MEAT + DECIDED_CHANGE.format("suspend", "suspended", ":decider", "active_certificate"))[:-2],
        "decided",
    ),
    Attack(
        "another part in the public history",
        (
            MEAT
            + PARTLY_CHANGE.replace("meat_fish", "logistics").format(
                "suspend", "partly_suspended", ":decider", "active_certificate"
            )
        )[:-2],
        "decided",
    ),
    *ABOUT_HEARINGS,
    *WAYS_OUT,
    Attack(
        "a serious ground alone",
        DECIDED.format(":decider", "suspend", "active_certificate") + BASIS + GROUND.format("deceit")[:-2],
        "second_decider",
    ),
    Attack(
        "a serious ground that nobody proposed",
        f"{CONFIRMED}; {decided()}{GROUND.format('harm_to_workers')}"[:-2],
        "second_decider",
    ),
    Attack("a proposal that nobody confirmed", decided()[:-2], "proposed"),
    Attack("a proposal that was declined", f"{DECLINED}; {decided()}"[:-2], "proposed"),
    Attack("another kind than proposed", f"{CONFIRMED}; {decided('withdraw')}"[:-2], "proposed"),
    Attack("decided by somebody else", f"{CONFIRMED}; {decided(by=':first_decider')}"[:-2], "proposed"),
    Attack(
        "on another certificate than proposed",
        f"{CONFIRMED}; {decided(certificate='suspended_certificate')}"[:-2],
        "proposed",
    ),
    Attack("decided twice", f"{CONFIRMED}; {decided()}{decided()}"[:-2], "uq_decision_proposal"),
    Attack("confirmed, and nothing decided", CONFIRMED, "proposal_decided"),
    Attack(
        "confirmed by its proposer",
        f"{PROPOSED.format('decider')}; {CONFIRMED}",
        "ck_decision_proposal_second_person",
    ),
    Attack("answered anew", f"{DECLINED}; {CONFIRMED}", "23000"),
    Attack("born declined", PROPOSED.format("decider").replace("NULL, NULL, NULL", ":decider, now(), false"), "23000"),
    Attack("proposed in the name of another", PROPOSED.format("first_decider"), NO_RIGHT, "rows"),
    Attack("proposed by a reviewer", PROPOSED.format("reviewer"), NO_RIGHT, "rows", by="reviewer"),
    Attack("another word in a proposal", "UPDATE decision_proposal SET said = '{}'", NO_RIGHT),
    Attack(
        "a proposal answered by a reviewer", DECLINED.replace(":decider", ":reviewer"), "none", "rows", by="reviewer"
    ),
    Attack(
        "a proposal answered in the name of another", DECLINED.replace(":decider", ":first_decider"), NO_RIGHT, "rows"
    ),
    Attack("an agency reads a proposal", "SELECT FROM decision_proposal", "none", "rows", by="agency holder"),
]

TWO_DECIDERS = f"{CONFIRMED}; {decided()}{GROUND.format('deceit')}"[:-2]
