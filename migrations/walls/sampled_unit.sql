-- How a unit came into an audit is true: no more by lot than were drawn; a replacement is the next of the draw, of which anybody
-- with list and seed can find the rank again, for a unit on which nothing was judged; and who chose another is known.
CREATE OR REPLACE FUNCTION check_unit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  listed population%ROWTYPE;
  is_true boolean;
BEGIN
  SELECT * INTO listed FROM population WHERE audit_id = NEW.audit_id AND unit = NEW.unit;
  is_true := CASE NEW.origin
       WHEN 'random' THEN NEW.position <= coalesce(listed.drawn, 1)
       WHEN 'targeted' THEN NEW.added_by IS NOT NULL AND listed.drawn IS NOT NULL
       ELSE NEW.added_by IS NOT NULL AND NEW.reason_code IS NOT NULL
         AND EXISTS (SELECT FROM sampled_unit WHERE audit_id = NEW.audit_id AND unit = NEW.unit
                       AND reference = NEW.replaces AND origin <> 'targeted')
         AND NOT EXISTS (SELECT FROM verdict v JOIN scheme_version n ON n.id = v.scheme_version_id
                         WHERE v.audit_id = NEW.audit_id AND v.unit = NEW.unit AND v.reference = NEW.replaces
                           AND v.value = ANY (n.assessed_verdicts))
         AND NEW.reference = (
           SELECT m FROM population_list l, jsonb_array_elements_text(l.members) m
           WHERE l.audit_id = NEW.audit_id AND l.unit = NEW.unit AND NOT EXISTS (SELECT FROM sampled_unit
                             WHERE audit_id = NEW.audit_id AND unit = NEW.unit AND reference = m)
           ORDER BY sha256(decode(listed.seed, 'hex') || decode(listed.digest, 'hex') || convert_to(m, 'UTF8'))
           LIMIT 1)
  END;
  IF is_true IS NOT TRUE THEN
    RAISE EXCEPTION 'this unit did not come into the audit so' USING ERRCODE = 'check_violation', CONSTRAINT = 'sampled_unit_origin';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER sampled_unit_lawful BEFORE INSERT ON sampled_unit FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_unit();
