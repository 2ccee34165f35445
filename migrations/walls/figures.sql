-- The sums of an audit that was counted follow its findings, in the act that changes one. Done with the owner's eyes: nobody
-- whose act it is may write sums.
CREATE OR REPLACE FUNCTION count_findings(of_audit uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  UPDATE audit_tally t SET (blocked, found, due, open_findings, closed) = (
    SELECT coalesce(bool_or(f.blocks), false),
           coalesce(array_agg(f.requirement_code ORDER BY f.number), '{}'),
           coalesce(array_agg(f.due_on ORDER BY f.number) FILTER (WHERE f.state <> 'closed' AND f.due_on IS NOT NULL), '{}'),
           count(*) FILTER (WHERE f.state <> 'closed'),
           coalesce(array_agg((f.verified_at AT TIME ZONE 'Europe/Amsterdam')::date - t.reported_on ORDER BY f.number)
             FILTER (WHERE f.state = 'closed' AND f.verified_at IS NOT NULL), '{}')
    FROM finding f WHERE f.audit_id = t.audit_id AND f.state NOT IN ('superseded', 'withdrawn')
  ) WHERE t.audit_id = of_audit
$$;

CREATE OR REPLACE FUNCTION keep_finding_tally() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  PERFORM count_findings(NEW.audit_id);
  RETURN NULL;
END $$;

CREATE TRIGGER finding_tally_kept AFTER INSERT OR UPDATE OF state, blocks, due_on, verified_at ON finding FOR EACH ROW EXECUTE FUNCTION keep_finding_tally();
