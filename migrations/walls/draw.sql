-- A draw rests on a list that was fixed with a promised secret, and on a value that nobody steers: what somebody gave, or the
-- root of the first checkpoint after that. The seed comes from these alone.
CREATE OR REPLACE FUNCTION check_promised() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  draw bytea := convert_to('keurwerk-draw-1', 'UTF8') || '\x0a'::bytea;
BEGIN
  IF NOT EXISTS (
    SELECT FROM fixed_list f JOIN draw_secret s USING (audit_id, unit) JOIN draw_value v USING (audit_id, unit)
    WHERE f.audit_id = NEW.audit_id AND f.unit = NEW.unit AND f.digest = NEW.digest AND f.size = NEW.size
      AND f.commitment = encode(sha256(draw || decode(s.secret, 'hex')), 'hex')
      AND NEW.seed = encode(sha256(draw || decode(s.secret, 'hex') || sha256(convert_to(v.value, 'UTF8')) || decode(f.digest, 'hex')), 'hex')
  ) THEN
    RAISE EXCEPTION 'this draw does not come from what was promised' USING ERRCODE = 'check_violation', CONSTRAINT = 'population_promised';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER population_promised BEFORE INSERT ON population FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_promised();

CREATE OR REPLACE FUNCTION check_draw_value() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM fixed_list f WHERE f.audit_id = NEW.audit_id AND f.unit = NEW.unit AND (NEW.given_by IS NOT NULL
      OR (f.draw_from = 'checkpoint' AND NEW.value = (
        SELECT encode(root, 'hex') FROM checkpoint WHERE signed_at > f.fixed_at ORDER BY size LIMIT 1)))
  ) THEN
    RAISE EXCEPTION 'this is not the value of the draw' USING ERRCODE = 'check_violation', CONSTRAINT = 'draw_value_lawful';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER draw_value_lawful BEFORE INSERT ON draw_value FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_draw_value();
CREATE TRIGGER draw_value_frozen BEFORE INSERT ON draw_value FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');
CREATE TRIGGER fixed_list_frozen BEFORE INSERT ON fixed_list FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');
CREATE TRIGGER draw_secret_frozen BEFORE INSERT ON draw_secret FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');
CREATE TRIGGER population_list_frozen BEFORE INSERT ON population_list FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');
CREATE TRIGGER fixed_list_kept BEFORE DELETE OR UPDATE ON fixed_list FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fixed_list_whole BEFORE TRUNCATE ON fixed_list FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_secret_kept BEFORE DELETE OR UPDATE ON draw_secret FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_secret_whole BEFORE TRUNCATE ON draw_secret FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_value_kept BEFORE DELETE OR UPDATE ON draw_value FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_value_whole BEFORE TRUNCATE ON draw_value FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER population_list_kept BEFORE UPDATE ON population_list FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER population_list_whole BEFORE TRUNCATE ON population_list FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A list waits only while the audit goes on and its own is not fixed; the agency is asked only where it knows of the audit.
CREATE OR REPLACE FUNCTION check_list_offer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF EXISTS (SELECT FROM fixed_list f WHERE f.audit_id = NEW.audit_id AND f.unit = NEW.unit) OR NOT EXISTS (
    SELECT FROM audit a WHERE a.id = NEW.audit_id
      AND (NEW.asked_at IS NULL OR a.announced OR a.revealed_at IS NOT NULL OR a.reported_at IS NOT NULL)) THEN
    RAISE EXCEPTION 'this list cannot be asked for or given now' USING ERRCODE = 'check_violation', CONSTRAINT = 'list_offer_lawful';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER list_offer_lawful BEFORE INSERT OR UPDATE ON list_offer FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_list_offer();
CREATE TRIGGER list_offer_frozen BEFORE INSERT OR UPDATE ON list_offer FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');

-- Members are erased when their term ends, and private notes with them; the digest and the draw stay. Only of audits that
-- are over.
CREATE OR REPLACE FUNCTION erase_lists(fixed_before timestamp with time zone) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH waiting AS (
    DELETE FROM list_offer o USING audit a WHERE a.id = o.audit_id AND a.state IN ('concluded', 'cancelled') RETURNING o.unit
  ), gone AS (
    DELETE FROM population_list l USING population p, audit a
    WHERE (p.audit_id, p.unit) = (l.audit_id, l.unit) AND a.id = l.audit_id AND a.state IN ('concluded', 'cancelled')
      AND p.frozen_at < fixed_before RETURNING l.unit),
  notes AS (
    DELETE FROM private_note n USING audit a
    WHERE a.id = n.audit_id AND a.state IN ('concluded', 'cancelled') AND n.written_at < fixed_before RETURNING n.unit)
  SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM notes)
$$;

-- The lists of the agency that is signed in for which it is asked for a value: how many units, and the promise. Not the digest,
-- by which it could find out which list was used of those to whom we speak in confidence.
CREATE OR REPLACE FUNCTION draws_for_agency() RETURNS TABLE(audit_id uuid, unit text, size integer, commitment text, fixed_at timestamp with time zone, given boolean) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT f.audit_id, f.unit, f.size, f.commitment, f.fixed_at,
         EXISTS (SELECT FROM draw_value v WHERE v.audit_id = f.audit_id AND v.unit = f.unit)
  FROM fixed_list f JOIN audit a ON a.id = f.audit_id
  WHERE f.agency_id = nullif(current_setting('kw.agency', true), '')::uuid AND is_genuine() AND f.draw_from = 'value' AND a.state = 'in_progress'
  ORDER BY f.fixed_at, f.unit
$$;
