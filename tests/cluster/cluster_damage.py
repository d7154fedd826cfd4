# SPDX-License-Identifier: Apache-2.0
"""Damage by hand, to see that the audit finds it."""
import psycopg2

# Each does what a broken program might have done.
SWAP = (
    "UPDATE session_events e SET command_id = o.command_id"
    " FROM session_events o WHERE e.session_id = o.session_id"
    " AND e.seq + o.seq = {0} + {1} AND e.seq IN ({0}, {1})"
    " AND e.session_id = (SELECT min(session_id) FROM (SELECT session_id"
    "  FROM session_events WHERE session_id LIKE '{2}' AND seq IN ({0}, {1})"
    "  GROUP BY 1 HAVING count(command_id) = 2) both_by_commands)")
DAMAGES = {
    "swapped-chain": SWAP.format(3, 4, "chain-%"),
    "swapped-answers": SWAP.format(1, 2, "s%"),
    "paid-twice":
        "ALTER TABLE ledger DROP CONSTRAINT ledger_pkey;"
        "INSERT INTO ledger SELECT l.* FROM ledger l JOIN sessions s"
        " ON s.id = l.session_id AND s.state = 'paid' LIMIT 1",
    "lost-outcome":
        "DELETE FROM commands WHERE id IN (SELECT id FROM commands LIMIT 1)",
}


def damage(world, what):
    """Before a round's audit, behind the nodes' backs."""
    with psycopg2.connect(world.database.url) as connection:
        connection.cursor().execute(DAMAGES[what])
