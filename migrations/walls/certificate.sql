-- A certificate without a positive decision for the same agency cannot exist, and what it says never changes.
-- A place in the status lists is given once. What was signed may come later, and stays unless another key signs it anew:
-- the first part of the text names the key.
CREATE OR REPLACE FUNCTION signed_again(before text, after text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT before IS NOT NULL
     AND (after IS NULL OR (after <> before AND split_part(after, '.', 1) = split_part(before, '.', 1)))
$$;

CREATE OR REPLACE FUNCTION check_certificate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  granted jsonb;
  amends uuid := (SELECT certificate_id FROM decision WHERE id = NEW.decision_id AND outcome IN ('amend', 'reduce_scope', 'extend_scope', 'condition_met'));
BEGIN
  IF NOT EXISTS (SELECT FROM decision
                 WHERE id = NEW.decision_id AND agency_id = NEW.agency_id AND outcome IN ('grant', 'grant_with_conditions', 'renew', 'amend', 'reduce_scope', 'extend_scope', 'condition_met')) THEN
    RAISE EXCEPTION 'a certificate needs a grant' USING ERRCODE = 'check_violation', CONSTRAINT = 'granted';
  END IF;
  -- A certificate covers what was granted. Decisions from before migration 0022 do not say what.
  IF TG_OP = 'INSERT' AND amends IS NULL THEN
    SELECT d.scope - 'housing_places' INTO granted FROM decision d WHERE d.id = NEW.decision_id;
    NEW.scope := coalesce(NEW.scope, granted);
    IF NEW.scope <> granted THEN
      RAISE EXCEPTION 'nobody granted this scope' USING ERRCODE = 'check_violation', CONSTRAINT = 'granted_scope';
    END IF;
  END IF;
  -- A certificate that is issued anew changes no more than the names, or covers less or more, as was decided; or it has no conditions
  -- any more, once all are met, and lasts longer. It takes the place of one that counted until now: it lifts no suspension
  -- and brings nothing back.
  IF TG_OP = 'INSERT' AND amends IS NOT NULL AND NOT EXISTS (
       SELECT FROM certificate a, decision d
       WHERE a.id = amends AND d.id = NEW.decision_id
         AND (NEW.valid_from, NEW.scheme_version_id) = (a.valid_from, a.scheme_version_id)
         AND (CASE d.outcome WHEN 'condition_met' THEN
               NOT NEW.conditional AND NEW.conditions = '[]' AND NEW.valid_until >= a.valid_until AND conditions_met(d.audit_id)
             ELSE (NEW.conditional, NEW.conditions, NEW.valid_until) = (a.conditional, a.conditions, a.valid_until) END)
         AND (CASE d.outcome
                WHEN 'reduce_scope' THEN NEW.scope = d.scope - 'housing_places' AND within_scope(NEW.scope, a.scope)
                WHEN 'extend_scope' THEN NEW.scope = d.scope - 'housing_places' AND within_scope(a.scope, NEW.scope)
                ELSE NEW.scope = a.scope END))
     OR TG_OP = 'UPDATE' AND amends IS NOT NULL AND OLD.state = 'issuing' AND NEW.state = 'active'
        AND NOT EXISTS (SELECT FROM event WHERE subject_id = amends AND txid = pg_current_xact_id()
                          AND data->>'before' = 'active' AND data->>'after' = 'replaced') THEN
    RAISE EXCEPTION 'an amendment of something else' USING ERRCODE = 'check_violation', CONSTRAINT = 'amended';
  END IF;
  IF TG_OP = 'UPDATE' AND (
       (NEW.number, NEW.decision_id, NEW.valid_from, NEW.valid_until, NEW.printed, NEW.status_index, NEW.scope)
       IS DISTINCT FROM
       (OLD.number, OLD.decision_id, OLD.valid_from, OLD.valid_until, OLD.printed, OLD.status_index, OLD.scope)
       OR signed_again(OLD.credential, NEW.credential) OR signed_again(OLD.badge, NEW.badge)) THEN
    RAISE EXCEPTION 'what a certificate says is fixed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER certificate_lawful BEFORE INSERT OR UPDATE ON certificate FOR EACH ROW EXECUTE FUNCTION check_certificate();
