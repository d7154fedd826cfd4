-- Sessions whose next message a receiver has not taken, while the others' go on.

-- One more with each change of the cursor or of what is held: whoever changes
-- them says which one they know.
ALTER TABLE sink_cursors ADD version bigint NOT NULL DEFAULT 0;

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
