-- Whether somebody may judge an appeal against a decision (ISO/IEC 17065 clause 7.13.5): took no part in any audit of this
-- cycle, has no interest, and neither took the decision, nor proposed it, nor suspended at once before it.
CREATE OR REPLACE FUNCTION judges_appeal(who uuid, of_decision uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT is_outsider(who, d.agency_id)
     AND (who IN (d.decider_id, p.proposed_by, before.decider_id)) IS NOT TRUE
     AND EXISTS (SELECT FROM person WHERE id = who AND agency_id IS NULL)
  FROM decision d
    LEFT JOIN decision_proposal p ON p.id = d.proposal_id
    LEFT JOIN decision before ON before.id = d.reviews_decision_id
  WHERE d.id = of_decision
$$;

-- Whether an appeal against a decision runs that came in time, or was admitted.
CREATE OR REPLACE FUNCTION appeal_runs(against uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT EXISTS (SELECT FROM appeal WHERE decision_id = against
                 AND (state = 'in_hand' OR state = 'lodged' AND received_on <= until))
$$;

-- An agency appeals once against a decision about it, itself or on paper through the office; never against the outcome of
-- an appeal.
CREATE OR REPLACE FUNCTION check_lodged() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM decision WHERE id = NEW.decision_id AND agency_id = NEW.agency_id AND outcome <> 'appeal_outcome') THEN
    RAISE EXCEPTION 'there is nothing to appeal against' USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_contested';
  END IF;
  IF NEW.handler_id IS NOT NULL OR NEW.heard || NEW.late_answer <> ''
     OR NOT EXISTS (SELECT FROM person WHERE id = NEW.lodged_by AND agency_id IS NOT DISTINCT FROM
                      (CASE WHEN NEW.on_paper THEN NULL ELSE NEW.agency_id END))
     OR NEW.on_paper AND has_interest(NEW.lodged_by, NEW.agency_id) THEN
    RAISE EXCEPTION 'an appeal is lodged by the agency, or entered by somebody of the office without an interest'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_lodged';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER appeal_lawful BEFORE INSERT ON appeal FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_lodged();

-- It comes with its event, and is a task until it ends.
CREATE OR REPLACE FUNCTION check_appeal_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM event WHERE subject_id = NEW.id AND name = 'appeal.lodge' AND txid = pg_current_xact_id())
     OR NOT EXISTS (SELECT FROM deadline WHERE subject_id = NEW.id AND kind = 'appeal_outcome') THEN
    RAISE EXCEPTION 'an appeal without its event and its term' USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_told';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER appeal_told AFTER INSERT ON appeal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_appeal_told();

-- The agency takes it back, and does nothing else to it. Somebody who took no part handles it, admits or refuses one that
-- came too late with a reason, hears the agency, and takes the decision that ends it in the same transaction.
CREATE OR REPLACE FUNCTION check_appeal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF coalesce(current_setting('kw.agency', true), '') <> '' AND NEW.state <> 'withdrawn' THEN
    RAISE EXCEPTION 'an agency takes its appeal back, and no more' USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_own';
  END IF;
  IF NEW.handler_id IS DISTINCT FROM OLD.handler_id AND judges_appeal(NEW.handler_id, NEW.decision_id) IS NOT TRUE THEN
    RAISE EXCEPTION 'who handles an appeal took no part' USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_handler';
  END IF;
  IF NEW.state = 'in_hand' AND (NEW.handler_id IS NULL OR NEW.received_on > NEW.until AND NEW.late_answer = '')
     OR NEW.state = 'refused' AND (NEW.handler_id IS NULL OR NEW.received_on <= NEW.until OR NEW.late_answer = '') THEN
    RAISE EXCEPTION 'one that came too late is admitted or refused with a reason' USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_late';
  END IF;
  IF OLD.heard <> '' AND NEW.heard <> OLD.heard OR OLD.late_answer <> '' AND NEW.late_answer <> OLD.late_answer THEN
    RAISE EXCEPTION 'what was said stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_said';
  END IF;
  IF NEW.state = 'decided' AND OLD.state <> 'decided' AND (NEW.heard = '' OR NOT EXISTS (
       SELECT FROM decision d LEFT JOIN decision_proposal p ON p.id = d.proposal_id
       WHERE d.id = NEW.decided_by AND d.agency_id = NEW.agency_id AND d.outcome = 'appeal_outcome'
         AND NEW.handler_id IN (d.decider_id, p.proposed_by) AND judges_appeal(d.decider_id, NEW.decision_id)
         AND d.txid = pg_current_xact_id())) THEN
    RAISE EXCEPTION 'nobody decided on this appeal' USING ERRCODE = 'check_violation', CONSTRAINT = 'appeal_decided';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER appeal_judged BEFORE UPDATE ON appeal FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner') EXECUTE FUNCTION check_appeal();
CREATE TRIGGER appeal_kept BEFORE DELETE OR UPDATE OF id, decision_id, agency_id, reasons, received_on, until, late_because, on_paper, lodged_by, lodged_at ON appeal FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A decision on an appeal is the one that an appeal names.
CREATE OR REPLACE FUNCTION need_appeal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM appeal WHERE decided_by = NEW.id) THEN
    RAISE EXCEPTION 'no appeal names this decision' USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_appeal';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER decision_appeal AFTER INSERT ON decision DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.outcome = 'appeal_outcome') EXECUTE FUNCTION need_appeal();

-- A decision comes in place of another only after an appeal against that was upheld, whose term is open.
CREATE OR REPLACE FUNCTION check_in_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM deadline d JOIN appeal a ON a.id = d.subject_id
                 WHERE d.kind = 'appeal_follow_up' AND d.agency_id = NEW.agency_id AND d.done_at IS NULL
                   AND a.decision_id = NEW.replaces_decision_id AND a.outcome IN ('upheld', 'partly')) THEN
    RAISE EXCEPTION 'no appeal asks to decide anew' USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_in_place';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER decision_in_place BEFORE INSERT ON decision FOR EACH ROW WHEN (CURRENT_USER <> 'kw_owner' AND NEW.replaces_decision_id IS NOT NULL) EXECUTE FUNCTION check_in_place();
