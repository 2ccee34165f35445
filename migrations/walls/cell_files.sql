-- A picture or file beside a verdict stands only with its sealed entry, of its person on its cell. It is taken back once;
-- until then, and while the audit runs, it is chosen for the report or left out. Nothing else of it changes. After its term it goes with what was typed in its entry.
CREATE OR REPLACE FUNCTION check_cell_file() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM sealed_entry e JOIN entry_chain c ON c.id = e.chain_id
      JOIN sampled_unit u ON u.audit_id = NEW.audit_id AND u.unit = NEW.unit AND u.reference = NEW.reference
    WHERE e.id = NEW.entry_id AND e.audit_id = NEW.audit_id AND c.person_id = NEW.uploaded_by
      AND e.cell = NEW.requirement_code || '/' || u.unit || '/' || u.position
      AND convert_from(e.data, 'UTF8')::jsonb @> '{"kind": "photo", "value": "added"}') THEN
    RAISE EXCEPTION 'a file without its sealed entry' USING ERRCODE = 'check_violation', CONSTRAINT = 'cell_file_sealed';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER cell_file_sealed BEFORE INSERT ON cell_file FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_cell_file();
CREATE TRIGGER cell_file_frozen BEFORE INSERT OR UPDATE ON cell_file FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');
CREATE TRIGGER cell_file_withdrawn BEFORE UPDATE ON cell_file FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.withdrawn_at IS NOT NULL) EXECUTE FUNCTION refuse_frozen();

CREATE OR REPLACE FUNCTION forget_cell_files(before timestamp with time zone) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH gone AS (DELETE FROM cell_file WHERE uploaded_at < before RETURNING entry_id),
       words AS (DELETE FROM entry_content c USING gone WHERE gone.entry_id = c.entry_id)
  SELECT count(*) FROM gone
$$;
