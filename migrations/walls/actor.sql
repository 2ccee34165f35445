-- Who is there. Policies read three settings of the transaction: kw.person, kw.agency, and kw.sees, which is 'own' for
-- people of an agency, 'cases' for staff with all cases, 'assigned' for an inspector, 'none' for other staff. They are set
-- by these functions alone, in the transaction in hand; after it nobody is there.
CREATE OR REPLACE FUNCTION become(person uuid, agency uuid, sees text) RETURNS void LANGUAGE sql AS $$
  SELECT set_config('kw.person', coalesce(person::text, ''), true), set_config('kw.agency', coalesce(agency::text, ''), true),
         set_config('kw.sees', sees, true)
$$;

-- Look a session up by the digest of its token and act for its person, at once. No row: nobody. The limits come from the
-- caller: a session lives if it was used after the one moment and opened after the other. Retiring somebody ends theirs;
-- inviting them again does not bring those back.
CREATE OR REPLACE FUNCTION act_as(token_digest bytea, used_after timestamp with time zone, opened_after timestamp with time zone) RETURNS TABLE(seen_at timestamp with time zone, person uuid, agency uuid, name text, language text, roles text[], sees text) LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH found AS (
    SELECT s.seen_at, p.id, p.agency_id, p.name::text, p.language::text,
           ARRAY(SELECT r.role::text FROM person_role r WHERE r.person_id = p.id) AS roles
    FROM login_session s JOIN person p ON p.id = s.person_id
    WHERE s.digest = token_digest AND s.ended_at IS NULL AND s.seen_at > used_after AND s.created_at > opened_after
      AND p.retired_at IS NULL AND s.created_at >= p.invited_at
  ), known AS (
    SELECT *, CASE WHEN agency_id IS NOT NULL THEN 'own' WHEN found.roles && '{planner,reviewer,decider}' THEN 'cases'
                   WHEN found.roles && '{inspector}' THEN 'assigned' ELSE 'none' END AS sees FROM found
  ), told AS (
    SELECT set_config('kw.person', id::text, true), set_config('kw.agency', coalesce(agency_id::text, ''), true),
           set_config('kw.sees', known.sees, true) FROM known
  )
  SELECT known.seen_at, id, agency_id, known.name, known.language, known.roles, known.sees FROM known, told
$$;

-- Before anybody is signed in: come near the one person with this address, or to whom this link was mailed.
CREATE OR REPLACE FUNCTION approach(address text) RETURNS uuid LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH found AS (SELECT id FROM person WHERE email = address::citext),
       told AS (SELECT set_config('kw.person', id::text, true) FROM found)
  SELECT id FROM found, told
$$;

CREATE OR REPLACE FUNCTION approach_by_link(token_digest bytea) RETURNS uuid LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH found AS (SELECT person_id AS id FROM mail_token WHERE digest = token_digest),
       told AS (SELECT set_config('kw.person', id::text, true) FROM found)
  SELECT id FROM found, told
$$;

-- An agency that registers itself: who does so acts for that agency, which must not be there yet.
CREATE OR REPLACE FUNCTION begin_registration(agency uuid) RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT set_config('kw.agency', agency::text, true) <> '' AND set_config('kw.sees', 'own', true) <> ''
  WHERE NOT EXISTS (SELECT FROM agency a WHERE a.id = agency)
$$;

-- The applications that were never submitted, which staff do not see, nor what is in them.
CREATE OR REPLACE FUNCTION first_drafts() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT ARRAY(SELECT id FROM application WHERE submitted_at IS NULL)
$$;
