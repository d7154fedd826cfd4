-- Whose a command's source and id are: empty where they alone make it the same
-- command again (mode trusted), else who sent it. What was taken before is
-- everybody's. `who` is who sent it, in every mode; of those before nothing tells.
ALTER TABLE commands ADD scope text COLLATE "C" NOT NULL DEFAULT '',
                     ADD who   text COLLATE "C";
ALTER TABLE commands DROP CONSTRAINT commands_pkey,
                     ADD PRIMARY KEY (source, id, scope);

-- What the event does not tell of its sender, where a node handed it on.
ALTER TABLE forwarded ADD sender text;
CREATE OR REPLACE VIEW waiting AS
  SELECT seq, event, received_at, bucket, false AS taken, NULL AS sender
    FROM inbox
  UNION ALL
  SELECT seq, event, received_at, bucket, taken, sender FROM forwarded;

-- The view of before, with both columns.
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
                    'participants', (
                      SELECT json_agg(json_build_object(
                               'student', p -> 'student',
                               'status', p -> 'status',
                               'in_call', coalesce(p -> 'in_call', 'false'),
                               'recap', (
                                 SELECT r -> 'recap'
                                   FROM unnest(student_recaps)
                                          WITH ORDINALITY AS s (r, latest)
                                  WHERE r ->> 'student' = p ->> 'student'
                                  ORDER BY latest LIMIT 1)) ORDER BY n)
                        FROM json_array_elements(kept -> 'participants')
                               WITH ORDINALITY AS e (p, n)),
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
  SELECT source, id, outcome::jsonb AS outcome, who FROM command_outcomes;
