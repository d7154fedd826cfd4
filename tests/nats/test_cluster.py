# SPDX-License-Identifier: Apache-2.0
"""Three NATS servers that are one cluster."""
import os
import subprocess

import pytest

from conftest import ROOT, Place, tools
from test_faults import consumers, count, lessons, publish_all
from wire import Nats


class Cluster:
    """`url` names all of them, beginning with one where nobody listens."""

    def __init__(self, folder):
        self.folder = folder
        self.urls = self("cluster", folder, 3).split(",")
        self.url = self.urls[0]  # for a client that knows one

    def __call__(self, *words):
        return subprocess.run(
            [ROOT / "tools/nats", *map(str, words)], check=True, text=True,
            stdout=subprocess.PIPE, env={**os.environ,
                                         "RECAPD_NATS_PARTITIONS": "64"}
        ).stdout.strip()

    def all(self):
        return ",".join(["nats://127.0.0.1:9", *self.urls])


@pytest.fixture
def place(make_node, make_database, tmp_path):
    cluster = Cluster(tmp_path)
    made = Place(make_node, make_database, cluster)
    made.start(RECAPD_INGRESS_NATS_URL=cluster.all(),
               RECAPD_INGRESS_NATS_REPLICAS="3")
    tools.wait_until(lambda: whole(made), "three replicas")
    tools.wait_until(lambda: whole(made, "RECAPD_EVENTS"), "of events, too")
    yield made
    for node in made.nodes:
        node.stop()
    for number in (1, 2, 3):
        cluster("stop", tmp_path / str(number))


def whole(place, stream="RECAPD"):
    """Every server has what the others have."""
    try:
        with Nats(place.nats.url, 2) as client:
            cluster = client.api(f"STREAM.INFO.{stream}")["cluster"]
    except (AssertionError, OSError, KeyError):
        return False
    return [p["current"] and not p.get("offline")
            for p in cluster.get("replicas", [])] == [True, True]


@pytest.mark.parametrize("ending", ["stop", "halt"])
def test_every_server_in_turn_may_go_and_come(place, ending):
    events = lessons(20)

    def away(number):
        def restart():
            place.nats(ending, place.nats.folder / str(number))
            place.nats("start", place.nats.folder / str(number))
            tools.wait_until(lambda: whole(place), "three replicas again")
        return restart

    publish_all(place, events, {60: away(1), 120: away(2), 180: away(3)})
    tools.wait_until(lambda: count(place) == len(events),
                     f"{len(events)} outcomes")
    assert place.query("SELECT outcome FROM outcomes "
                       "WHERE outcome->>'outcome' = 'refused'") == []
    assert place.letters() == []
    tools.wait_until(lambda: not left(place), "nothing to be pending")
    tools.Recapctl(place.nodes[-1].url)("check", "--database", place.database)


def left(place):
    """By the consumers: a server that was away may keep what was acknowledged
    meanwhile, and nobody gets it again."""
    try:
        return [c for c in consumers(place)
                if c["num_pending"] or c["num_ack_pending"]]
    except (AssertionError, OSError):
        return True
