-- What a certificate covers comes from the application to the decision to the certificate; nothing reads it from the
-- profile of the agency later, which its people may edit.
-- At submission the profile is taken over. No role may write the column.
CREATE OR REPLACE FUNCTION take_scope() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  SELECT jsonb_build_object('activities', a.activities, 'sectors', a.sectors, 'own_housing', a.own_housing,
                            'recruitment_countries', a.recruitment_countries, 'housing_places', a.housing_places)
    INTO NEW.scope FROM agency a WHERE a.id = NEW.agency_id FOR SHARE;
  RETURN NEW;
END $$;

CREATE TRIGGER application_scope BEFORE UPDATE ON application FOR EACH ROW WHEN (OLD.state = 'draft' AND NEW.state NOT IN ('draft', 'withdrawn')) EXECUTE FUNCTION take_scope();

-- Whether a scope is another one or less, and covers at least one activity and one sector.
CREATE OR REPLACE FUNCTION within_scope(part jsonb, whole jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT part->'activities' <@ (whole->'activities') AND part->'activities' <> '[]'
     AND part->'sectors' <@ (whole->'sectors') AND part->'sectors' <> '[]'
     AND part->'recruitment_countries' <@ (whole->'recruitment_countries')
     AND (part->>'own_housing')::boolean <= (whole->>'own_housing')::boolean
$$;

-- The items of a scope, as the inspector confirms them and a decider grants them one by one: see StatedScope.items.
CREATE OR REPLACE FUNCTION scope_items(scope jsonb) RETURNS SETOF text LANGUAGE sql IMMUTABLE SET search_path TO 'public', 'pg_temp' AS $$
  SELECT key || ':' || code FROM jsonb_each(scope) f(key, value), jsonb_array_elements_text(CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE '[]' END) code
  UNION ALL
  SELECT key FROM jsonb_each(scope) f(key, value) WHERE value = 'true'
$$;

-- A grant covers what was stated and confirmed, or less; and at least one activity and one sector.
-- A process of the release before this grants all of it.
CREATE OR REPLACE FUNCTION check_scope() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  confirmed jsonb := (SELECT confirmed_scope->'items' FROM audit WHERE id = NEW.audit_id);
  stated jsonb := (SELECT p.scope FROM audit a JOIN application p ON p.id = a.application_id WHERE a.id = NEW.audit_id);
BEGIN
  NEW.scope := coalesce(NEW.scope, stated);
  IF within_scope(NEW.scope, stated) IS NOT TRUE
     OR coalesce((NEW.scope->>'housing_places')::int, 0) > coalesce((stated->>'housing_places')::int, 0)
     OR EXISTS (SELECT FROM scope_items(NEW.scope) item WHERE NOT confirmed ? item) THEN
    RAISE EXCEPTION 'nobody stated this scope' USING ERRCODE = 'check_violation', CONSTRAINT = 'granted_scope';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER decision_grants BEFORE INSERT ON decision FOR EACH ROW WHEN (NEW.outcome IN ('grant', 'grant_with_conditions', 'renew')) EXECUTE FUNCTION check_scope();

-- An extension adds to what the certificate covers, after an audit for that: no more than what the agency does by now, as
-- the office found right, and housing only if a housing location was in that audit.
CREATE OR REPLACE FUNCTION check_more_scope() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  covered jsonb := (SELECT scope FROM certificate WHERE id = NEW.certificate_id AND state = 'active');
  does jsonb := (SELECT jsonb_build_object('activities', activities, 'sectors', sectors, 'own_housing', own_housing,
                                           'recruitment_countries', recruitment_countries)
                 FROM agency WHERE id = NEW.agency_id);
BEGIN
  IF NEW.certificate_id IS NOT NULL
     AND ((SELECT kind FROM audit WHERE id = NEW.audit_id) IS DISTINCT FROM 'scope_extension'
          OR within_scope(covered, NEW.scope) IS NOT TRUE
          OR EXISTS (SELECT FROM scope_items(NEW.scope) item
                     WHERE item NOT IN (SELECT scope_items(covered)) AND item NOT IN (SELECT scope_items(does)))) THEN
    RAISE EXCEPTION 'nobody audited this scope' USING ERRCODE = 'check_violation', CONSTRAINT = 'extended_scope';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER decision_more_scope BEFORE INSERT ON decision FOR EACH ROW WHEN (NEW.outcome = 'extend_scope') EXECUTE FUNCTION check_more_scope();
