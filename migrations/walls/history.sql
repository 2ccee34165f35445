-- What a verdict was before it changed is kept by the database itself, so that no code can forget it. Nobody but the
-- owner changes these rows, who may have to erase a name in a note.
CREATE OR REPLACE FUNCTION keep_verdict() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  INSERT INTO verdict_change (audit_id, requirement_code, unit, reference, value_before, note_before, method_before, value, note, method, reason, changed_by, changed_at)
  VALUES (OLD.audit_id, OLD.requirement_code, OLD.unit, OLD.reference, OLD.value, OLD.note, OLD.method, NEW.value, NEW.note, NEW.method, NEW.reason, NEW.recorded_by, NEW.recorded_at);
  RETURN NULL;
END $$;

-- Whoever replaces a verdict says why; a note may be completed without.
CREATE OR REPLACE FUNCTION need_reason() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a verdict changed without a reason' USING ERRCODE = 'check_violation', CONSTRAINT = 'verdict_reason';
END $$;

CREATE TRIGGER verdict_reason BEFORE UPDATE ON verdict FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.value <> NEW.value AND btrim(NEW.reason) = '') EXECUTE FUNCTION need_reason();
CREATE TRIGGER verdict_history AFTER UPDATE ON verdict FOR EACH ROW WHEN ((OLD.value, OLD.note, OLD.method) IS DISTINCT FROM (NEW.value, NEW.note, NEW.method)) EXECUTE FUNCTION keep_verdict();
