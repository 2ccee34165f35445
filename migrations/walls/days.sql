-- The days of an audit are rows that supersede, until its report; each is of somebody who works on it or did.
CREATE OR REPLACE FUNCTION check_day() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM hands_on(NEW.audit_id) h WHERE h.person_id = NEW.person_id)
     AND NOT EXISTS (SELECT FROM audit_participant p WHERE p.audit_id = NEW.audit_id AND p.person_id = NEW.person_id) THEN
    RAISE EXCEPTION 'this person does not work on this audit' USING ERRCODE = 'check_violation', CONSTRAINT = 'day_of_team';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER audit_day_team BEFORE INSERT ON audit_day FOR EACH ROW EXECUTE FUNCTION check_day();
CREATE TRIGGER audit_day_frozen BEFORE INSERT ON audit_day FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('planned', 'in_progress');
CREATE TRIGGER audit_day_kept BEFORE DELETE OR UPDATE ON audit_day FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_day_whole BEFORE TRUNCATE ON audit_day FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_time_kept BEFORE DELETE OR UPDATE ON audit_time FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_time_whole BEFORE TRUNCATE ON audit_time FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
