-- ISO/IEC 17065 clause 4.2: nobody evaluates an agency in which an interest counts, nor more audits in a row than the norm
-- permits.
CREATE OR REPLACE FUNCTION check_no_tie() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF has_interest(NEW.inspector_id, NEW.agency_id) THEN
    RAISE EXCEPTION 'the inspector has a declared tie' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_tie';
  END IF;
  IF NEW.inspector_id = ANY (rotated_out(NEW.agency_id, NEW.scheme_version_id, NEW.id)) THEN
    RAISE EXCEPTION 'the inspector judged too many audits in a row' USING ERRCODE = 'check_violation', CONSTRAINT = 'rotation';
  END IF;
  RETURN NEW;
END $$;

-- An interest counts from the moment it is declared: who declared one makes no further move in a case of that agency.
CREATE OR REPLACE FUNCTION refuse_tied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF has_interest(NEW.actor_id, NEW.agency_id) THEN
    RAISE EXCEPTION 'the actor has a declared tie' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_tie';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER event_untied BEFORE INSERT ON event FOR EACH ROW WHEN (NEW.actor_kind = 'person' AND NEW.name IN ('application.accept', 'application.return', 'application.refuse', 'application.close', 'audit.plan', 'audit.replan', 'audit.start', 'audit.freeze', 'audit.record', 'audit.judge_requirement', 'audit.reveal', 'audit.report', 'audit.reopen', 'audit.review', 'audit.send_back', 'audit.cancel', 'audit.conclude', 'finding.close', 'finding.reject')) EXECUTE FUNCTION refuse_tied();
CREATE TRIGGER audit_no_tie BEFORE INSERT OR UPDATE OF inspector_id ON audit FOR EACH ROW EXECUTE FUNCTION check_no_tie();
