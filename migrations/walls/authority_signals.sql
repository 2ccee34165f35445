-- What an authority told is noted by the office and stays as it was; somebody ends it once, with a reason, and the worker
-- forgets it after its term.
CREATE OR REPLACE FUNCTION check_authority_signal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR EXISTS (SELECT FROM person WHERE id = NEW.ended_by AND agency_id IS NOT NULL)) THEN
    RAISE EXCEPTION 'this signal ended, or nobody of the office ends it' USING ERRCODE = 'check_violation', CONSTRAINT = 'authority_signal_ended';
  END IF;
  IF TG_OP = 'INSERT' AND (NEW.ended_at IS NOT NULL OR EXISTS (SELECT FROM person WHERE id = NEW.noted_by AND agency_id IS NOT NULL)) THEN
    RAISE EXCEPTION 'a signal is noted by the office' USING ERRCODE = 'check_violation', CONSTRAINT = 'authority_signal_noted';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER authority_signal_lawful BEFORE INSERT OR UPDATE ON authority_signal FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_authority_signal();
CREATE TRIGGER authority_signal_kept BEFORE UPDATE OF id, agency_id, source, reference, about, text, received_on, until, noted_by, noted_at ON authority_signal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER authority_signal_whole BEFORE TRUNCATE ON authority_signal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
