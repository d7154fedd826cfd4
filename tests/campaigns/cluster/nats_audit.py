# SPDX-License-Identifier: Apache-2.0
"""What came and went by NATS, compared with the database."""
import json
import time
import uuid
from collections import defaultdict

from event_ids import EVENT_ID
from nats_servers import PARTITIONS, TROUBLE, consumers


def check_nats(world, found):
    trouble = wait_for(lambda: unconsumed(world), world.patience)
    if trouble:
        found.say("stuck", f"NATS: {trouble}")
    check_stored(world, found)
    check_letters(world, found)
    check_events(world, found)


def wait_for(trouble, seconds):
    """Waits until there is no trouble. Returns the trouble that is left when
    time is up, or None."""
    end = time.monotonic() + seconds
    while (told := trouble()) is not None and time.monotonic() < end:
        time.sleep(0.1)
    return told


def unconsumed(world):
    """Returns what is not consumed, or None when each partition has its
    consumer and all is consumed."""
    try:
        with world.nats.connect() as client:
            there = consumers(client)
    except TROUBLE as error:
        return repr(error)
    consumed = {c["config"]["filter_subject"].split(".")[2] for c in there}
    if missing := {str(n) for n in range(PARTITIONS)} - consumed:
        return f"nobody consumes the partitions {sorted(missing)}"
    left = {c["name"]: (c["num_pending"], c["num_ack_pending"])
            for c in there if c["num_pending"] or c["num_ack_pending"]}
    return f"pending and not acknowledged: {left}" if left else None


def check_stored(world, found):
    """What JetStream acknowledged has its outcome, whoever heard of it."""
    outcomes = {i for (i,) in world.sql("SELECT id FROM commands")}
    for identity, command in world.record.commands.items():
        if command.stored is not None and identity not in outcomes:
            found.say("lost", f"{identity} was acknowledged by JetStream; the "
                              f"database has no outcome")


def check_letters(world, found):
    """Every poison message is a dead letter. The crash audit checks that
    nothing else is."""
    letters = {e for (e,) in world.sql("SELECT event FROM dead_letters")}
    for text, acknowledged in list(world.record.poison.items()):
        if acknowledged and text not in letters:
            found.say("lost", f"{text!r} was acknowledged by JetStream and is "
                              f"no dead letter")


def check_events(world, found):
    """Every event and notification was published under its id; of each session
    they first came in the order of the log."""
    expected = defaultdict(list)
    for session, identity, notifications in world.sql(
            f"SELECT session_id, {EVENT_ID}, notifications FROM session_events"
            " ORDER BY position"):
        expected[session] += [identity] + [
            f"{identity}:{n}"
            for n in range(len(json.loads(notifications or "[]")))]
    count = sum(map(len, expected.values()))
    published = world.published

    def missing():
        try:
            with world.nats.connect() as client:
                published.read(client)
        except TROUBLE as error:
            return repr(error)
        if len(published.ids) < count:
            return f"{len(published.ids)} of {count} messages"
        return None

    trouble = wait_for(missing, world.patience / 2)
    if trouble:
        found.say("stuck", f"by NATS were published: {trouble}")
    came = defaultdict(list)
    for identity in published.ids:
        came[identity.partition(":")[0]].append(identity)
    for session in came.keys() | expected.keys():
        if came[session] != expected[session]:
            found.say("lost", f"the log of {session} has {expected[session]}, "
                              f"published were {came[session]}")
    for sentence in published.wrong:
        found.say("lost", sentence)


class Published:
    """The stream of events, read on from where it was read to."""

    def __init__(self):
        self.ids = {}    # in the order of their first arrival
        self.wrong = []  # sentences
        self.read_to = 0

    def read(self, client):
        last = client.api("STREAM.INFO.RECAPD_EVENTS")["state"]["last_seq"]
        if last == self.read_to:
            return
        there = f"cluster.published.{uuid.uuid4().hex}"
        client.subscribe(there)
        made = client.api(
            "CONSUMER.CREATE.RECAPD_EVENTS", stream_name="RECAPD_EVENTS",
            config={"deliver_subject": there,
                    "deliver_policy": "by_start_sequence",
                    "opt_start_seq": self.read_to + 1, "ack_policy": "none",
                    "num_replicas": 1, "mem_storage": True})
        if made["num_pending"] < last - self.read_to:
            return  # by a server that has not all of it yet
        came = []
        while len(came) < made["num_pending"]:
            subject, head, body = client.next()
            if subject.startswith("recapd."):  # as it was published
                came.append((head, body))
        for head, body in came:
            self.take(head, body)
        self.read_to = last

    def take(self, head, body):
        event = json.loads(body)
        names = [line.partition(": ")[2] for line in head.splitlines()
                 if line.lower().startswith("nats-msg-id:")]
        if names != [event["id"]]:
            self.wrong.append(f"{event['id']} was published with the ids "
                              f"{names}")
        self.ids.setdefault(event["id"])
