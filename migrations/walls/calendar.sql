-- A calendar is read without signing in, by whoever knows its address: what must be done and when, not about whom.
CREATE OR REPLACE FUNCTION calendar_is_there(its_digest bytea) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT EXISTS (SELECT FROM calendar_feed f JOIN person p ON p.id = f.person_id WHERE f.digest = its_digest AND p.retired_at IS NULL)
$$;

CREATE OR REPLACE FUNCTION calendar_of(its_digest bytea) RETURNS TABLE(id uuid, kind text, "on" date, language text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH reader AS (
    SELECT p.id, p.agency_id, p.language, f.everything,
           ARRAY(SELECT r.role FROM person_role r WHERE r.person_id = p.id) AS roles
    FROM calendar_feed f JOIN person p ON p.id = f.person_id WHERE f.digest = its_digest AND p.retired_at IS NULL)
  SELECT d.id, d.kind, d.due_on, r.language FROM reader r JOIN deadline d ON d.done_at IS NULL AND
    CASE WHEN r.agency_id IS NOT NULL THEN d.agency_id = r.agency_id AND d.owner_role LIKE 'agency_%'
         WHEN r.everything THEN r.roles && ARRAY['planner', 'reviewer', 'decider']::varchar[] AND d.kind <> 'draft'
         ELSE d.owner_id = r.id OR (d.owner_id IS NULL AND d.owner_role = ANY (r.roles)) END
  UNION ALL
  SELECT a.id, 'audit', a.planned_on, r.language FROM reader r JOIN audit a ON a.inspector_id = r.id
    AND a.state IN ('planned', 'in_progress') AND NOT r.everything
$$;
