-- For whom somebody stands in today: those who are away and named this deputy, while both have an account.
CREATE OR REPLACE FUNCTION stands_in_for(deputy uuid) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT ARRAY(
    SELECT b.person_id FROM absence b JOIN person p ON p.id = b.deputy_id
    WHERE b.deputy_id = deputy AND b.ended_at IS NULL AND p.retired_at IS NULL
      AND (now() AT TIME ZONE 'Europe/Amsterdam')::date BETWEEN b.first_day AND b.last_day)
$$;

-- Who works on an audit today: its inspector or who stands in lead it (never who planned it), members of the team judge too, the others of the team
-- only read it.
CREATE OR REPLACE FUNCTION hands_on(of_audit uuid) RETURNS TABLE(person_id uuid, leads boolean, judges boolean) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT inspector_id, true, true FROM audit WHERE id = of_audit
  UNION ALL
  SELECT b.deputy_id, true, true FROM audit a JOIN absence b ON b.person_id = a.inspector_id
  WHERE a.id = of_audit AND a.inspector_id = ANY (stands_in_for(b.deputy_id)) AND b.deputy_id <> a.planner_id
  UNION ALL
  SELECT m.person_id, false, m.role = 'member' FROM team_member m WHERE m.audit_id = of_audit AND m.left_at IS NULL
$$;

CREATE OR REPLACE FUNCTION leads_audit(person uuid, of_audit uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT EXISTS (SELECT FROM hands_on(of_audit) h WHERE h.person_id = person AND h.leads)
$$;

-- Whoever does something in an audit has a part in it, which bars from deciding: also who stood in for the inspector. A
-- grade is weighed by who leads the audit and by somebody outside it, who stays outside.
CREATE OR REPLACE FUNCTION take_part_by_deed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  INSERT INTO audit_participant (audit_id, person_id, since)
  SELECT coalesce(f.audit_id, a.id), NEW.actor_id, NEW.happened_at
  FROM (SELECT NEW.subject_id AS id) s LEFT JOIN audit a ON a.id = s.id LEFT JOIN finding f ON f.id = s.id
  WHERE coalesce(f.audit_id, a.id) IS NOT NULL
    AND (NEW.name NOT IN ('finding.propose_grade', 'finding.change_grade', 'finding.keep_grade')
         OR leads_audit(NEW.actor_id, coalesce(f.audit_id, a.id)))
  ON CONFLICT DO NOTHING;
  RETURN NEW;
END $$;

CREATE TRIGGER event_of_audit BEFORE INSERT ON event FOR EACH ROW WHEN (NEW.actor_kind = 'person' AND NEW.name IN ('audit.start', 'audit.freeze', 'audit.record', 'audit.judge_requirement', 'audit.reveal', 'audit.report', 'finding.close', 'finding.reject', 'finding.accept_plan', 'finding.reject_proof', 'finding.propose_grade', 'finding.change_grade', 'finding.keep_grade')) EXECUTE FUNCTION take_part_by_deed();

-- A deputy can do the work: an inspector stands in for an inspector, one without an interest in what is in hand.
CREATE OR REPLACE FUNCTION check_deputy() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM person_role theirs JOIN person_role own USING (role)
                 WHERE own.person_id = NEW.person_id AND theirs.person_id = NEW.deputy_id)
     OR (EXISTS (SELECT FROM person_role WHERE person_id = NEW.person_id AND role = 'inspector')
         AND NOT EXISTS (SELECT FROM person_role WHERE person_id = NEW.deputy_id AND role = 'inspector'))
     OR EXISTS (SELECT FROM person WHERE id = NEW.deputy_id AND (retired_at IS NOT NULL OR agency_id IS NOT NULL)) THEN
    RAISE EXCEPTION 'the deputy cannot do this work' USING ERRCODE = 'check_violation', CONSTRAINT = 'deputy_fits';
  END IF;
  IF EXISTS (SELECT FROM audit a WHERE a.inspector_id = NEW.person_id AND a.state NOT IN ('concluded', 'cancelled')
             AND has_interest(NEW.deputy_id, a.agency_id)) THEN
    RAISE EXCEPTION 'the deputy has a declared tie' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_tie';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER absence_deputy BEFORE INSERT ON absence FOR EACH ROW EXECUTE FUNCTION check_deputy();
CREATE TRIGGER absence_final BEFORE UPDATE ON absence FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER absence_kept BEFORE DELETE OR UPDATE OF id, person_id, deputy_id, first_day, last_day, recorded_by, recorded_at ON absence FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER absence_whole BEFORE TRUNCATE ON absence FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
