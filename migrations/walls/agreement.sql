-- ISO/IEC 17065 clause 4.1.2: no audit is planned before a signatory accepted the agreement of the scheme version.
CREATE OR REPLACE FUNCTION check_agreement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF EXISTS (SELECT FROM scheme_version v WHERE v.id = NEW.scheme_version_id AND v.agreement_sha256 IS NOT NULL
             AND NOT EXISTS (SELECT FROM agreement_acceptance a
                             WHERE a.application_id = coalesce(NEW.certification_id, NEW.application_id) AND a.sha256 = v.agreement_sha256)) THEN
    RAISE EXCEPTION 'the certification agreement is not accepted' USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER audit_agreement BEFORE INSERT ON audit FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_agreement();

CREATE TRIGGER agreement_acceptance_agency BEFORE INSERT ON agreement_acceptance FOR EACH ROW EXECUTE FUNCTION take_agency();
CREATE TRIGGER agreement_acceptance_kept BEFORE DELETE OR UPDATE ON agreement_acceptance FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER agreement_acceptance_whole BEFORE TRUNCATE ON agreement_acceptance FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
