-- The actor of a transaction. Policies read three settings: kw.person, kw.agency, and kw.sees, which is 'own' for people of
-- an agency, 'cases' for staff with all cases, 'assigned' for an inspector, 'accounts' for an administrator, who also sees
-- people of agencies, 'none' for other staff. Every role may set them, but only these functions also set the proof; without
-- it the policies raise "forged actor".
CREATE OR REPLACE FUNCTION actor_proof(person text, agency text, sees text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
  held bytea;
BEGIN
  SELECT key INTO STRICT held FROM secret.actor;
  RETURN encode(sha256(held || convert_to(format('%s %s %s %s %s', person, agency, sees, pg_backend_pid(),
                                                 extract(epoch FROM transaction_timestamp())), 'UTF8') || held), 'hex');
END $$;

CREATE OR REPLACE FUNCTION become(person uuid, agency uuid, sees text) RETURNS void LANGUAGE sql AS $$
  SELECT set_config('kw.person', coalesce(person::text, ''), true), set_config('kw.agency', coalesce(agency::text, ''), true),
         set_config('kw.sees', coalesce(sees, ''), true),
         set_config('kw.proof', actor_proof(person::text, agency::text, sees), true)
$$;

CREATE OR REPLACE FUNCTION is_genuine() RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  person text := coalesce(current_setting('kw.person', true), '');
  agency text := coalesce(current_setting('kw.agency', true), '');
  sees text := coalesce(current_setting('kw.sees', true), '');
BEGIN
  IF person || agency || sees <> ''
     AND current_setting('kw.proof', true) IS DISTINCT FROM actor_proof(person, agency, sees) THEN
    RAISE EXCEPTION 'forged actor' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN true;
END $$;

-- Looks a session up by its token and makes its person the actor. No row: no valid session. A session is valid if it was
-- used after one moment and opened after another, which the caller gives. Retiring a person ends all sessions; a later
-- invitation does not revive them. By the token and not its digest, so that reading the table does not help a forger.
CREATE OR REPLACE FUNCTION act_as(token text, used_after timestamp with time zone, opened_after timestamp with time zone) RETURNS TABLE(seen_at timestamp with time zone, person uuid, agency uuid, name text, language text, roles text[]) LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH found AS (
    SELECT s.seen_at, p.id, p.agency_id, p.name::text, p.language::text,
           ARRAY(SELECT r.role::text FROM person_role r WHERE r.person_id = p.id) AS roles
    FROM login_session s JOIN person p ON p.id = s.person_id
    WHERE s.digest = sha256(convert_to(token, 'UTF8'))
      AND s.ended_at IS NULL AND s.seen_at > used_after AND s.created_at > opened_after
      AND p.retired_at IS NULL AND s.created_at >= p.invited_at
  ), told AS (
    SELECT become(id, agency_id, CASE WHEN agency_id IS NOT NULL THEN 'own'
                                      WHEN found.roles && '{planner,reviewer,decider}' THEN 'cases'
                                      WHEN found.roles && '{inspector}' THEN 'assigned'
                                      WHEN found.roles && '{administrator}' THEN 'accounts' ELSE 'none' END) FROM found
  )
  SELECT found.seen_at, id, agency_id, found.name, found.language, found.roles FROM found, told
$$;

-- Without a signed-in person: give access to the one account with this address, or to whom this link was mailed.
CREATE OR REPLACE FUNCTION approach(address text) RETURNS uuid LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH found AS (SELECT id FROM person WHERE email = address::citext), told AS (SELECT become(id, NULL, '') FROM found)
  SELECT id FROM found, told
$$;

CREATE OR REPLACE FUNCTION approach_by_link(token text) RETURNS uuid LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH found AS (SELECT person_id AS id FROM mail_token WHERE digest = sha256(convert_to(token, 'UTF8'))),
       told AS (SELECT become(id, NULL, '') FROM found)
  SELECT id FROM found, told
$$;

-- A registration acts for the new agency, which must not exist yet.
CREATE OR REPLACE FUNCTION begin_registration(its_id uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT become(NULL, its_id, 'own') WHERE NOT EXISTS (SELECT FROM agency WHERE id = its_id)
$$;

-- A registration whose first account was never taken up holds neither its number nor its address: it ends with the next one
-- for the same number, or from the same address. With the account go the link and the record of the mail. Whatever else
-- names agency or person keeps both, as nothing of theirs is deleted first: a password, a case, a note of the office. One
-- at a time for each number, so that of two at once the second finds what the first made.
CREATE OR REPLACE FUNCTION end_unconfirmed(its_country text, its_number text, its_address text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  claim uuid;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(format('registration %s %s %s', its_country, its_number, lower(its_address)), 0));
  FOR claim IN
    SELECT id FROM agency
    WHERE ((country = its_country AND register_number = its_number)
           OR id = (SELECT agency_id FROM person WHERE email = its_address::citext))
      AND NOT EXISTS (SELECT FROM event WHERE event.agency_id = agency.id AND name = 'account.set_password')
      AND NOT EXISTS (SELECT FROM person JOIN credential ON person_id = person.id WHERE person.agency_id = agency.id)
  LOOP
    BEGIN
      DELETE FROM mail_token USING person p WHERE person_id = p.id AND p.agency_id = claim;
      DELETE FROM sent_message USING person p WHERE person_id = p.id AND p.agency_id = claim;
      DELETE FROM person_role USING person p WHERE person_id = p.id AND p.agency_id = claim;
      DELETE FROM person WHERE agency_id = claim;
      DELETE FROM agency WHERE id = claim;
    EXCEPTION WHEN foreign_key_violation THEN
      NULL;  -- somebody relies on it, or takes the link up at this moment
    END;
  END LOOP;
END $$;

-- The applications that were never submitted; staff do not see these, nor their answers and files.
CREATE OR REPLACE FUNCTION first_drafts() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT ARRAY(SELECT id FROM application WHERE submitted_at IS NULL)
$$;

-- What an inspector sees: the audits assigned, those of whom they stand in for, those in which they go along in the team, and
-- what belongs to these; also of an inspector who has a role of the office too, and so sees all cases. With the owner's eyes,
-- so that no policy is planned inside another one; so they check the actor themselves, and are empty for anybody else.
CREATE OR REPLACE FUNCTION my_audits() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT (SELECT my_led_audits()) || ARRAY(
    SELECT audit_id FROM team_member
    WHERE is_genuine() AND current_setting('kw.sees', true) IN ('assigned', 'cases')
      AND person_id = nullif(current_setting('kw.person', true), '')::uuid AND left_at IS NULL)
$$;

-- Of these: the audits that this person leads, as inspector or for one who is away; and those in which they judge.
CREATE OR REPLACE FUNCTION my_led_audits() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT ARRAY(SELECT id FROM audit
               WHERE is_genuine() AND current_setting('kw.sees', true) IN ('assigned', 'cases')
                 AND inspector_id = ANY (nullif(current_setting('kw.person', true), '')::uuid
                                         || stands_in_for(nullif(current_setting('kw.person', true), '')::uuid)))
$$;

CREATE OR REPLACE FUNCTION my_judged_audits() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT (SELECT my_led_audits()) || ARRAY(
    SELECT audit_id FROM team_member
    WHERE is_genuine() AND current_setting('kw.sees', true) IN ('assigned', 'cases')
      AND person_id = nullif(current_setting('kw.person', true), '')::uuid AND left_at IS NULL AND role = 'member')
$$;

CREATE OR REPLACE FUNCTION my_cases() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT ARRAY(SELECT certification_id FROM audit WHERE id = ANY ((SELECT my_audits())::uuid[]))
$$;

CREATE OR REPLACE FUNCTION my_findings() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT ARRAY(SELECT id FROM finding WHERE audit_id = ANY ((SELECT my_audits())::uuid[]))
$$;

CREATE OR REPLACE FUNCTION my_led_findings() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT ARRAY(SELECT id FROM finding WHERE audit_id = ANY ((SELECT my_led_audits())::uuid[]))
$$;

CREATE OR REPLACE FUNCTION my_decisions() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT ARRAY(SELECT id FROM decision WHERE audit_id = ANY ((SELECT my_audits())::uuid[]))
$$;
