-- What nodes that read NATS need to know of it and of each other.

-- There cannot be more shards than a node has partitions. 0: it reads none.
ALTER TABLE nodes ADD partitions integer NOT NULL DEFAULT 0
  CHECK (partitions BETWEEN 0 AND 1024);

-- Which message it was, where that may come again: one letter for all its
-- deliveries. An inbox row is deleted with the letter and has none.
ALTER TABLE dead_letters ADD origin text COLLATE "C" UNIQUE;
