-- Verdicts are sealed when they are entered: each is an entry of a chain, which is only added to. What was typed may be
-- forgotten, one entry at a time, by a function that only the worker's role may call.
CREATE OR REPLACE FUNCTION check_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  its_chain entry_chain%ROWTYPE;
  said jsonb := convert_from(NEW.data, 'UTF8')::jsonb;
BEGIN
  SELECT * INTO its_chain FROM entry_chain WHERE id = NEW.chain_id;
  IF its_chain.revoked_at IS NOT NULL THEN
    RAISE EXCEPTION 'this device was revoked' USING ERRCODE = 'check_violation', CONSTRAINT = 'sealed_entry_revoked';
  END IF;
  IF (said->>'audit' = NEW.audit_id::text AND said->>'chain' = NEW.chain_id::text AND said->>'person' = its_chain.person_id::text
      AND said->>'number' = NEW.number::text AND said->>'cell' = NEW.cell
      AND CASE NEW.number WHEN 1 THEN said->>'previous' = its_chain.digest
          ELSE EXISTS (SELECT FROM sealed_entry WHERE chain_id = NEW.chain_id AND number = NEW.number - 1 AND digest = said->>'previous') END
     ) IS NOT TRUE THEN
    RAISE EXCEPTION 'this entry does not continue its chain' USING ERRCODE = 'check_violation', CONSTRAINT = 'sealed_entry_linked';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER sealed_entry_linked BEFORE INSERT ON sealed_entry FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_entry();
CREATE TRIGGER sealed_entry_frozen BEFORE INSERT ON sealed_entry FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');
CREATE TRIGGER sealed_entry_kept BEFORE DELETE OR UPDATE ON sealed_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed_entry_whole BEFORE TRUNCATE ON sealed_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entry_chain_kept BEFORE DELETE OR UPDATE OF id, audit_id, person_id, public_key, opening, digest, opened_at ON entry_chain FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entry_chain_revoked BEFORE UPDATE ON entry_chain FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.revoked_at IS NOT NULL) EXECUTE FUNCTION refuse_frozen();
CREATE TRIGGER entry_chain_whole BEFORE TRUNCATE ON entry_chain FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entry_content_kept BEFORE UPDATE ON entry_content FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entry_content_whole BEFORE TRUNCATE ON entry_content FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entry_receipt_kept BEFORE DELETE OR UPDATE ON entry_receipt FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entry_receipt_whole BEFORE TRUNCATE ON entry_receipt FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A verdict is written only together with an entry of its cell, and says what an entry of its cell says: also how it was
-- reached, and whether it was given in bulk.
CREATE OR REPLACE FUNCTION need_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  its_cell text;
BEGIN
  SELECT NEW.requirement_code || '/' || NEW.unit || '/' || position INTO its_cell FROM sampled_unit
    WHERE audit_id = NEW.audit_id AND unit = NEW.unit AND reference = NEW.reference;
  IF NOT EXISTS (SELECT FROM sealed_entry WHERE audit_id = NEW.audit_id AND cell = its_cell AND txid = pg_current_xact_id())
     OR NOT EXISTS (SELECT FROM sealed_entry e CROSS JOIN LATERAL (SELECT convert_from(e.data, 'UTF8')::jsonb AS said) AS its
                    WHERE e.audit_id = NEW.audit_id AND e.cell = its_cell AND said->>'value' = NEW.value
                      AND coalesce(said->>'kind', '') NOT IN ('photo', 'private', 'count')
                      AND said->>'method' IS NOT DISTINCT FROM NEW.method AND (said->'bulk' IS NOT NULL) = NEW.bulk) THEN
    RAISE EXCEPTION 'a verdict without its sealed entry' USING ERRCODE = 'check_violation', CONSTRAINT = 'verdict_sealed';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER verdict_sealed AFTER INSERT OR UPDATE ON verdict DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_entry();

CREATE OR REPLACE FUNCTION forget_entry(its_digest text) RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH gone AS (DELETE FROM entry_content c USING sealed_entry e WHERE e.id = c.entry_id AND e.digest = its_digest RETURNING c.entry_id),
       files AS (DELETE FROM cell_file f USING sealed_entry e WHERE e.id = f.entry_id AND e.digest = its_digest RETURNING f.entry_id)
  SELECT EXISTS (SELECT FROM gone) OR EXISTS (SELECT FROM files)
$$;
