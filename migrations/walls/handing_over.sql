-- What somebody of the staff has in hand: audits that they lead and that are not done, also for an answer to a finding, and
-- teams in which they go along. With the owner's eyes: administrators, who end accounts, do not see cases.
CREATE OR REPLACE FUNCTION work_in_hand(of_person uuid) RETURNS TABLE(audit_id uuid, reference text, agency_id uuid, state text, planned_on date, planner_id uuid, member_id uuid, role text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT a.id, a.reference, a.agency_id, a.state, a.planned_on, a.planner_id, NULL::uuid, NULL FROM audit a
  WHERE a.inspector_id = of_person AND a.state <> 'cancelled'
    AND (a.state <> 'concluded' OR EXISTS (SELECT FROM finding f WHERE f.audit_id = a.id AND f.state NOT IN ('closed', 'superseded', 'withdrawn')))
  UNION ALL
  SELECT a.id, a.reference, a.agency_id, a.state, a.planned_on, a.planner_id, m.id, m.role FROM team_member m JOIN audit a ON a.id = m.audit_id
  WHERE m.person_id = of_person AND m.left_at IS NULL AND a.state NOT IN ('concluded', 'cancelled')
  ORDER BY 2
$$;

-- The references of the audits among these that somebody cannot lead: for a tie, for too many in a row, or as their planner.
CREATE OR REPLACE FUNCTION cannot_take(of_person uuid, successor uuid) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT ARRAY(
    SELECT w.reference FROM work_in_hand(of_person) w JOIN audit a ON a.id = w.audit_id
    WHERE w.member_id IS NULL
      AND (has_interest(successor, a.agency_id) OR a.planner_id = successor
           OR successor = ANY (rotated_out(a.agency_id, a.scheme_version_id, a.id))))
$$;

-- An administrator gives everything that somebody has in hand to an inspector: audits, their terms, the part in them. Who
-- leaves keeps the part in each, and every verdict its author.
CREATE OR REPLACE FUNCTION hand_over(of_person uuid, successor uuid, at_moment timestamp with time zone) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  me uuid := nullif(current_setting('kw.person', true), '')::uuid;
  led uuid[];
BEGIN
  IF coalesce(nullif(current_setting('role'), 'none'), SESSION_USER) <> 'kw_owner'
     AND NOT (is_genuine() AND EXISTS (SELECT FROM person_role WHERE person_id = me AND role = 'administrator')) THEN
    RAISE EXCEPTION 'only an administrator hands work over' USING ERRCODE = 'insufficient_privilege';
  END IF;
  led := ARRAY(SELECT audit_id FROM work_in_hand(of_person) WHERE member_id IS NULL);
  UPDATE team_member m SET left_at = at_moment FROM audit a
    WHERE a.id = m.audit_id AND m.person_id = of_person AND m.left_at IS NULL AND a.state NOT IN ('concluded', 'cancelled');
  IF led = '{}' THEN
    RETURN;
  END IF;
  IF of_person = successor OR cannot_take(of_person, successor) <> '{}'
     OR NOT EXISTS (SELECT FROM person_role JOIN person ON id = person_id
                    WHERE person_id = successor AND role = 'inspector' AND retired_at IS NULL) THEN
    RAISE EXCEPTION 'this person cannot take the work over' USING ERRCODE = 'check_violation', CONSTRAINT = 'successor_fits';
  END IF;
  UPDATE team_member SET left_at = at_moment WHERE audit_id = ANY (led) AND person_id = successor AND left_at IS NULL;
  UPDATE audit SET inspector_id = successor, version = version + 1 WHERE id = ANY (led);
  UPDATE deadline SET owner_id = successor WHERE owner_id = of_person AND done_at IS NULL AND subject_id = ANY (led);
  INSERT INTO audit_participant (audit_id, person_id, since)
    SELECT id, successor, at_moment FROM unnest(led) id ON CONFLICT DO NOTHING;
END $$;
