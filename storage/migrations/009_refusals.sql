-- Refusals, read by the page and stored without their session.

-- A page is read along its key: nothing behind it is looked at or sorted.
DROP INDEX commands_refused;
CREATE INDEX commands_refused ON commands 
  (session_id, received_at, source, id, scope)
  WHERE refused;

-- What was stored with the session it was refused for loses it.
UPDATE commands
   SET outcome = (SELECT json_build_object(
                           'id', o -> 'id',
                           'source', o -> 'source',
                           'outcome', o -> 'outcome',
                           'duplicate', o -> 'duplicate',
                           'session', NULL,
                           'refusals', o -> 'refusals')::text
                    FROM (SELECT outcome::json AS o) AS stored)
 WHERE refused AND outcome::json ->> 'session' IS NOT NULL;
