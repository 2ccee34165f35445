-- What the office wrote down stays as it was; its writer takes it back once, and the worker forgets it after its term.
CREATE OR REPLACE FUNCTION check_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL) THEN
    RAISE EXCEPTION 'this note was taken back' USING ERRCODE = 'check_violation', CONSTRAINT = 'staff_note_frozen';
  END IF;
  IF TG_OP = 'INSERT' AND (NEW.withdrawn_at IS NOT NULL OR EXISTS (SELECT FROM person WHERE id = NEW.written_by AND agency_id IS NOT NULL)) THEN
    RAISE EXCEPTION 'a note is written by the office' USING ERRCODE = 'check_violation', CONSTRAINT = 'staff_note_written';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER staff_note_lawful BEFORE INSERT OR UPDATE ON staff_note FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_note();
CREATE TRIGGER staff_note_kept BEFORE UPDATE OF id, agency_id, text, written_by, written_at ON staff_note FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER staff_note_whole BEFORE TRUNCATE ON staff_note FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
