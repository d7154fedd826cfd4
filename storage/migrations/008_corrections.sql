-- Corrections of what a session was paid: any number of transfers after its
-- settlement, numbered from 1, in either direction. What the tutor has of it in
-- the end is the net; a reversal takes back all of that.

ALTER TABLE ledger
  ADD COLUMN n integer NOT NULL DEFAULT 0,
  DROP CONSTRAINT ledger_pkey,
  DROP CONSTRAINT ledger_kind_check,
  ADD CONSTRAINT ledger_pkey PRIMARY KEY (session_id, kind, n),
  ADD CONSTRAINT ledger_kind_check
    CHECK (kind IN ('settlement', 'correction', 'reversal')),
  ADD CONSTRAINT ledger_numbered
    CHECK (CASE WHEN kind = 'correction' THEN n > 0 AND amount > 0
                ELSE n = 0 END);

-- An account is read in this order.
DROP INDEX ledger_from, ledger_to;
CREATE INDEX ledger_from ON ledger (from_account, at, session_id, kind, n)
  INCLUDE (amount, currency);
CREATE INDEX ledger_to ON ledger (to_account, at, session_id, kind, n)
  INCLUDE (amount, currency);

CREATE OR REPLACE VIEW ledger_entries AS
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
REVOKE ALL ON FUNCTION ledger_check_net() FROM PUBLIC;

DROP TRIGGER ledger_reversal ON ledger;
DROP FUNCTION ledger_check_reversal();
CREATE CONSTRAINT TRIGGER ledger_net AFTER INSERT ON ledger
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.kind <> 'settlement') EXECUTE FUNCTION ledger_check_net();
