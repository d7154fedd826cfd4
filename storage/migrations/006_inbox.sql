-- An inbox that its clients can neither forge nor stop, and functions that do
-- not depend on who calls them. A migration runs with the search_path that the
-- node's sessions have, the installation's schema alone: SET search_path FROM
-- CURRENT in a function pins it there.

-- ---- functions -------------------------------------------------------------

ALTER FUNCTION recapd_now() SET search_path FROM CURRENT;
ALTER FUNCTION recapd_refuse(text, text) SET search_path FROM CURRENT;
ALTER FUNCTION inbox_notify() SET search_path FROM CURRENT;
ALTER FUNCTION ledger_check_reversal() SET search_path FROM CURRENT;
ALTER FUNCTION ledger_refuse_change() SET search_path FROM CURRENT;
REVOKE ALL ON FUNCTION recapd_now(), recapd_refuse(text, text), inbox_notify(),
  ledger_check_reversal(), ledger_refuse_change() FROM PUBLIC;

-- ---- the ledger ------------------------------------------------------------

-- A restored table comes in any order: a reversal is compared with its
-- settlement when all of the transaction is there.
DROP TRIGGER ledger_reversal ON ledger;
CREATE CONSTRAINT TRIGGER ledger_reversal AFTER INSERT ON ledger
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.kind = 'reversal') EXECUTE FUNCTION ledger_check_reversal();

-- ---- rows that every database has ------------------------------------------

-- What is restored into a database that is set up takes their place.
CREATE FUNCTION recapd_replace_row() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  EXECUTE format('DELETE FROM %I', TG_TABLE_NAME);
  RETURN NEW;
END $$;
CREATE FUNCTION recapd_skip_known() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (SELECT FROM schema_migrations AS m
              WHERE (m.version, m.checksum) = (NEW.version, NEW.checksum)) THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION recapd_replace_row(), recapd_skip_known() FROM PUBLIC;
CREATE TRIGGER feed_epoch_replaced BEFORE INSERT ON feed_epoch
  FOR EACH ROW EXECUTE FUNCTION recapd_replace_row();
CREATE TRIGGER shards_replaced BEFORE INSERT ON shards
  FOR EACH ROW EXECUTE FUNCTION recapd_replace_row();
CREATE TRIGGER schema_migrations_known BEFORE INSERT ON schema_migrations
  FOR EACH ROW EXECUTE FUNCTION recapd_skip_known();

-- ---- outcomes --------------------------------------------------------------

-- Commands with their outcomes whole. What is stored of an accepted one is
-- workflows::to_kept_text; what that leaves out has not come about. Members are
-- named in the order in which the program writes them. A view, since it reads
-- with its owner's rights: whoever may read outcomes needs no other.
CREATE VIEW command_outcomes AS
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
       END AS outcome
  FROM commands AS c;

CREATE OR REPLACE VIEW outcomes WITH (security_barrier) AS
  SELECT source, id, outcome::jsonb AS outcome FROM command_outcomes;
DROP FUNCTION recapd_outcome(commands);
DROP FUNCTION recapd_session_then(text, json);

-- ---- the inbox -------------------------------------------------------------

-- FNV-1a 32 of the event's subject, modulo 1024, as the program computes it.
-- What is no event at all goes to bucket 0, whose node buries it. json and not
-- jsonb, which refuses numbers that the program reads.
CREATE OR REPLACE FUNCTION recapd_bucket(event text) RETURNS smallint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT AS $$
DECLARE
  subject bytea;
  hash bigint := 2166136261;
BEGIN
  IF octet_length(event) > 1048576 THEN
    RETURN 0;
  END IF;
  subject := convert_to(event::json ->> 'subject', 'UTF8');
  IF subject IS NULL OR length(subject) > 64 THEN
    RETURN 0;
  END IF;
  FOR i IN 0 .. length(subject) - 1 LOOP
    hash := ((hash # get_byte(subject, i)) * 16777619) & 4294967295;
  END LOOP;
  RETURN hash & 1023;
EXCEPTION WHEN others THEN
  RETURN 0;
END $$;
REVOKE ALL ON FUNCTION recapd_bucket(text) FROM PUBLIC;

-- A client gives the text and nothing else: the rest is set by inbox_enter,
-- whatever the statement says. Rows that were there before keep theirs.
ALTER TABLE inbox ALTER received_at DROP DEFAULT,
                  ALTER bucket DROP EXPRESSION;
ALTER TABLE inbox ALTER bucket SET NOT NULL;
DO $$
DECLARE
  next bigint := nextval(pg_get_serial_sequence('inbox', 'seq'));
BEGIN
  ALTER TABLE inbox ALTER seq DROP IDENTITY;
  EXECUTE format('CREATE SEQUENCE inbox_seq_seq START %s OWNED BY inbox.seq',
                 next);
END $$;
-- What is there already is read in part.
ALTER TABLE inbox ADD CONSTRAINT inbox_event_at_most_64_kib
  CHECK (octet_length(event) <= 65536) NOT VALID;

-- What nodes hand to each other and take out of the dead letters again: it has
-- its moment of receipt already. In one order with the inbox; no client may
-- write here.
CREATE TABLE forwarded (
  seq         bigint      PRIMARY KEY,
  event       text        NOT NULL,
  received_at timestamptz NOT NULL,
  bucket      smallint    NOT NULL,
  -- A node has taken it: its text may be longer now than it came.
  taken       boolean     NOT NULL
);
ALTER TABLE forwarded SET (autovacuum_vacuum_scale_factor = 0,
                           autovacuum_vacuum_threshold = 5000,
                           autovacuum_vacuum_cost_delay = 0);

-- With its owner's rights, so that a client needs none but to insert.
CREATE FUNCTION inbox_enter() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  NEW.seq := nextval('inbox_seq_seq');
  NEW.bucket := recapd_bucket(NEW.event);
  IF TG_TABLE_NAME = 'inbox' THEN
    NEW.received_at := recapd_now();
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION inbox_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'RC004',
    MESSAGE = 'a row of the inbox does not change: insert another';
END $$;
REVOKE ALL ON FUNCTION inbox_enter(), inbox_refuse_change() FROM PUBLIC;

CREATE TRIGGER inbox_entered BEFORE INSERT ON inbox
  FOR EACH ROW EXECUTE FUNCTION inbox_enter();
CREATE TRIGGER inbox_unchanged BEFORE UPDATE ON inbox
  FOR EACH ROW EXECUTE FUNCTION inbox_refuse_change();
CREATE TRIGGER forwarded_entered BEFORE INSERT ON forwarded
  FOR EACH ROW EXECUTE FUNCTION inbox_enter();
CREATE TRIGGER forwarded_inserted AFTER INSERT ON forwarded
  FOR EACH STATEMENT EXECUTE FUNCTION inbox_notify();
-- In sessions that apply what was replicated, too.
ALTER TABLE inbox ENABLE ALWAYS TRIGGER inbox_entered;
ALTER TABLE inbox ENABLE ALWAYS TRIGGER inbox_unchanged;
ALTER TABLE inbox ENABLE ALWAYS TRIGGER inbox_inserted;
ALTER TABLE forwarded ENABLE ALWAYS TRIGGER forwarded_entered;
ALTER TABLE forwarded ENABLE ALWAYS TRIGGER forwarded_inserted;

-- All that waits to be taken.
CREATE VIEW waiting AS
  SELECT seq, event, received_at, bucket, false AS taken FROM inbox
  UNION ALL
  SELECT seq, event, received_at, bucket, taken FROM forwarded;
