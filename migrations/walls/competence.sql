-- What somebody can do is of the staff alone, and counts from the day on which it is recorded until it ends.
CREATE OR REPLACE FUNCTION check_competence() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NEW.ended_at IS NOT NULL OR NOT EXISTS (
       SELECT FROM person WHERE id = NEW.person_id AND agency_id IS NULL AND retired_at IS NULL) THEN
    RAISE EXCEPTION 'a competence is of somebody of the staff' USING ERRCODE = 'check_violation', CONSTRAINT = 'competence_lawful';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER competence_lawful BEFORE INSERT ON competence FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_competence();
CREATE TRIGGER competence_final BEFORE UPDATE ON competence FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER competence_kept BEFORE DELETE OR UPDATE OF id, person_id, kind, value, valid_until, recorded_by, recorded_at ON competence FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER competence_whole BEFORE TRUNCATE ON competence FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER competence_trace AFTER INSERT OR UPDATE ON competence DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_request();
