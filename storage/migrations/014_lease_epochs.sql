-- The epoch of the database in which a node's last heartbeat was answered.
ALTER TABLE nodes ADD epoch text COLLATE "C" NOT NULL DEFAULT '';
