-- What links an agency to others was found by the worker; people ask, answer and judge, while the report is open.
CREATE OR REPLACE FUNCTION check_link_hit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF (SELECT state FROM link_report WHERE id = NEW.report_id FOR SHARE) <> 'open' THEN
    RAISE EXCEPTION 'this report is judged' USING ERRCODE = 'check_violation', CONSTRAINT = 'link_hit_frozen';
  END IF;
  IF OLD.asked_at IS NOT NULL AND (NEW.asked_at, NEW.asked_by, NEW.answer_by) IS DISTINCT FROM (OLD.asked_at, OLD.asked_by, OLD.answer_by)
     OR OLD.answered_at IS NOT NULL AND (NEW.answer, NEW.answered_by, NEW.answered_at) IS DISTINCT FROM (OLD.answer, OLD.answered_by, OLD.answered_at) THEN
    RAISE EXCEPTION 'what was asked and answered stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'link_hit_said';
  END IF;
  -- Nothing counts against an agency that was not heard; an answer is its own, a verdict is of staff without an interest.
  IF NEW.verdict = 'counts' AND NEW.answered_at IS NULL AND NOT coalesce(NEW.answer_by < (now() AT TIME ZONE 'Europe/Amsterdam')::date, false)
     OR NEW.answered_by IS NOT NULL AND NOT EXISTS (SELECT FROM person WHERE id = NEW.answered_by AND agency_id = NEW.agency_id)
     OR NEW.judged_by IS DISTINCT FROM OLD.judged_by AND NOT judges_links(NEW.judged_by, NEW.agency_id) THEN
    RAISE EXCEPTION 'nobody heard the agency, or nobody may judge this' USING ERRCODE = 'check_violation', CONSTRAINT = 'link_hit_heard';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION judges_links(who uuid, of_agency uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT EXISTS (SELECT FROM person WHERE id = who AND agency_id IS NULL)
     AND NOT has_interest(who, of_agency)
$$;

CREATE TRIGGER link_hit_lawful BEFORE UPDATE ON link_hit FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_link_hit();
CREATE TRIGGER link_hit_kept BEFORE DELETE OR UPDATE OF id, report_id, agency_id, other_id, other_name, sign, here, there, weight ON link_hit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER link_hit_whole BEFORE TRUNCATE ON link_hit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION need_event_of_links() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM event WHERE subject_id = NEW.report_id AND txid = pg_current_xact_id()) THEN
    RAISE EXCEPTION 'a link changed without an event of its report' USING ERRCODE = 'check_violation', CONSTRAINT = 'link_hit_trace';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER link_hit_trace AFTER INSERT OR UPDATE ON link_hit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_links();

-- A report is somebody's task while it is open, and ends when staff without an interest has judged all of it.
CREATE OR REPLACE FUNCTION check_link_report() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  waits boolean := EXISTS (SELECT FROM deadline WHERE kind = 'link_report' AND subject_id = NEW.id AND done_at IS NULL);
BEGIN
  IF waits <> (NEW.state = 'open') THEN
    RAISE EXCEPTION 'a report is a task while it is open' USING ERRCODE = 'check_violation', CONSTRAINT = 'link_report_task';
  END IF;
  IF NEW.state <> 'open' AND (NOT judges_links(NEW.judged_by, NEW.agency_id)
     OR EXISTS (SELECT FROM link_hit WHERE report_id = NEW.id AND verdict IS NULL)
     OR NEW.state = 'referred' AND NOT EXISTS (SELECT FROM link_hit WHERE report_id = NEW.id AND verdict = 'counts')) THEN
    RAISE EXCEPTION 'a report ends when all of it was judged' USING ERRCODE = 'check_violation', CONSTRAINT = 'link_report_judged';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER link_report_lawful AFTER INSERT OR UPDATE ON link_report DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_link_report();
CREATE TRIGGER link_report_kept BEFORE DELETE OR UPDATE OF id, agency_id, made_at, compared ON link_report FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER link_report_whole BEFORE TRUNCATE ON link_report FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER link_trace_kept BEFORE DELETE OR UPDATE ON link_trace FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER link_trace_whole BEFORE TRUNCATE ON link_trace FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- No certificate is granted while a report about the agency is open.
CREATE OR REPLACE FUNCTION check_links() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF EXISTS (SELECT FROM link_report WHERE agency_id = NEW.agency_id AND state = 'open') THEN
    RAISE EXCEPTION 'links to other agencies are not judged' USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_links';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER decision_links BEFORE INSERT ON decision FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.outcome IN ('grant', 'grant_with_conditions')) EXECUTE FUNCTION check_links();
