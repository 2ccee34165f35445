-- ISO/IEC 17065 clauses 4.2 and 7.6.2: who goes along in an audit has no interest in the agency, and has a part in the
-- audit from then on, which bars from deciding. The part stays when the person leaves.
CREATE OR REPLACE FUNCTION take_part() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  its_audit audit%ROWTYPE;
BEGIN
  SELECT * INTO its_audit FROM audit WHERE id = NEW.audit_id;
  IF has_interest(NEW.person_id, its_audit.agency_id) THEN
    RAISE EXCEPTION 'the person has a declared tie' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_tie';
  END IF;
  IF NEW.role = 'member'
     AND NEW.person_id = ANY (rotated_out(its_audit.agency_id, its_audit.scheme_version_id, its_audit.id)) THEN
    RAISE EXCEPTION 'the person judged too many audits in a row' USING ERRCODE = 'check_violation', CONSTRAINT = 'rotation';
  END IF;
  INSERT INTO audit_participant (audit_id, person_id, since) VALUES (NEW.audit_id, NEW.person_id, NEW.joined_at)
  ON CONFLICT DO NOTHING;
  RETURN NEW;
END $$;

-- A member of the team judges, and makes no move: those are of who leads the audit, who does not give it away.
CREATE OR REPLACE FUNCTION check_lead() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF current_setting('kw.sees', true) = 'assigned'
     AND (NEW.id <> ALL (my_led_audits()) OR NEW.inspector_id <> OLD.inspector_id) THEN
    RAISE EXCEPTION 'this person does not lead the audit' USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'audit_led';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER audit_led BEFORE UPDATE ON audit FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_lead();
CREATE TRIGGER team_member_part BEFORE INSERT ON team_member FOR EACH ROW EXECUTE FUNCTION take_part();
CREATE TRIGGER team_member_frozen BEFORE UPDATE ON team_member FOR EACH ROW WHEN (OLD.left_at IS NOT NULL) EXECUTE FUNCTION refuse_frozen();
CREATE TRIGGER team_member_kept BEFORE DELETE OR UPDATE OF id, audit_id, person_id, role, joined_at ON team_member FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER team_member_whole BEFORE TRUNCATE ON team_member FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
