-- Once somebody relies on what an agency says of itself, it changes by a reported change that was accepted, and not otherwise.
-- The fields of each section; audits/agencies/rules.py has the same list. Lists (branches, people in control) change row by row.
CREATE OR REPLACE FUNCTION part_fields(part text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE part
    WHEN 'seat' THEN ARRAY['legal_name', 'trade_names', 'street', 'postcode', 'city']
    WHEN 'scope' THEN ARRAY['activities', 'sectors']
    WHEN 'workers' THEN ARRAY['recruitment_countries', 'own_housing', 'housing_places']
    WHEN 'bank' THEN ARRAY['iban', 'account_holder']
    ELSE '{}' END
$$;

-- The sections of an agency that stand still: from submission on, and for ever once an application was accepted, because the
-- register keeps showing the agency. What a draft is going to state can be edited, as nothing rests on it before.
CREATE OR REPLACE FUNCTION fixed_parts(of_agency uuid) RETURNS text[] LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT CASE WHEN NOT EXISTS (SELECT FROM application WHERE agency_id = of_agency AND state NOT IN ('draft', 'refused', 'withdrawn'))
              THEN '{}'
              ELSE ARRAY['seat', 'bank', 'branches', 'controlling_persons']
                   || CASE WHEN EXISTS (SELECT FROM application WHERE agency_id = of_agency AND state = 'draft')
                           THEN '{}' ELSE ARRAY['scope', 'workers'] END END
$$;

-- Whether a certificate was decided that is not issued yet: it will name the agency as the decider saw it.
CREATE OR REPLACE FUNCTION awaits_certificate(of_agency uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT EXISTS (
    SELECT FROM decision d
    WHERE d.agency_id = of_agency
      AND (d.outcome IN ('grant', 'grant_with_conditions', 'renew')
           OR (d.outcome IN ('amend', 'extend_scope', 'reduce_scope') OR d.outcome = 'condition_met' AND conditions_met(d.audit_id))
              AND EXISTS (SELECT FROM certificate WHERE id = d.certificate_id AND state IN ('active', 'partly_suspended', 'suspended')))
      AND NOT EXISTS (SELECT FROM certificate WHERE agency_id = of_agency AND issued_at >= d.decided_at))
$$;

-- Whether this transaction accepted exactly this.
CREATE OR REPLACE FUNCTION accepted_now(of_agency uuid, part text, of_row uuid, becomes jsonb) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT EXISTS (
    SELECT FROM agency_change c JOIN event e ON e.subject_id = c.id
    WHERE c.agency_id = of_agency AND c.section = part AND c.row_id = of_row AND c.state = 'accepted'
      AND c.after IS NOT DISTINCT FROM becomes
      AND e.txid = pg_current_xact_id() AND e.data->>'after' = 'accepted')
$$;

CREATE OR REPLACE FUNCTION need_accepted_fields() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  part text;
  becomes jsonb;
BEGIN
  FOREACH part IN ARRAY fixed_parts(NEW.id) LOOP
    SELECT jsonb_object_agg(key, value) INTO becomes FROM jsonb_each(to_jsonb(NEW))
      WHERE key = ANY (part_fields(part)) AND value IS DISTINCT FROM to_jsonb(OLD)->key;
    IF becomes IS NOT NULL AND NOT accepted_now(NEW.id, part, NEW.id, becomes)
       OR part = 'seat' AND NEW.former_names <> OLD.former_names
          AND (NEW.legal_name = OLD.legal_name OR NOT NEW.former_names @> jsonb_build_array(OLD.legal_name)) THEN
      RAISE EXCEPTION 'nobody accepted this change of an agency' USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_fixed';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER agency_fixed AFTER UPDATE ON agency DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND (OLD.legal_name, OLD.trade_names, OLD.former_names, OLD.street, OLD.postcode, OLD.city, OLD.activities, OLD.sectors, OLD.recruitment_countries, OLD.own_housing, OLD.housing_places, OLD.iban, OLD.account_holder) IS DISTINCT FROM (NEW.legal_name, NEW.trade_names, NEW.former_names, NEW.street, NEW.postcode, NEW.city, NEW.activities, NEW.sectors, NEW.recruitment_countries, NEW.own_housing, NEW.housing_places, NEW.iban, NEW.account_holder)) EXECUTE FUNCTION need_accepted_fields();

CREATE OR REPLACE FUNCTION need_accepted_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  touched jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
  of_agency uuid := touched->>'agency_id';
  becomes jsonb := CASE TG_OP WHEN 'DELETE' THEN NULL ELSE touched - ARRAY['id', 'agency_id', 'version'] END;
BEGIN
  IF TG_ARGV[0] = ANY (fixed_parts(of_agency)) AND NOT accepted_now(of_agency, TG_ARGV[0], (touched->>'id')::uuid, becomes) THEN
    RAISE EXCEPTION 'nobody accepted this change of an agency' USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_fixed';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER branch_fixed AFTER INSERT OR DELETE OR UPDATE ON branch DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_accepted_row('branches');
CREATE CONSTRAINT TRIGGER controller_fixed AFTER INSERT OR DELETE OR UPDATE ON controller DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_accepted_row('controlling_persons');

-- A report names fields of its section, or the row of a list, and nothing else.
CREATE OR REPLACE FUNCTION check_report() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  allowed text[] := CASE NEW.section
    WHEN 'branches' THEN ARRAY['name', 'street', 'postcode', 'city', 'country']
    WHEN 'controlling_persons' THEN ARRAY['name', 'function', 'share_percent', 'since', 'other_agencies']
    ELSE part_fields(NEW.section) END;
  listed boolean := NEW.section IN ('branches', 'controlling_persons');
BEGIN
  IF NOT listed AND (NEW.row_id <> NEW.agency_id OR NEW.before IS NULL OR NEW.after IS NULL)
     OR coalesce(NEW.before - allowed, '{}') <> '{}' OR coalesce(NEW.after - allowed, '{}') <> '{}' THEN
    RAISE EXCEPTION 'a report of another shape' USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_change_shape';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER agency_change_lawful BEFORE INSERT ON agency_change FOR EACH ROW EXECUTE FUNCTION check_report();

-- Whether something is given up that the certificate covers.
CREATE OR REPLACE FUNCTION gives_up(held uuid, before jsonb, after jsonb) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT EXISTS (
    SELECT FROM certificate c, jsonb_each(before) b
      CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(b.value) WHEN 'array' THEN b.value ELSE jsonb_build_array(b.value) END) item
    WHERE c.id = held AND item <> 'false' AND NOT after->b.key @> item AND c.scope->b.key @> item)
$$;

-- Somebody of the staff without an interest in the agency checks it. What a certificate names or covers changes with a
-- decision about that certificate, taken in the same transaction; and not while another is being made.
CREATE OR REPLACE FUNCTION check_accepted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  held uuid := living_certificate(NEW.agency_id, (NEW.checked_at AT TIME ZONE 'Europe/Amsterdam')::date);
  kinds text[] := CASE
    WHEN NEW.section = 'seat' OR NEW.section = 'branches' AND (NEW.before IS NULL OR NEW.after IS NULL) THEN ARRAY['amend']
    WHEN NEW.section IN ('scope', 'workers') AND gives_up(held, NEW.before, NEW.after) THEN ARRAY['reduce_scope']
    END;
BEGIN
  IF NOT EXISTS (SELECT FROM person WHERE id = NEW.checked_by AND agency_id IS NULL) THEN
    RAISE EXCEPTION 'nobody of the staff checked this change' USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_change_checked';
  END IF;
  IF has_interest(NEW.checked_by, NEW.agency_id) THEN
    RAISE EXCEPTION 'who checked this change has a declared tie' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_tie';
  END IF;
  IF NEW.state = 'accepted' AND kinds IS NOT NULL AND held IS NOT NULL
     AND NOT EXISTS (SELECT FROM decision WHERE id = NEW.decision_id AND certificate_id = held AND outcome = ANY (kinds)
                       AND txid = pg_current_xact_id()) THEN
    RAISE EXCEPTION 'nobody decided about the certificate' USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_change_decided';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER agency_change_checked AFTER UPDATE ON agency_change DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.state IN ('accepted', 'referred', 'declined')) EXECUTE FUNCTION check_accepted();

-- Files come with the report.
CREATE OR REPLACE FUNCTION check_reported_file() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM event WHERE subject_id = NEW.change_id AND name = 'change.report' AND txid = pg_current_xact_id()) THEN
    RAISE EXCEPTION 'files come with the report' USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_change_file_frozen';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER agency_change_file_frozen AFTER INSERT ON agency_change_file DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_reported_file();

-- A change that is not finished is somebody's task.
CREATE OR REPLACE FUNCTION need_task() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  its_state text := (SELECT state FROM agency_change WHERE id = NEW.id);
BEGIN
  IF its_state IN ('reported', 'referred')
     AND NOT EXISTS (SELECT FROM deadline
                     WHERE subject_id = NEW.id AND agency_id = NEW.agency_id AND done_at IS NULL
                       AND kind = CASE its_state WHEN 'reported' THEN 'reported_change' ELSE 'change_decision' END) THEN
    RAISE EXCEPTION 'a reported change is nobody''s task' USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_change_task';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER agency_change_task AFTER INSERT OR UPDATE ON agency_change DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_task();
