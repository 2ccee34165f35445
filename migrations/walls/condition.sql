-- A condition is named by a grant with conditions on the same audit, in the same transaction, and by nothing else.
CREATE OR REPLACE FUNCTION check_imposed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM decision
                 WHERE id = NEW.decision_id AND audit_id = NEW.audit_id AND agency_id = NEW.agency_id
                   AND outcome = 'grant_with_conditions' AND txid = pg_current_xact_id()) THEN
    RAISE EXCEPTION 'no grant names this condition' USING ERRCODE = 'check_violation', CONSTRAINT = 'condition_imposed';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER condition_imposed AFTER INSERT ON condition DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_imposed();

-- It is met by a decision of its own kind, which rests on the same audit, taken in the same transaction: so the
-- independence of the decider holds for it.
CREATE OR REPLACE FUNCTION check_met() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM decision
                 WHERE id = NEW.met_by AND audit_id = NEW.audit_id AND agency_id = NEW.agency_id
                   AND outcome = 'condition_met' AND txid = pg_current_xact_id()) THEN
    RAISE EXCEPTION 'nobody decided that this condition is met' USING ERRCODE = 'check_violation', CONSTRAINT = 'condition_decided';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER condition_decided BEFORE UPDATE ON condition FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.state = 'met' AND OLD.state <> 'met') EXECUTE FUNCTION check_met();

-- A grant with conditions names at least one, each with its term; a decision that one is met says which.
CREATE OR REPLACE FUNCTION need_conditions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NEW.outcome = 'condition_met' AND NOT EXISTS (SELECT FROM condition WHERE met_by = NEW.id)
     OR NEW.outcome = 'grant_with_conditions'
        AND (NOT EXISTS (SELECT FROM condition WHERE decision_id = NEW.id)
             OR EXISTS (SELECT FROM condition c
                        WHERE c.decision_id = NEW.id
                          AND NOT EXISTS (SELECT FROM deadline WHERE kind = 'condition' AND subject_id = c.id))) THEN
    RAISE EXCEPTION 'a decision about conditions without them' USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_conditions';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER decision_conditions AFTER INSERT ON decision DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.outcome IN ('grant_with_conditions', 'condition_met')) EXECUTE FUNCTION need_conditions();

-- Proof comes with its event, its files with it. It is answered once, by somebody independent, with the event of that.
CREATE OR REPLACE FUNCTION check_proof() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  its_condition uuid := (SELECT condition_id FROM condition_proof
                         WHERE id = coalesce(to_jsonb(NEW)->>'proof_id', NEW.id::text)::uuid);
BEGIN
  IF NOT EXISTS (SELECT FROM event
                 WHERE subject_id = its_condition AND txid = pg_current_xact_id()
                   AND name = CASE TG_OP WHEN 'INSERT' THEN 'condition.submit' ELSE 'condition.return' END) THEN
    RAISE EXCEPTION 'a % without the event of its condition', TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_trace';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION check_proof_answer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT is_outsider(NEW.answered_by, NEW.agency_id) THEN
    RAISE EXCEPTION 'proof is judged by somebody who took no part' USING ERRCODE = 'check_violation', CONSTRAINT = 'condition_proof_second_person';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER condition_proof_lawful BEFORE UPDATE ON condition_proof FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_proof_answer();
CREATE TRIGGER condition_proof_frozen BEFORE UPDATE ON condition_proof FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.answered_at IS NOT NULL) EXECUTE FUNCTION refuse_frozen();
CREATE CONSTRAINT TRIGGER condition_proof_trace AFTER INSERT OR UPDATE ON condition_proof DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_proof();
CREATE CONSTRAINT TRIGGER condition_file_trace AFTER INSERT ON condition_file DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_proof();
CREATE TRIGGER condition_proof_kept BEFORE DELETE OR UPDATE OF id, condition_id, agency_id, explanation, submitted_by, submitted_at ON condition_proof FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER condition_kept BEFORE DELETE OR UPDATE OF id, decision_id, audit_id, agency_id, "position", text, due_on, owner, about ON condition FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Whether all conditions of a grant on this audit are met, so that a certificate without them follows.
CREATE OR REPLACE FUNCTION conditions_met(of_audit uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT bool_and(state = 'met') IS TRUE FROM condition WHERE audit_id = of_audit
$$;
