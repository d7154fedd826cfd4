-- An accepted command's outcome as it is stored: of the session as it was then
-- only what its events do not tell at a glance, so that no recap and no constant
-- of a session is stored with each of its commands. What was stored whole stays.
-- Both functions name members in the order in which the program writes them.

-- `kept` is workflows::to_kept_text; what it leaves out has not come about.
CREATE FUNCTION recapd_session_then(session text, kept json) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
WITH told AS MATERIALIZED (
  SELECT seq, type, data::json AS data
    FROM session_events
   WHERE session_id = session
     AND seq <= (kept ->> 'version')::integer
     AND type IN ('session.scheduled', 'session.reopened',
                  'tutor_recap.submitted', 'student_recap.submitted'))
SELECT json_build_object(
  'id', session,
  'state', kept -> 'state',
  'version', kept -> 'version',
  'tutor', first.data -> 'tutor',
  'course', first.data -> 'course',
  'program', first.data -> 'program',
  'modality', first.data -> 'modality',
  'timezone', first.data -> 'timezone',
  'starts_at', first.data -> 'starts_at',
  'deadline', (SELECT data -> 'deadline' FROM told
                WHERE type IN ('session.scheduled', 'session.reopened')
                ORDER BY seq DESC LIMIT 1),
  'participants', (
    SELECT json_agg(json_build_object(
             'student', p -> 'student',
             'status', p -> 'status',
             'in_call', coalesce(p -> 'in_call', 'false'),
             'recap', (SELECT data -> 'recap' FROM told
                        WHERE type = 'student_recap.submitted'
                          AND data ->> 'student' = p ->> 'student'
                        ORDER BY seq DESC LIMIT 1)) ORDER BY n)
      FROM json_array_elements(kept -> 'participants')
             WITH ORDINALITY AS e (p, n)),
  -- A session.reopened, which drops it, has none.
  'tutor_recap', (SELECT data -> 'recap' FROM told
                   WHERE type IN ('tutor_recap.submitted', 'session.reopened')
                   ORDER BY seq DESC LIMIT 1),
  'minutes', kept -> 'minutes',
  'suggested_minutes', kept -> 'suggested_minutes',
  'rate_per_hour', first.data -> 'rate_per_hour',
  'currency', first.data -> 'currency',
  'payout', kept -> 'payout',
  'next_timer', kept -> 'next_timer',
  'next_timer_kind', kept -> 'next_timer_kind')
  FROM told AS first WHERE type = 'session.scheduled'
$$;

CREATE FUNCTION recapd_outcome(command commands) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT CASE WHEN stored -> 'outcome' IS NOT NULL THEN stored
            ELSE json_build_object(
              'id', command.id,
              'source', command.source,
              'outcome', 'accepted',
              'duplicate', false,
              'session', recapd_session_then(command.session_id, stored),
              'refusals', json_build_array()) END
  FROM (SELECT command.outcome::json AS stored) AS s
$$;

CREATE OR REPLACE VIEW outcomes AS
  SELECT source, id, recapd_outcome(commands)::jsonb AS outcome FROM commands;
