# SPDX-License-Identifier: Apache-2.0
"""What of a cluster the crash audit does not look at: order, and leases."""
import time
from collections import defaultdict

import audit
from nats_audit import check_nats

# Whoever changes nodes or leases holds it (storage/postgres/leases.cpp).
HEARTBEAT_LOCK = 7236218450113


def check_cluster(world, found):
    """Makes all checks. Returns how many limits were nearly used up."""
    near = audit.audit(world, found)
    check_nats(world, found)
    check_order(world, found)
    check_chains(world, found)
    return near


def check_order(world, found):
    """A command that was sent after another one's answer, or after a broker
    had it, comes after it in their session's history."""
    places = defaultdict(lambda: defaultdict(list))  # session, command: seqs
    for session, seq, identity in world.sql(
            "SELECT session_id, seq, command_id FROM session_events"
            " WHERE command_id IS NOT NULL ORDER BY session_id, seq"):
        places[session][identity].append(seq)
    commands = world.record.commands
    for session, of_command in places.items():
        earliest, whose = None, None  # answer of what comes later
        for identity in reversed(of_command):
            command = commands.get(identity)
            if command is None or command.ended is None:
                continue
            if whose is not None and command.begun > earliest:
                found.say("out_of_order",
                          f"{identity} was sent after the answer of {whose} "
                          f"and comes before it in {session}")
            done = min(command.ended, command.stored or command.ended)
            if whose is None or done < earliest:
                earliest, whose = done, identity


def check_chains(world, found):
    """Commands of a chain, which were handed over at once, were taken in its
    order."""
    ends = dict(world.sql(
        "SELECT command_id, min(seq) FROM session_events"
        " WHERE session_id LIKE 'chain-%' AND command_id IS NOT NULL"
        " GROUP BY 1"))
    chains = defaultdict(list)
    for identity, command in world.record.commands.items():
        session = command.event["subject"]
        if session.startswith("chain-") and command.answer is not None:
            chains[session].append(identity)
            if command.answer["outcome"] != "accepted":
                found.say("out_of_order",
                          f"{identity} ({command.event['type']}) by "
                          f"{command.channel} was refused: "
                          f"{command.answer['refusals']}")
    for session, identities in chains.items():
        identities.sort(key=lambda i: int(i.rpartition("-")[2]))
        seqs = [ends[i] for i in identities if i in ends]
        if seqs != sorted(seqs):
            found.say("out_of_order",
                      f"{session} was given {identities}, their events are "
                      f"{seqs}")


# ---- leases ----------------------------------------------------------------

def unshared(world):
    """What is not as it should be with the leases; nothing when all is."""
    (shards,), = world.sql("SELECT count FROM shards")
    nodes = world.sql("SELECT name, draining FROM nodes"
                      " WHERE expires_at > clock_timestamp()")
    held = dict(world.sql("SELECT node, count(*) FROM leases WHERE shard <"
                          " (SELECT count FROM shards) GROUP BY 1"))
    wanted = {m.name for m in world.members if m.wanted}
    if {name for name, _ in nodes} != wanted:
        return f"{nodes} live, {wanted} should"
    if any(draining for _, draining in nodes):
        return f"somebody leaves: {nodes}"
    if sum(held.values()) != shards or held.keys() - wanted:
        return f"{shards} shards are held as {held}"
    share = {shards // len(wanted), -(-shards // len(wanted))}
    if not {held.get(name, 0) for name in wanted} <= share:
        return f"no fair share: {held}"
    return None


def wait_shared(world):
    """Every shard has one holder that lives, and each holds its share."""
    end = time.monotonic() + 4 * world.expiry + 2
    while (trouble := unshared(world)) is not None:
        assert time.monotonic() < end, f"leases: {trouble}"
        time.sleep(0.1)
