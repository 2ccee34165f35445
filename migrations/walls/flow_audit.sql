-- Made from the workflow of audit by migrations/flows.py; change it there.
CREATE TRIGGER audit_flow BEFORE UPDATE ON audit FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state IS DISTINCT FROM NEW.state AND (OLD.state, NEW.state) NOT IN (('in_progress', 'cancelled'), ('in_progress', 'reported'), ('planned', 'cancelled'), ('planned', 'in_progress'), ('reported', 'in_progress'), ('reported', 'reviewed'), ('reviewed', 'concluded'), ('reviewed', 'reported'))) EXECUTE FUNCTION refuse_move();
CREATE TRIGGER audit_born BEFORE INSERT ON audit FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.state <> 'planned') EXECUTE FUNCTION refuse_move();
CREATE TRIGGER audit_last BEFORE UPDATE ON audit FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state IN ('concluded', 'cancelled')) EXECUTE FUNCTION refuse_last();
CREATE CONSTRAINT TRIGGER audit_trace AFTER UPDATE ON audit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event();
CREATE OR REPLACE FUNCTION audits_in_hand(person uuid) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT ARRAY(SELECT reference FROM audit WHERE inspector_id = person AND state NOT IN ('concluded', 'cancelled') ORDER BY reference)
$$;
