-- Made from the workflow of condition by migrations/flows.py; change it there.
CREATE TRIGGER condition_flow BEFORE UPDATE ON condition FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state IS DISTINCT FROM NEW.state AND (OLD.state, NEW.state) NOT IN (('open', 'lapsed'), ('open', 'met'), ('open', 'submitted'), ('submitted', 'lapsed'), ('submitted', 'met'), ('submitted', 'open'))) EXECUTE FUNCTION refuse_move();
CREATE TRIGGER condition_born BEFORE INSERT ON condition FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.state <> 'open') EXECUTE FUNCTION refuse_move();
CREATE TRIGGER condition_last BEFORE UPDATE ON condition FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state IN ('met', 'lapsed')) EXECUTE FUNCTION refuse_last();
CREATE CONSTRAINT TRIGGER condition_trace AFTER UPDATE ON condition DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event();
