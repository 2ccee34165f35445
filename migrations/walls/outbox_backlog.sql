-- How many jobs wait and were given up; counts alone, which whoever asks for metrics may see without being signed in.
CREATE OR REPLACE VIEW outbox_backlog AS
SELECT kind, count(*) AS waiting, 0::bigint AS failed, min(created_at) AS oldest
FROM outbox WHERE done_at IS NULL AND failed_at IS NULL GROUP BY kind
UNION ALL
SELECT kind, 0, count(*), NULL FROM outbox WHERE failed_at IS NOT NULL GROUP BY kind;
