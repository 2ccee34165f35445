-- Made from the workflow of link_report by migrations/flows.py; change it there.
CREATE TRIGGER link_report_flow BEFORE UPDATE ON link_report FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state IS DISTINCT FROM NEW.state AND (OLD.state, NEW.state) NOT IN (('open', 'dismissed'), ('open', 'referred'), ('referred', 'open'))) EXECUTE FUNCTION refuse_move();
CREATE TRIGGER link_report_born BEFORE INSERT ON link_report FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.state <> 'open') EXECUTE FUNCTION refuse_move();
CREATE TRIGGER link_report_last BEFORE UPDATE ON link_report FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state IN ('dismissed')) EXECUTE FUNCTION refuse_last();
CREATE CONSTRAINT TRIGGER link_report_trace AFTER UPDATE ON link_report DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event();
