-- Whether somebody took no part in any audit of the present cycle of an agency and has no declared interest in it: the
-- second pair of eyes.
CREATE OR REPLACE FUNCTION is_outsider(person uuid, of_agency uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  cycle uuid[] := cycle_audits(of_agency);
BEGIN
  RETURN NOT EXISTS (SELECT FROM audit WHERE id = ANY (cycle) AND person IN (planner_id, inspector_id))
     AND NOT EXISTS (SELECT FROM audit_participant WHERE audit_id = ANY (cycle) AND person_id = person)
     AND NOT EXISTS (SELECT FROM verdict WHERE audit_id = ANY (cycle) AND recorded_by = person)
     AND NOT has_interest(person, of_agency);
END $$;

-- A finding begins with the grade that was found; only one that came back may begin heavier.
CREATE OR REPLACE FUNCTION take_grade() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.grade_found := coalesce(NEW.grade_found, NEW.grade);
  RETURN NEW;
END $$;

CREATE TRIGGER finding_grade BEFORE INSERT ON finding FOR EACH ROW EXECUTE FUNCTION take_grade();

CREATE OR REPLACE FUNCTION refuse_grade() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'this finding was found otherwise' USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_as_found';
END $$;

CREATE TRIGGER finding_as_found BEFORE INSERT ON finding FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.grade_found <> NEW.grade AND NEW.repeat_of_id IS NULL) EXECUTE FUNCTION refuse_grade();

-- A closed finding is only ever superseded, and what was said on it stays.
CREATE TRIGGER finding_closed BEFORE UPDATE ON finding FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state = 'closed' AND NEW.state <> 'superseded') EXECUTE FUNCTION refuse_last();

-- While a report is corrected nobody answers its findings, and nobody judges an answer.
CREATE OR REPLACE FUNCTION check_reported() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  PERFORM FROM finding f JOIN audit a ON a.id = f.audit_id
    WHERE f.id = NEW.finding_id AND a.state = 'in_progress' FOR SHARE OF a;
  IF FOUND THEN
    RAISE EXCEPTION 'the report is being corrected'
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_reported';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER corrective_action_reported BEFORE INSERT OR UPDATE ON corrective_action FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_reported();

-- The grade of a finding changes between report and review, by two people. One leads the audit, as its inspector or for
-- them, the other took no part in it: who proposed and has a part led it then. No role may change the grade itself: the database does, once the second person agrees.
CREATE OR REPLACE FUNCTION check_grade_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  its_finding finding%ROWTYPE;
  its_audit audit%ROWTYPE;
BEGIN
  SELECT * INTO its_finding FROM finding WHERE id = NEW.finding_id FOR SHARE;
  SELECT * INTO its_audit FROM audit WHERE id = its_finding.audit_id FOR SHARE;
  IF its_audit.state <> 'reported' OR its_finding.state IN ('superseded', 'withdrawn') OR its_finding.grade <> NEW.grade_before
     OR (TG_OP = 'INSERT' AND NEW.answered_at IS NOT NULL) OR (TG_OP = 'UPDATE' AND OLD.answered_at IS NOT NULL) THEN
    RAISE EXCEPTION 'this grade can no longer be changed'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'grade_change_frozen';
  END IF;
  IF NEW.answered_by = NEW.asked_by
     OR (TG_OP = 'INSERT' AND NOT leads_audit(NEW.asked_by, its_audit.id) AND NOT is_outsider(NEW.asked_by, NEW.agency_id))
     OR (NEW.granted AND NOT (
           (EXISTS (SELECT FROM audit_participant WHERE audit_id = its_audit.id AND person_id = NEW.asked_by)
            AND is_outsider(NEW.answered_by, NEW.agency_id))
        OR (leads_audit(NEW.answered_by, its_audit.id) AND is_outsider(NEW.asked_by, NEW.agency_id)))) THEN
    RAISE EXCEPTION 'a grade changes by two people'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'grade_change_second_person';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER grade_change_lawful BEFORE INSERT OR UPDATE ON grade_change FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_grade_change();
CREATE CONSTRAINT TRIGGER grade_change_trace AFTER INSERT OR UPDATE ON grade_change DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_finding();
CREATE TRIGGER grade_change_kept BEFORE DELETE OR UPDATE OF id, finding_id, agency_id, grade_before, grade, points, blocks, due_on, reason, asked_by, asked_at ON grade_change FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER grade_change_whole BEFORE TRUNCATE ON grade_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER grade_change_agency BEFORE INSERT ON grade_change FOR EACH ROW EXECUTE FUNCTION take_agency();

CREATE OR REPLACE FUNCTION apply_grade() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  its_audit uuid;
BEGIN
  UPDATE finding SET grade = NEW.grade, points = NEW.points, blocks = NEW.blocks, due_on = NEW.due_on, version = version + 1
    WHERE id = NEW.finding_id RETURNING audit_id INTO its_audit;
  UPDATE audit SET version = version + 1,
    score = (SELECT sum(points) FROM finding WHERE audit_id = its_audit AND state NOT IN ('superseded', 'withdrawn')) WHERE id = its_audit;
  RETURN NULL;
END $$;

CREATE TRIGGER grade_change_granted AFTER UPDATE OF granted ON grade_change FOR EACH ROW WHEN (NEW.granted) EXECUTE FUNCTION apply_grade();
CREATE CONSTRAINT TRIGGER grade_change_urgent AFTER UPDATE ON grade_change DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.granted) EXECUTE FUNCTION need_urgent_task();

-- A file goes to the deciders once nothing about its findings waits for an answer.
CREATE OR REPLACE FUNCTION check_answered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF EXISTS (SELECT FROM grade_change c JOIN finding f ON f.id = c.finding_id
             WHERE f.audit_id = NEW.id AND f.state NOT IN ('superseded', 'withdrawn') AND c.answered_at IS NULL)
     OR EXISTS (SELECT FROM dispute c JOIN finding f ON f.id = c.finding_id
             WHERE f.audit_id = NEW.id AND f.state NOT IN ('superseded', 'withdrawn') AND c.answered_at IS NULL) THEN
    RAISE EXCEPTION 'a question about a finding is open' USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_answered';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER audit_answered BEFORE UPDATE ON audit FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state = 'reported' AND NEW.state = 'reviewed') EXECUTE FUNCTION check_answered();

-- Where the scheme asks for a plan first, a plan does not close a finding.
CREATE OR REPLACE FUNCTION need_proof() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF 'plan' = (SELECT step FROM corrective_action WHERE finding_id = NEW.id ORDER BY round DESC LIMIT 1) THEN
    RAISE EXCEPTION 'a plan is no proof' USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_proven';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER finding_proven BEFORE UPDATE ON finding FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state <> NEW.state AND NEW.state = 'closed') EXECUTE FUNCTION need_proof();

-- More time is granted by somebody who took no part in the audit; the database then moves the term, which no role may.
CREATE OR REPLACE FUNCTION check_extension() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  its_finding finding%ROWTYPE;
BEGIN
  SELECT * INTO its_finding FROM finding WHERE id = NEW.finding_id FOR SHARE;
  IF its_finding.state IN ('closed', 'superseded', 'withdrawn') OR NEW.due_before IS DISTINCT FROM its_finding.due_on
     OR (TG_OP = 'INSERT' AND NEW.answered_at IS NOT NULL) OR (TG_OP = 'UPDATE' AND OLD.answered_at IS NOT NULL) THEN
    RAISE EXCEPTION 'this term can no longer be changed'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'extension_frozen';
  END IF;
  IF NEW.granted AND NOT is_outsider(NEW.answered_by, NEW.agency_id) THEN
    RAISE EXCEPTION 'more time is granted by somebody who took no part'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'extension_second_person';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER extension_lawful BEFORE INSERT OR UPDATE ON extension FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_extension();
CREATE CONSTRAINT TRIGGER extension_trace AFTER INSERT OR UPDATE ON extension DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_finding();
CREATE TRIGGER extension_kept BEFORE DELETE OR UPDATE OF id, finding_id, agency_id, due_before, wanted_until, reason, asked_by, asked_at ON extension FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER extension_whole BEFORE TRUNCATE ON extension FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER extension_agency BEFORE INSERT ON extension FOR EACH ROW EXECUTE FUNCTION take_agency();

CREATE OR REPLACE FUNCTION apply_extension() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  UPDATE finding SET due_on = NEW.granted_until, version = version + 1 WHERE id = NEW.finding_id;
  RETURN NULL;
END $$;

CREATE TRIGGER extension_granted AFTER UPDATE OF granted ON extension FOR EACH ROW WHEN (NEW.granted) EXECUTE FUNCTION apply_extension();

-- Who inspects reads what earlier audits of that agency found, also those of others; staff with cases do so anyway.
CREATE OR REPLACE FUNCTION found_before(of_audit uuid) RETURNS TABLE(id uuid, code text, audit text, number integer, day date, grade text, state text, said text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT f.id, f.requirement_code, a.reference, f.number, (a.reported_at AT TIME ZONE 'Europe/Amsterdam')::date, f.grade,
         f.state, coalesce(f.agency_text, '')
  FROM audit mine JOIN audit a ON a.agency_id = mine.agency_id AND a.id <> mine.id JOIN finding f ON f.audit_id = a.id
  WHERE mine.id = of_audit AND (a.reported_at < mine.reported_at OR (mine.reported_at IS NULL AND a.reported_at IS NOT NULL)) AND f.state NOT IN ('superseded', 'withdrawn')
    AND is_genuine() AND (session_user <> 'kw_app' OR current_setting('kw.sees', true) = 'cases'
                          OR (current_setting('kw.sees', true) = 'assigned' AND mine.id = ANY ((SELECT my_audits())::uuid[])))
  ORDER BY a.reported_at DESC, f.number
$$;

-- The same people read how often each verdict was given then: per requirement, in the newest audit that looked at it.
CREATE OR REPLACE FUNCTION judged_before(of_audit uuid) RETURNS TABLE(code text, audit text, day date, value text, units bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH earlier AS (
    SELECT a.id, a.reference, a.reported_at
    FROM audit mine JOIN audit a ON a.agency_id = mine.agency_id AND a.id <> mine.id
    WHERE mine.id = of_audit AND (a.reported_at < mine.reported_at OR (mine.reported_at IS NULL AND a.reported_at IS NOT NULL))
      AND is_genuine() AND (session_user <> 'kw_app' OR current_setting('kw.sees', true) = 'cases'
                            OR (current_setting('kw.sees', true) = 'assigned' AND mine.id = ANY ((SELECT my_audits())::uuid[])))),
  counted AS (
    SELECT v.requirement_code, e.reference, e.reported_at, v.value, count(*) AS units,
           rank() OVER (PARTITION BY v.requirement_code ORDER BY e.reported_at DESC) AS place
    FROM earlier e JOIN verdict v ON v.audit_id = e.id
    GROUP BY v.requirement_code, e.reference, e.reported_at, v.value)
  SELECT requirement_code, reference, (reported_at AT TIME ZONE 'Europe/Amsterdam')::date, value, units
  FROM counted WHERE place = 1 ORDER BY requirement_code, units DESC, value
$$;

-- What comes back names a finding of an earlier audit of the same agency.
CREATE OR REPLACE FUNCTION check_repeat() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM finding f JOIN audit a ON a.id = f.audit_id
                 WHERE f.id = NEW.repeat_of_id AND a.id <> NEW.audit_id
                   AND a.agency_id = (SELECT agency_id FROM audit WHERE id = NEW.audit_id)) THEN
    RAISE EXCEPTION 'this was not found before' USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_repeated';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER finding_repeated BEFORE INSERT ON finding FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.repeat_of_id IS NOT NULL) EXECUTE FUNCTION check_repeat();

CREATE TRIGGER remark_frozen BEFORE INSERT OR UPDATE ON remark FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('in_progress');
CREATE TRIGGER remark_kept BEFORE DELETE OR UPDATE OF id, audit_id, scheme_version_id, requirement_code, grade, note, agency_text, written_by, written_at ON remark FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER remark_whole BEFORE TRUNCATE ON remark FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A dispute is answered, once, by somebody who did not do the audit; if upheld, the finding is withdrawn, and no other way.
CREATE OR REPLACE FUNCTION check_dispute() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  its_finding finding%ROWTYPE;
  its_state text;
BEGIN
  SELECT * INTO its_finding FROM finding WHERE id = NEW.finding_id FOR SHARE;
  SELECT state INTO its_state FROM audit WHERE id = its_finding.audit_id FOR SHARE;
  IF its_state <> 'reported' OR its_finding.state IN ('closed', 'superseded', 'withdrawn')
     OR (TG_OP = 'INSERT' AND NEW.answered_at IS NOT NULL) OR (TG_OP = 'UPDATE' AND OLD.answered_at IS NOT NULL) THEN
    RAISE EXCEPTION 'this finding can no longer be disputed'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'dispute_frozen';
  END IF;
  IF TG_OP = 'UPDATE' AND NOT is_outsider(NEW.answered_by, NEW.agency_id) THEN
    RAISE EXCEPTION 'a dispute is answered by somebody who did not do the audit'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'dispute_second_person';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER dispute_lawful BEFORE INSERT OR UPDATE ON dispute FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_dispute();
CREATE CONSTRAINT TRIGGER dispute_trace AFTER INSERT OR UPDATE ON dispute DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_event_of_finding();
CREATE TRIGGER dispute_kept BEFORE DELETE OR UPDATE OF id, finding_id, agency_id, reason, asked_by, asked_at ON dispute FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dispute_whole BEFORE TRUNCATE ON dispute FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dispute_agency BEFORE INSERT ON dispute FOR EACH ROW EXECUTE FUNCTION take_agency();

CREATE OR REPLACE FUNCTION need_upheld() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM dispute WHERE finding_id = NEW.id AND granted) THEN
    RAISE EXCEPTION 'nobody upheld a dispute of this finding'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_disputed';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION weigh_again() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  UPDATE audit SET version = version + 1,
    score = (SELECT coalesce(sum(points), 0) FROM finding
             WHERE audit_id = NEW.audit_id AND state NOT IN ('superseded', 'withdrawn')) WHERE id = NEW.audit_id;
  RETURN NULL;
END $$;

CREATE TRIGGER finding_withdrawn AFTER UPDATE ON finding FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state = 'withdrawn') EXECUTE FUNCTION weigh_again();
CREATE TRIGGER finding_disputed BEFORE UPDATE ON finding FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.state <> NEW.state AND NEW.state = 'withdrawn') EXECUTE FUNCTION need_upheld();

-- The checklist of a reviewer is written with the review.
CREATE TRIGGER review_check_frozen BEFORE INSERT ON review_check FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_fieldwork('reviewed');
CREATE TRIGGER review_check_kept BEFORE DELETE OR UPDATE ON review_check FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER review_check_whole BEFORE TRUNCATE ON review_check FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
