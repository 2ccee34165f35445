-- Reviewers, deciders and administrators are made by two people: one asks, another confirms, and then the database adds the
-- role. Only the first two administrators are made otherwise, by a command.
CREATE OR REPLACE FUNCTION need_second_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF TG_ARGV[0] = 'command' AND NEW.role = 'administrator' AND 2 > (
    SELECT count(*) FROM person_role r JOIN person p ON p.id = r.person_id
    WHERE r.role = 'administrator' AND p.retired_at IS NULL AND p.id <> NEW.person_id) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'this role needs a second person' USING ERRCODE = 'check_violation', CONSTRAINT = 'second_person';
END $$;

CREATE TRIGGER person_role_second_person BEFORE INSERT OR UPDATE OF role ON person_role FOR EACH ROW WHEN (CURRENT_USER NOT IN ('kw_owner', 'kw_worker') AND NEW.role IN ('reviewer', 'decider', 'administrator')) EXECUTE FUNCTION need_second_person('page');
CREATE TRIGGER person_role_second_person_command BEFORE INSERT OR UPDATE OF role ON person_role FOR EACH ROW WHEN (CURRENT_USER = 'kw_worker' AND NEW.role IN ('reviewer', 'decider', 'administrator')) EXECUTE FUNCTION need_second_person('command');

CREATE OR REPLACE FUNCTION add_confirmed_role() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  INSERT INTO person_role (person_id, role) VALUES (NEW.person_id, NEW.role) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER role_request_granted AFTER UPDATE OF granted ON role_request FOR EACH ROW WHEN (NEW.granted) EXECUTE FUNCTION add_confirmed_role();

-- An answer is final, and a request says what it said.
CREATE TRIGGER role_request_kept BEFORE DELETE OR UPDATE OF id, person_id, role, asked_by, asked_at ON role_request FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER role_request_final BEFORE UPDATE ON role_request FOR EACH ROW WHEN (OLD.answered_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER role_request_whole BEFORE TRUNCATE ON role_request FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER role_request_asked BEFORE INSERT ON role_request FOR EACH ROW WHEN (NEW.answered_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- A ground that the scheme calls serious takes two deciders: the first proposed the decision with it, or suspended at once.
CREATE OR REPLACE FUNCTION need_second_decider() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF EXISTS (SELECT FROM decision d
               LEFT JOIN certificate c ON c.id = d.certificate_id
               LEFT JOIN audit a ON a.id = d.audit_id
               JOIN scheme_version v ON v.id = coalesce(c.scheme_version_id, a.scheme_version_id)
               LEFT JOIN decision_proposal p ON p.id = d.proposal_id
             WHERE d.id = NEW.decision_id AND NEW.code = ANY (v.serious_grounds) AND NOT d.provisional
               AND NOT EXISTS (SELECT FROM decision_ground g
                               WHERE d.outcome = 'suspend' AND g.decision_id = d.reviews_decision_id AND g.code = NEW.code)
               AND (p.said->'grounds' ? NEW.code) IS NOT TRUE) THEN
    RAISE EXCEPTION 'this ground takes two deciders' USING ERRCODE = 'check_violation', CONSTRAINT = 'second_decider';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER decision_ground_serious BEFORE INSERT ON decision_ground FOR EACH ROW EXECUTE FUNCTION need_second_decider();

-- What is confirmed is decided with it.
CREATE OR REPLACE FUNCTION need_decision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM decision
                 WHERE proposal_id = NEW.id AND outcome = NEW.kind AND txid = pg_current_xact_id()) THEN
    RAISE EXCEPTION 'confirmed, and not decided' USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_decided';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER decision_proposal_decided AFTER UPDATE OF confirmed ON decision_proposal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.confirmed) EXECUTE FUNCTION need_decision();
CREATE TRIGGER decision_proposal_kept BEFORE DELETE OR UPDATE OF id, kind, fate, audit_id, certificate_id, agency_id, said, shown, proposed_by, proposed_at ON decision_proposal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_proposal_final BEFORE UPDATE ON decision_proposal FOR EACH ROW WHEN (OLD.answered_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_proposal_whole BEFORE TRUNCATE ON decision_proposal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_proposal_asked BEFORE INSERT ON decision_proposal FOR EACH ROW WHEN (NEW.answered_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- Nobody comes back with these roles from before.
CREATE OR REPLACE FUNCTION come_back_without() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF EXISTS (SELECT FROM person_role WHERE person_id = NEW.id AND role IN ('reviewer', 'decider', 'administrator')) THEN
    RAISE EXCEPTION 'this role needs a second person' USING ERRCODE = 'check_violation', CONSTRAINT = 'second_person';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER person_second_person BEFORE UPDATE OF retired_at ON person FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND OLD.retired_at IS NOT NULL AND NEW.retired_at IS NULL) EXECUTE FUNCTION come_back_without();

-- From a page, a version of the norm is published only as another person proposed it. A command publishes the first one.
CREATE OR REPLACE FUNCTION need_proposal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM scheme_proposal WHERE sha256 = NEW.sha256 AND published AND answered_by = NEW.published_by) THEN
    RAISE EXCEPTION 'publishing needs a second person' USING ERRCODE = 'check_violation', CONSTRAINT = 'second_person';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER scheme_version_second_person BEFORE INSERT ON scheme_version FOR EACH ROW WHEN (CURRENT_USER NOT IN ('kw_owner', 'kw_worker')) EXECUTE FUNCTION need_proposal();

CREATE OR REPLACE FUNCTION refuse_backdating() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NEW.valid_from < (NEW.published_at AT TIME ZONE 'Europe/Amsterdam')::date AND EXISTS (SELECT FROM scheme_version) THEN
    RAISE EXCEPTION 'a version cannot apply from a day that is over' USING ERRCODE = 'check_violation', CONSTRAINT = 'not_backdated';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER scheme_version_not_backdated BEFORE INSERT ON scheme_version FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION refuse_backdating();

CREATE TRIGGER scheme_proposal_kept BEFORE DELETE OR UPDATE OF id, code, version, source, sha256, proposed_by, proposed_at ON scheme_proposal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER scheme_proposal_final BEFORE UPDATE ON scheme_proposal FOR EACH ROW WHEN (OLD.answered_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER scheme_proposal_whole BEFORE TRUNCATE ON scheme_proposal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER scheme_proposal_asked BEFORE INSERT ON scheme_proposal FOR EACH ROW WHEN (NEW.answered_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
