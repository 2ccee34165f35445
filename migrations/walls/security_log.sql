-- The security log is cleared after a term. Not before 30 days: who breaks in cannot take the traces away.
CREATE OR REPLACE FUNCTION keep_fresh_traces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.happened_at > now() - interval '30 days' THEN
    RAISE EXCEPTION 'the security log is kept for 30 days at least' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END $$;

CREATE TRIGGER security_event_fresh BEFORE DELETE ON security_event FOR EACH ROW EXECUTE FUNCTION keep_fresh_traces();
