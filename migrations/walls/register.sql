-- The role of the register writes no table; its pages add rows through these functions: sealed extracts, cosignatures under
-- our checkpoints, and the size up to which we cosigned the log of somebody else, which only grows.
CREATE OR REPLACE FUNCTION keep_extract(its_id uuid, its_agency uuid, in_language text, facts jsonb, its_sha256 text, bytes integer, made_at timestamp with time zone) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  INSERT INTO document (id, kind, subject_id, agency_id, language, printed, sha256, size, created_at, because)
  VALUES (its_id, 'register_extract', its_agency, its_agency, in_language, facts, its_sha256, bytes, made_at, '')
$$;

CREATE OR REPLACE FUNCTION keep_cosignature(of_size bigint, its_vkey text, its_name text, its_line text, seen timestamp with time zone) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  INSERT INTO cosignature (size, vkey, name, line, seen_at) VALUES (of_size, its_vkey, its_name, its_line, seen)
  ON CONFLICT DO NOTHING
$$;

CREATE OR REPLACE FUNCTION last_witnessed(log text, empty_root bytea) RETURNS TABLE(size bigint, root bytea) LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  INSERT INTO witnessed_log (origin, size, root, note) VALUES (log, 0, empty_root, '') ON CONFLICT DO NOTHING;
  SELECT w.size, w.root FROM witnessed_log w WHERE w.origin = log FOR UPDATE
$$;

CREATE OR REPLACE FUNCTION keep_witnessed(log text, new_size bigint, new_root bytea, new_note text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  UPDATE witnessed_log SET size = new_size, root = new_root, note = new_note WHERE origin = log
$$;

CREATE TRIGGER witnessed_log_frozen BEFORE UPDATE ON witnessed_log FOR EACH ROW WHEN (NEW.size < OLD.size) EXECUTE FUNCTION refuse_frozen();

-- Whose an account is, for who has its number; the role of the register reads no account.
CREATE OR REPLACE FUNCTION holders_of_account(number text) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT e.agency_id FROM agency a JOIN register_entry e ON e.agency_id = a.id WHERE a.iban <> '' AND a.iban = number AND e.listed
$$;
