-- The say of an agency in the plan of its audit: by somebody of that agency, about an announced audit that has not started.
-- SECURITY DEFINER and a lock, so that no audit starts meanwhile.
CREATE OR REPLACE FUNCTION check_say_in_plan() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  its_audit audit%ROWTYPE;
BEGIN
  SELECT * INTO its_audit FROM audit WHERE id = NEW.audit_id FOR SHARE;
  IF NOT its_audit.announced OR its_audit.state <> 'planned' THEN
    RAISE EXCEPTION 'an agency has no say in the plan of this audit'
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_frozen';
  END IF;
  RETURN NEW;
END $$;

-- ISO/IEC 17065 clause 4.2: the office answers once, and not by the person whom it is about; it is upheld when that person no
-- longer goes along.
CREATE OR REPLACE FUNCTION check_objection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  goes_along boolean := EXISTS (SELECT FROM audit WHERE id = NEW.audit_id AND inspector_id = NEW.person_id)
    OR EXISTS (SELECT FROM team_member WHERE audit_id = NEW.audit_id AND person_id = NEW.person_id AND left_at IS NULL);
  lawful boolean;
BEGIN
  IF TG_OP = 'INSERT' THEN
    lawful := NEW.answered_at IS NULL AND goes_along
      AND EXISTS (SELECT FROM person WHERE id = NEW.asked_by AND agency_id = NEW.agency_id);
  ELSE
    lawful := OLD.answered_at IS NULL AND NEW.answered_by <> NEW.person_id AND NOT (NEW.upheld AND goes_along)
      AND EXISTS (SELECT FROM person WHERE id = NEW.answered_by AND agency_id IS NULL);
  END IF;
  IF lawful IS NOT TRUE THEN
    RAISE EXCEPTION 'an agency objects to who audits it, and the office answers, once'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'team_objection_lawful';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER team_objection_lawful BEFORE INSERT OR UPDATE ON team_objection FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_objection();
CREATE TRIGGER team_objection_frozen BEFORE INSERT ON team_objection FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_say_in_plan();
CREATE TRIGGER team_objection_kept BEFORE DELETE OR UPDATE OF id, audit_id, agency_id, person_id, reason, asked_by, asked_at ON team_objection FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER team_objection_whole BEFORE TRUNCATE ON team_objection FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER team_objection_trace AFTER INSERT OR UPDATE ON team_objection DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_request();

CREATE TRIGGER proposed_day_frozen BEFORE INSERT OR UPDATE ON proposed_day FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_say_in_plan();
CREATE TRIGGER proposed_day_kept BEFORE DELETE OR UPDATE OF id, audit_id, agency_id, day, note, proposed_by, proposed_at ON proposed_day FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER proposed_day_once BEFORE UPDATE ON proposed_day FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.withdrawn_at IS NOT NULL) EXECUTE FUNCTION refuse_frozen();
CREATE TRIGGER proposed_day_whole BEFORE TRUNCATE ON proposed_day FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER proposed_day_trace AFTER INSERT OR UPDATE ON proposed_day DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_request();

-- A plan goes to an agency that may know of it alone, and is never changed.
CREATE TRIGGER sent_plan_frozen BEFORE INSERT ON sent_plan FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_say_in_plan();
CREATE TRIGGER sent_plan_kept BEFORE DELETE OR UPDATE ON sent_plan FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sent_plan_whole BEFORE TRUNCATE ON sent_plan FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER sent_plan_trace AFTER INSERT ON sent_plan DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_request();
