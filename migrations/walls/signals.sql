-- Signals are added by this function alone, which the register may call, and never change. Nobody but the owner deletes one.
CREATE OR REPLACE FUNCTION keep_signal(its_id uuid, of_agency uuid, its_about text, in_language text, its_message text, its_contact text, at_time timestamp with time zone) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  INSERT INTO signal (id, agency_id, about, language, message, contact, received_at)
  VALUES (its_id, of_agency, its_about, in_language, its_message, its_contact, at_time)
  ON CONFLICT (id) DO NOTHING
$$;

CREATE TRIGGER signal_kept BEFORE DELETE OR UPDATE ON signal FOR EACH ROW EXECUTE FUNCTION keep_told();
CREATE TRIGGER signal_whole BEFORE TRUNCATE ON signal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
