# SPDX-License-Identifier: Apache-2.0
"""Damage by hand, to see that the audit finds it."""
import json

from damage import DAMAGES as SQL_DAMAGES

# Each does what a broken program might have done.
SWAP = (
    "CREATE TEMPORARY TABLE pair AS SELECT id, version FROM journal"
    " WHERE version IN ({0}, {1}) AND version = before + 1"
    " AND session_id = (SELECT min(session_id) FROM (SELECT session_id"
    "  FROM journal WHERE session_id LIKE '{2}' AND version IN ({0}, {1})"
    "  AND version = before + 1"
    "  GROUP BY 1 HAVING count(id) = 2) both_by_commands);"
    "UPDATE journal j SET id = j.id || ' swapped' FROM pair p"
    " WHERE j.id = p.id;"
    "UPDATE journal j SET id = o.id FROM pair p, pair o"
    " WHERE j.id = p.id || ' swapped' AND o.version <> p.version;"
    "DROP TABLE pair")
NOBODY = "99.damage"  # no partition's, so no node takes it


def let_in(client):
    """Has the stream take a subject of no partition, to which only a broken
    program would send."""
    config = client.api("STREAM.INFO.RECAPD")["config"]
    subject = f"recapd.commands.{NOBODY}"
    if subject not in config["subjects"]:
        config["subjects"].append(subject)
        client.api("STREAM.UPDATE.RECAPD", **config)


def lose_message(world):
    """Deletes a command that JetStream has acknowledged."""
    event = {"id": "damage-1", "subject": "damage", "type": "damage"}
    with world.nats.connect() as client:
        let_in(client)
        world.record.sending([event])
        seq = client.request(f"recapd.commands.{NOBODY}",
                             json.dumps(event))["seq"]
        world.record.store(event, f"RECAPD {seq}")
        client.api("STREAM.MSG.DELETE.RECAPD", seq=seq)


def lose_event(world):
    """Deletes the first published event that the audit has not read yet."""
    with world.nats.connect() as client:
        state = client.api("STREAM.INFO.RECAPD_EVENTS")["state"]
        assert world.published.read_to < state["last_seq"]
        client.api("STREAM.MSG.DELETE.RECAPD_EVENTS",
                   seq=world.published.read_to + 1)


def leave_message(world):
    """Makes a consumer without a node, and leaves a message for it."""
    with world.nats.connect() as client:
        let_in(client)
        client.api("CONSUMER.DURABLE.CREATE.RECAPD.damage",
                   stream_name="RECAPD",
                   config={"durable_name": "damage", "ack_policy": "explicit",
                           "filter_subject": f"recapd.commands.{NOBODY}"})
        client.request(f"recapd.commands.{NOBODY}", "{}")


def lose_letter(world):
    world.record.poison["poison by hand"] = True


DAMAGES = {
    "swapped-chain": SWAP.format(3, 4, "chain-%"),
    "swapped-answers": SWAP.format(1, 2, "s%"),
    **{what: SQL_DAMAGES[what] for what in ("paid-twice", "lost-outcome")},
    "lost-message": lose_message,
    "left-message": leave_message,
    "lost-letter": lose_letter,
    "lost-event": lose_event,
}


def damage(world, what):
    """Does the damage `what`, behind the nodes' backs and before an audit."""
    if callable(DAMAGES[what]):
        return DAMAGES[what](world)
    world.database.run(DAMAGES[what])
