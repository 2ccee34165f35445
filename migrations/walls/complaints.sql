-- Complaints about us are added by this function alone, which the register may call, and never change.
CREATE OR REPLACE FUNCTION keep_complaint(its_id uuid, its_about text, in_language text, its_message text, its_contact text, at_time timestamp with time zone) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  INSERT INTO complaint (id, about, language, message, contact, received_at)
  VALUES (its_id, its_about, in_language, its_message, its_contact, at_time)
  ON CONFLICT (id) DO NOTHING
$$;

-- What whoever complained reads of it, by the number that nobody else knows.
CREATE OR REPLACE FUNCTION complaint_state(its_id uuid) RETURNS TABLE(received_at timestamp with time zone, taken_at timestamp with time zone, verdict text, answer text, answered_at timestamp with time zone) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT c.received_at, h.taken_at, h.verdict, h.answer, h.answered_at
  FROM complaint c LEFT JOIN handling h ON h.subject_id = c.id WHERE c.id = its_id
$$;

CREATE TRIGGER complaint_kept BEFORE DELETE OR UPDATE ON complaint FOR EACH ROW EXECUTE FUNCTION keep_told();
CREATE TRIGGER complaint_whole BEFORE TRUNCATE ON complaint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Somebody of the staff handles what was told: of a signal without an interest in its agency. What was answered stays.
CREATE OR REPLACE FUNCTION check_handling() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.answered_at IS NOT NULL THEN
    RAISE EXCEPTION 'this was answered' USING ERRCODE = 'check_violation', CONSTRAINT = 'handling_frozen';
  END IF;
  IF NOT (CASE NEW.told WHEN 'signal' THEN EXISTS (SELECT FROM signal WHERE id = NEW.subject_id AND agency_id = NEW.agency_id)
                        ELSE EXISTS (SELECT FROM complaint WHERE id = NEW.subject_id) END)
     OR TG_OP = 'INSERT' AND NEW.answered_at IS NOT NULL THEN
    RAISE EXCEPTION 'there is nothing to handle' USING ERRCODE = 'check_violation', CONSTRAINT = 'handling_subject';
  END IF;
  IF EXISTS (SELECT FROM person WHERE id = NEW.handler_id AND agency_id IS NOT NULL) OR has_interest(NEW.handler_id, NEW.agency_id) THEN
    RAISE EXCEPTION 'who handles this is tied' USING ERRCODE = 'check_violation', CONSTRAINT = 'handling_untied';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER handling_lawful BEFORE INSERT OR UPDATE ON handling FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_handling();
CREATE TRIGGER handling_kept BEFORE DELETE OR UPDATE OF subject_id, told, agency_id ON handling FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION check_handling_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM event WHERE subject_id = NEW.subject_id AND txid = pg_current_xact_id()
                   AND name = CASE WHEN NEW.answered_at IS NULL THEN 'complaint.take' ELSE 'complaint.answer' END) THEN
    RAISE EXCEPTION 'handled without its event' USING ERRCODE = 'check_violation', CONSTRAINT = 'handling_trace';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER handling_trace AFTER INSERT OR UPDATE ON handling DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_handling_told();
