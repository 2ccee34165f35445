-- The people of an agency share the questions of a draft: who takes one on is one of them.
CREATE OR REPLACE FUNCTION check_question_task() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NEW.person_id IS NOT NULL AND NOT EXISTS (SELECT FROM person WHERE id = NEW.person_id AND agency_id = NEW.agency_id) THEN
    RAISE EXCEPTION 'this is nobody of the agency' USING ERRCODE = 'check_violation', CONSTRAINT = 'question_task_lawful';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER question_task_agency BEFORE INSERT ON question_task FOR EACH ROW EXECUTE FUNCTION take_agency();
CREATE TRIGGER question_task_frozen BEFORE INSERT OR UPDATE ON question_task FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_draft();
CREATE TRIGGER question_task_lawful BEFORE INSERT OR UPDATE ON question_task FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_question_task();

-- What they say about one stays as it was, until it is forgotten.
CREATE TRIGGER question_comment_agency BEFORE INSERT ON question_comment FOR EACH ROW EXECUTE FUNCTION take_agency();
CREATE TRIGGER question_comment_frozen BEFORE INSERT ON question_comment FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_draft();
CREATE TRIGGER question_comment_kept BEFORE UPDATE ON question_comment FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER question_comment_whole BEFORE TRUNCATE ON question_comment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
