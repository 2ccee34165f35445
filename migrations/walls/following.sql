-- Who follows which agencies is kept, read, changed and forgotten through these functions alone, by an id that only the
-- message to that address holds; the register may call them. Nobody asks which lists an address or an agency is in.
CREATE OR REPLACE FUNCTION keep_follow(its_id uuid, its_address text, in_language text, is_daily boolean, named text[], at_time timestamp with time zone, item uuid, most integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF EXISTS (SELECT FROM follow WHERE id = its_id) THEN
    RETURN false;
  END IF;
  IF (SELECT count(*) FROM follow WHERE lower(address) = lower(its_address) AND confirmed_at IS NULL) >= most THEN
    RETURN false;
  END IF;
  INSERT INTO follow (id, address, language, daily, asked_at, told_upto) VALUES (its_id, its_address, in_language, is_daily, at_time, -1)
  ON CONFLICT (id) DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO followed (follow_id, agency_id) SELECT its_id, e.agency_id FROM register_entry e WHERE e.public_id = ANY (named);
  INSERT INTO outbox (id, kind, payload, created_at, due_at, attempts)
  VALUES (item, 'follow.mail', jsonb_build_object('follow_id', its_id), at_time, at_time, 0);
  RETURN true;
END $$;

CREATE OR REPLACE FUNCTION follow_state(its_id uuid) RETURNS TABLE(language text, daily boolean, confirmed_at timestamp with time zone, public_ids text[]) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT f.language, f.daily, f.confirmed_at,
         ARRAY(SELECT e.public_id FROM followed d JOIN register_entry e ON e.agency_id = d.agency_id WHERE d.follow_id = f.id ORDER BY e.sort_name)
  FROM follow f WHERE f.id = its_id
$$;

CREATE OR REPLACE FUNCTION confirm_follow(its_id uuid, at_time timestamp with time zone) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  UPDATE follow SET confirmed_at = at_time, told_upto = (SELECT coalesce(max(index), -1) FROM ledger_entry)
  WHERE id = its_id AND confirmed_at IS NULL
$$;

CREATE OR REPLACE FUNCTION change_follow(its_id uuid, is_daily boolean, keep text[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  UPDATE follow SET daily = is_daily WHERE id = its_id;
  DELETE FROM followed d USING register_entry e WHERE d.follow_id = its_id AND e.agency_id = d.agency_id AND e.public_id <> ALL (keep)
$$;

CREATE OR REPLACE FUNCTION forget_follow(its_id uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  DELETE FROM follow WHERE id = its_id
$$;

-- The webhook of a list; only a list that its address confirmed has one.
CREATE OR REPLACE FUNCTION set_webhook(its_follow uuid, its_id uuid, its_url text, at_time timestamp with time zone) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  INSERT INTO webhook (follow_id, id, url, generation, renewed_at, told_upto)
  SELECT f.id, its_id, its_url, 1, at_time, (SELECT coalesce(max(index), -1) FROM ledger_entry)
  FROM follow f WHERE f.id = its_follow AND f.confirmed_at IS NOT NULL
  ON CONFLICT (follow_id) DO UPDATE SET url = its_url
$$;

CREATE OR REPLACE FUNCTION webhook_state(its_follow uuid) RETURNS TABLE(id uuid, url text, generation integer, renewed_at timestamp with time zone) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT w.id, w.url, w.generation, w.renewed_at FROM webhook w WHERE w.follow_id = its_follow
$$;

CREATE OR REPLACE FUNCTION renew_webhook(its_follow uuid, at_time timestamp with time zone) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  UPDATE webhook SET generation = generation + 1, renewed_at = at_time WHERE follow_id = its_follow
$$;

CREATE OR REPLACE FUNCTION drop_webhook(its_follow uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  DELETE FROM webhook WHERE follow_id = its_follow
$$;

CREATE OR REPLACE FUNCTION webhook_calls(its_follow uuid, most integer) RETURNS TABLE(id uuid, "position" bigint, made_at timestamp with time zone, due_at timestamp with time zone, attempts integer, outcome text, arrived_at timestamp with time zone) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT c.id, c.position, c.made_at, c.due_at, c.attempts, c.outcome, c.arrived_at
  FROM webhook_call c JOIN webhook w ON w.id = c.webhook_id WHERE w.follow_id = its_follow ORDER BY c.made_at DESC, c.position DESC LIMIT most
$$;

CREATE OR REPLACE FUNCTION replay_call(its_follow uuid, its_call uuid, at_time timestamp with time zone) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  UPDATE webhook_call c SET due_at = at_time, attempts = 0 FROM webhook w
  WHERE c.id = its_call AND w.id = c.webhook_id AND w.follow_id = its_follow AND c.due_at IS NULL
$$;
