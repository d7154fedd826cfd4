-- Several nodes: who serves which shard, and whose an inbox row is.

-- ---- nodes and leases ------------------------------------------------------

CREATE TABLE nodes (
  name        text COLLATE "C" PRIMARY KEY,
  incarnation text        NOT NULL,
  address     text        NOT NULL,
  started_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  draining    boolean     NOT NULL
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

-- ---- the inbox by bucket ---------------------------------------------------

-- FNV-1a 32 of the event's subject, modulo 1024, as the program computes it.
-- What is no event at all goes to bucket 0, whose node buries it.
CREATE FUNCTION recapd_bucket(event text) RETURNS smallint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  subject bytea;
  hash bigint := 2166136261;
BEGIN
  subject := convert_to(event::jsonb ->> 'subject', 'UTF8');
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

ALTER TABLE inbox
  ADD bucket smallint GENERATED ALWAYS AS (recapd_bucket(event)) STORED;
