-- A child belongs to the agency of its parent, which the parent alone says.
CREATE OR REPLACE FUNCTION take_agency() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF TG_TABLE_NAME = 'finding' THEN
    NEW.agency_id := (SELECT agency_id FROM audit WHERE id = NEW.audit_id);
  ELSIF TG_TABLE_NAME IN ('corrective_action', 'grade_change', 'extension', 'dispute') THEN
    NEW.agency_id := (SELECT agency_id FROM finding WHERE id = NEW.finding_id);
  ELSE
    NEW.agency_id := (SELECT agency_id FROM application WHERE id = NEW.application_id);
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER answer_agency BEFORE INSERT ON answer FOR EACH ROW EXECUTE FUNCTION take_agency();
CREATE TRIGGER evidence_agency BEFORE INSERT ON evidence FOR EACH ROW EXECUTE FUNCTION take_agency();
CREATE TRIGGER finding_agency BEFORE INSERT ON finding FOR EACH ROW EXECUTE FUNCTION take_agency();
CREATE TRIGGER corrective_action_agency BEFORE INSERT ON corrective_action FOR EACH ROW EXECUTE FUNCTION take_agency();
