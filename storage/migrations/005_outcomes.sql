-- An accepted command's outcome as it is stored: of the session as it was then
-- only what its events do not tell at a glance, so that no recap and no constant
-- of a session is stored with each of its commands. What was stored whole stays.
-- Both functions name members in the order in which the program writes them.

-- `kept` is workflows::to_kept_text; what it leaves out has not come about.
CREATE FUNCTION recapd_session_then(session text, kept json) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  type        text;
  data        json;
  first       json;
  deadline    json;
  tutor_recap json;
  students    text[] = '{}';
  recaps      json[] = '{}';
BEGIN
  FOR type, data IN
    SELECT e.type, e.data FROM session_events AS e
     WHERE e.session_id = session
       AND e.seq <= (kept ->> 'version')::integer
       AND e.type IN ('session.scheduled', 'session.reopened',
                      'tutor_recap.submitted', 'student_recap.submitted')
     ORDER BY e.seq
  LOOP
    CASE type
      WHEN 'session.scheduled' THEN
        first = data;
        deadline = data -> 'deadline';
      WHEN 'session.reopened' THEN
        deadline = data -> 'deadline';
        tutor_recap = NULL;
      WHEN 'tutor_recap.submitted' THEN
        tutor_recap = data -> 'recap';
      ELSE
        -- The latest first, where it is found.
        students = (data ->> 'student') || students;
        recaps = (data -> 'recap') || recaps;
    END CASE;
  END LOOP;
  RETURN json_build_object(
    'id', session,
    'state', kept -> 'state',
    'version', kept -> 'version',
    'tutor', first -> 'tutor',
    'course', first -> 'course',
    'program', first -> 'program',
    'modality', first -> 'modality',
    'timezone', first -> 'timezone',
    'starts_at', first -> 'starts_at',
    'deadline', deadline,
    'participants', (
      SELECT json_agg(json_build_object(
               'student', p -> 'student',
               'status', p -> 'status',
               'in_call', coalesce(p -> 'in_call', 'false'),
               'recap', recaps[array_position(students, p ->> 'student')])
               ORDER BY n)
        FROM json_array_elements(kept -> 'participants')
               WITH ORDINALITY AS e (p, n)),
    'tutor_recap', tutor_recap,
    'minutes', kept -> 'minutes',
    'suggested_minutes', kept -> 'suggested_minutes',
    'rate_per_hour', first -> 'rate_per_hour',
    'currency', first -> 'currency',
    'payout', kept -> 'payout',
    'next_timer', kept -> 'next_timer',
    'next_timer_kind', kept -> 'next_timer_kind');
END $$;

CREATE FUNCTION recapd_outcome(command commands) RETURNS json
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  stored json = command.outcome;
BEGIN
  IF stored -> 'outcome' IS NOT NULL THEN
    RETURN stored;
  END IF;
  RETURN json_build_object(
    'id', command.id,
    'source', command.source,
    'outcome', 'accepted',
    'duplicate', false,
    'session', recapd_session_then(command.session_id, stored),
    'refusals', json_build_array());
END $$;

CREATE OR REPLACE VIEW outcomes AS
  SELECT source, id, recapd_outcome(commands)::jsonb AS outcome FROM commands;
