-- The roles of a cluster. Run once by a superuser of a server of your own (psql -f); an embedded server runs it at each
-- start. May be run again. Who may connect as which role is the business of pg_hba.conf: see docs/operations.md.
--
-- kw_owner     owns the tables and runs the migrations, nothing else
-- kw_app       the web processes
-- kw_worker    workers and the commands of an operator
-- kw_register  the public register alone: reads what is public, and adds what migrations/walls/register.sql lets it
--
-- An empty line ends a statement: PostgreSQL's single-user mode reads this file too.

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['kw_owner', 'kw_app', 'kw_worker', 'kw_register'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I LOGIN', name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
  END LOOP;
END $$;

ALTER ROLE kw_owner CREATEDB;

-- The owner may end the sessions of the others, to drop a database that they use.
GRANT kw_app, kw_worker, kw_register TO kw_owner;

ALTER ROLE kw_register SET statement_timeout = '5s';

