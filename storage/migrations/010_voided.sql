-- A session that was paid and then voided keeps its payout, of nothing now.
UPDATE sessions AS s
   SET body = (jsonb_set(s.body::jsonb, '{paid}', jsonb_build_object(
                 'amount', 0,
                 'settled_at', to_char(p.at AT TIME ZONE 'UTC',
                                       'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                 'corrections', (SELECT count(*) FROM ledger AS l
                                  WHERE l.session_id = s.id
                                    AND l.kind = 'correction'))))::text
  FROM session_events AS p
 WHERE s.state = 'voided' AND p.session_id = s.id AND p.type = 'session.paid';
