-- History is only added to: no row is changed or removed, no table is emptied.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER event_kept BEFORE DELETE OR UPDATE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_kept BEFORE DELETE OR UPDATE ON decision FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_ground_kept BEFORE DELETE OR UPDATE ON decision_ground FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_basis_kept BEFORE DELETE OR UPDATE ON decision_basis FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificate_change_kept BEFORE DELETE OR UPDATE ON certificate_change FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER deadline_step_kept BEFORE DELETE OR UPDATE ON deadline_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_kept BEFORE DELETE OR UPDATE ON document FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER submission_kept BEFORE DELETE OR UPDATE ON submission FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tie_kept BEFORE DELETE OR UPDATE ON tie FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_participant_kept BEFORE DELETE OR UPDATE ON audit_participant FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certification_kept BEFORE DELETE OR UPDATE ON certification FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_requirement_kept BEFORE DELETE OR UPDATE ON audit_requirement FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_stamp_kept BEFORE DELETE OR UPDATE ON document_stamp FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entry_kept BEFORE DELETE OR UPDATE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_node_kept BEFORE DELETE OR UPDATE ON ledger_node FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER case_log_leaves_kept BEFORE DELETE OR UPDATE ON case_log_leaves FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_kept BEFORE DELETE OR UPDATE ON checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cosignature_kept BEFORE DELETE OR UPDATE ON cosignature FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER scheme_version_kept BEFORE DELETE OR UPDATE ON scheme_version FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER requirement_kept BEFORE DELETE OR UPDATE ON requirement FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER population_kept BEFORE DELETE OR UPDATE ON population FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sampled_unit_kept BEFORE DELETE OR UPDATE ON sampled_unit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificate_kept BEFORE DELETE ON certificate FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_note_kept BEFORE UPDATE ON event_note FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER security_event_kept BEFORE UPDATE ON security_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER corrective_action_kept BEFORE DELETE OR UPDATE OF finding_id, round, cause, extent, solution, effectiveness, submitted_by, submitted_at ON corrective_action FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- A promise is forgotten once it was kept.
CREATE TRIGGER outbox_kept BEFORE DELETE ON outbox FOR EACH ROW WHEN (OLD.done_at IS NULL) EXECUTE FUNCTION refuse_change();

-- A trigger for each row does not see TRUNCATE.
CREATE TRIGGER event_whole BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_whole BEFORE TRUNCATE ON decision FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_ground_whole BEFORE TRUNCATE ON decision_ground FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_basis_whole BEFORE TRUNCATE ON decision_basis FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificate_whole BEFORE TRUNCATE ON certificate FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificate_change_whole BEFORE TRUNCATE ON certificate_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER deadline_step_whole BEFORE TRUNCATE ON deadline_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_whole BEFORE TRUNCATE ON document FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_stamp_whole BEFORE TRUNCATE ON document_stamp FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER submission_whole BEFORE TRUNCATE ON submission FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tie_whole BEFORE TRUNCATE ON tie FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_participant_whole BEFORE TRUNCATE ON audit_participant FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER scheme_version_whole BEFORE TRUNCATE ON scheme_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER requirement_whole BEFORE TRUNCATE ON requirement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER population_whole BEFORE TRUNCATE ON population FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sampled_unit_whole BEFORE TRUNCATE ON sampled_unit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entry_whole BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_node_whole BEFORE TRUNCATE ON ledger_node FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER case_log_leaves_whole BEFORE TRUNCATE ON case_log_leaves FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_whole BEFORE TRUNCATE ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cosignature_whole BEFORE TRUNCATE ON cosignature FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_note_whole BEFORE TRUNCATE ON event_note FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER security_event_whole BEFORE TRUNCATE ON security_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER corrective_action_whole BEFORE TRUNCATE ON corrective_action FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
