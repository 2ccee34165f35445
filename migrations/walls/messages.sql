-- The thread of a case begins when the agency hands it in; what was written in it stays, until it is forgotten.
CREATE OR REPLACE FUNCTION check_case_message() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF EXISTS (SELECT FROM application WHERE id = NEW.application_id AND submitted_at IS NULL) THEN
    RAISE EXCEPTION 'nobody has seen this case yet' USING ERRCODE = 'check_violation', CONSTRAINT = 'case_message_lawful';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER case_message_lawful BEFORE INSERT ON case_message FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_case_message();
CREATE TRIGGER case_message_kept BEFORE UPDATE ON case_message FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER case_message_whole BEFORE TRUNCATE ON case_message FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER case_message_trace AFTER INSERT ON case_message DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_request();
