-- Forget what was typed in one event. The event and its digest stay, so the case log still verifies. One at a time:
-- no role may delete from the table itself.
CREATE OR REPLACE FUNCTION forget_note(its_event bigint) RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH gone AS (DELETE FROM event_note WHERE event_id = its_event RETURNING event_id) SELECT EXISTS (SELECT FROM gone)
$$;
