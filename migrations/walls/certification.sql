-- The cycle of an agency that holds a certificate: that of its newest grant. Asked by code and triggers alike.
CREATE OR REPLACE FUNCTION holder_cycle(of_agency uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT a.certification_id FROM decision d JOIN audit a ON a.id = d.audit_id
  WHERE d.agency_id = of_agency AND d.outcome IN ('grant', 'grant_with_conditions', 'renew')
    AND EXISTS (SELECT FROM certificate WHERE agency_id = of_agency AND state IN ('active', 'partly_suspended', 'suspended'))
  ORDER BY d.decided_at DESC LIMIT 1
$$;

-- How many cases run under each version of the norm. Counts alone, for scheme managers, who see no case.
CREATE OR REPLACE FUNCTION cases_of_versions(on_day date) RETURNS TABLE(version_id uuid, applications bigint, audits bigint, certificates bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT v.id,
    (SELECT count(*) FROM application WHERE scheme_version_id = v.id AND state IN ('draft', 'submitted', 'accepted')),
    (SELECT count(*) FROM audit WHERE scheme_version_id = v.id AND state NOT IN ('concluded', 'cancelled')),
    (SELECT count(*) FROM certificate WHERE scheme_version_id = v.id
       AND state IN ('active', 'partly_suspended', 'suspended') AND valid_until >= on_day)
  FROM scheme_version v
$$;

-- The first audit of an application opens a cycle. An audit without an application is one of a holder, in the holder's
-- cycle. No role may write a cycle by itself.
CREATE OR REPLACE FUNCTION join_cycle() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NEW.application_id IS NOT NULL THEN
    NEW.certification_id := NEW.application_id;
    INSERT INTO certification (id, agency_id, scheme_version_id)
    VALUES (NEW.application_id, NEW.agency_id, NEW.scheme_version_id) ON CONFLICT DO NOTHING;
  ELSIF NEW.certification_id IS DISTINCT FROM holder_cycle(NEW.agency_id) THEN
    RAISE EXCEPTION 'this agency has no certificate in this cycle'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_of_holder';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER audit_cycle BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION join_cycle();

-- What an audit looks at is chosen when it is planned, and no verdict is about anything else.
CREATE OR REPLACE FUNCTION check_chosen() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF (SELECT state FROM audit WHERE id = NEW.audit_id) <> 'planned' THEN
    RAISE EXCEPTION 'this audit has begun' USING ERRCODE = 'check_violation', CONSTRAINT = 'requirements_chosen';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION check_covered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM audit_requirement
                 WHERE audit_id = NEW.audit_id AND requirement_code = NEW.requirement_code)
     AND EXISTS (SELECT FROM audit_requirement WHERE audit_id = NEW.audit_id) THEN
    RAISE EXCEPTION 'this audit does not look at this requirement'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'requirement_covered';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER audit_requirement_chosen BEFORE INSERT ON audit_requirement FOR EACH ROW EXECUTE FUNCTION check_chosen();
CREATE TRIGGER verdict_covered BEFORE INSERT ON verdict FOR EACH ROW EXECUTE FUNCTION check_covered();
