-- ISO/IEC 17065 clause 4.2: nobody evaluates an agency in which an interest was declared.
CREATE OR REPLACE FUNCTION check_no_tie() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF EXISTS (SELECT FROM tie WHERE agency_id = NEW.agency_id AND person_id = NEW.inspector_id) THEN
    RAISE EXCEPTION 'the inspector has a declared tie' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_tie';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER audit_no_tie BEFORE INSERT OR UPDATE OF inspector_id ON audit FOR EACH ROW EXECUTE FUNCTION check_no_tie();
