-- What the triggers of flow_*.sql run: see migrations/flows.py. They look with the owner's eyes: whether a trace exists
-- does not depend on who may see it. Names of constraints end in what is broken; portal/web/errors.py reads them.
CREATE OR REPLACE FUNCTION refuse_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    RAISE EXCEPTION '% may not begin as %', TG_TABLE_NAME, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_flow';
  END IF;
  RAISE EXCEPTION '% may not go from % to %', TG_TABLE_NAME, OLD.state, NEW.state
    USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_flow';
END $$;

CREATE OR REPLACE FUNCTION refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'this % can no longer be changed', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_frozen';
END $$;

-- A row in its last state is left alone, but by the transaction that moved it there: a service may write it twice.
CREATE OR REPLACE FUNCTION refuse_last() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM event
                 WHERE subject_id = OLD.id AND txid = pg_current_xact_id() AND data->>'after' = OLD.state
                   AND data->>'before' <> OLD.state) THEN
    RAISE EXCEPTION 'this % can no longer be changed', TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_frozen';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION need_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM event
                 WHERE subject_id = NEW.id AND txid = pg_current_xact_id() AND data->>'after' = NEW.state
                   AND (OLD.state = NEW.state OR data->>'before' = OLD.state)) THEN
    RAISE EXCEPTION '% changed without its event', TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_trace';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION need_change_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM certificate_change
                 WHERE certificate_id = NEW.id AND txid = pg_current_xact_id() AND state = NEW.state)
     OR NOT EXISTS (SELECT FROM event
                    WHERE subject_id = NEW.id AND txid = pg_current_xact_id() AND data->>'after' = NEW.state
                      AND (OLD.state = NEW.state OR data->>'before' = OLD.state)) THEN
    RAISE EXCEPTION '% changed without its event and its line in the public history', TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_trace';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION need_event_of_finding() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM event WHERE subject_id = NEW.finding_id AND txid = pg_current_xact_id()
                   AND data->>'after' = (SELECT state FROM finding WHERE id = NEW.finding_id)) THEN
    RAISE EXCEPTION '% changed without an event of its finding', TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_trace';
  END IF;
  RETURN NULL;
END $$;
