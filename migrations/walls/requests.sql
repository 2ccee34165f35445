-- What an inspector asks of an agency: of one that knows of the audit, while the fieldwork goes on. Somebody of that agency
-- answers, once, and the office takes it back; neither does what is the other's.
CREATE OR REPLACE FUNCTION check_request() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.answered_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL OR NOT EXISTS (
      SELECT FROM audit a WHERE a.id = NEW.audit_id
        AND (a.announced OR a.revealed_at IS NOT NULL OR a.reported_at IS NOT NULL)) THEN
      RAISE EXCEPTION 'this cannot be asked now' USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_request_lawful';
    END IF;
  ELSIF OLD.answered_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL
     OR (NEW.answered_at IS NOT NULL AND NOT EXISTS (
           SELECT FROM person WHERE id = NEW.answered_by AND agency_id = NEW.agency_id))
     OR (NEW.withdrawn_at IS NOT NULL AND nullif(current_setting('kw.agency', true), '') IS NOT NULL) THEN
    RAISE EXCEPTION 'this is answered by the agency and taken back by the office, once'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_request_lawful';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER evidence_request_lawful BEFORE INSERT OR UPDATE ON evidence_request FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_request();
CREATE TRIGGER evidence_request_frozen BEFORE INSERT OR UPDATE ON evidence_request FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');
CREATE TRIGGER evidence_request_kept BEFORE DELETE OR UPDATE OF id, audit_id, agency_id, scheme_version_id, requirement_code, text, due_on, asked_by, asked_at ON evidence_request FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER evidence_request_whole BEFORE TRUNCATE ON evidence_request FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION need_event_of_request() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM event WHERE subject_id = NEW.id AND txid = pg_current_xact_id()) THEN
    RAISE EXCEPTION '% changed without its event', TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_trace';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER evidence_request_trace AFTER INSERT OR UPDATE ON evidence_request DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_request();

-- The agency has a task as long as it was asked and did not answer.
CREATE OR REPLACE FUNCTION keep_request_term() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO deadline (id, kind, subject_id, agency_id, due_on, owner_role, opened_at)
      VALUES (gen_random_uuid(), 'evidence_request', NEW.id, NEW.agency_id, NEW.due_on, 'agency_owner', NEW.asked_at);
  ELSE
    UPDATE deadline SET done_at = coalesce(NEW.answered_at, NEW.withdrawn_at)
      WHERE kind = 'evidence_request' AND subject_id = NEW.id AND done_at IS NULL;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER evidence_request_opens AFTER INSERT ON evidence_request FOR EACH ROW EXECUTE FUNCTION keep_request_term();
CREATE TRIGGER evidence_request_ends AFTER UPDATE OF answered_at, withdrawn_at ON evidence_request FOR EACH ROW WHEN (NEW.answered_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION keep_request_term();

-- After the fieldwork nothing is asked any more: a finding asks for what is still missing.
CREATE OR REPLACE FUNCTION end_requests() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  UPDATE evidence_request SET withdrawn_at = now() WHERE audit_id = NEW.id AND answered_at IS NULL AND withdrawn_at IS NULL;
  RETURN NULL;
END $$;

CREATE TRIGGER audit_requests AFTER UPDATE OF state ON audit FOR EACH ROW WHEN (OLD.state = 'in_progress' AND NEW.state <> 'in_progress') EXECUTE FUNCTION end_requests();
