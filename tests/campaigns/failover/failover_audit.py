# SPDX-License-Identifier: Apache-2.0
"""Compares what the client and the receivers know with the database."""
import copy
from types import SimpleNamespace

import audit
from deliveries import check_receiver, stored_keys
from failover_world import MAX_SKEW_SECONDS
from nats_audit import check_letters, check_stored

KINDS = ("lost", "undelivered", "double_paid", "limit_passed", "silent",
         "stuck", "other")


def audit_failover(world, found):
    """Makes all checks. Returns how many limits were nearly used up."""
    client = without_forgiven(world)
    # A clock that was set ahead makes it last.
    audit.check_settled(world, found,
                        world.patience / 2 + MAX_SKEW_SECONDS,
                        "standings WHERE next_timer"
                        " < clock_timestamp() - interval '2 s'")
    audit.check_dead_letters(client, found)
    near = check_snapshot(world, client, found)

    def messages():
        return stored_keys(world)

    check_receiver(world, found, "the webhook", world.webhook_messages,
                   messages)
    check_receiver(world, found, "the event stream", world.stream_messages,
                   lambda: stored_keys(world, notifications=False))
    if world.by_nats:
        check_receiver(world, found, "NATS", world.nats_messages, messages,
                       world.nats_forgiven())
        check_stored(client, found)
        check_letters(client, found)
    for sentence in world.changed_messages():
        found.say("other", sentence)
    return near


def check_snapshot(world, client, found):
    """Checks what has to agree at one moment in one snapshot, since timers go
    on meanwhile."""
    with world.snapshot() as sql:
        facts = SimpleNamespace(sql=sql, record=client.record)
        audit.check_commands(facts, found)
        audit.check_effects(facts, found)
        audit.check_pay(facts, found)
        return audit.check_limits(facts, found)


def without_forgiven(world):
    """The world as it looks to the audit: commands whose answers the database
    may have lost count as unanswered, and nothing else."""
    record, commands = world.record, {}
    lost = set()
    for identity, command in list(record.commands.items()):
        answered = record.answered.get(identity)
        if answered is not None and world.may_be_lost(record.asked[identity],
                                                      answered):
            lost.add(identity)
            command = copy.copy(command)
            command.answer = command.stored = None
        commands[identity] = command
    changed = [s for s in record.changed if s.split()[0] not in lost]
    view = SimpleNamespace(commands=commands, changed=changed,
                           poison=record.poison,
                           unanswered=record.unanswered)
    return SimpleNamespace(sql=world.sql, record=view, nats=world.nats)
