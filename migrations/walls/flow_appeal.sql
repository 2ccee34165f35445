-- Made from the workflow of appeal by migrations/flows.py; change it there.
CREATE TRIGGER appeal_flow BEFORE UPDATE ON appeal FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state IS DISTINCT FROM NEW.state AND (OLD.state, NEW.state) NOT IN (('in_hand', 'decided'), ('in_hand', 'withdrawn'), ('lodged', 'in_hand'), ('lodged', 'refused'), ('lodged', 'withdrawn'))) EXECUTE FUNCTION refuse_move();
CREATE TRIGGER appeal_born BEFORE INSERT ON appeal FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.state <> 'lodged') EXECUTE FUNCTION refuse_move();
CREATE TRIGGER appeal_last BEFORE UPDATE ON appeal FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state IN ('decided', 'refused', 'withdrawn')) EXECUTE FUNCTION refuse_last();
CREATE CONSTRAINT TRIGGER appeal_trace AFTER UPDATE ON appeal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event();
