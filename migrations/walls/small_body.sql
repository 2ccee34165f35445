-- Whether a planner may also audit, as somebody said last of the size of the body.
CREATE OR REPLACE FUNCTION is_small_body() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT coalesce((SELECT allowed FROM small_body ORDER BY id DESC LIMIT 1), false)
$$;

-- Nobody plans and audits, unless the body is a small one; and while somebody does, it stays one.
CREATE OR REPLACE FUNCTION keep_roles_apart() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT is_small_body() AND EXISTS (
       SELECT FROM person_role p JOIN person_role i USING (person_id)
       WHERE p.role = 'planner' AND i.role = 'inspector'
         AND p.person_id::text = coalesce(to_jsonb(NEW)->>'person_id', p.person_id::text)) THEN
    RAISE EXCEPTION 'who plans audits does not audit' USING ERRCODE = 'check_violation', CONSTRAINT = 'roles_apart';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER person_role_apart AFTER INSERT OR UPDATE ON person_role DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.role IN ('planner', 'inspector')) EXECUTE FUNCTION keep_roles_apart();
CREATE CONSTRAINT TRIGGER small_body_apart AFTER INSERT ON small_body DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NOT NEW.allowed) EXECUTE FUNCTION keep_roles_apart();
CREATE TRIGGER small_body_kept BEFORE DELETE OR UPDATE ON small_body FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER small_body_whole BEFORE TRUNCATE ON small_body FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whoever planned an audit has no hand in it, in a small body either.
CREATE OR REPLACE FUNCTION refuse_planner() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF to_jsonb(NEW)->>TG_ARGV[0] = (SELECT planner_id FROM audit WHERE id = (to_jsonb(NEW)->>TG_ARGV[1])::uuid)::text THEN
    RAISE EXCEPTION 'this person planned the audit' USING ERRCODE = 'check_violation', CONSTRAINT = 'planned_it';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER audit_planner AFTER INSERT OR UPDATE OF inspector_id ON audit FOR EACH ROW EXECUTE FUNCTION refuse_planner('inspector_id', 'id');
CREATE TRIGGER team_member_planner AFTER INSERT ON team_member FOR EACH ROW EXECUTE FUNCTION refuse_planner('person_id', 'audit_id');
