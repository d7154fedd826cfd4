-- The whole schema. Ids are compared byte by byte (COLLATE "C"); every table
-- about a session carries its bucket, the unit in which sessions are spread.

-- ---- clock -----------------------------------------------------------------

CREATE TABLE manual_clock (
  singleton boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
  now       timestamptz NOT NULL,
  active    boolean     NOT NULL
);

-- What the inbox takes as the moment of receipt.
CREATE FUNCTION recapd_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS
$$ SELECT coalesce((SELECT now FROM manual_clock WHERE active),
                   clock_timestamp()) $$;

-- ---- sessions --------------------------------------------------------------

CREATE TABLE sessions (
  id         text COLLATE "C" PRIMARY KEY,
  bucket     smallint         NOT NULL,
  version    integer          NOT NULL CHECK (version > 0),
  state      text             NOT NULL,
  tutor      text COLLATE "C" NOT NULL,
  course     text COLLATE "C" NOT NULL,
  starts_at  timestamptz      NOT NULL,
  next_timer timestamptz,
  body       text             NOT NULL
) WITH (
  -- A session's row is written some ten times in its life: room on its page
  -- keeps those updates there (HOT), and only touched pages need vacuuming.
  fillfactor = 60
);
CREATE INDEX sessions_timer ON sessions (bucket, next_timer, id)
  WHERE next_timer IS NOT NULL;
CREATE INDEX sessions_tutor ON sessions (tutor, id);
CREATE INDEX sessions_course ON sessions (course, id);
-- Nearly all sessions end as paid: those are found by the primary key.
CREATE INDEX sessions_state ON sessions (state, id) WHERE state <> 'paid';

CREATE TABLE session_students (
  student    text COLLATE "C" NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  bucket     smallint         NOT NULL,
  PRIMARY KEY (student, session_id)
);

-- ---- events ----------------------------------------------------------------

-- The log is the outbox too. A position is the writing transaction's id above
-- a number within that transaction. Readers stop below the oldest transaction
-- that still runs, so that no lower position can appear later. A sequence
-- would not do: its numbers are not given in the order of transaction ids.
CREATE TABLE session_events (
  session_id     text COLLATE "C" NOT NULL,
  seq            integer          NOT NULL CHECK (seq > 0),
  bucket         smallint         NOT NULL,
  position       bigint           NOT NULL,
  type           text             NOT NULL,
  at             timestamptz      NOT NULL,
  by             text             NOT NULL,
  command_source text,
  command_id     text,
  data           text             NOT NULL,
  notifications  text,
  traceparent    text,
  PRIMARY KEY (session_id, seq)
);
CREATE UNIQUE INDEX session_events_position ON session_events (position);

-- Added to transaction ids in positions. A dump restored into another cluster
-- meets lower ids there; the program's start lifts the shift above the log.
CREATE TABLE feed_epoch (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  shift     bigint  NOT NULL
);
INSERT INTO feed_epoch (shift) VALUES (0);

CREATE TABLE sink_cursors (
  sink     text   PRIMARY KEY,
  position bigint NOT NULL
);

-- ---- commands --------------------------------------------------------------

CREATE TABLE commands (
  source      text COLLATE "C" NOT NULL,
  id          text COLLATE "C" NOT NULL,
  bucket      smallint         NOT NULL,
  session_id  text COLLATE "C" NOT NULL,
  content     bytea            NOT NULL CHECK (length(content) = 16),
  refused     boolean          NOT NULL,
  received_at timestamptz      NOT NULL,
  outcome     text             NOT NULL,
  PRIMARY KEY (source, id)
);
CREATE INDEX commands_refused ON commands (session_id, received_at)
  WHERE refused;
CREATE VIEW outcomes AS
  SELECT source, id, outcome::jsonb AS outcome FROM commands;

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

-- A row is a transfer, so it balances by construction.
CREATE TABLE ledger (
  session_id   text COLLATE "C" NOT NULL,
  kind         text             NOT NULL
                                CHECK (kind IN ('settlement', 'reversal')),
  bucket       smallint         NOT NULL,
  from_account text COLLATE "C" NOT NULL,
  to_account   text COLLATE "C" NOT NULL,
  amount       bigint           NOT NULL CHECK (amount >= 0),
  currency     text COLLATE "C" NOT NULL,
  at           timestamptz      NOT NULL,
  PRIMARY KEY (session_id, kind),
  CONSTRAINT ledger_two_accounts CHECK (from_account <> to_account)
);
CREATE INDEX ledger_from ON ledger (from_account, at, session_id, kind)
  INCLUDE (amount, currency);
CREATE INDEX ledger_to ON ledger (to_account, at, session_id, kind)
  INCLUDE (amount, currency);

CREATE VIEW ledger_entries AS
  SELECT from_account AS account, session_id, kind, -amount AS amount,
         currency, at
    FROM ledger
  UNION ALL
  SELECT to_account, session_id, kind, amount, currency, at FROM ledger;

CREATE FUNCTION ledger_check_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM ledger s
                  WHERE s.session_id = NEW.session_id
                    AND s.kind = 'settlement'
                    AND s.from_account = NEW.to_account
                    AND s.to_account = NEW.from_account
                    AND s.amount = NEW.amount
                    AND s.currency = NEW.currency) THEN
    RAISE EXCEPTION USING ERRCODE = 'RC002',
      MESSAGE = 'a reversal must undo exactly the session''s settlement';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_reversal BEFORE INSERT ON ledger FOR EACH ROW
  WHEN (NEW.kind = 'reversal') EXECUTE FUNCTION ledger_check_reversal();

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'RC002',
    MESSAGE = 'the ledger is only added to';
END $$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();

-- ---- inbox and dead letters ------------------------------------------------

CREATE TABLE inbox (
  seq         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event       text        NOT NULL,
  received_at timestamptz NOT NULL DEFAULT recapd_now()
);
CREATE FUNCTION inbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('recapd_inbox', '');
  RETURN NULL;
END $$;
CREATE TRIGGER inbox_inserted AFTER INSERT ON inbox
  FOR EACH STATEMENT EXECUTE FUNCTION inbox_notify();

CREATE TABLE dead_letters (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event       text        NOT NULL,
  reason      text        NOT NULL,
  code        text        NOT NULL,
  ingress     text        NOT NULL,
  received_at timestamptz NOT NULL,
  at          timestamptz NOT NULL
);

-- ---- policies --------------------------------------------------------------

CREATE TABLE policies (
  version integer     PRIMARY KEY,
  body    text        NOT NULL,
  at      timestamptz NOT NULL DEFAULT recapd_now()
);

-- ---- upkeep ----------------------------------------------------------------

-- Called where a statement finds that it must not stand.
CREATE FUNCTION recapd_refuse(code text, what text) RETURNS integer
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = code, MESSAGE = what;
END $$;

-- These rows are written again and again while the tables grow without bound:
-- vacuum by a count of dead rows, since a share of the table comes ever later.
-- The inbox is nearly empty between bursts, so its dead rows are all it has.
ALTER TABLE sessions SET (autovacuum_vacuum_scale_factor = 0.01,
                          autovacuum_vacuum_threshold = 20000,
                          autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE usage SET (autovacuum_vacuum_scale_factor = 0.01,
                       autovacuum_vacuum_threshold = 20000,
                       autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE inbox SET (autovacuum_vacuum_scale_factor = 0,
                       autovacuum_vacuum_threshold = 5000,
                       autovacuum_vacuum_cost_delay = 0);

-- Long recaps are compressed while a commit waits: lz4, where this server has
-- it, takes a fraction of the default's time.
DO $$
BEGIN
  ALTER TABLE sessions ALTER body SET COMPRESSION lz4;
  ALTER TABLE session_events ALTER data SET COMPRESSION lz4;
  ALTER TABLE commands ALTER outcome SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  NULL;
END $$;
