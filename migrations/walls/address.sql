-- The address that signs in changes by the two links that a worker mailed, and in no other way: a web process can make no
-- link. Each works once, until its term, and returns whose account it was.
-- By the link to the new address. Not for somebody who left, whose address changed since, or if another has it by now.
CREATE OR REPLACE FUNCTION take_address(token text, at timestamp with time zone) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  change address_change;
BEGIN
  WITH used AS (UPDATE mail_token SET used_at = at WHERE digest = sha256(convert_to(token, 'UTF8')) AND purpose = 'address'
                AND used_at IS NULL AND expires_at > at RETURNING change_id)
  SELECT c.* INTO change FROM address_change c JOIN used ON used.change_id = c.id WHERE c.taken_at IS NULL AND c.ended_at IS NULL;
  UPDATE person SET email = change.new_email WHERE id = change.person_id AND email = change.old_email AND retired_at IS NULL;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  UPDATE address_change SET taken_at = at WHERE id = change.id;
  RETURN change.person_id;
EXCEPTION WHEN unique_violation THEN
  RETURN NULL;
END $$;

-- By the link to the address before: it is kept or comes back, and every later change ends. Somebody who was invited at it
-- meanwhile and has no password yet makes way: who has the link has the mailbox.
CREATE OR REPLACE FUNCTION keep_address(token text, at timestamp with time zone) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  change address_change;
BEGIN
  WITH used AS (UPDATE mail_token SET used_at = at WHERE digest = sha256(convert_to(token, 'UTF8')) AND purpose = 'objection'
                AND used_at IS NULL AND expires_at > at RETURNING change_id)
  SELECT c.* INTO change FROM address_change c JOIN used ON used.change_id = c.id;
  UPDATE address_change SET ended_at = at
  WHERE person_id = change.person_id AND ended_at IS NULL AND asked_at >= change.asked_at;
  UPDATE person SET email = id || '@forgotten.invalid'
  WHERE email = change.old_email AND id <> change.person_id AND NOT EXISTS (SELECT FROM credential WHERE person_id = id);
  UPDATE person SET email = change.old_email WHERE id = change.person_id AND retired_at IS NULL;
  RETURN CASE WHEN FOUND THEN change.person_id END;
EXCEPTION WHEN unique_violation THEN
  RETURN NULL;
END $$;
