"""Statements that must not pass about decisions that take two deciders."""

from tests.kit.statement_parts import BASIS, DECIDED, NO_RIGHT, Attack

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


ABOUT_DECIDERS = [
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
