-- Give a database that another role made to kw_owner, with all that is in it but extensions. Run in that database by
-- whoever owns it now, if that is no superuser as a member of kw_owner. May be run again.

DO $$
DECLARE
  thing record;
BEGIN
  FOR thing IN
    SELECT oid::regclass AS name FROM pg_class c
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND deptype IN ('e', 'a', 'i'))
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO kw_owner', thing.name);
  END LOOP;
  FOR thing IN
    SELECT oid::regprocedure AS name FROM pg_proc p
    WHERE pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND deptype = 'e')
  LOOP
    EXECUTE format('ALTER ROUTINE %s OWNER TO kw_owner', thing.name);
  END LOOP;
  EXECUTE format('ALTER DATABASE %I OWNER TO kw_owner', current_database());
  ALTER SCHEMA public OWNER TO kw_owner;
END $$;

