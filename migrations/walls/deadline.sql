-- The certificate of an agency that counts on a day, or is suspended then; an agency has one at most.
CREATE OR REPLACE FUNCTION living_certificate(of_agency uuid, on_day date) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT id FROM certificate
  WHERE agency_id = of_agency AND state IN ('active', 'partly_suspended', 'suspended') AND valid_until >= on_day
$$;

-- Who refuses an agency that holds a certificate decides in the same act what becomes of it: suspended, withdrawn, or
-- kept with reasons. After a withdrawal there is none left to decide about.
CREATE OR REPLACE FUNCTION need_fate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  held uuid := living_certificate(NEW.agency_id, NEW.effective_on);
BEGIN
  IF held IS NOT NULL
     AND NOT EXISTS (SELECT FROM decision
                     WHERE certificate_id = held AND audit_id = NEW.audit_id AND outcome IN ('suspend', 'maintain')
                       AND decider_id = NEW.decider_id AND txid = NEW.txid) THEN
    RAISE EXCEPTION 'a holder was refused, and nobody decided about the certificate'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'fate_decided';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER decision_holder AFTER INSERT ON decision DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.outcome = 'refuse') EXECUTE FUNCTION need_fate();

-- A finding of a grade that rules out a certificate, about an agency that holds one, is a task of the deciders.
CREATE OR REPLACE FUNCTION need_urgent_task() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  found finding%ROWTYPE;  -- NEW is a finding, or a change of its grade
  reported date;
BEGIN
  SELECT * INTO found FROM finding WHERE id = coalesce(to_jsonb(NEW)->>'finding_id', NEW.id::text)::uuid;
  SELECT (coalesce(reported_at, now()) AT TIME ZONE 'Europe/Amsterdam')::date INTO reported
    FROM audit WHERE id = found.audit_id;
  IF found.grade = ANY ((SELECT failing_grades FROM scheme_version WHERE id = found.scheme_version_id)::text[])
     AND living_certificate(found.agency_id, reported) IS NOT NULL
     AND NOT EXISTS (SELECT FROM deadline
                     WHERE kind = 'critical_finding' AND subject_id = found.audit_id AND agency_id = found.agency_id
                       AND done_at IS NULL) THEN
    RAISE EXCEPTION 'a critical finding on a holder is nobody''s task'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'urgent_task';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER finding_urgent AFTER INSERT ON finding DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION need_urgent_task();

-- Whom we suspend at once is heard within a term.
CREATE OR REPLACE FUNCTION need_hearing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM deadline
                 WHERE kind = 'suspension_hearing' AND subject_id = NEW.certificate_id AND agency_id = NEW.agency_id
                   AND done_at IS NULL) THEN
    RAISE EXCEPTION 'a holder was suspended at once, and nobody hears it'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'hearing_term';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER decision_hearing AFTER INSERT ON decision DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.provisional) EXECUTE FUNCTION need_hearing();

-- The digest of the newest certification agreement of the scheme that an application was made under.
CREATE OR REPLACE FUNCTION newest_agreement(of_application uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT newer.agreement_sha256
  FROM application a JOIN scheme_version own ON own.id = a.scheme_version_id JOIN scheme_version newer ON newer.code = own.code
  WHERE a.id = of_application AND newer.agreement_sha256 IS NOT NULL
  ORDER BY newer.valid_from DESC, newer.published_at DESC LIMIT 1
$$;

-- A task ends, once, by its act: a critical finding by a decision about a certificate of that agency in the same
-- transaction, surveillance by any decision about that agency or a change of its certificate, a reported change by its move, a special audit by planning
-- an audit of that agency, an agreement by its acceptance or with the certificate, and the others by an event of their subject. With such an event it may get another owner.
CREATE OR REPLACE FUNCTION check_deadline() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF OLD.done_at IS NOT NULL
     OR NOT (CASE NEW.kind
       WHEN 'reported_change' THEN EXISTS (SELECT FROM agency_change WHERE id = NEW.subject_id AND state <> 'reported')
       WHEN 'change_decision' THEN EXISTS (SELECT FROM agency_change WHERE id = NEW.subject_id AND state <> 'referred')
       WHEN 'special_audit' THEN EXISTS (SELECT FROM event WHERE agency_id = NEW.agency_id AND name = 'audit.plan'
                                           AND txid = pg_current_xact_id())
       WHEN 'suspension_hearing' THEN EXISTS (SELECT FROM decision
                                              WHERE certificate_id = NEW.subject_id AND reviews_decision_id IS NOT NULL
                                                AND txid = pg_current_xact_id())
       WHEN 'corrective_action' THEN EXISTS (SELECT FROM finding WHERE id = NEW.subject_id
                                              AND (state NOT IN ('open', 'plan_accepted') OR due_on IS DISTINCT FROM NEW.due_on))
       WHEN 'appeal_follow_up' THEN EXISTS (SELECT FROM decision WHERE agency_id = NEW.agency_id AND outcome <> 'appeal_outcome'
                                              AND txid = pg_current_xact_id())
       WHEN 'agreement' THEN EXISTS (SELECT FROM agreement_acceptance a WHERE a.agency_id = NEW.agency_id
                                       AND a.sha256 = newest_agreement(NEW.subject_id))
                             OR living_certificate(NEW.agency_id, (now() AT TIME ZONE 'Europe/Amsterdam')::date) IS NULL
       WHEN 'evidence_request' THEN EXISTS (SELECT FROM evidence_request WHERE id = NEW.subject_id
                                              AND (answered_at IS NOT NULL OR withdrawn_at IS NOT NULL))
       WHEN 'surveillance' THEN EXISTS (SELECT FROM decision WHERE agency_id = NEW.agency_id AND txid = pg_current_xact_id())
                                OR EXISTS (SELECT FROM certificate_change
                                           WHERE agency_id = NEW.agency_id AND txid = pg_current_xact_id())
       WHEN 'critical_finding' THEN EXISTS (SELECT FROM decision
                    WHERE agency_id = NEW.agency_id AND outcome IN ('suspend', 'withdraw', 'end', 'maintain', 'close')
                      AND txid = pg_current_xact_id())
       ELSE EXISTS (SELECT FROM event WHERE subject_id = NEW.subject_id AND txid = pg_current_xact_id())
     END) THEN
    RAISE EXCEPTION 'this task ends by its act'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'deadline_done';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER deadline_lawful BEFORE UPDATE OF id, kind, subject_id, agency_id, from_on, due_on, owner_role, owner_id, opened_at, done_at ON deadline FOR EACH ROW EXECUTE FUNCTION check_deadline();

-- The agency has a task as long as it must repair a finding: until it has proven, until its next answer, with another
-- last day after an extension. Here and not in code, as the database itself changes the term with the grade.
CREATE OR REPLACE FUNCTION keep_repair_term() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
  until date := CASE WHEN NEW.state IN ('open', 'plan_accepted') THEN NEW.due_on END;
BEGIN
  UPDATE deadline SET done_at = now()
    WHERE kind = 'corrective_action' AND subject_id = NEW.id AND done_at IS NULL AND due_on IS DISTINCT FROM until;
  IF until IS NOT NULL AND NOT EXISTS (SELECT FROM deadline
      WHERE kind = 'corrective_action' AND subject_id = NEW.id AND done_at IS NULL) THEN
    INSERT INTO deadline (id, kind, subject_id, agency_id, due_on, owner_role, opened_at)
      SELECT gen_random_uuid(), 'corrective_action', NEW.id, NEW.agency_id, until, 'agency_owner',
             coalesce(reported_at, now()) FROM audit WHERE id = NEW.audit_id;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER finding_term AFTER INSERT OR UPDATE OF state, due_on ON finding FOR EACH ROW EXECUTE FUNCTION keep_repair_term();
