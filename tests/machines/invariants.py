"""Invariants that hold after every step, each as a query for violations. Only this module knows the form of events."""

# ruff: noqa: S608 - put together from names in the code, for a database of the tests

from collections.abc import Mapping
from functools import cache

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from audits.applications.workflow import APPLICATION_FLOW
from audits.conditions.workflow import CONDITION_FLOW
from audits.core.access import GRANTS, SYSTEM
from audits.disputes.workflow import APPEAL_FLOW
from audits.inspections.workflow import AUDIT_FLOW, FINDING_FLOW
from certificates.lifecycle.workflow import CERTIFICATE_FLOW
from tests.machines.invariants_about_terms import ABOUT_TERMS

FLOWS = {
    "application": APPLICATION_FLOW,
    "audit": AUDIT_FLOW,
    "finding": FINDING_FLOW,
    "certificate": CERTIFICATE_FLOW,
    "condition": CONDITION_FLOW,
    "appeal": APPEAL_FLOW,
}
# Who moves a case may have no interest in the agency, also one that was declared later.
JUDGING = ["application.accept", "application.return", "application.refuse", "audit.plan", "audit.reopen"]
JUDGING += ["audit.review", "audit.conclude", "certificate.suspend", "certificate.lift", "certificate.withdraw"]
JUDGING += ["certificate.end", "application.close", "audit.send_back", "audit.cancel", "audit.start", "audit.report"]
JUDGING += ["finding.withdraw", "certificate.suspend_part", "condition.return", "condition.meet"]
JUDGING += ["appeal.take", "appeal.refuse", "appeal.hear", "appeal.decide"]
# What is for the inspector of the audit alone, whoever else has the role.
OWN = ["audit.start", "audit.report", "finding.close", "finding.reject", "finding.supersede"]
OWN += ["finding.accept_plan", "finding.reject_proof"]


def _values(*rows: tuple[str, ...]) -> str:
    return "VALUES " + ", ".join("(" + ", ".join(f"'{value}'" for value in row) + ")" for row in rows)


_NAMES = {f"{kind}.{name}": move for kind, flow in FLOWS.items() for name, move in flow.moves.items()}
_ALLOWED = _values(
    *((name, role) for name, move in _NAMES.items() for role, grants in GRANTS.items() if move.permission in grants)
)
_BY_SYSTEM = _values(
    *((name, "system") for name, move in _NAMES.items() if any(move.permission in GRANTS[r] for r in SYSTEM.roles))
)
_INITIAL = _values(*((kind, flow.initial) for kind, flow in FLOWS.items()))
_STATES = " UNION ALL ".join(f"SELECT '{kind}' AS kind, id, state FROM {kind}" for kind in FLOWS)

# Every move of every case: its name, what it says, who made it, and the state in which it found the case.
MOVES = f"""
move AS (
  SELECT e.id, e.name, split_part(e.name, '.', 1) AS kind, e.subject_id, e.agency_id, e.happened_at, e.txid,
         p.id AS person_id, p.agency_id AS at_agency, e.data ->> 'before' AS before, e.data ->> 'after' AS after
  FROM event e LEFT JOIN person p ON p.id = e.actor_id
  WHERE e.name IN (SELECT * FROM ({_values(*((name,) for name in (*_NAMES, "audit.plan")))}) AS named)
),
counting AS (  -- interests that count: what is over does, where somebody worked for an agency
  SELECT agency_id, person_id, declared_at FROM tie
  WHERE kind IN ('worked', 'advised') OR kind <> 'none' AND until IS NULL
),
on_its_day AS (  -- what the system carries out, since a person decided it before
  SELECT h.certificate_id, h.txid FROM certificate_change h JOIN decision d ON d.id = h.decision_id
  WHERE d.effective_on > (d.decided_at AT TIME ZONE 'Europe/Amsterdam')::date
),
initial (kind, state) AS ({_INITIAL}),
chain AS (
  SELECT move.*, lag(after, 1, initial.state) OVER (PARTITION BY subject_id ORDER BY move.id) AS found,
         row_number() OVER (PARTITION BY subject_id ORDER BY move.id DESC) AS from_end
  FROM move JOIN initial USING (kind)
)
"""

ALWAYS = {
    "events follow each other": """
        SELECT name, subject_id FROM chain WHERE coalesce(before, found) <> found
    """,
    "a state is what the last event says": f"""
        SELECT s.kind, s.id FROM ({_STATES}) s JOIN initial USING (kind)
        LEFT JOIN chain ON chain.subject_id = s.id AND chain.from_end = 1
        WHERE s.state <> coalesce(chain.after, initial.state)
    """,
    "a state is what the public history says": """
        SELECT c.number, c.id FROM certificate c
        LEFT JOIN LATERAL (SELECT state FROM certificate_change WHERE certificate_id = c.id ORDER BY id DESC LIMIT 1) h
          ON true
        WHERE c.state <> coalesce(h.state, 'issuing')
    """,
    "a finding stands as the last answer to it does": """
        SELECT f.state, f.id FROM finding f LEFT JOIN LATERAL (
          SELECT coalesce(outcome, 'waits') AS said FROM corrective_action
          WHERE finding_id = f.id ORDER BY round DESC LIMIT 1) answer ON true
        WHERE f.state NOT IN ('superseded', 'withdrawn')
          AND f.state NOT IN (CASE said WHEN 'waits' THEN 'answered' WHEN 'accepted' THEN 'closed' ELSE 'open' END,
                              CASE said WHEN 'waits' THEN 'proven' ELSE 'plan_accepted' END)
    """,
    "a certificate names its holder as was decided": """
        SELECT c.number, a.legal_name FROM certificate c JOIN agency a ON a.id = c.agency_id
        WHERE c.state IN ('active', 'partly_suspended', 'suspended') AND c.printed ->> 'legal_name' <> a.legal_name
          AND NOT awaits_certificate(a.id) AND c.valid_until >= (SELECT max(happened_at)::date FROM event)
          AND NOT EXISTS (SELECT FROM agency_change n WHERE n.agency_id = a.id AND n.checked_at::date > c.valid_until)
    """,
    "an agency is renamed by a report that was accepted": """
        SELECT e.agency_id, e.id FROM event e
        WHERE e.name = 'agency.edit' AND e.data -> 'fields' ? 'legal_name'
          AND EXISTS (SELECT FROM event s WHERE s.agency_id = e.agency_id AND s.id < e.id
                        AND s.name = 'application.accept')
          AND NOT EXISTS (SELECT FROM event c WHERE c.agency_id = e.agency_id AND c.txid = e.txid
                            AND c.name IN ('change.accept', 'change.decide'))
    """,
    "an open change is one task, and a finished one is none": """
        SELECT n.state, n.id FROM agency_change n
        LEFT JOIN deadline d ON d.subject_id = n.id AND d.done_at IS NULL AND d.kind <> 'special_audit'
        GROUP BY n.id HAVING count(d.id) <> (n.state IN ('reported', 'referred'))::int
    """,
    "the points of a report are those of the findings that count": """
        SELECT a.reference, a.score FROM audit a WHERE a.state IN ('reported', 'reviewed', 'concluded')
          AND a.score <> (SELECT coalesce(sum(points), 0) FROM finding
                          WHERE audit_id = a.id AND state NOT IN ('superseded', 'withdrawn'))
    """,
    "a finding weighs what was found, or what two people said": """
        SELECT f.grade, f.id FROM finding f WHERE f.grade <> f.grade_found AND f.repeat_of_id IS NULL AND NOT EXISTS (
          SELECT FROM grade_change c JOIN audit a ON a.id = f.audit_id
          WHERE c.finding_id = f.id AND c.granted AND c.grade = f.grade AND c.asked_by <> c.answered_by)
    """,
    "a finding was withdrawn by somebody who did not do the audit": """
        SELECT f.state, f.id FROM finding f WHERE f.state = 'withdrawn' AND NOT EXISTS (
          SELECT FROM dispute d JOIN audit a ON a.id = f.audit_id
          WHERE d.finding_id = f.id AND d.granted AND d.answered_by NOT IN (a.inspector_id, a.planner_id))
    """,
    "who moves something may": f"""
        SELECT name, subject_id FROM chain WHERE name <> 'audit.plan'
        AND (name, 'system') NOT IN ({_BY_SYSTEM}) AND NOT EXISTS (
          SELECT FROM person_role r WHERE r.person_id = chain.person_id AND (chain.name, r.role) IN ({_ALLOWED}))
        AND NOT (person_id IS NULL AND (subject_id, txid) IN (SELECT certificate_id, txid FROM on_its_day))
    """,
    "what the system does nobody else does": f"""
        SELECT name, subject_id FROM chain WHERE (name, 'system') IN ({_BY_SYSTEM}) AND person_id IS NOT NULL
    """,
    "an agency moves only what is its own": """
        SELECT name, subject_id FROM chain WHERE at_agency <> agency_id
    """,
    # Its inspector of that moment: an audit may pass to somebody else after it started.
    "an audit and its findings are judged by its inspector": f"""
        SELECT chain.name, chain.subject_id FROM chain
        JOIN (SELECT id, id AS audit_id FROM audit UNION ALL SELECT id, audit_id FROM finding) own
          ON own.id = chain.subject_id
        WHERE chain.name IN ({_values(*((name,) for name in OWN))})
          AND chain.person_id::text IS DISTINCT FROM (
            SELECT e.data ->> 'inspector' FROM event e
            WHERE e.subject_id = own.audit_id AND e.name IN ('audit.plan', 'audit.replan') AND e.id < chain.id
            ORDER BY e.id DESC LIMIT 1)
    """,
    "nobody judges with a declared interest": f"""
        SELECT name, subject_id FROM chain JOIN counting USING (agency_id, person_id)
        WHERE declared_at < happened_at AND name IN ({_values(*((name,) for name in JUDGING))})
    """,
    # Own work in the cycle of that moment: what was planned for the application of the newest certificate, or since.
    "nobody decides on own work": """
        SELECT d.outcome, d.id FROM decision d JOIN audit a ON a.agency_id = d.agency_id
        JOIN application f ON f.id = a.certification_id
        WHERE EXISTS (SELECT FROM audit_participant p
                      WHERE p.audit_id = a.id AND p.person_id = d.decider_id AND p.since < d.decided_at)
          AND f.created_at >= coalesce((
            SELECT e.created_at FROM certificate c JOIN decision g ON g.id = c.decision_id
            JOIN audit b ON b.id = g.audit_id JOIN application e ON e.id = b.certification_id
            WHERE c.agency_id = d.agency_id AND c.issued_at < d.decided_at ORDER BY c.numbered_at DESC LIMIT 1
          ), f.created_at)
    """,
    "a change of a certificate was decided by who made it": """
        SELECT h.move, h.certificate_id FROM certificate_change h LEFT JOIN decision d ON d.id = h.decision_id
        WHERE h.move NOT IN ('issue', 'replace') AND (d.outcome, d.certificate_id, d.decider_id)
          IS DISTINCT FROM (h.move, h.certificate_id, h.actor_id)
    """,
    # The fold of its decisions: the last of those that change a state and whose day has come.
    "the public status of a certificate is what was decided last": """
        SELECT c.number, c.state FROM certificate c JOIN LATERAL (
          SELECT d.outcome, d.excepted FROM decision d WHERE d.certificate_id = c.id
            AND d.outcome IN ('suspend', 'lift', 'withdraw', 'end')
            AND (d.effective_on <= (d.decided_at AT TIME ZONE 'Europe/Amsterdam')::date
                 OR EXISTS (SELECT FROM certificate_change h WHERE h.decision_id = d.id))
          ORDER BY d.decided_at DESC LIMIT 1) d ON true
        WHERE c.state NOT IN ('replaced', CASE d.outcome WHEN 'suspend' THEN
            CASE WHEN d.excepted IS NULL THEN 'suspended' ELSE 'partly_suspended' END
          WHEN 'lift' THEN 'active' WHEN 'withdraw' THEN 'withdrawn' WHEN 'end' THEN 'ended' END)
    """,
    "a certificate on which nothing was decided counts": """
        SELECT c.number, c.state FROM certificate c WHERE c.state NOT IN ('issuing', 'active', 'replaced')
          AND NOT EXISTS (SELECT FROM decision d WHERE d.certificate_id = c.id
                            AND d.outcome IN ('suspend', 'lift', 'withdraw', 'end'))
    """,
    "nothing is carried out before its day, nor after another decision": """
        SELECT h.move, d.id FROM certificate_change h JOIN decision d ON d.id = h.decision_id
        WHERE d.effective_on > (h.changed_at AT TIME ZONE 'Europe/Amsterdam')::date
          OR d.effective_on > (d.decided_at AT TIME ZONE 'Europe/Amsterdam')::date AND EXISTS (
            SELECT FROM decision later WHERE later.agency_id = d.agency_id AND later.decided_at > d.decided_at
              AND later.decided_at < h.changed_at
              AND (later.certificate_id IS NOT NULL OR later.outcome LIKE 'grant%'))
    """,
    "a certificate covers what somebody decided": """
        SELECT c.number, c.id FROM certificate c JOIN decision d ON d.id = c.decision_id
        LEFT JOIN certificate before ON before.id = d.certificate_id
        WHERE c.scope IS DISTINCT FROM coalesce(d.scope - 'housing_places', before.scope)
    """,
    "what a grant covers was stated": """
        SELECT d.outcome, d.id FROM decision d JOIN audit a ON a.id = d.audit_id
        JOIN application p ON p.id = a.application_id
        WHERE d.outcome LIKE 'grant%' AND NOT within_scope(d.scope, p.scope)
    """,
    "a condition is met by a decision about it, and a term until then": """
        SELECT n.state, n.id FROM condition n LEFT JOIN decision d ON d.id = n.met_by
        LEFT JOIN deadline t ON t.subject_id = n.id AND t.done_at IS NULL
        GROUP BY n.id, d.id
        HAVING (n.state = 'met') <> coalesce(d.outcome = 'condition_met' AND d.audit_id = n.audit_id, false)
          OR count(t.id) <> CASE n.state WHEN 'open' THEN 1 WHEN 'submitted' THEN 2 ELSE 0 END
    """,
    "a certificate without conditions had none, or all are met": """
        SELECT c.number, c.id FROM certificate c JOIN decision d ON d.id = c.decision_id
        WHERE NOT c.conditional AND EXISTS (SELECT FROM condition n WHERE n.audit_id = d.audit_id AND n.state <> 'met')
    """,
    "a refusal of a holder says what becomes of the certificate": """
        SELECT d.outcome, d.id FROM decision d
        JOIN certificate c ON c.agency_id = d.agency_id AND c.valid_until >= d.effective_on
        JOIN LATERAL (SELECT state FROM certificate_change WHERE certificate_id = c.id AND changed_at <= d.decided_at
                      ORDER BY id DESC LIMIT 1) before ON before.state IN ('active', 'partly_suspended', 'suspended')
        WHERE d.outcome = 'refuse' AND NOT EXISTS (
          SELECT FROM decision f WHERE f.certificate_id = c.id AND f.audit_id = d.audit_id
            AND f.outcome IN ('suspend', 'withdraw', 'maintain') AND f.decider_id = d.decider_id)
    """,
    "a critical finding on a holder is or was a task": """
        SELECT a.reference, f.id FROM finding f JOIN audit a ON a.id = f.audit_id
        JOIN scheme_version v ON v.id = a.scheme_version_id AND f.grade = ANY (v.failing_grades)
        JOIN certificate c ON c.agency_id = a.agency_id
          AND c.valid_until >= (a.reported_at AT TIME ZONE 'Europe/Amsterdam')::date
        JOIN LATERAL (SELECT state FROM certificate_change WHERE certificate_id = c.id AND changed_at <= a.reported_at
                      ORDER BY id DESC LIMIT 1) before ON before.state IN ('active', 'partly_suspended', 'suspended')
        WHERE NOT EXISTS (SELECT FROM deadline t WHERE t.subject_id = a.id AND t.kind = 'critical_finding')
    """,
    "a serious ground was weighed by two deciders without a part": """
        SELECT d.outcome, d.id FROM decision d JOIN decision_ground g ON g.decision_id = d.id
        LEFT JOIN decision_proposal p ON p.id = d.proposal_id
        LEFT JOIN audit a ON a.agency_id = d.agency_id AND p.proposed_by IN (a.planner_id, a.inspector_id)
          AND a.id = d.audit_id
        WHERE g.code = 'deceit' AND NOT d.provisional AND d.reviews_decision_id IS NULL
          AND (p.confirmed AND p.proposed_by <> d.decider_id AND a.id IS NULL) IS NOT TRUE
    """,
    "a suspension at once is answered by somebody else, and only then its term is over": """
        SELECT d.outcome, d.id FROM decision d JOIN LATERAL (
          SELECT done_at FROM deadline WHERE kind = 'suspension_hearing' AND subject_id = d.certificate_id
            AND opened_at >= d.decided_at ORDER BY opened_at LIMIT 1) t ON true
        LEFT JOIN decision e ON e.reviews_decision_id = d.id
        WHERE d.provisional AND (e.decider_id = d.decider_id OR (e.id IS NULL) <> (t.done_at IS NULL))
    """,
    "the register says what is provisional": """
        SELECT r.public_id, r.agency_id FROM register_entry r LEFT JOIN LATERAL (
          SELECT provisional FROM certificate_change WHERE certificate_id = r.certificate_id ORDER BY id DESC LIMIT 1) h
          ON true
        WHERE r.provisional <> (r.state = 'suspended' AND h.provisional) IS TRUE
    """,
    "a grant rests on a review by somebody untied, after every interest of the team": """
        SELECT d.outcome, d.id FROM decision d JOIN audit a ON a.id = d.audit_id
        JOIN counting t ON t.agency_id = d.agency_id AND t.declared_at < d.decided_at
        WHERE d.outcome LIKE 'grant%'
          AND (t.person_id = a.reviewer_id OR (t.person_id IN (a.planner_id, a.inspector_id)
                                               AND t.declared_at > a.reviewed_at))
    """,
    "nobody is shown as applying whose application ended": """
        SELECT r.public_id, r.agency_id FROM register_entry r
        WHERE r.applied_on IS NOT NULL AND NOT EXISTS (
          SELECT FROM application p WHERE p.agency_id = r.agency_id AND p.state IN ('accepted', 'concluded'))
          AND NOT EXISTS (SELECT FROM outbox o WHERE o.kind = 'register.refresh' AND o.done_at IS NULL
                            AND o.payload->>'agency_id' = r.agency_id::text)
    """,
    "what was confirmed was decided, and what was declined was not": """
        SELECT p.kind, p.id FROM decision_proposal p
        WHERE coalesce(p.confirmed, false) <> EXISTS (SELECT FROM decision WHERE proposal_id = p.id)
    """,
    "a task of the deciders ends by their decision": """
        SELECT t.kind, t.id FROM deadline t WHERE t.kind = 'critical_finding' AND t.done_at IS NOT NULL AND NOT EXISTS (
          SELECT FROM decision d WHERE d.agency_id = t.agency_id AND d.decided_at BETWEEN t.opened_at AND t.done_at
            AND d.outcome IN ('suspend', 'withdraw', 'end', 'maintain', 'close'))
    """,
    "the basis of a decision is kept": """
        SELECT d.outcome, d.id FROM decision d LEFT JOIN decision_basis b ON b.decision_id = d.id
        WHERE encode(sha256(convert_to(b.content, 'UTF8')), 'hex') IS DISTINCT FROM d.basis_sha256
    """,
    "nobody reviews own work, or plans it": """
        SELECT reference, id FROM audit WHERE reviewer_id IN (planner_id, inspector_id) OR planner_id = inspector_id
    """,
    "nobody decides with a declared interest": """
        SELECT d.outcome, d.id FROM decision d
        JOIN counting t ON t.agency_id = d.agency_id AND t.person_id = d.decider_id
        WHERE t.declared_at < d.decided_at
    """,
    "a certificate follows from a grant, or amends one": """
        SELECT c.number, c.id FROM certificate c LEFT JOIN decision d ON d.id = c.decision_id
        LEFT JOIN audit a ON a.id = d.audit_id LEFT JOIN application f ON f.id = a.application_id
        WHERE NOT coalesce((d.outcome LIKE 'grant%' OR d.outcome IN ('amend', 'condition_met'))
                           AND a.state = 'concluded' AND f.state = 'concluded'
                           AND c.agency_id = d.agency_id AND f.agency_id = d.agency_id, false)
    """,
    "a grant has one certificate": """
        SELECT count(*)::text, decision_id FROM certificate GROUP BY decision_id HAVING count(*) > 1
    """,
    "an agency has one current certificate": """
        SELECT count(*)::text, agency_id FROM certificate WHERE state IN ('active', 'partly_suspended', 'suspended')
        GROUP BY agency_id HAVING count(*) > 1
    """,
    "numbers have no holes": """
        SELECT number, id FROM (
          SELECT number, id, row_number() OVER (PARTITION BY split_part(number, '-', 2) ORDER BY numbered_at) AS place
          FROM certificate) numbered
        WHERE place <> split_part(number, '-', 3)::integer
    """,
    "what is issued has its document": """
        SELECT number, id FROM (
          SELECT c.*, c.state <> 'issuing' AS issued, (
            SELECT count(*) FROM document d WHERE d.subject_id = c.id AND d.kind = 'certificate'
            AND NOT EXISTS (SELECT FROM document newer WHERE newer.replaces = d.id)) AS documents
          FROM certificate c) c
        WHERE issued <> (issued_at IS NOT NULL) OR documents <> issued::integer
    """,
    "the register names the newest certificate": """
        SELECT c.number, c.agency_id FROM (
          SELECT DISTINCT ON (agency_id) * FROM certificate WHERE issued_at IS NOT NULL
          ORDER BY agency_id, issued_at DESC) c
        LEFT JOIN register_entry r ON r.agency_id = c.agency_id
        WHERE (r.certificate_number, r.state, r.listed) IS DISTINCT FROM (c.number, c.state, true)
    """,
    "no work failed but for what was made to fail": """
        SELECT kind || ': ' || last_error, id FROM outbox WHERE last_error NOT LIKE '%made up%'
    """,
    **ABOUT_TERMS,
}

# Once no work waits.
AT_REST = {
    "a grant leads to a certificate": """
        SELECT d.outcome, d.id FROM decision d LEFT JOIN certificate c ON c.decision_id = d.id
        WHERE d.outcome LIKE 'grant%' AND c.issued_at IS NULL
    """,
    "a decision has its letter": """
        SELECT d.outcome, d.id FROM decision d
        WHERE 1 <> (SELECT count(*) FROM document f WHERE f.subject_id = d.id AND f.kind = 'decision_letter')
    """,
    "a reported audit has its report": """
        SELECT a.reference, a.id FROM audit a WHERE a.reported_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM document f WHERE f.subject_id = a.id AND f.kind = 'audit_report'
                        AND f.created_at > a.reported_at)
    """,
    "no work is left": """
        SELECT kind, id FROM outbox WHERE done_at IS NULL
    """,
}


def broken(session: Session, invariants: Mapping[str, str]) -> list[str]:
    """Return the invariants that are violated, and by what."""
    return [f"{invariant}: {what} {which}" for invariant, what, which in session.execute(_at_once(*invariants.items()))]


@cache
def _at_once(*invariants: tuple[str, str]) -> TextClause:
    asked = " UNION ALL ".join(
        f"SELECT '{invariant}', what::text, which::text FROM ({query}) AS q (what, which)"
        for invariant, query in invariants
    )
    return text(f"WITH {MOVES} {asked}")
