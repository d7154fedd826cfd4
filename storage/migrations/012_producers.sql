-- What a producer sees of outcomes: those of commands that came by the inbox. Of
-- those stored before nothing tells; they stay. Whoever may write the tables
-- sees all.
ALTER TABLE commands ADD by_inbox boolean NOT NULL DEFAULT true;
ALTER TABLE commands ALTER by_inbox SET DEFAULT false;

CREATE OR REPLACE VIEW command_outcomes AS
SELECT c.source, c.id, c.bucket, c.session_id, c.content, c.refused,
       c.received_at,
       CASE
       WHEN c.outcome::json -> 'outcome' IS NOT NULL THEN c.outcome::json
       ELSE json_build_object(
         'id', c.id,
         'source', c.source,
         'outcome', 'accepted',
         'duplicate', false,
         'session', (
           SELECT json_build_object(
                    'id', c.session_id,
                    'state', kept -> 'state',
                    'version', kept -> 'version',
                    'tutor', first -> 'tutor',
                    'course', first -> 'course',
                    'program', first -> 'program',
                    'modality', first -> 'modality',
                    'timezone', first -> 'timezone',
                    'starts_at', first -> 'starts_at',
                    'deadline', deadline,
                    -- Each recap is read once, however many there are.
                    'participants', (
                      SELECT json_agg(json_build_object(
                               'student', p -> 'student',
                               'status', p -> 'status',
                               'in_call', coalesce(p -> 'in_call', 'false'),
                               'recap', written.recap) ORDER BY n)
                        FROM json_array_elements(kept -> 'participants')
                               WITH ORDINALITY AS e (p, n)
                        LEFT JOIN (
                          SELECT DISTINCT ON (student) student, recap
                            FROM (SELECT r ->> 'student' AS student,
                                         r -> 'recap' AS recap, latest
                                    FROM unnest(student_recaps)
                                           WITH ORDINALITY AS s (r, latest)
                                  OFFSET 0) AS all_recaps
                           ORDER BY student, latest) AS written
                          ON written.student = p ->> 'student'),
                    'tutor_recap', tutor_recap,
                    'minutes', kept -> 'minutes',
                    'suggested_minutes', kept -> 'suggested_minutes',
                    'rate_per_hour', first -> 'rate_per_hour',
                    'currency', first -> 'currency',
                    'payout', kept -> 'payout',
                    'next_timer', kept -> 'next_timer',
                    'next_timer_kind', kept -> 'next_timer_kind',
                    'flags', coalesce(kept -> 'flags', '[]'),
                    'policy_version', first -> 'policy_version')
             -- OFFSET 0: a text is read once, not once for each member.
             FROM (SELECT c.outcome::json AS kept OFFSET 0) AS k,
                  LATERAL (
                    SELECT (array_agg(data)
                             FILTER (WHERE type = 'session.scheduled')
                           )[1] AS first,
                           (array_agg(data -> 'deadline' ORDER BY seq DESC)
                             FILTER (WHERE type IN ('session.scheduled',
                                                    'session.reopened'))
                           )[1] AS deadline,
                           (array_agg(data -> 'recap' ORDER BY seq DESC)
                             FILTER (WHERE type IN ('session.reopened',
                                                    'tutor_recap.submitted'))
                           )[1] AS tutor_recap,
                           array_agg(data ORDER BY seq DESC)
                             FILTER (WHERE type = 'student_recap.submitted')
                             AS student_recaps
                      FROM (SELECT seq, type, data::json AS data
                              FROM session_events AS e
                             WHERE e.session_id = c.session_id
                               AND seq <= (kept ->> 'version')::integer
                               AND type IN ('session.scheduled',
                                            'session.reopened',
                                            'tutor_recap.submitted',
                                            'student_recap.submitted')
                            OFFSET 0) AS told) AS events),
         'refusals', json_build_array())
       END AS outcome,
       c.scope, c.who
  FROM commands AS c;

CREATE OR REPLACE VIEW outcomes WITH (security_barrier) AS
  SELECT o.source, o.id, o.outcome::jsonb AS outcome, o.who
    FROM command_outcomes AS o
   WHERE pg_has_role(current_user, (SELECT relowner FROM pg_class
                                     WHERE oid = 'commands'::regclass), 'MEMBER')
      OR EXISTS (SELECT FROM commands AS c
                  WHERE (c.source, c.id, c.scope) = (o.source, o.id, o.scope)
                    AND c.by_inbox);
