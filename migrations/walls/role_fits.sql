-- A person of an agency holds agency roles only, and staff hold none of them.
CREATE OR REPLACE FUNCTION check_role_fits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF (NEW.role LIKE 'agency\_%') <> (SELECT agency_id IS NOT NULL FROM person WHERE id = NEW.person_id) THEN
    RAISE EXCEPTION 'the role does not fit the person' USING ERRCODE = 'check_violation', CONSTRAINT = 'role_fits';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER person_role_role_fits BEFORE INSERT OR UPDATE ON person_role FOR EACH ROW EXECUTE FUNCTION check_role_fits();
