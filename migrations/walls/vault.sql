-- The vault: what it says is encrypted, and nobody selects it. This function hands out one entry to somebody who is named,
-- plans, and has no interest in the agency, and writes into the security log that it did.
CREATE OR REPLACE FUNCTION read_vault(its_id uuid, at_time timestamp with time zone) RETURNS TABLE(key text, sealed bytea) LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  me uuid := nullif(current_setting('kw.person', true), '')::uuid;
BEGIN
  IF NOT is_genuine() OR NOT EXISTS (
    SELECT FROM vault_entry e JOIN vault_reader r ON r.person_id = me AND r.ended_at IS NULL
      JOIN person_role p ON p.person_id = me AND p.role = 'planner'
    WHERE e.id = its_id AND NOT has_interest(me, e.agency_id)) THEN
    RETURN;
  END IF;
  INSERT INTO security_event (happened_at, kind, person_id, subject_id) VALUES (at_time, 'vault_read', me, its_id);
  RETURN QUERY SELECT e.key::text, e.sealed FROM vault_entry e WHERE e.id = its_id;
END $$;

CREATE TRIGGER vault_entry_kept BEFORE UPDATE OF id, audit_id, agency_id, key, sealed, written_at ON vault_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER vault_entry_whole BEFORE TRUNCATE ON vault_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER vault_passing_kept BEFORE UPDATE ON vault_passing FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER vault_passing_whole BEFORE TRUNCATE ON vault_passing FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An entry leaves only while the worker wants that.
CREATE OR REPLACE FUNCTION check_vault_passing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM vault_entry WHERE id = NEW.entry_id AND may_leave FOR SHARE) THEN
    RAISE EXCEPTION 'the worker does not want this to leave' USING ERRCODE = 'check_violation', CONSTRAINT = 'vault_passing_wished';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER vault_passing_wished BEFORE INSERT ON vault_passing FOR EACH ROW EXECUTE FUNCTION check_vault_passing();

CREATE OR REPLACE FUNCTION forget_vault(before timestamp with time zone) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  gone bigint;
BEGIN
  DELETE FROM vault_passing p USING vault_entry e WHERE e.id = p.entry_id AND e.written_at < before;
  DELETE FROM vault_entry WHERE written_at < before;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
