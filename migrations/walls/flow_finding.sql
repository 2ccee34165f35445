-- Made from the workflow of finding by migrations/flows.py; change it there.
CREATE TRIGGER finding_flow BEFORE UPDATE ON finding FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state IS DISTINCT FROM NEW.state AND (OLD.state, NEW.state) NOT IN (('answered', 'closed'), ('answered', 'open'), ('answered', 'superseded'), ('closed', 'superseded'), ('open', 'answered'), ('open', 'superseded'))) EXECUTE FUNCTION refuse_move();
CREATE TRIGGER finding_born BEFORE INSERT ON finding FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.state <> 'open') EXECUTE FUNCTION refuse_move();
CREATE TRIGGER finding_last BEFORE UPDATE ON finding FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state IN ('superseded')) EXECUTE FUNCTION refuse_last();
CREATE CONSTRAINT TRIGGER finding_trace AFTER UPDATE ON finding DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event();
