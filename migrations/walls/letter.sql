-- A letter is written once; what was posted, when and by whom stays, and is told to the trail.
CREATE OR REPLACE FUNCTION check_letter() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF OLD.posted_on IS NOT NULL OR OLD.by_post AND NOT NEW.by_post THEN
    RAISE EXCEPTION 'this letter was posted' USING ERRCODE = 'check_violation', CONSTRAINT = 'letter_frozen';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER letter_frozen BEFORE UPDATE ON letter FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_letter();

CREATE OR REPLACE FUNCTION check_letter_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM event WHERE subject_id = NEW.id AND txid = pg_current_xact_id()
                   AND name = CASE WHEN NEW.posted_on IS NULL THEN 'letter.by_post' ELSE 'letter.post' END
                   AND (NEW.posted_by IS NULL OR actor_id = NEW.posted_by)) THEN
    RAISE EXCEPTION 'posted without its event' USING ERRCODE = 'check_violation', CONSTRAINT = 'letter_trace';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER letter_trace AFTER UPDATE ON letter DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_letter_told();
CREATE TRIGGER letter_kept BEFORE DELETE OR UPDATE OF id, number, agency_id, decision_id, plan_id, kind, moment, written_on, only_post ON letter FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER letter_whole BEFORE TRUNCATE ON letter FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
