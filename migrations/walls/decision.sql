-- The audits of the present cycle of an agency: those of the application that led to its newest certificate, and all since,
-- cancelled ones too. Without a certificate: all.
CREATE OR REPLACE FUNCTION cycle_audits(of_agency uuid) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT ARRAY(
    SELECT a.id FROM audit a JOIN application p ON p.id = a.certification_id
    WHERE a.agency_id = of_agency
      AND p.created_at >= coalesce(
            (SELECT first.created_at FROM certificate c
               JOIN decision d ON d.id = c.decision_id
               JOIN audit b ON b.id = d.audit_id
               JOIN application first ON first.id = b.certification_id
             WHERE c.agency_id = of_agency AND c.issued_at IS NOT NULL
             ORDER BY c.numbered_at DESC LIMIT 1), '-infinity'))
$$;

-- The requirements of an audit on which fewer units were assessed than its scheme demands, with what follows. Replacements
-- count, units that the inspector chose do not, nor those to which the requirement does not apply.
CREATE OR REPLACE FUNCTION evidence_short(of_audit uuid) RETURNS TABLE(code text, effect text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT r.code, r.shortfall
  FROM audit a
    JOIN scheme_version n ON n.id = a.scheme_version_id
    JOIN requirement r ON r.scheme_version_id = n.id AND r.minimum_assessed IS NOT NULL
    CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE s.origin = 'random' AND (v.value IS NULL OR v.value = ANY (n.assessed_verdicts || n.open_verdicts))) AS applicable,
             count(*) FILTER (WHERE s.origin <> 'targeted' AND v.value = ANY (n.assessed_verdicts)) AS assessed,
             count(v.value) AS judged
      FROM sampled_unit s
        LEFT JOIN verdict v ON v.audit_id = s.audit_id AND v.requirement_code = r.code AND v.unit = s.unit AND v.reference = s.reference
      WHERE s.audit_id = a.id AND s.unit = r.unit) units
  WHERE a.id = of_audit AND units.judged > 0 AND units.assessed < ceil(r.minimum_assessed * units.applicable)
$$;

-- Whether somebody of the team of an audit has an interest that counted when it began, and nobody untied reviewed the file
-- since it became known.
CREATE OR REPLACE FUNCTION tied_team(of_audit uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT EXISTS (
    SELECT FROM audit a
      CROSS JOIN LATERAL interests_in(a.agency_id, least(a.planned_on, (now() AT TIME ZONE 'Europe/Amsterdam')::date)) i
      JOIN tie t ON t.id = i.tie_id
    WHERE a.id = of_audit
      AND (t.person_id = a.reviewer_id
           OR (t.declared_at >= coalesce(a.reviewed_at, '-infinity')
               AND (t.person_id IN (a.planner_id, a.inspector_id)
                    OR EXISTS (SELECT FROM audit_participant p WHERE p.audit_id = a.id AND p.person_id = t.person_id)
                    OR EXISTS (SELECT FROM verdict v WHERE v.audit_id = a.id AND v.recorded_by = t.person_id)))))
$$;

-- The suspension at once of an agency's certificate that a second decider has not answered yet.
CREATE OR REPLACE FUNCTION provisional_suspension(of_agency uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT last.id FROM (
    SELECT d.id, d.provisional FROM decision d JOIN certificate c ON c.id = d.certificate_id
    WHERE d.agency_id = of_agency AND c.state = 'suspended' AND d.outcome IN ('suspend', 'lift', 'withdraw', 'end')
    ORDER BY d.decided_at DESC LIMIT 1) last
  WHERE last.provisional
$$;

-- Whether the norm of a certificate lets an appeal hold back a decision of this kind about it.
CREATE OR REPLACE FUNCTION held_back(of_certificate uuid, kind text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT coalesce((SELECT kind = ANY (n.held_back_kinds) FROM certificate c JOIN scheme_version n ON n.id = c.scheme_version_id
                   WHERE c.id = of_certificate), false)
$$;

-- The decision about the certificate of an agency that counts from a later day, was not carried out yet, and whose place
-- no later decision took. The outcome of an appeal takes its place only if that was upheld.
CREATE OR REPLACE FUNCTION waiting_decision(of_agency uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT last.id FROM (
    SELECT d.* FROM decision d
    WHERE d.agency_id = of_agency AND d.outcome <> 'appeal_outcome'
      AND (d.certificate_id IS NOT NULL OR d.outcome IN ('grant', 'grant_with_conditions', 'renew'))
    ORDER BY d.decided_at DESC LIMIT 1) last
  WHERE last.effective_on > (last.decided_at AT TIME ZONE 'Europe/Amsterdam')::date
    AND NOT EXISTS (SELECT FROM appeal a WHERE a.decision_id = last.id AND a.outcome IN ('upheld', 'partly'))
    AND NOT EXISTS (SELECT FROM certificate_change h WHERE h.certificate_id = last.certificate_id AND h.decision_id = last.id)
$$;

-- ISO/IEC 17065 clauses 4.2, 7.6.2 and 7.11: whoever decides about an agency, whatever the decision, took no part in any
-- audit of this cycle and has no declared interest in it. Where two deciders are needed, this holds for both.
-- The scheme's fail line and failing grades: the database counts the points itself, and the units that were assessed. Where
-- the scheme judges this kind of audit as repaired, a closed finding weighs nothing.
CREATE OR REPLACE FUNCTION check_decision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  cycle uuid[] := cycle_audits(NEW.agency_id) || NEW.audit_id;
  deciders uuid[] := ARRAY[NEW.decider_id];
  proposed decision_proposal%ROWTYPE;
  waiting uuid := provisional_suspension(NEW.agency_id);
  urgent boolean := NEW.provisional OR waiting IS NOT NULL
    OR EXISTS (SELECT FROM deadline WHERE kind = 'critical_finding' AND agency_id = NEW.agency_id AND done_at IS NULL);
  held boolean := held_back(NEW.certificate_id, NEW.outcome);
  the_audit audit%ROWTYPE;
  norm scheme_version%ROWTYPE;
  total integer;
  fails boolean;
  blocked boolean;
BEGIN
  IF NEW.agency_id <> (SELECT agency_id FROM audit WHERE id = NEW.audit_id) THEN
    RAISE EXCEPTION 'the decision names another agency' USING ERRCODE = 'check_violation', CONSTRAINT = 'same_agency';
  END IF;
  IF NEW.proposal_id IS NOT NULL THEN
    SELECT * INTO proposed FROM decision_proposal WHERE id = NEW.proposal_id;
    IF (proposed.confirmed AND proposed.answered_by = NEW.decider_id AND proposed.agency_id = NEW.agency_id
        AND NEW.outcome IN (proposed.kind, proposed.fate)
        AND (proposed.audit_id = NEW.audit_id OR proposed.certificate_id = NEW.certificate_id)) IS NOT TRUE THEN
      RAISE EXCEPTION 'this is not what was proposed' USING ERRCODE = 'check_violation', CONSTRAINT = 'proposed';
    END IF;
    deciders := deciders || proposed.proposed_by;
  END IF;
  IF EXISTS (SELECT FROM audit WHERE id = ANY (cycle) AND (planner_id = ANY (deciders) OR inspector_id = ANY (deciders)))
     OR EXISTS (SELECT FROM audit_participant WHERE audit_id = ANY (cycle) AND person_id = ANY (deciders))
     OR EXISTS (SELECT FROM verdict WHERE audit_id = ANY (cycle) AND recorded_by = ANY (deciders)) THEN
    RAISE EXCEPTION 'the decider took part in the audit' USING ERRCODE = 'check_violation', CONSTRAINT = 'four_eyes';
  END IF;
  IF EXISTS (SELECT FROM unnest(deciders) decider WHERE has_interest(decider, NEW.agency_id)) THEN
    RAISE EXCEPTION 'the decider has a declared tie' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_tie';
  END IF;
  -- Who suspended at once decides nothing more about that agency until a second decider, who heard it, has answered.
  IF NEW.decider_id = (SELECT decider_id FROM decision WHERE id = waiting) THEN
    RAISE EXCEPTION 'the decider suspended this agency provisionally'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'second_decider';
  END IF;
  IF NEW.outcome IN ('suspend', 'lift', 'withdraw', 'end')
     AND (NEW.reviews_decision_id IS DISTINCT FROM waiting
          OR (waiting IS NOT NULL AND NEW.heard = '' AND NEW.outcome <> 'end')) THEN
    RAISE EXCEPTION 'a provisional suspension is answered after the agency was heard'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'heard';
  END IF;
  -- Nothing counts from a day that is over. What takes a certificate away may count from a later day while that lasts,
  -- unless it answers what cannot wait; and until then nothing is issued in its place.
  IF NEW.effective_on < (NEW.decided_at AT TIME ZONE 'UTC')::date
     OR NEW.effective_on > (NEW.decided_at AT TIME ZONE 'Europe/Amsterdam')::date
        AND (NEW.outcome NOT IN ('suspend', 'withdraw', 'end') OR urgent OR NEW.audit_id IS NOT NULL AND NOT held
             OR awaits_certificate(NEW.agency_id)
             OR NEW.effective_on > (SELECT valid_until FROM certificate WHERE id = NEW.certificate_id)) THEN
    RAISE EXCEPTION 'this decision cannot count from that day' USING ERRCODE = 'check_violation', CONSTRAINT = 'effective_day';
  END IF;
  -- What the norm lets an appeal hold back leaves time for one, unless it cannot wait or the certificate ends before.
  IF held AND NOT urgent AND NEW.effective_on = (NEW.decided_at AT TIME ZONE 'Europe/Amsterdam')::date
     AND NEW.effective_on < (SELECT valid_until FROM certificate WHERE id = NEW.certificate_id) THEN
    RAISE EXCEPTION 'an appeal can hold this decision back' USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_first';
  END IF;
  IF NEW.outcome IN ('amend', 'extend_scope', 'reduce_scope', 'condition_met') AND waiting_decision(NEW.agency_id) IS NOT NULL THEN
    RAISE EXCEPTION 'a decision about this certificate waits for its day' USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_waits';
  END IF;
  -- A suspension is not lifted over a critical finding on which nobody decided.
  IF NEW.outcome = 'lift' AND EXISTS (SELECT FROM deadline
                                      WHERE kind = 'critical_finding' AND agency_id = NEW.agency_id AND done_at IS NULL) THEN
    RAISE EXCEPTION 'a critical finding waits for a decision' USING ERRCODE = 'check_violation', CONSTRAINT = 'urgent_first';
  END IF;
  -- An audit is closed without effect only when it is one of a holder whose certificate is gone.
  IF NEW.outcome = 'close' AND NEW.audit_id IS NOT NULL
     AND ((SELECT application_id FROM audit WHERE id = NEW.audit_id) IS NOT NULL
          OR living_certificate(NEW.agency_id, NEW.effective_on) IS NOT NULL) THEN
    RAISE EXCEPTION 'there is something to decide' USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_audit';
  END IF;
  IF NEW.outcome IN ('grant', 'grant_with_conditions', 'renew', 'extend_scope') AND NEW.audit_id IS NOT NULL THEN
    SELECT * INTO STRICT the_audit FROM audit WHERE id = NEW.audit_id;
    SELECT * INTO STRICT norm FROM scheme_version WHERE id = the_audit.scheme_version_id;
    IF tied_team(NEW.audit_id) THEN
      RAISE EXCEPTION 'somebody of the team has a declared tie, and nobody looked again'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'tied_team';
    END IF;
    SELECT coalesce(sum(points), 0),
           coalesce(bool_or(grade = ANY (norm.failing_grades)), false), coalesce(bool_or(blocks AND state <> 'closed'), false)
      INTO total, fails, blocked FROM finding
      WHERE audit_id = NEW.audit_id AND state NOT IN ('superseded', 'withdrawn')
        AND NOT (state = 'closed' AND the_audit.kind = ANY (norm.repaired_kinds));
    IF the_audit.state NOT IN ('reviewed', 'concluded') OR total >= norm.fail_total
       OR fails OR blocked
       OR EXISTS (SELECT FROM evidence_short(NEW.audit_id) WHERE effect = 'blocks' OR NEW.outcome <> 'grant_with_conditions') THEN
      RAISE EXCEPTION 'this audit does not allow a grant'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'no_grant';
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER decision_lawful BEFORE INSERT ON decision FOR EACH ROW EXECUTE FUNCTION check_decision();

-- What is kept as the basis of a decision is what its digest is of; and no decision is without.
CREATE OR REPLACE FUNCTION check_basis() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex')
     IS DISTINCT FROM (SELECT basis_sha256 FROM decision WHERE id = NEW.decision_id) THEN
    RAISE EXCEPTION 'the basis has another digest' USING ERRCODE = 'check_violation', CONSTRAINT = 'basis_digest';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION need_basis() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM decision_basis WHERE decision_id = NEW.id) THEN
    RAISE EXCEPTION 'a decision without its basis' USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_trace';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER decision_basis_lawful BEFORE INSERT ON decision_basis FOR EACH ROW EXECUTE FUNCTION check_basis();
CREATE CONSTRAINT TRIGGER decision_trace AFTER INSERT ON decision DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_basis();

-- A certificate is suspended, restored, withdrawn or ended by a decision of that kind on it, taken in the same
-- transaction, or for a later day that has come; so the independence of the decider holds for each of these. Issue and replacement follow from a grant.
CREATE OR REPLACE FUNCTION check_decided() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM decision
                 WHERE id = NEW.decision_id AND certificate_id = NEW.certificate_id AND outcome = NEW.move
                   AND coalesce(excepted, '{}') = NEW.excepted
                   AND (NEW.move <> 'suspend' OR (NEW.state = 'partly_suspended') = (excepted IS NOT NULL))
                   AND decider_id = NEW.actor_id
                   AND CASE WHEN effective_on > (decided_at AT TIME ZONE 'Europe/Amsterdam')::date
                         THEN id = waiting_decision(NEW.agency_id)
                              AND effective_on <= (NEW.changed_at AT TIME ZONE 'Europe/Amsterdam')::date
                              AND NOT (held_back(certificate_id, outcome) AND appeal_runs(id))
                         ELSE txid = pg_current_xact_id() END) THEN
    RAISE EXCEPTION 'nobody decided this change' USING ERRCODE = 'check_violation', CONSTRAINT = 'decided';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER certificate_change_decided BEFORE INSERT ON certificate_change FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.move NOT IN ('issue', 'replace')) EXECUTE FUNCTION check_decided();

-- What is suspended of a certificate is a part of its scope, and leaves an activity and a sector.
CREATE OR REPLACE FUNCTION check_excepted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  covered jsonb := (SELECT scope FROM certificate WHERE id = NEW.certificate_id);
BEGIN
  IF NOT EXISTS (SELECT FROM scope_items(NEW.excepted))
     OR EXISTS (SELECT FROM scope_items(NEW.excepted) item WHERE item NOT IN (SELECT scope_items(covered)))
     OR covered->'activities' <@ (NEW.excepted->'activities') OR covered->'sectors' <@ (NEW.excepted->'sectors') THEN
    RAISE EXCEPTION 'this is no part of the certificate' USING ERRCODE = 'check_violation', CONSTRAINT = 'excepted_scope';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER decision_excepts BEFORE INSERT ON decision FOR EACH ROW WHEN (NEW.excepted IS NOT NULL) EXECUTE FUNCTION check_excepted();
