-- What nodes that read NATS need to know of it and of each other.

-- There cannot be more shards than a node has partitions. 0: it reads none.
ALTER TABLE nodes ADD partitions integer NOT NULL DEFAULT 0
  CHECK (partitions BETWEEN 0 AND 1024);
