# SPDX-License-Identifier: Apache-2.0
"""Damage by hand, to see that the audit finds it."""
from databases import run

# Each does what a broken program might have done. `late-commits` is made at
# the start: a commit is answered before it is durable.
DAMAGES = {
    "late-commits": "",
    "lost-event":
        "DELETE FROM journal WHERE (session_id, before) IN (SELECT session_id,"
        " max(before) FROM journal WHERE source IS NOT NULL GROUP BY 1 LIMIT 1)",
    "lost-outcome":
        "DELETE FROM journal WHERE id IN (SELECT id FROM commands"
        " WHERE version = 0 LIMIT 1)",
    "paid-twice":
        "ALTER TABLE ledger DROP CONSTRAINT ledger_pkey;"
        "INSERT INTO ledger SELECT l.* FROM ledger l JOIN session_standings s"
        " ON s.id = l.session_id AND s.state = 'paid' AND l.kind = 'settlement'"
        " LIMIT 1",
    "passed-limit":
        "UPDATE journal SET events = regexp_replace(events,"
        " '^(time.logged.*\"minutes\":)[0-9]+', '\\1500', 'n')",
    "stuck-timer":
        "INSERT INTO standings SELECT id, bucket, 'missed', '2001-01-01'"
        " FROM session_standings WHERE state = 'paid' LIMIT 1",
    "stuck-settlement":
        "INSERT INTO standings SELECT id, bucket, 'completed'"
        " FROM session_standings WHERE state = 'paid' LIMIT 1",
}


# The node's sessions pin the setting, so it is changed within each commit: also
# in those of the inbox's rows and of heartbeats, which make durable what came
# before them.
COMMIT_LATE = """
    CREATE FUNCTION commit_late() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM set_config('synchronous_commit', 'off', true);
      RETURN NULL;
    END $$""" + "".join(f"""
    ;CREATE TRIGGER commit_late AFTER INSERT OR UPDATE ON {table}
      FOR EACH STATEMENT EXECUTE FUNCTION commit_late()"""
                        for table in ("journal", "inbox", "nodes"))


def write_late(postgres):
    """Has PostgreSQL write commits that do not wait for it up to ten seconds
    later."""
    run(postgres.admin_url, "ALTER SYSTEM SET wal_writer_delay = '10s'")
    postgres("stop")
    postgres.start()


def damage(world, what):
    """Does the damage `what`, behind the node's back and before an audit."""
    if DAMAGES[what]:
        world.database.run(DAMAGES[what])
