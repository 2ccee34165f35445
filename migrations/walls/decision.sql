-- ISO/IEC 17065 clause 7.6.2: the decision is taken by somebody who was not involved in the evaluation.
-- The scheme's fail line and failing grades: the database counts the points itself.
CREATE OR REPLACE FUNCTION check_decision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  the_audit audit%ROWTYPE;
  norm scheme_version%ROWTYPE;
  total integer;
BEGIN
  SELECT * INTO STRICT the_audit FROM audit WHERE id = NEW.audit_id;
  SELECT * INTO STRICT norm FROM scheme_version WHERE id = the_audit.scheme_version_id;
  IF NEW.agency_id <> the_audit.agency_id THEN
    RAISE EXCEPTION 'the decision names another agency' USING ERRCODE = 'check_violation', CONSTRAINT = 'same_agency';
  END IF;
  IF NEW.decider_id IN (the_audit.planner_id, the_audit.inspector_id)
     OR EXISTS (SELECT FROM audit_participant WHERE audit_id = NEW.audit_id AND person_id = NEW.decider_id)
     OR EXISTS (SELECT FROM verdict WHERE audit_id = NEW.audit_id AND recorded_by = NEW.decider_id) THEN
    RAISE EXCEPTION 'the decider took part in the audit' USING ERRCODE = 'check_violation', CONSTRAINT = 'four_eyes';
  END IF;
  IF EXISTS (SELECT FROM tie WHERE agency_id = NEW.agency_id AND person_id = NEW.decider_id) THEN
    RAISE EXCEPTION 'the decider has a declared tie' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_tie';
  END IF;
  IF NEW.outcome <> 'refuse' THEN
    SELECT coalesce(sum(points), 0) INTO total FROM finding WHERE audit_id = NEW.audit_id;
    IF the_audit.state NOT IN ('reviewed', 'concluded')
       OR total >= norm.fail_total
       OR EXISTS (SELECT FROM finding WHERE audit_id = NEW.audit_id AND grade = ANY (norm.failing_grades))
       OR EXISTS (SELECT FROM finding WHERE audit_id = NEW.audit_id AND blocks AND state <> 'closed') THEN
      RAISE EXCEPTION 'this audit does not allow a grant'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'no_grant';
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER decision_lawful BEFORE INSERT ON decision FOR EACH ROW EXECUTE FUNCTION check_decision();
