# SPDX-License-Identifier: Apache-2.0
"""Three NATS servers that are one cluster."""
import os
import subprocess
import time

import pytest

from databases import ROOT
from nats_wire import Nats
from node import Recapctl
from place import Place, publish
from test_faults import check_outcomes, consumers, lessons, publish_all
from wire import wait_until


class Cluster:
    """`url` names all of them, beginning with one where nobody listens."""

    def __init__(self, folder):
        self.folder = folder
        self.urls = self.start()
        self.url = self.urls[0]  # for a client that knows one

    def __call__(self, *words):
        return subprocess.run(
            [ROOT / "tools/nats", *map(str, words)], check=True, text=True,
            stdout=subprocess.PIPE, env={**os.environ,
                                         "RECAPD_NATS_PARTITIONS": "64"}
        ).stdout.strip()

    def start(self):
        return self("cluster", self.folder, 3).split(",")

    def all(self):
        return ",".join(["nats://127.0.0.1:9", *self.urls])


@pytest.fixture
def place(make_node, make_database, tmp_path):
    cluster = Cluster(tmp_path)
    made = Place(make_node, make_database, cluster)
    made.start(RECAPD_INGRESS_NATS_URL=cluster.all(),
               RECAPD_INGRESS_NATS_REPLICAS="3")
    wait_whole(made)
    wait_whole(made, "RECAPD_EVENTS")
    yield made
    for node in made.nodes:
        node.stop()
    for number in (1, 2, 3):
        cluster("stop", tmp_path / str(number))


def wait_whole(place, stream="RECAPD"):
    """Until every server has what the others have. Servers of 2.10 may stay
    deaf to each other after a start, for good: one that is behind for long is
    started anew, or all of them where there is not even the stream."""
    deadline = time.monotonic() + 15

    def whole():
        nonlocal deadline
        missing = behind(place, stream)
        if missing and time.monotonic() > deadline:
            for number in missing:
                place.nats("stop", place.nats.folder / number)
            place.nats.start()
            deadline = time.monotonic() + 15
        return not missing

    wait_until(whole, f"three replicas of {stream}", seconds=150)


def behind(place, stream):
    """Returns the numbers of the servers that lack what the others have."""
    for url in place.nats.urls:
        try:
            with Nats(url, 2) as client:
                known = client.api(f"STREAM.INFO.{stream}")["cluster"]["replicas"]
        except (AssertionError, OSError, KeyError):
            continue
        if len(known) == 2:
            return [r["name"].removeprefix("recapd-") for r in known
                    if not r["current"] or r.get("offline")]
    return ["1", "2", "3"]


@pytest.mark.parametrize("ending", ["stop", "halt"])
def test_every_server_in_turn_may_go_and_come(place, ending):
    events = lessons(20)

    def away(number):
        def restart():
            place.nats(ending, place.nats.folder / str(number))
            place.nats.start()
            wait_whole(place)
        return restart

    publish_all(place, events, {60: away(1), 120: away(2), 180: away(3)})
    check_outcomes(place, events)
    wait_until(lambda: not left(place), "nothing to be pending")
    Recapctl(place.nodes[-1].url)("check", "--database", place.database)


def test_a_killed_server_has_all_that_is_left_when_it_is_back(place):
    done, waiting = lessons(4), lessons(6)[:60]
    for number in (2, 3):
        folder = place.nats.folder / str(number)
        publish_all(place, done)
        place.wait_empty()
        place.nodes[-1].stop()
        publish_all(place, waiting[:20])
        place.nats("halt", folder)
        for event in waiting[20:40]:
            wait_until(lambda: stored(place, event), "a leader")
        place.nats.start()
        wait_whole(place)
        publish_all(place, waiting[40:])
        wait_until(lambda: by_server(place) == [60, 60, 60],
                   "all on every server", seconds=20)
        place.start(RECAPD_INGRESS_NATS_URL=place.nats.all(),
                    RECAPD_INGRESS_NATS_REPLICAS="3")
        place.wait_empty()


def stored(place, event):
    try:
        with Nats(place.nats.url, 2) as client:
            # By its id the stream knows it when it comes again.
            publish(client, event, **{"Nats-Msg-Id": event["id"]
                                      + str(len(place.nodes))})
        return True
    except (AssertionError, OSError):
        return False


def by_server(place):
    """How many messages each server has, by a consumer there."""
    there = {}
    try:
        with Nats(place.nats.url, 5) as client:
            while len(there) < 3:
                made = client.api(
                    "CONSUMER.CREATE.RECAPD", stream_name="RECAPD",
                    config={"ack_policy": "explicit", "num_replicas": 1,
                            "mem_storage": True})
                there[made["cluster"]["leader"]] = made["num_pending"]
                client.api(f"CONSUMER.DELETE.RECAPD.{made['name']}")
    except (AssertionError, OSError):
        return []
    return list(there.values())


def left(place):
    """Returns the consumers that are not done. The stream does not tell: a
    server that was away may keep what was acknowledged meanwhile, and nobody
    gets that again."""
    try:
        return [c for c in consumers(place)
                if c["num_pending"] or c["num_ack_pending"]]
    except (AssertionError, OSError):
        return True
