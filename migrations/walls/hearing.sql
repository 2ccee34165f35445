-- An agency is heard about a suspension at once until a second decider has answered; what it said is kept.
CREATE OR REPLACE FUNCTION check_hearing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NEW.decision_id IS DISTINCT FROM provisional_suspension(NEW.agency_id) THEN
    RAISE EXCEPTION 'nobody is heard about this' USING ERRCODE = 'check_violation', CONSTRAINT = 'hearing_open';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER hearing_statement_open BEFORE INSERT ON hearing_statement FOR EACH ROW EXECUTE FUNCTION check_hearing();
CREATE TRIGGER hearing_statement_kept BEFORE DELETE OR UPDATE ON hearing_statement FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER hearing_statement_whole BEFORE TRUNCATE ON hearing_statement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
