-- An agency or who audits it asks, and somebody else answers: the office, once.
CREATE OR REPLACE FUNCTION check_file_plea() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF (TG_OP = 'INSERT' AND NEW.answered_at IS NOT NULL) OR (TG_OP = 'UPDATE' AND (OLD.answered_at IS NOT NULL
      OR NEW.answered_by = OLD.asked_by OR NOT EXISTS (SELECT FROM person WHERE id = NEW.answered_by AND agency_id IS NULL))) THEN
    RAISE EXCEPTION 'this is answered by the office, once' USING ERRCODE = 'check_violation', CONSTRAINT = 'file_plea_lawful';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER file_plea_lawful BEFORE INSERT OR UPDATE ON file_plea FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_file_plea();
CREATE TRIGGER file_plea_kept BEFORE DELETE OR UPDATE OF id, agency_id, audit_id, sha256, filename, kinds, reason, asked_by, asked_at ON file_plea FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER file_plea_whole BEFORE TRUNCATE ON file_plea FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER file_plea_trace AFTER INSERT OR UPDATE ON file_plea DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_request();
