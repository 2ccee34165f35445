"""Invariants about what the clock does and about appeals, each as a query for violations."""

ABOUT_TERMS = {
    "no step of the clock is made before its day": """
        SELECT s.kind, s.deadline_id FROM deadline_step s
        WHERE s.planned_on > (s.made_at AT TIME ZONE 'Europe/Amsterdam')::date
    """,
    "the clock writes once that a term begins, may be used, or is over": """
        SELECT o.payload ->> 'moment', t.id FROM outbox o, jsonb_array_elements_text(o.payload -> 'deadlines') AS t (id)
        WHERE o.kind = 'document.term_letter' AND o.payload ->> 'moment' <> 'remind'
        GROUP BY o.payload ->> 'moment', t.id HAVING count(DISTINCT o.id) > 1
    """,
    "an appeal is a task while it is open": """
        SELECT a.state, a.id FROM appeal a
        LEFT JOIN deadline t ON t.subject_id = a.id AND t.done_at IS NULL
          AND t.kind IN ('appeal_receipt', 'appeal_outcome')
        GROUP BY a.id HAVING count(t.id) <> CASE a.state WHEN 'lodged' THEN 2 WHEN 'in_hand' THEN 1 ELSE 0 END
    """,
    "who handles an appeal and who ends it took no part in the decision": """
        SELECT a.state, a.id FROM appeal a JOIN decision d ON d.id = a.decision_id
        LEFT JOIN decision_proposal p ON p.id = d.proposal_id LEFT JOIN decision e ON e.id = a.decided_by
        WHERE a.handler_id IN (d.decider_id, p.proposed_by) OR e.decider_id IN (d.decider_id, p.proposed_by)
    """,
    "the register says what is under appeal": """
        SELECT r.public_id, r.agency_id FROM register_entry r WHERE r.under_appeal <> EXISTS (
          SELECT FROM appeal a JOIN decision d ON d.id = a.decision_id
          WHERE a.agency_id = r.agency_id AND d.certificate_id IS NOT NULL
            AND (a.state = 'in_hand' OR a.state = 'lodged' AND a.received_on <= a.until))
    """,
    "what an appeal that was upheld ended never counts": """
        SELECT h.move, h.certificate_id FROM certificate_change h JOIN decision d ON d.id = h.decision_id
        JOIN appeal a ON a.decision_id = d.id JOIN decision o ON o.id = a.decided_by
        WHERE a.outcome = 'upheld' AND h.changed_at > o.decided_at AND h.move = d.outcome
    """,
}
