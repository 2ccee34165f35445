-- An accepted application ends without a decision only while no audit stands in the way: none that goes on if the office
-- closes it, and none that is reported if the agency withdraws it, which may not know of another one.
CREATE OR REPLACE FUNCTION audit_in_the_way(of_application uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT a.reference FROM audit a JOIN application p ON p.id = a.application_id
  WHERE p.id = of_application AND a.state NOT IN ('concluded', 'cancelled')
    AND (p.state = 'closed' OR a.reported_at IS NOT NULL)
  LIMIT 1
$$;

CREATE OR REPLACE FUNCTION check_ending() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF audit_in_the_way(NEW.id) IS NOT NULL THEN
    RAISE EXCEPTION 'an audit stands in the way' USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_in_the_way';
  END IF;
  RETURN NULL;
END $$;

-- At the end of the transaction, so that the service first says which audit it is.
CREATE CONSTRAINT TRIGGER application_ending AFTER UPDATE ON application DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state = 'accepted' AND NEW.state IN ('withdrawn', 'closed')) EXECUTE FUNCTION check_ending();
