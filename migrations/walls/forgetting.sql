-- Forget what was kept long enough; only these functions do, and each says how many rows it was. No role may delete or
-- change what they touch, and what stays still verifies: digests are salted.
CREATE OR REPLACE FUNCTION forget_words(before timestamp with time zone) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH notes AS (DELETE FROM event_note n USING event e WHERE e.id = n.event_id AND e.happened_at < before RETURNING n.event_id),
       typed AS (DELETE FROM entry_content c USING sealed_entry s WHERE s.id = c.entry_id AND s.received_at < before RETURNING c.entry_id),
       written AS (DELETE FROM case_message WHERE sent_at < before RETURNING id),
       shared AS (DELETE FROM question_comment WHERE written_at < before RETURNING id)
  SELECT (SELECT count(*) FROM notes) + (SELECT count(*) FROM typed) + (SELECT count(*) FROM written) + (SELECT count(*) FROM shared)
$$;

CREATE OR REPLACE FUNCTION forget_told(before timestamp with time zone) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH old AS (SELECT subject_id FROM handling WHERE answered_at < before),
       complaints AS (UPDATE complaint SET message = '-', contact = '' FROM old WHERE id = subject_id AND message <> '-' RETURNING id),
       signals AS (UPDATE signal SET message = '-', contact = '' FROM old WHERE id = subject_id AND message <> '-' RETURNING id)
  SELECT (SELECT count(*) FROM complaints) + (SELECT count(*) FROM signals)
$$;

-- What was told stays as it is, until it is forgotten: then nothing of it is left, and the rest stays.
CREATE OR REPLACE FUNCTION keep_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.message = '-' AND NEW.contact = ''
     AND to_jsonb(NEW) - 'message' - 'contact' = to_jsonb(OLD) - 'message' - 'contact'
     AND EXISTS (SELECT FROM handling WHERE subject_id = OLD.id AND answered_at IS NOT NULL) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE FUNCTION forget_addresses(before timestamp with time zone) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH old AS (SELECT id FROM person WHERE retired_at < before AND email NOT LIKE '%@forgotten.invalid'),
       passwords AS (DELETE FROM credential USING old WHERE person_id = old.id RETURNING person_id),
       gone AS (UPDATE person SET email = person.id || '@forgotten.invalid' FROM old WHERE person.id = old.id RETURNING person.id)
  SELECT count(*) FROM gone
$$;
