"""Statements that must not pass about the certificate of whom we refuse, and about urgent tasks."""

from tests.kit.statement_parts import ACTIVE, BASIS, DECIDED, DECIDED_CHANGE, INSERTED, NO_RIGHT, Attack, told

# A refusal of a holder, with its basis.
REFUSED = (
    DECIDED.replace("(id, certificate_id,", "(id, audit_id,")
    .replace("FROM certificate WHERE", "FROM audit WHERE")
    .format("{}", "refuse", "weighed_audit")
)
FATE = DECIDED.replace("(id, certificate_id,", "(id, audit_id, certificate_id,").replace(
    "SELECT gen_random_uuid(), id,", "SELECT gen_random_uuid(), :weighed_audit, id,"
)
CRITICAL = (
    "INSERT INTO deadline (id, kind, subject_id, agency_id, due_on, owner_role, opened_at) VALUES (gen_random_uuid(),"
    " 'critical_finding', :found_audit, :found_holder, now(), 'decider', now())"
)
DONE = "UPDATE deadline SET done_at = now() WHERE id = :task"
FOUND = INSERTED["finding"].format("open", "found").replace("'minor'", "'critical'")

# A decision that counts from a later day, and what carries it out.
LATER = DECIDED.replace("now(), now() FROM", "now(), now() + interval '{{}} days' FROM")


def later(kind: str, days: int = 5) -> str:
    return LATER.format(":decider", kind, "active_certificate").format(days) + BASIS


def carried_out(days: int) -> str:
    change = DECIDED_CHANGE.replace("'', now()", f"'', now() + interval '{days} days'")
    return (
        later("suspend")
        + told(":active_certificate", "active", "suspended")
        + change.format("suspend", "suspended", ":decider", "active_certificate")
        + ACTIVE.format("state = 'suspended'")
    )


CARRIED_OUT = carried_out(5)

ABOUT_HOLDERS = [
    Attack("a decision that counts from a day that is over", later("suspend", -5)[:-2], "effective_day"),
    Attack("one from a day after the certificate", later("suspend", 5000)[:-2], "effective_day"),
    Attack("kept from a later day", later("maintain")[:-2], "effective_day"),
    Attack(
        "a condition met while another decision waits",
        later("end") + DECIDED.format(":decider", "condition_met", "active_certificate")[:-2],
        "decision_waits",
    ),
    Attack("carried out before its day", carried_out(4), "decided"),
    Attack(
        "carried out though another decision took its place",
        later("suspend")
        + DECIDED.replace("now(), now() FROM", "now() + interval '1 second', now() FROM").format(
            ":decider", "maintain", "active_certificate"
        )
        + BASIS
        + carried_out(5).removeprefix(later("suspend")),
        "decided",
    ),
    Attack(
        "a holder refused, and nothing said of the certificate",
        (REFUSED.format(":decider") + BASIS)[:-2],
        "fate_decided",
    ),
    Attack(
        "kept by a decision that names no audit",
        REFUSED.format(":decider")
        + BASIS
        + (DECIDED.format(":decider", "maintain", "weighed_certificate") + BASIS)[:-2],
        "fate_decided",
    ),
    Attack(
        "kept by somebody else",
        REFUSED.format(":decider")
        + BASIS
        + (FATE.format(":administrator", "maintain", "weighed_certificate") + BASIS)[:-2],
        "fate_decided",
    ),
    Attack(
        "a holder refused, whose certificate was ended",
        REFUSED.format(":decider") + BASIS + (FATE.format(":decider", "end", "weighed_certificate") + BASIS)[:-2],
        "fate_decided",
    ),
    Attack(
        "a critical finding that is nobody's task",
        FOUND,
        "urgent_task",
    ),
    Attack("a task without an act", DONE, "deadline_done"),
    Attack(
        "a term that goes on after the answer",
        told(":concluded_open_finding", "open", "answered")
        + "UPDATE finding SET state = 'answered' WHERE id = :concluded_open_finding; "
        "UPDATE deadline SET done_at = now() WHERE subject_id = :concluded_open_finding AND done_at IS NULL",
        "none",
    ),
    Attack(
        "a term that ends without an answer",
        "UPDATE deadline SET done_at = now() WHERE subject_id = :reported_open_finding AND done_at IS NULL",
        "deadline_done",
    ),
    Attack(
        "a task after the decision on another",
        DECIDED.format(":decider", "suspend", "active_certificate") + BASIS + DONE,
        "deadline_done",
    ),
    Attack(
        "a task done by lifting",
        DECIDED.format(":decider", "lift", "weighed_certificate") + BASIS + DONE,
        "urgent_first",
    ),
    Attack(
        "a task done twice",
        DECIDED.format(":decider", "maintain", "weighed_certificate") + BASIS + DONE + "; " + DONE,
        "deadline_done",
    ),
    *(
        Attack(
            f"an agreement that {by} calls accepted",
            "UPDATE deadline SET done_at = now() WHERE kind = 'agreement'",
            "deadline_done",
            by=by,
        )
        for by in ("planner", "agency answered")
    ),
    Attack(
        "an agreement that another agency calls accepted",
        "UPDATE deadline SET done_at = now() WHERE kind = 'agreement'",
        "none",
        "deadline_done",
        by="agency mine",
    ),
    Attack("a longer term", "UPDATE deadline SET due_on = '2999-01-01' WHERE id = :task", NO_RIGHT),
]
