-- Whose a command's source and id are: empty where they alone make it the same
-- command again (mode trusted), else who sent it. What was taken before is
-- everybody's. `who` is who sent it, in every mode; of those before nothing tells.
ALTER TABLE commands ADD scope text COLLATE "C" NOT NULL DEFAULT '',
                     ADD who   text COLLATE "C";
ALTER TABLE commands DROP CONSTRAINT commands_pkey,
                     ADD PRIMARY KEY (source, id, scope);

-- What the event does not tell of its sender, where a node handed it on.
ALTER TABLE inbox ADD sender text;

CREATE OR REPLACE VIEW outcomes AS
  SELECT source, id, recapd_outcome(commands)::jsonb AS outcome, who
    FROM commands;
