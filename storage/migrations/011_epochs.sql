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

-- Data that is restored into a migrated database brings the first one along.
CREATE FUNCTION epochs_known() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (SELECT FROM epochs WHERE token = NEW.token) THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION epochs_known() FROM PUBLIC;
CREATE TRIGGER epochs_known BEFORE INSERT ON epochs
  FOR EACH ROW EXECUTE FUNCTION epochs_known();

-- Written to see whether the database takes writes (storage::store::probe).
CREATE TABLE probes (written_at timestamptz NOT NULL);
