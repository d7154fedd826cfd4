-- The whole schema. Ids are compared byte by byte (COLLATE "C"); every table
-- about a session carries its bucket, the unit in which sessions are spread. A
-- migration runs with the search_path that the node's sessions have, the
-- installation's schema alone: SET search_path FROM CURRENT in a function pins
-- it there, whoever calls the function.

-- ---- clock -----------------------------------------------------------------

CREATE TABLE manual_clock (
  singleton boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
  now       timestamptz NOT NULL,
  active    boolean     NOT NULL
);

-- What the inbox takes as the moment of receipt.
CREATE FUNCTION recapd_now() RETURNS timestamptz LANGUAGE sql VOLATILE
SET search_path FROM CURRENT AS
$$ SELECT coalesce((SELECT now FROM manual_clock WHERE active),
                   clock_timestamp()) $$;

-- ---- sessions --------------------------------------------------------------

-- What a session is listed by for good, written with its first event. All else is
-- told by its events.
CREATE TABLE sessions (
  id        text COLLATE "C" PRIMARY KEY,
  bucket    smallint         NOT NULL,
  tutor     text COLLATE "C" NOT NULL,
  course    text COLLATE "C" NOT NULL,
  program   text COLLATE "C" NOT NULL,
  starts_at timestamptz      NOT NULL,
  -- What it counts since it was corrected, where that is not what its settlement
  -- says (session_standings): pay is the net.
  pay       bigint,
  -- The start's day in the session's time zone, as days since 1970-01-01.
  day       integer          NOT NULL,
  confirm_seconds integer,
  minutes   smallint,
  currency  text COLLATE "C" NOT NULL
);
CREATE INDEX sessions_tutor ON sessions (tutor, id);
CREATE INDEX sessions_course ON sessions (course, id);
CREATE INDEX sessions_program ON sessions (program, id);
CREATE INDEX sessions_start ON sessions (starts_at, id);

CREATE TABLE session_students (
  student    text COLLATE "C" NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  bucket     smallint         NOT NULL,
  PRIMARY KEY (student, session_id)
);

-- Where a session stands, for lists and timers. Nearly all sessions end as paid:
-- those have no row here. Room is left on each page for the next version of a row.
CREATE TABLE standings (
  session_id text COLLATE "C" PRIMARY KEY,
  bucket     smallint         NOT NULL,
  state      text COLLATE "C" NOT NULL CHECK (state <> 'paid'),
  next_timer timestamptz,
  -- As of a session that is paid. Minutes that do not count are null.
  pay        bigint,
  confirm_seconds integer,              -- from the tutor's recap to completion
  minutes    smallint,
  flagged    boolean NOT NULL DEFAULT false  -- it has a flag, and is not over
) WITH (fillfactor = 50);
CREATE INDEX standings_state ON standings (state, session_id);
CREATE INDEX standings_timer ON standings (bucket, next_timer, session_id)
  WHERE next_timer IS NOT NULL;

-- What staff look for among sessions: 0 to 5 the flags, in the contract's order
-- (docs/contract.md, Flags), 7 it is missed, and an update was asked for since,
-- 8 student_recap_overdue went out, and a recap is still to come. Most sessions
-- have no row.
CREATE TABLE marks (
  mark       smallint         NOT NULL,
  bucket     smallint         NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (mark, session_id)
);

-- The reminders that went out.
CREATE TABLE reminders (
  session_id text COLLATE "C" NOT NULL,
  seq        integer          NOT NULL,  -- the event's
  at         timestamptz      NOT NULL,
  bucket     smallint         NOT NULL,
  answered   boolean          NOT NULL,  -- within a day
  kind       text COLLATE "C" NOT NULL,
  PRIMARY KEY (session_id, seq)
) WITH (fillfactor = 50);

-- ---- journal ---------------------------------------------------------------

-- A row for each command that was decided, and for each time that the engine did
-- something by itself, with all the events that it brought.
--
-- The journal is the outbox too. A position is the writing transaction's id above
-- a number within that transaction. Readers stop below the oldest transaction
-- that still runs, so that no lower position can appear later. A sequence would
-- not do: its numbers are not given in the order of transaction ids.
CREATE TABLE journal (
  session_id    text COLLATE "C" NOT NULL,
  bucket        smallint         NOT NULL,
  -- The session's version before the first event and after the last. An event's
  -- seq is the version that it leads to. Of what was refused: null, and 0; of
  -- what was accepted and changed nothing: null, and the version it found.
  before        integer,
  version       integer          NOT NULL,
  -- Drawn when the row is written: with it the events' ids are made. An id is
  -- never given to another event, also not after a database lost its last
  -- transactions.
  draw          integer,
  at            timestamptz      NOT NULL,  -- when a command was received
  who           text COLLATE "C" NOT NULL,  -- who sent it, or system:recapd
  position      bigint,                     -- the last event's
  -- A line an event, with tabs between: its type, who did it where it is not
  -- part of `who`'s command, and its data (storage/event_lines).
  events        text,
  -- A line an event, JSON or empty; null where there are none at all.
  notifications text,
  traceparent   text,
  -- The command, where it is one: its identity, and a digest of its content.
  source        text COLLATE "C",
  id            text COLLATE "C",
  -- Whose the source and id are: empty where they alone make it the same command
  -- again (mode trusted), else who sent it.
  scope         text COLLATE "C",
  content       bytea,
  -- Of a refused one its type and data, with figures in the place of what people
  -- wrote: what it needs to be decided again.
  command       text,
  -- Of a refused one its number in the order in which commands were decided, made
  -- as positions are: of those of one session and moment it tells the first.
  decided       bigint,
  -- Absent where the session's events up to `version` tell it
  -- (actors/told_outcomes): SQL clients read what came by the inbox alone.
  outcome       text,
  told_until    timestamptz,                -- by the database's clock; null: never
  -- The session's, of a row with notifications: they are listed by it.
  program       text COLLATE "C",
  CONSTRAINT versions_are_whole
    CHECK (CASE WHEN before IS NULL
                THEN version >= 0 AND events IS NULL AND position IS NULL
                     AND draw IS NULL AND source IS NOT NULL
                     AND decided IS NOT NULL
                ELSE before >= 0 AND version > before AND events IS NOT NULL
                     AND position IS NOT NULL AND draw IS NOT NULL
                     AND decided IS NULL END),
  CONSTRAINT commands_are_told
    CHECK (CASE WHEN source IS NULL
                THEN id IS NULL AND scope IS NULL AND content IS NULL
                     AND command IS NULL AND outcome IS NULL
                     AND told_until IS NULL
                ELSE id IS NOT NULL AND scope IS NOT NULL
                     AND content IS NOT NULL AND length(content) = 16
                     AND (command IS NULL) = (version > 0)
                     AND (outcome IS NOT NULL
                          OR version > 0 AND told_until IS NULL)
           END)
);
-- It has no key of its own: what follows it by logical replication is told its
-- rows whole.
ALTER TABLE journal REPLICA IDENTITY FULL;
-- Two owners of a session start from the same version: one of them is refused,
-- however many events each brings.
CREATE UNIQUE INDEX journal_version ON journal (session_id, before)
  WHERE before IS NOT NULL;
CREATE UNIQUE INDEX journal_command ON journal (source, id, scope)
  WHERE source IS NOT NULL;
CREATE UNIQUE INDEX journal_position ON journal (position)
  WHERE position IS NOT NULL;
CREATE INDEX journal_notified ON journal (program, position)
  WHERE program IS NOT NULL;
-- A page of refusals is read along its key: nothing behind it is looked at or
-- sorted.
CREATE INDEX journal_refused ON journal (session_id, at, source, id, scope)
  WHERE before IS NULL;

-- The events one by one.
CREATE VIEW session_events AS
SELECT j.session_id, (j.before + n)::integer AS seq, j.bucket, j.draw,
       j.position - (j.version - j.before) + n AS position,
       split_part(line, E'\t', 1) AS type, j.at,
       coalesce(nullif(split_part(line, E'\t', 2), ''), j.who) AS by,
       CASE split_part(line, E'\t', 2) WHEN '' THEN j.source END
         AS command_source,
       CASE split_part(line, E'\t', 2) WHEN '' THEN j.id END AS command_id,
       split_part(line, E'\t', 3) AS data,
       nullif(split_part(j.notifications, E'\n', n::integer), '')
         AS notifications,
       j.traceparent
  FROM journal AS j,
       string_to_table(j.events, E'\n') WITH ORDINALITY AS e (line, n);

-- The commands with what became of them. Of two tables, so that nobody deletes
-- from it what are events, too.
CREATE VIEW commands AS
SELECT source, id, scope, session_id, version, at AS received_at, who, outcome,
       command
  FROM journal, (VALUES (true)) AS read_only WHERE source IS NOT NULL;

-- What a producer sees: outcomes of commands that came by the inbox, for the time
-- that `retention.outcomes` said when they were decided. Whoever may
-- write the journal sees all that are stored. A view reads with its owner's
-- rights: whoever may read it needs no other.
CREATE VIEW outcomes WITH (security_barrier) AS
  SELECT source, id, outcome::jsonb AS outcome, who
    FROM journal, (VALUES (true)) AS read_only
   WHERE outcome IS NOT NULL
     AND (told_until > now()
          OR pg_has_role(current_user, (SELECT relowner FROM pg_class
                                         WHERE oid = 'journal'::regclass),
                         'MEMBER'));

-- Added to transaction ids in positions. A dump restored into another cluster
-- meets lower ids there; the program's start lifts the shift above the log.
CREATE TABLE feed_epoch (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  shift     bigint  NOT NULL
);
INSERT INTO feed_epoch (shift) VALUES (0);

-- Stretches of this database's life in which it loses nothing that was seen: a
-- row for each start of its server, written by the first node that meets it.
-- Events at positions from `first` on, up to the next one's, were written in it.
CREATE TABLE epochs (
  token      text COLLATE "C" PRIMARY KEY,
  system     text COLLATE "C" NOT NULL,
  database   bigint           NOT NULL,
  timeline   integer          NOT NULL,
  started_at timestamptz      NOT NULL,
  first      bigint           NOT NULL,
  UNIQUE (system, database, timeline, started_at)
);
-- What was written before anybody noted it.
INSERT INTO epochs VALUES ('', '', 0, 0, '-infinity', 0);

CREATE TABLE sink_cursors (
  sink     text   PRIMARY KEY,
  position bigint NOT NULL,
  -- One more with each change of the cursor or of what is held: whoever changes
  -- them says which one they know.
  version  bigint NOT NULL DEFAULT 0
);

-- Sessions whose next message a receiver has not taken, while the others' go on.
CREATE TABLE held_deliveries (
  sink          text             NOT NULL,
  session_id    text COLLATE "C" NOT NULL,
  position      bigint           NOT NULL,  -- of the event that waits
  message       integer          NOT NULL,  -- 0: the event, n: its nth notification
  tries         integer          NOT NULL,  -- of that message
  refusals      integer          NOT NULL,  -- tries that may end in a dead letter
  refused_since timestamptz,
  next_try_at   timestamptz      NOT NULL,
  PRIMARY KEY (sink, session_id)
);

-- ---- mail ------------------------------------------------------------------

-- Notifications that are to become mail; a row goes when its mail is sent, or
-- is not to be sent any more. What they say is in the journal alone.
CREATE TABLE mails (
  id          text COLLATE "C" PRIMARY KEY,
  who         text COLLATE "C" NOT NULL,  -- ROLE:ID or support
  kind        text             NOT NULL,
  session_id  text COLLATE "C" NOT NULL,
  seq         integer          NOT NULL,  -- its event's
  n           integer          NOT NULL,  -- which of the event's it is
  position    bigint           NOT NULL,  -- its event's
  due_at      timestamptz      NOT NULL,
  -- The mail with which it goes, by the notification that it is named by; null:
  -- none yet. It is written down before it is sent, so that what is sent again
  -- is the same.
  letter      text COLLATE "C",
  tries       integer          NOT NULL DEFAULT 0,  -- of that mail
  next_try_at timestamptz      NOT NULL DEFAULT 'epoch'
);
CREATE INDEX mails_due ON mails (due_at) WHERE letter IS NULL;
CREATE INDEX mails_who ON mails (who) WHERE letter IS NULL;
CREATE INDEX mails_next ON mails (next_try_at, position, n)
  WHERE letter IS NOT NULL;
CREATE INDEX mails_letter ON mails (letter) WHERE letter IS NOT NULL;

-- ---- limits ----------------------------------------------------------------

-- Kinds: 0 tutor_week, 1 student_course_week, 2 course_week, 3 pair_day. The
-- cap is the one the last raise was judged by (null: not limited). Lowering
-- leaves it, so lowering is never refused. last_change lets an upsert lower a
-- counter: the row an upsert proposes must itself pass the checks.
CREATE TABLE usage (
  owner       text COLLATE "C" NOT NULL,
  period      integer          NOT NULL,
  kind        smallint         NOT NULL,
  item        text COLLATE "C" NOT NULL,
  used        integer          NOT NULL,
  cap         integer,
  last_change integer          NOT NULL,
  PRIMARY KEY (owner, period, kind, item),
  CONSTRAINT usage_within_cap CHECK (used <= cap),
  CONSTRAINT usage_not_negative CHECK (used >= 0)
) WITH (fillfactor = 60);

-- ---- ledger ----------------------------------------------------------------

-- A row is a transfer, so it balances by construction. Corrections of what a
-- session was paid are any number of transfers after its settlement, numbered
-- from 1, in either direction. What the tutor has of it in the end is the net; a
-- reversal takes back all of that.
CREATE TABLE ledger (
  session_id   text COLLATE "C" NOT NULL,
  kind         text             NOT NULL
               CHECK (kind IN ('settlement', 'correction', 'reversal',
                               'disbursement', 'give_back')),
  bucket       smallint         NOT NULL,
  from_account text COLLATE "C" NOT NULL,
  to_account   text COLLATE "C" NOT NULL,
  amount       bigint           NOT NULL CHECK (amount >= 0),
  currency     text COLLATE "C" NOT NULL,
  at           timestamptz      NOT NULL,
  n            integer          NOT NULL DEFAULT 0,
  -- Of a settlement, what the session counted when it was paid.
  confirm_seconds integer,              -- from the tutor's recap to completion
  minutes      smallint,
  PRIMARY KEY (session_id, kind, n),
  -- What is a disbursement's has its key, which is no session's id.
  CONSTRAINT ledger_whose
    CHECK ((kind IN ('disbursement', 'give_back'))
           = (session_id LIKE 'disbursement:%')),
  CONSTRAINT ledger_two_accounts CHECK (from_account <> to_account),
  CONSTRAINT ledger_numbered
    CHECK (CASE WHEN kind = 'correction' THEN n > 0 AND amount > 0
                ELSE n = 0 END)
);
-- An account is read in this order.
CREATE INDEX ledger_from ON ledger (from_account, at, session_id, kind, n)
  INCLUDE (amount, currency);
CREATE INDEX ledger_to ON ledger (to_account, at, session_id, kind, n)
  INCLUDE (amount, currency);

-- The sessions with where they stand and what they count.
CREATE VIEW session_standings AS
SELECT s.id, s.bucket, s.tutor, s.course, s.program, s.starts_at, s.day,
       s.currency, coalesce(p.state, 'paid') AS state, p.next_timer,
       CASE WHEN p.state IS NOT NULL THEN p.minutes
            ELSE coalesce(s.minutes, l.minutes) END AS minutes,
       CASE WHEN p.state IS NOT NULL THEN p.pay
            ELSE coalesce(s.pay, l.amount) END AS pay,
       CASE WHEN p.state IS NOT NULL THEN p.confirm_seconds
            ELSE coalesce(s.confirm_seconds, l.confirm_seconds)
       END AS confirm_seconds
  FROM sessions AS s
       LEFT JOIN standings AS p ON p.session_id = s.id
       LEFT JOIN ledger AS l ON l.session_id = s.id
                                AND l.kind = 'settlement' AND l.n = 0;

CREATE VIEW ledger_entries AS
  SELECT from_account AS account, session_id, kind, -amount AS amount,
         currency, at, n
    FROM ledger
  UNION ALL
  SELECT to_account, session_id, kind, amount, currency, at, n FROM ledger;

-- Looks at a session's transfers together, at the end of the transaction, since
-- a restored table comes in any order. The settlement's row is locked, so that
-- of two writers the second sees what the first has written.
CREATE FUNCTION ledger_check_net() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
DECLARE
  settled ledger;
  strange bigint;
  last    bigint;
  number  bigint;
  lowest  bigint;
  net     bigint;
BEGIN
  SELECT * INTO settled FROM ledger
   WHERE session_id = NEW.session_id AND kind = 'settlement' FOR UPDATE;
  IF NOT FOUND THEN
    PERFORM recapd_refuse('RC002',
      'only what was settled is corrected or reversed');
  END IF;
  SELECT count(*) FILTER (
           WHERE l.currency <> settled.currency
              OR (l.from_account, l.to_account) NOT IN (
                   (settled.from_account, settled.to_account),
                   (settled.to_account, settled.from_account))),
         coalesce(max(l.n), 0),
         count(*) FILTER (WHERE l.kind = 'correction')
    INTO strange, last, number
    FROM ledger AS l WHERE l.session_id = NEW.session_id;
  IF strange > 0 OR last <> number THEN
    PERFORM recapd_refuse('RC002',
      'corrections move money between the accounts of the settlement and are '
      'numbered 1, 2, …');
  END IF;
  SELECT min(so_far), (array_agg(so_far ORDER BY n DESC))[1] INTO lowest, net
    FROM (SELECT l.n, sum(CASE WHEN l.from_account = settled.from_account
                               THEN l.amount ELSE -l.amount END)
                        OVER (ORDER BY l.n) AS so_far
            FROM ledger AS l
           WHERE l.session_id = NEW.session_id AND l.kind <> 'reversal') AS s;
  IF lowest < 0 THEN
    PERFORM recapd_refuse('RC002', 'corrections may not take more than was paid');
  END IF;
  IF EXISTS (SELECT FROM ledger AS r
              WHERE r.session_id = NEW.session_id AND r.kind = 'reversal'
                AND (r.amount <> net OR r.from_account = settled.from_account))
  THEN
    PERFORM recapd_refuse('RC002',
      'a reversal must undo exactly the settlement with its corrections');
  END IF;
  -- Of rows that one transaction wrote nothing tells which came first.
  IF NEW.kind = 'correction'
     AND EXISTS (SELECT FROM ledger AS r, ledger AS c
                  WHERE r.session_id = NEW.session_id AND r.kind = 'reversal'
                    AND c.session_id = NEW.session_id AND c.kind = NEW.kind
                    AND c.n = NEW.n AND c.xmin <> r.xmin) THEN
    PERFORM recapd_refuse('RC002', 'what was reversed is not corrected');
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_net AFTER INSERT ON ledger
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.kind IN ('correction', 'reversal'))
  EXECUTE FUNCTION ledger_check_net();

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'RC002',
    MESSAGE = 'the ledger is only added to';
END $$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();

-- ---- disbursements ---------------------------------------------------------

-- A run of a programme, with the rules that it began with: whoever goes on with
-- it makes the same of it.
CREATE TABLE disbursement_runs (
  id       text COLLATE "C" PRIMARY KEY,
  program  text COLLATE "C" NOT NULL,
  at       timestamptz      NOT NULL,  -- when it was due
  until    timestamptz      NOT NULL,  -- what was settled before it is paid out
  minimum  bigint           NOT NULL CHECK (minimum >= 0),
  by       text CHECK (by IN ('file', 'http')),
  complete boolean          NOT NULL DEFAULT false,
  UNIQUE (program, at)
);
CREATE INDEX disbursement_runs_open ON disbursement_runs (program)
  WHERE NOT complete;

-- Each is told by its events in the journal, too, under the key
-- `disbursement:ID`.
CREATE TABLE disbursements (
  id         text COLLATE "C" PRIMARY KEY,
  bucket     smallint         NOT NULL,
  run        text COLLATE "C" NOT NULL,
  program    text COLLATE "C" NOT NULL,
  tutor      text COLLATE "C" NOT NULL,
  currency   text COLLATE "C" NOT NULL,
  amount     bigint           NOT NULL CHECK (amount > 0),
  transfers  integer          NOT NULL CHECK (transfers > 0),
  by         text CHECK (by IN ('file', 'http')),
  opened_at  timestamptz      NOT NULL,
  state      text COLLATE "C" NOT NULL
             CHECK (state IN ('open', 'sent', 'confirmed', 'failed',
                              'returned')),
  version    integer          NOT NULL,
  changed_at timestamptz      NOT NULL,
  reason     text             NOT NULL DEFAULT '',
  -- Of what is posted: the next try, how many there were, what came of the last.
  next_try_at timestamptz,
  tries      integer          NOT NULL DEFAULT 0,
  trouble    text             NOT NULL DEFAULT '',
  UNIQUE (run, tutor, currency)
) WITH (fillfactor = 70);
CREATE INDEX disbursements_tutor ON disbursements (tutor, id);
CREATE INDEX disbursements_program ON disbursements (program, id);
CREATE INDEX disbursements_state ON disbursements (state, id)
  WHERE state <> 'confirmed';
CREATE INDEX disbursements_unsent ON disbursements (bucket, next_try_at)
  WHERE state = 'open' AND by = 'http';

-- The transfers that each pays out.
CREATE TABLE disbursed (
  session_id   text COLLATE "C" NOT NULL,
  kind         text             NOT NULL
               CHECK (kind IN ('settlement', 'correction', 'reversal')),
  n            integer          NOT NULL,
  disbursement text COLLATE "C" NOT NULL,
  released     boolean          NOT NULL DEFAULT false,
  PRIMARY KEY (disbursement, session_id, kind, n)
);
-- No transfer is paid out twice.
CREATE UNIQUE INDEX disbursed_once ON disbursed (session_id, kind, n)
  WHERE NOT released;

-- What a disbursement was made of never changes, and what gave its money back
-- stays so.
CREATE FUNCTION disbursement_change() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION USING ERRCODE = 'RC002',
      MESSAGE = 'a disbursement is never deleted';
  END IF;
  IF (NEW.id, NEW.bucket, NEW.run, NEW.program, NEW.tutor, NEW.currency,
      NEW.amount, NEW.transfers, NEW.opened_at)
     <> (OLD.id, OLD.bucket, OLD.run, OLD.program, OLD.tutor, OLD.currency,
         OLD.amount, OLD.transfers, OLD.opened_at) THEN
    RAISE EXCEPTION USING ERRCODE = 'RC002',
      MESSAGE = 'what a disbursement was made of does not change';
  END IF;
  IF OLD.state <> NEW.state AND NOT (
       OLD.state IN ('open', 'sent') AND NEW.state <> 'open'
       OR OLD.state = 'confirmed' AND NEW.state = 'returned') THEN
    RAISE EXCEPTION USING ERRCODE = 'RC002',
      MESSAGE = 'a disbursement that is ' || OLD.state
                || ' does not become ' || NEW.state;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER disbursement_changes BEFORE UPDATE OR DELETE ON disbursements
  FOR EACH ROW EXECUTE FUNCTION disbursement_change();

-- Its transfers wait for the next run together with its giving the money back.
CREATE FUNCTION disbursement_release() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE disbursed SET released = true WHERE disbursement = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER disbursement_released AFTER UPDATE ON disbursements
  FOR EACH ROW WHEN (OLD.state <> NEW.state
                     AND NEW.state IN ('failed', 'returned'))
  EXECUTE FUNCTION disbursement_release();

CREATE FUNCTION disbursed_change() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.released
     AND (NEW.session_id, NEW.kind, NEW.n, NEW.disbursement)
       = (OLD.session_id, OLD.kind, OLD.n, OLD.disbursement) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'RC002',
    MESSAGE = 'what a disbursement pays out does not change';
END $$;
CREATE TRIGGER disbursed_changes BEFORE UPDATE OR DELETE ON disbursed
  FOR EACH ROW EXECUTE FUNCTION disbursed_change();

-- Says what is wrong with a disbursement, if anything: its sum is that of its
-- transfers, all between its programme and its tutor, and the ledger has it
-- once, and once more where it gave the money back.
CREATE FUNCTION disbursement_trouble(which text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
  d     disbursements;
  asked text COLLATE "C" := which;
  pays  text COLLATE "C";
  owns  text COLLATE "C";
  clear text COLLATE "C";
  key   text COLLATE "C" := 'disbursement:' || which;
  fine  boolean;
BEGIN
  SELECT * INTO d FROM disbursements WHERE id = asked;
  IF NOT FOUND THEN
    RETURN 'there is no such disbursement';
  END IF;
  pays := 'program:' || d.program;
  owns := 'tutor:' || d.tutor;
  clear := 'clearing:' || d.program;
  SELECT count(l.session_id) = d.transfers AND count(*) = d.transfers
         AND sum(CASE WHEN l.to_account = owns THEN l.amount
                      ELSE -l.amount END) = d.amount
         AND bool_and(l.currency = d.currency
                      AND (l.from_account, l.to_account)
                          IN ((pays, owns), (owns, pays)))
         AND bool_and(b.released = (d.state IN ('failed', 'returned')))
    INTO fine
    FROM disbursed AS b
         LEFT JOIN ledger AS l ON l.session_id = b.session_id
                                  AND l.kind = b.kind AND l.n = b.n
   WHERE b.disbursement = asked;
  IF fine IS NOT TRUE THEN
    RETURN 'its transfers do not come to it';
  END IF;
  SELECT count(*) = CASE WHEN d.state IN ('failed', 'returned') THEN 2 ELSE 1 END
         AND bool_and(l.amount = d.amount AND l.currency = d.currency
                      AND (l.from_account, l.to_account)
                          = (CASE l.kind WHEN 'disbursement' THEN owns
                                         ELSE clear END,
                             CASE l.kind WHEN 'disbursement' THEN clear
                                         ELSE owns END))
         AND bool_or(l.kind = 'disbursement')
    INTO fine
    FROM ledger AS l WHERE l.session_id = key;
  IF fine IS NOT TRUE THEN
    RETURN 'the ledger does not say the same';
  END IF;
  RETURN NULL;
END $$;

-- Looks at the end of the transaction, since what belongs together comes in any
-- order.
CREATE FUNCTION disbursement_check() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
DECLARE
  which text := CASE TG_TABLE_NAME
                WHEN 'disbursements' THEN to_jsonb(NEW) ->> 'id'
                WHEN 'disbursed' THEN to_jsonb(NEW) ->> 'disbursement'
                ELSE substr(to_jsonb(NEW) ->> 'session_id', 14) END;
  wrong text := disbursement_trouble(which);
BEGIN
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'RC002',
      MESSAGE = 'disbursement ' || which || ': ' || wrong;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER disbursements_whole AFTER INSERT OR UPDATE
  ON disbursements DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION disbursement_check();
CREATE CONSTRAINT TRIGGER disbursed_whole AFTER INSERT OR UPDATE ON disbursed
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION disbursement_check();
CREATE CONSTRAINT TRIGGER ledger_disbursed AFTER INSERT ON ledger
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.kind IN ('disbursement', 'give_back'))
  EXECUTE FUNCTION disbursement_check();

-- ---- inbox and dead letters ------------------------------------------------

-- FNV-1a 32 of the event's subject, modulo 1024, as the program computes it.
-- What is no event at all goes to bucket 0, whose node makes it a dead letter.
-- json and not jsonb, which refuses numbers that the program reads.
CREATE FUNCTION recapd_bucket(event text) RETURNS smallint
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

-- A client gives the text and nothing else: the rest is set by inbox_enter,
-- whatever the statement says.
CREATE TABLE inbox (
  seq         bigint      PRIMARY KEY,
  event       text        NOT NULL,
  received_at timestamptz NOT NULL,
  bucket      smallint    NOT NULL,
  CONSTRAINT inbox_event_at_most_64_kib CHECK (octet_length(event) <= 65536)
);
CREATE SEQUENCE inbox_seq_seq OWNED BY inbox.seq;

-- What nodes hand to each other and take out of the dead letters again: it has
-- its moment of receipt already. In one order with the inbox; no client may
-- write here.
CREATE TABLE forwarded (
  seq         bigint      PRIMARY KEY,
  event       text        NOT NULL,
  received_at timestamptz NOT NULL,
  bucket      smallint    NOT NULL,
  -- A node has taken it: its text may be longer now than it came.
  taken       boolean     NOT NULL,
  -- What the event does not tell of its sender, where a node handed it on.
  sender      text,
  -- The dead letter that it was: if it becomes one again, it is the same.
  letter      bigint
);

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
-- But for texts that are erased.
CREATE FUNCTION inbox_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NEW.event <> OLD.event AND position('[erased]' IN NEW.event) > 0
     AND (NEW.seq, NEW.received_at, NEW.bucket)
       = (OLD.seq, OLD.received_at, OLD.bucket) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'RC004',
    MESSAGE = 'a row of the inbox does not change: insert another';
END $$;
CREATE FUNCTION inbox_notify() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM pg_notify('recapd_inbox', '');
  RETURN NULL;
END $$;

CREATE TRIGGER inbox_entered BEFORE INSERT ON inbox
  FOR EACH ROW EXECUTE FUNCTION inbox_enter();
CREATE TRIGGER inbox_unchanged BEFORE UPDATE ON inbox
  FOR EACH ROW EXECUTE FUNCTION inbox_refuse_change();
CREATE TRIGGER forwarded_entered BEFORE INSERT ON forwarded
  FOR EACH ROW EXECUTE FUNCTION inbox_enter();
CREATE TRIGGER forwarded_inserted AFTER INSERT ON forwarded
  FOR EACH STATEMENT EXECUTE FUNCTION inbox_notify();
CREATE TRIGGER inbox_inserted AFTER INSERT ON inbox
  FOR EACH STATEMENT EXECUTE FUNCTION inbox_notify();
-- In sessions that apply what was replicated, too.
ALTER TABLE inbox ENABLE ALWAYS TRIGGER inbox_entered;
ALTER TABLE inbox ENABLE ALWAYS TRIGGER inbox_unchanged;
ALTER TABLE inbox ENABLE ALWAYS TRIGGER inbox_inserted;
ALTER TABLE forwarded ENABLE ALWAYS TRIGGER forwarded_entered;
ALTER TABLE forwarded ENABLE ALWAYS TRIGGER forwarded_inserted;

-- All that waits to be taken.
CREATE VIEW waiting AS
  SELECT seq, event, received_at, bucket, false AS taken, NULL AS sender
    FROM inbox
  UNION ALL
  SELECT seq, event, received_at, bucket, taken, sender FROM forwarded;

CREATE TABLE dead_letters (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event       text        NOT NULL,
  reason      text        NOT NULL,
  code        text        NOT NULL,
  ingress     text        NOT NULL,
  received_at timestamptz NOT NULL,
  at          timestamptz NOT NULL,
  -- Of which session it is, where its text tells.
  session_id  text COLLATE "C",
  -- Which message it was, where that may come again: one letter for all its
  -- deliveries. An inbox row is deleted with the letter and has none.
  origin      text COLLATE "C" UNIQUE,
  -- `in`: a command that could not be taken at all. `out`: a message that its
  -- receiver does not take.
  direction   text        NOT NULL DEFAULT 'in'
                          CHECK (direction IN ('in', 'out'))
);

-- ---- nodes and leases ------------------------------------------------------

CREATE TABLE nodes (
  name        text COLLATE "C" PRIMARY KEY,
  incarnation text        NOT NULL,
  address     text        NOT NULL,
  -- By what other nodes may hand the node commands of sessions that it serves;
  -- drawn anew by each process. Empty: by the table forwarded only.
  secret      text        NOT NULL DEFAULT '',
  started_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  draining    boolean     NOT NULL,
  -- There cannot be more shards than a node has partitions. 0: it reads no NATS.
  partitions  integer     NOT NULL DEFAULT 0
                          CHECK (partitions BETWEEN 0 AND 1024),
  -- The epoch of the database in which a node's last heartbeat was answered.
  epoch       text COLLATE "C" NOT NULL DEFAULT '',
  -- How far its clock is ahead of this server's, in microseconds.
  ahead_us    bigint      NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- A lease is as good as its node's last heartbeat.
CREATE TABLE leases (
  shard integer          PRIMARY KEY,
  node  text COLLATE "C" NOT NULL
);

-- Shard s is the buckets b with b mod shards = s.
CREATE TABLE shards (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  count     integer NOT NULL CHECK (count BETWEEN 1 AND 1024)
);
INSERT INTO shards (count) VALUES (64);

-- ---- people ----------------------------------------------------------------

-- What is known of a person besides an id; their erasure deletes the row.
CREATE TABLE people (
  who  text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,  -- empty: none was given
  -- How they want mail. The kinds that are muted have spaces between.
  address        text,
  timezone       text,
  language       text,
  mute           text,
  -- Since when no mail gets to their address, and what the server said.
  unreachable_at timestamptz,
  unreachable    text
);
CREATE INDEX people_unreachable ON people (who)
  WHERE unreachable_at IS NOT NULL;

-- ---- secret keys -----------------------------------------------------------

-- What cookies and links in mail are made by, on every node; renewed
-- (gateway/oidc/key_ring), those of each purpose by themselves.
CREATE TABLE secret_keys (
  id      text COLLATE "C" PRIMARY KEY,
  purpose text        NOT NULL DEFAULT 'cookies',
  secret  text        NOT NULL,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- ---- policies --------------------------------------------------------------

-- A version for each policy that was ever in force; sessions name theirs.
CREATE TABLE policies (
  version integer          PRIMARY KEY,
  body    text             NOT NULL,
  at      timestamptz      NOT NULL DEFAULT recapd_now(),
  who     text COLLATE "C" NOT NULL,  -- empty where nobody was proven
  note    text             NOT NULL
);

-- ---- upkeep ----------------------------------------------------------------

-- Written to see whether the database takes writes (storage::store::probe).
CREATE TABLE probes (written_at timestamptz NOT NULL);

-- Called where a statement finds that it must not stand.
CREATE FUNCTION recapd_refuse(code text, what text) RETURNS integer
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = code, MESSAGE = what;
END $$;

-- Vacuum by a count of dead rows: of a table that grows without bound a share
-- comes ever later, and of one that is nearly empty between bursts, as the inbox
-- is, dead rows are all it has.
ALTER TABLE standings SET (autovacuum_vacuum_scale_factor = 0.01,
                           autovacuum_vacuum_threshold = 20000,
                           autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE usage SET (autovacuum_vacuum_scale_factor = 0.01,
                       autovacuum_vacuum_threshold = 20000,
                       autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE inbox SET (autovacuum_vacuum_scale_factor = 0,
                       autovacuum_vacuum_threshold = 5000,
                       autovacuum_vacuum_cost_delay = 0);
ALTER TABLE forwarded SET (autovacuum_vacuum_scale_factor = 0,
                           autovacuum_vacuum_threshold = 5000,
                           autovacuum_vacuum_cost_delay = 0);

-- Long recaps are compressed while a commit waits: lz4, where this server has
-- it, takes a fraction of the default's time.
DO $$
BEGIN
  ALTER TABLE journal ALTER events SET COMPRESSION lz4,
                      ALTER outcome SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  NULL;
END $$;

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
CREATE TRIGGER feed_epoch_replaced BEFORE INSERT ON feed_epoch
  FOR EACH ROW EXECUTE FUNCTION recapd_replace_row();
CREATE TRIGGER shards_replaced BEFORE INSERT ON shards
  FOR EACH ROW EXECUTE FUNCTION recapd_replace_row();
CREATE TRIGGER schema_migrations_known BEFORE INSERT ON schema_migrations
  FOR EACH ROW EXECUTE FUNCTION recapd_skip_known();

-- Data that is restored into a migrated database brings the first one along.
CREATE FUNCTION epochs_known() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (SELECT FROM epochs WHERE token = NEW.token) THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER epochs_known BEFORE INSERT ON epochs
  FOR EACH ROW EXECUTE FUNCTION epochs_known();

-- ---- rights ----------------------------------------------------------------

REVOKE ALL ON FUNCTION recapd_now(), recapd_refuse(text, text),
  recapd_bucket(text), inbox_notify(), inbox_enter(), inbox_refuse_change(),
  ledger_check_net(), ledger_refuse_change(), disbursement_change(),
  disbursement_release(), disbursed_change(), disbursement_trouble(text),
  disbursement_check(), recapd_replace_row(),
  recapd_skip_known(), epochs_known() FROM PUBLIC;
