"""Statements that must not pass about conditions, their proof, and the decision that one is met."""

from tests.kit.statement_parts import BASIS, DECIDED, NO_RIGHT, Attack, moved

HOLDER, STRANGER = "agency conditional", "agency mine"
SUBMIT = (
    "INSERT INTO event (happened_at, name, subject_id, actor_id, data) VALUES (now(), 'condition.{}', :{}_condition,"
    ' gen_random_uuid(), \'{{"before": "{}", "after": "{}"}}\'); '
)
HANDED_IN = SUBMIT.format("submit", "open", "open", "submitted")
TO_SUBMITTED = "UPDATE condition SET state = 'submitted' WHERE id = :open_condition"
PROOF = (
    "INSERT INTO condition_proof (id, condition_id, agency_id, explanation, submitted_by, submitted_at)"
    " VALUES (gen_random_uuid(), :open_condition, :conditional, 'x', {}, now())"
)
FILE = (
    "INSERT INTO condition_file (id, proof_id, agency_id, filename, media_type, size, sha256, uploaded_by, uploaded_at)"
    " VALUES (gen_random_uuid(), :submitted_proof, :conditional, 'x.pdf', 'application/pdf', 1, 'ab', {}, now())"
)
ANSWER = "UPDATE condition_proof SET answer = 'x', answered_by = {}, answered_at = now() WHERE id = :{}_proof"
RETURNED = SUBMIT.format("return", "submitted", "submitted", "open")
NAMED = (
    "INSERT INTO condition (id, decision_id, audit_id, agency_id, position, text, due_on, owner, state, version)"
    " VALUES (gen_random_uuid(), {}, :conditional_audit, :conditional, 9, 'x', now(), 'agency', '{}', 1)"
)
GRANT = "(SELECT decision_id FROM condition WHERE id = :open_condition)"
# A decision that a condition is met, which rests on the audit of the grant; and its trace in the condition.
MET_DECISION = (
    DECIDED.replace("(id, certificate_id,", "(audit_id, id, certificate_id,")
    .replace("SELECT gen_random_uuid(), id,", "SELECT :conditional_audit, gen_random_uuid(), id,")
    .format("{}", "condition_met", "conditional_certificate")
)
MEET = SUBMIT.format("meet", "open", "open", "met")
MET = "UPDATE condition SET state = 'met', met_by = {} WHERE id = :open_condition"
THIS = "current_setting('test.decision')::uuid"

ABOUT_CONDITIONS = [
    Attack("a condition that no grant names", NAMED.format(GRANT, "open"), "condition_imposed"),
    Attack("a condition by the holder", NAMED.format(GRANT, "open"), NO_RIGHT, "condition_imposed", by=HOLDER),
    Attack("a condition that begins met", NAMED.format(GRANT, "submitted"), "condition_flow"),
    Attack("another text", "UPDATE condition SET text = 'x' WHERE id = :open_condition", NO_RIGHT),
    Attack("more time for a condition", "UPDATE condition SET due_on = '2999-01-01'", NO_RIGHT),
    Attack("met without a decision", MEET + MET.format("decision_id"), "condition_decided"),
    Attack("met by the holder", MEET + MET.format(GRANT), "condition_decided", by=HOLDER),
    Attack("met, untold", MET_DECISION.format(":decider") + BASIS + MET.format(THIS), "condition_trace"),
    Attack("met by whom an interest ties", MET_DECISION.format(":tied_decider")[:-2], "no_tie", by="decider"),
    Attack(
        "a decision that no condition names",
        (MET_DECISION.format(":decider") + BASIS)[:-2],
        "decision_conditions",
    ),
    Attack("a met condition that moves again", "UPDATE condition SET version = 9 WHERE id = :met_condition",
           "condition_frozen"),
    moved("condition", "met", "open", "flow"),
    Attack("lapsed by the holder", SUBMIT.format("lapse", "open", "open", "lapsed")
           + "UPDATE condition SET state = 'lapsed' WHERE id = :open_condition", NO_RIGHT, "rows", by=HOLDER),
    Attack("another's condition", HANDED_IN + TO_SUBMITTED, "none", "rows", by=STRANGER),
    Attack("proof, untold", PROOF.format(":conditional_person"), "condition_proof_trace", by=HOLDER),
    Attack("proof in the name of another", HANDED_IN + PROOF.format(":decider"), NO_RIGHT, "rows", by=HOLDER),
    Attack("other words for a proof", "UPDATE condition_proof SET explanation = 'x'", NO_RIGHT, by=HOLDER),
    Attack("a file after the proof", FILE.format(":conditional_person"), "condition_file_trace", by=HOLDER),
    Attack("a file in the name of another",
           SUBMIT.format("submit", "submitted", "open", "submitted") + FILE.format(":decider"), NO_RIGHT, "rows",
           by=HOLDER),
    Attack("proof answered by whom an interest ties", RETURNED + ANSWER.format(":tied_decider", "submitted"),
           "condition_proof_second_person"),
    Attack("proof answered, untold", ANSWER.format(":decider", "submitted"), "condition_proof_trace"),
    Attack("proof answered by the holder", RETURNED + ANSWER.format(":decider", "submitted"), "none", "rows",
           by=HOLDER),
    Attack("proof answered twice", SUBMIT.format("return", "returned", "submitted", "open")
           + ANSWER.format(":decider", "returned"), "condition_proof_frozen"),
    *(Attack(f"{table} read by {by}", f"SELECT FROM {table} WHERE agency_id = :conditional", "none", "rows", by=by)
      for table in ("condition", "condition_proof", "condition_file") for by in (STRANGER, "inspector")),
]  # fmt: skip

HANDED_IN_LAWFULLY = HANDED_IN + PROOF.format(":conditional_person") + "; " + TO_SUBMITTED
MET_LAWFULLY = MET_DECISION.format(":decider") + BASIS + MEET + MET.format(THIS)
