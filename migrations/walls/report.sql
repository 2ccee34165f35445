-- A draft of a report goes out during the fieldwork, and never changes. The agency comments once, until its last day; who
-- leads the audit answers once. After the report nothing is added.
CREATE OR REPLACE FUNCTION check_report_draft() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  its_state text;
BEGIN
  SELECT state INTO its_state FROM audit WHERE id = NEW.audit_id FOR SHARE;
  IF its_state <> 'in_progress'
     OR (TG_OP = 'INSERT' AND (NEW.comments IS NOT NULL OR NEW.answers IS NOT NULL))
     OR (TG_OP = 'UPDATE' AND (OLD.answers IS NOT NULL OR (NEW.answers IS NOT NULL AND OLD.comments IS NULL)
                               OR (OLD.comments IS NOT NULL AND NEW.comments IS DISTINCT FROM OLD.comments))) THEN
    RAISE EXCEPTION 'this draft can no longer be changed'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'report_draft_frozen';
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.comments IS NULL
     AND NOT EXISTS (SELECT FROM person WHERE id = NEW.commented_by AND agency_id = NEW.agency_id)
     OR TG_OP = 'UPDATE' AND NEW.answers IS NOT NULL AND NOT leads_audit(NEW.answered_by, NEW.audit_id) THEN
    RAISE EXCEPTION 'the agency comments, and who leads the audit answers'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'report_draft_person';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION need_event_of_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM event WHERE subject_id = NEW.audit_id AND txid = pg_current_xact_id()
                   AND data->>'after' = (SELECT state FROM audit WHERE id = NEW.audit_id)) THEN
    RAISE EXCEPTION '% changed without an event of its audit', TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_trace';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER report_draft_frozen BEFORE INSERT OR UPDATE ON report_draft FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_report_draft();
CREATE CONSTRAINT TRIGGER report_draft_trace AFTER INSERT OR UPDATE ON report_draft DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_audit();
CREATE TRIGGER report_draft_kept BEFORE DELETE OR UPDATE OF id, audit_id, agency_id, number, facts, due_on, sent_by, sent_at ON report_draft FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_draft_whole BEFORE TRUNCATE ON report_draft FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_conduct_frozen BEFORE INSERT OR DELETE OR UPDATE ON audit_conduct FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');
CREATE CONSTRAINT TRIGGER audit_conduct_trace AFTER INSERT OR UPDATE ON audit_conduct DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_audit();

-- A report that the lot fell on is read once more, once, by somebody who has no part in it and did not review it.
CREATE OR REPLACE FUNCTION check_reading() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF (TG_OP = 'INSERT' AND NEW.read_at IS NOT NULL) OR (TG_OP = 'UPDATE' AND OLD.read_at IS NOT NULL) THEN
    RAISE EXCEPTION 'this report was read already'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'second_reading_frozen';
  END IF;
  IF TG_OP = 'UPDATE' AND (NOT is_outsider(NEW.reader_id, NEW.agency_id)
     OR EXISTS (SELECT FROM audit WHERE id = NEW.audit_id AND reviewer_id = NEW.reader_id)) THEN
    RAISE EXCEPTION 'a report is read again by somebody who has no part in it'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'second_reading_person';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER second_reading_lawful BEFORE INSERT OR UPDATE ON second_reading FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_reading();
CREATE CONSTRAINT TRIGGER second_reading_trace AFTER INSERT OR UPDATE ON second_reading DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_audit();
CREATE TRIGGER second_reading_kept BEFORE DELETE OR UPDATE OF audit_id, agency_id, drawn_at ON second_reading FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER second_reading_whole BEFORE TRUNCATE ON second_reading FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
