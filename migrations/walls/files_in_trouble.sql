-- What the files are that the last check did not find whole: an administrator sees their names, though not the cases.
CREATE OR REPLACE FUNCTION files_in_trouble() RETURNS TABLE(sha256 text, kind text, name text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  WITH trouble AS (SELECT f.sha256 FROM file_check f WHERE f.state <> 'whole'),
       named AS (SELECT d.id, d.sha256, d.kind::text, coalesce(d.printed->>'number', d.printed->>'reference') AS name FROM document d)
  SELECT t.sha256::text, named.kind, named.name FROM trouble t JOIN named ON named.sha256 = t.sha256
  UNION ALL
  SELECT t.sha256::text, named.kind, named.name
  FROM trouble t JOIN document_stamp s ON s.sha256 = t.sha256 JOIN named ON named.id = s.document_id
  UNION ALL
  SELECT t.sha256::text, 'evidence', a.reference || ' ' || e.requirement_code
  FROM trouble t JOIN evidence e ON e.sha256 = t.sha256 JOIN application a ON a.id = e.application_id
  UNION ALL
  SELECT t.sha256::text, 'evidence', a.reference || ' ' || f.requirement_code
  FROM trouble t JOIN cell_file f ON t.sha256 IN (f.sha256, f.printed_sha256) JOIN audit a ON a.id = f.audit_id
$$;
