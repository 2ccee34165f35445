-- Rows stand still once the thing they belong to has moved on. FOR SHARE closes the race with the move itself: a foreign
-- key alone lets a change of state pass. A service that will move the parent locks it FOR UPDATE first, or two deadlock.
-- A parent that is not there is refused by the foreign key.
CREATE OR REPLACE FUNCTION check_fieldwork() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  its_state text;
BEGIN
  SELECT state INTO its_state FROM audit WHERE id = coalesce(NEW.audit_id, OLD.audit_id) FOR SHARE;
  IF its_state <> ALL (TG_ARGV) THEN
    RAISE EXCEPTION 'the % of this audit can no longer be changed', TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_frozen';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER verdict_frozen BEFORE INSERT OR DELETE OR UPDATE ON verdict FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');
CREATE TRIGGER private_note_frozen BEFORE INSERT OR DELETE OR UPDATE ON private_note FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');
CREATE TRIGGER requirement_judgement_frozen BEFORE INSERT OR DELETE OR UPDATE ON requirement_judgement FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');
CREATE TRIGGER population_frozen BEFORE INSERT ON population FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');
CREATE TRIGGER sampled_unit_frozen BEFORE INSERT ON sampled_unit FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');
-- Findings follow from a report and are never deleted; what is changed in one is judged by its flow.
CREATE TRIGGER finding_frozen BEFORE INSERT ON finding FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress', 'reported');

-- What the inspector confirmed of a scope stands still with the fieldwork.
CREATE TRIGGER audit_confirmed BEFORE UPDATE ON audit FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state <> 'in_progress' AND NEW.confirmed_scope IS DISTINCT FROM OLD.confirmed_scope) EXECUTE FUNCTION refuse_frozen();

-- What an agency could know once it can know for good.
CREATE TRIGGER audit_revealed BEFORE UPDATE ON audit FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.revealed_at IS NOT NULL AND NEW.revealed_at IS DISTINCT FROM OLD.revealed_at) EXECUTE FUNCTION refuse_frozen();

-- Answers and files change in a draft only; files also beside a finding that is not closed, until the inspector judged
-- them, and as the answer to an open request of an inspector.
CREATE OR REPLACE FUNCTION check_draft() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  its_state text;
BEGIN
  SELECT state INTO its_state FROM application WHERE id = NEW.application_id FOR SHARE;
  IF its_state = 'draft' THEN
    RETURN NEW;
  END IF;
  IF TG_TABLE_NAME = 'evidence' THEN
    PERFORM FROM finding f JOIN audit a ON a.id = f.audit_id
      WHERE f.id = NEW.finding_id AND a.certification_id = NEW.application_id
        AND f.requirement_code = NEW.requirement_code AND f.state NOT IN ('closed', 'superseded', 'withdrawn') AND a.state <> 'in_progress'
        AND (TG_OP = 'INSERT' OR f.verified_at IS NULL OR NEW.uploaded_at > f.verified_at)
      FOR SHARE OF f;
    IF FOUND THEN
      RETURN NEW;
    END IF;
    PERFORM FROM evidence_request r JOIN audit a ON a.id = r.audit_id
      WHERE r.id = NEW.request_id AND a.certification_id = NEW.application_id AND r.requirement_code = NEW.requirement_code
        AND r.answered_at IS NULL AND r.withdrawn_at IS NULL AND NEW.finding_id IS NULL
      FOR SHARE OF r;
    IF FOUND THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the % of this application can no longer be changed', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_frozen';
END $$;

CREATE TRIGGER answer_frozen BEFORE INSERT OR UPDATE ON answer FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_draft();
CREATE TRIGGER evidence_frozen BEFORE INSERT OR UPDATE ON evidence FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_draft();

-- A corrective action needs an event of its finding, and does not change once it was judged.
CREATE TRIGGER corrective_action_frozen BEFORE UPDATE ON corrective_action FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.outcome IS NOT NULL) EXECUTE FUNCTION refuse_frozen();
CREATE CONSTRAINT TRIGGER corrective_action_trace AFTER INSERT OR UPDATE ON corrective_action DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_finding();

-- Nobody crosses between the staff and an agency, or from one agency to another.
CREATE TRIGGER person_side BEFORE UPDATE OF agency_id ON person FOR EACH ROW WHEN (OLD.agency_id IS DISTINCT FROM NEW.agency_id) EXECUTE FUNCTION refuse_frozen();
