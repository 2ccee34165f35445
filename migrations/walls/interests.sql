-- Agencies of one group of companies count as one (ISO/IEC 17065 clause 4.2): those that the office last stated to be of the
-- same group as this one, which is among them.
CREATE OR REPLACE FUNCTION group_of(of_agency uuid) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT ARRAY(
    SELECT of_agency
    UNION
    SELECT theirs.agency_id FROM group_statement ours JOIN group_statement theirs USING (name)
    WHERE ours.agency_id = of_agency AND ours.name <> ''
      AND ours.id = (SELECT max(id) FROM group_statement WHERE agency_id = of_agency)
      AND theirs.id = (SELECT max(id) FROM group_statement WHERE agency_id = theirs.agency_id))
$$;

-- The interests in an agency or its group that count on a day, and until when; NULL: as long as nobody corrects them. A row
-- that was corrected does not count. Who worked for an agency or advised it stays away for the months that the norm of its
-- newest application says; for good if the norm says nothing.
CREATE OR REPLACE FUNCTION interests_in(of_agency uuid, on_day date) RETURNS TABLE(tie_id uuid, person_id uuid, counts_until date) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT t.id, t.person_id, ends.on_day
  FROM tie t CROSS JOIN LATERAL (
    SELECT CASE WHEN t.kind IN ('worked', 'advised')
      THEN (t.until + make_interval(months => (
             SELECT v.cooling_off_months FROM application p JOIN scheme_version v ON v.id = p.scheme_version_id
             WHERE p.agency_id = of_agency AND p.submitted_at IS NOT NULL ORDER BY p.created_at DESC LIMIT 1)))::date
      ELSE t.until END AS on_day) ends
  WHERE t.agency_id = ANY (group_of(of_agency)) AND t.kind <> 'none'
    AND NOT EXISTS (SELECT FROM tie later WHERE later.supersedes_id = t.id)
    AND (ends.on_day IS NULL OR ends.on_day >= interests_in.on_day)
$$;

CREATE OR REPLACE FUNCTION has_interest(person uuid, of_agency uuid, on_day date DEFAULT ((now() AT TIME ZONE 'Europe/Amsterdam'::text))::date) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM tie WHERE person_id = person) THEN  -- nearly everybody
    RETURN false;
  END IF;
  RETURN EXISTS (SELECT FROM interests_in(of_agency, on_day) i WHERE i.person_id = person);
END $$;

-- Who judged as many audits of an agency in a row as the norm permits, as inspector or member of the team. Cancelled audits
-- do not count, nor does the one that is asked about.
CREATE OR REPLACE FUNCTION rotated_out(of_agency uuid, by_version uuid, besides uuid) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH newest AS (
    SELECT id, inspector_id FROM audit
    WHERE agency_id = of_agency AND state <> 'cancelled' AND id IS DISTINCT FROM besides
    ORDER BY planned_on DESC, reference DESC
    LIMIT (SELECT audits_in_a_row FROM scheme_version WHERE id = by_version)
  ), judged AS (
    SELECT id, inspector_id AS person_id FROM newest
    UNION
    SELECT newest.id, m.person_id FROM newest JOIN team_member m ON m.audit_id = newest.id AND m.role = 'member'
  )
  SELECT ARRAY(SELECT person_id FROM judged GROUP BY person_id
               HAVING count(*) = (SELECT audits_in_a_row FROM scheme_version WHERE id = by_version))
$$;

-- Only somebody without an interest corrects one, or says what belongs to a group.
CREATE OR REPLACE FUNCTION check_corrected() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF has_interest(CASE TG_TABLE_NAME WHEN 'tie' THEN (to_jsonb(NEW)->>'recorded_by')::uuid
                                     ELSE (to_jsonb(NEW)->>'stated_by')::uuid END, NEW.agency_id) THEN
    RAISE EXCEPTION 'who says this has a declared tie' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_tie';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER tie_corrected BEFORE INSERT ON tie FOR EACH ROW WHEN (NEW.supersedes_id IS NOT NULL) EXECUTE FUNCTION check_corrected();
CREATE TRIGGER group_statement_untied BEFORE INSERT ON group_statement FOR EACH ROW EXECUTE FUNCTION check_corrected();
CREATE TRIGGER group_statement_kept BEFORE DELETE OR UPDATE ON group_statement FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER group_statement_whole BEFORE TRUNCATE ON group_statement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
