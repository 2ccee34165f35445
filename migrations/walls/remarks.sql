-- Who plans remarks on questions of what was handed in last, until the application is sent back with it; from then on the
-- agency alone writes: its reply, while it works on the application.
CREATE OR REPLACE FUNCTION check_question_remark() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  its_state text;
  newest uuid;
BEGIN
  SELECT state INTO its_state FROM application WHERE id = NEW.application_id FOR SHARE;
  SELECT id INTO newest FROM submission WHERE application_id = NEW.application_id ORDER BY number DESC LIMIT 1;
  IF NEW.submission_id IS DISTINCT FROM newest
     OR (TG_OP = 'INSERT' AND (its_state <> 'submitted' OR num_nonnulls(NEW.sent_at, NEW.replied_at) > 0 OR NEW.reply <> ''))
     OR (TG_OP = 'UPDATE' AND OLD.sent_at IS NULL AND (NEW.reply <> '' OR NEW.replied_at IS NOT NULL
           OR its_state <> CASE WHEN NEW.sent_at IS NULL THEN 'submitted' ELSE 'draft' END))
     OR (TG_OP = 'UPDATE' AND OLD.sent_at IS NOT NULL AND (its_state <> 'draft'
           OR (NEW.text, NEW.written_by, NEW.written_at, NEW.sent_at) IS DISTINCT FROM (OLD.text, OLD.written_by, OLD.written_at, OLD.sent_at)
           OR NOT EXISTS (SELECT FROM person WHERE id = NEW.replied_by AND agency_id = NEW.agency_id))) THEN
    RAISE EXCEPTION 'this remark cannot be written now' USING ERRCODE = 'check_violation', CONSTRAINT = 'question_remark_frozen';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER question_remark_agency BEFORE INSERT ON question_remark FOR EACH ROW EXECUTE FUNCTION take_agency();
CREATE TRIGGER question_remark_frozen BEFORE INSERT OR UPDATE ON question_remark FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_question_remark();
CREATE TRIGGER question_remark_kept BEFORE DELETE OR UPDATE OF id, submission_id, application_id, agency_id, scheme_version_id, requirement_code ON question_remark FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER question_remark_whole BEFORE TRUNCATE ON question_remark FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Every writing leaves its trace; sending, that of the application.
CREATE OR REPLACE FUNCTION need_event_of_remark() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM event WHERE txid = pg_current_xact_id()
                   AND CASE WHEN OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL
                            THEN subject_id = NEW.application_id AND data->>'before' = 'submitted' AND data->>'after' = 'draft'
                            ELSE subject_id = NEW.id END) THEN
    RAISE EXCEPTION '% changed without its event', TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_trace';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER question_remark_trace AFTER INSERT OR UPDATE ON question_remark DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_remark();

-- An application that came back is submitted again once every question with a remark was answered anew, got or lost a
-- file, or has a reply.
CREATE OR REPLACE FUNCTION check_settled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF EXISTS (SELECT FROM question_remark r
             WHERE r.application_id = NEW.id AND r.sent_at IS NOT NULL AND r.reply = ''
               AND r.submission_id = (SELECT id FROM submission WHERE application_id = NEW.id ORDER BY number DESC LIMIT 1)
               AND NOT EXISTS (SELECT FROM answer a WHERE a.application_id = NEW.id
                                 AND a.requirement_code = r.requirement_code AND a.answered_at > r.sent_at)
               AND NOT EXISTS (SELECT FROM evidence e WHERE e.application_id = NEW.id
                                 AND e.requirement_code = r.requirement_code
                                 AND (e.uploaded_at > r.sent_at OR e.removed_at > r.sent_at))) THEN
    RAISE EXCEPTION 'a question that came back is not dealt with'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_frozen';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER application_settled BEFORE UPDATE OF state ON application FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state = 'draft' AND NEW.state = 'submitted') EXECUTE FUNCTION check_settled();
