-- Dead letters of both directions.

-- `in`: a command that could not be taken at all. `out`: a message that its
-- receiver does not take.
ALTER TABLE dead_letters ADD direction text NOT NULL DEFAULT 'in'
  CHECK (direction IN ('in', 'out'));
