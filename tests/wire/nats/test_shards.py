# SPDX-License-Identifier: Apache-2.0
"""Shards are split and joined while nodes consume from NATS, up to as many as
there are partitions, and the partitions are raised."""
import threading
import traceback

import pytest

from nats_wire import Nats
from node import Recapctl
from place import publish, ready, wait_nats
from session import Session
from test_mapping import remap
from wire import wait_until


@pytest.fixture
def place(own_place):
    for name in "ab":
        own_place.start(name)
    own_place.wait_stream()
    settle(own_place, a=32, b=32)
    return own_place


def shards(place, count, status=0):
    return Recapctl()("shards", str(count), "--database", place.database,
                      status=status)


def shares(place):
    return Recapctl().shares(place.database)


def settle(place, **wanted):
    wait_until(lambda: shares(place) == wanted, f"the shares {wanted}")


class Publisher(threading.Thread):
    """Publishes sessions, a schedule and its answer, until it is ended. Some
    hundreds of commands are under way, however slow the nodes."""

    def __init__(self, place):
        super().__init__(daemon=True)
        self.place = place
        self.client = Nats(place.nats.url)
        self.ended = threading.Event()
        self.events = []
        self.broken = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join(60)
        self.client.close()

    def run(self):
        try:
            while not self.ended.is_set():
                session = Session()
                for event in (session.schedule, session.accept):
                    publish(self.client, event)
                    self.events.append(event)
                if len(self.events) % 100 == 0:
                    self.place.wait_outcome(self.events[-300:][0])
        except Exception:
            self.broken = traceback.format_exc()

    def go_on(self):
        """Waits until a command that is published later has its outcome."""
        mark = len(self.events) + 100
        wait_until(lambda: self.broken or len(self.events) > mark,
                   "more commands")
        assert not self.broken, self.broken
        self.place.wait_outcome(self.events[mark])


def partitions_of(server):
    """The largest partition that some sessions go to, and one."""
    with Nats(server.url) as client:
        client.subscribe("recapd.commands.*.*")
        for n in range(32):
            # No stream keeps these.
            client.publish(f"recapd.commands.probe-{n}", b"",
                           {"Nats-Expected-Stream": "recapd-none"})
        return 1 + max(int(client.next()[0].split(".")[2]) for _ in range(32))


def all_accepted(place, events):
    ids = [e["id"] for e in events]
    wait_until(lambda: place.query(
        "SELECT version > 0, count(*) FROM commands "
        "WHERE id = ANY(%s) GROUP BY 1", ids) == [(True, len(ids))],
        f"{len(ids)} outcomes")
    place.wait_empty()
    assert place.letters() == []
    Recapctl()("check", "--database", place.database)


def test_shards_are_joined_and_split_up_to_the_partitions(place):
    with Publisher(place) as publisher:
        for count in (16, 1, 64, 8, 64):
            publisher.go_on()
            shards(place, count)
            settle(place, a=count - count // 2, b=count // 2)
            publisher.go_on()
        told = shards(place, 128, status=2)
        assert "reads 64 partitions" in told and "nats_partitions" in told
        publisher.go_on()
    assert shares(place) == {"a": 32, "b": 32}
    all_accepted(place, publisher.events)


def test_partitions_are_raised_and_then_the_shards(place):
    """Follows docs/operations.md: "To raise them, …"."""
    before = Session()
    place.publish(before.schedule)
    all_accepted(place, [before.schedule])
    remap(place.nats, lambda text: text.replace("partition(64",
                                                "partition(256"))
    wait_until(lambda: partitions_of(place.nats) > 64, "the mapping")
    for number, name in enumerate("ab"):
        place.nodes[number].stop()
        place.start(name, RECAPD_INGRESS_NATS_PARTITIONS="256")
    settle(place, a=32, b=32)
    shards(place, 256)
    settle(place, a=128, b=128)
    wait_until(lambda: all(ready(n)["nats"] == "connected"
                           for n in place.nodes[2:]), "NATS")
    with Publisher(place) as publisher:
        publisher.go_on()
    all_accepted(place, publisher.events)


def test_partitions_that_nobody_serves_whole_are_shown(place):
    # Nobody says what it reads, as a node of an older release does not.
    place.query("UPDATE nodes SET partitions = 0")
    shards(place, 256)
    settle(place, a=128, b=128)
    # Shards may come to lie so when nodes come and go.
    place.query("UPDATE leases SET node = "
                "CASE WHEN shard < 128 THEN 'a' ELSE 'b' END")
    for node in place.nodes:
        wait_nats(node, "too few partitions")
        assert ready(node)["status"] == "ready"
        assert "more shards than NATS partitions" in node.log()
    shards(place, 64)
    for node in place.nodes:
        wait_nats(node)
