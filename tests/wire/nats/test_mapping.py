# SPDX-License-Identifier: Apache-2.0
"""A server whose partitions are not the node's, and one that is away."""
import os
import signal

import pytest

from nats_wire import Nats
from node import recapd
from place import ready, wait_nats, warned
from session import Session
from wire import wait_until

RELOADED = "Reloaded server configuration"


def connected(node):
    """The gauge, 0 or 1; None when it is not there."""
    return node.metrics().get('recapd_nats_connected{link="commands"}')


def refused(server, database, partitions):
    status, _, told = recapd(
        "--database", database, "--ingress", "nats",
        env={"RECAPD_INGRESS_NATS_URL": server.url,
             "RECAPD_NODE_NAME": "refused",
             "RECAPD_INGRESS_NATS_PARTITIONS": str(partitions)})
    assert status == 2, told
    return told


def remap(server, change):
    """Another configuration, without a new connection."""
    conf = server.folder / "nats.conf"
    conf.write_text(change(conf.read_text()))
    log = server.folder / "nats.log"
    before = log.read_text().count(RELOADED)
    os.kill(int(server("pid")), signal.SIGHUP)
    # Meanwhile it lets nobody in.
    wait_until(lambda: log.read_text().count(RELOADED) > before,
               "the server to have read it")


@pytest.mark.parametrize("partitions", [64, 256])
def test_a_start_with_another_number_of_partitions_is_refused(
        make_nats, make_database, partitions):
    told = refused(make_nats(partitions=128), make_database(), partitions)
    assert f"ingress.nats_partitions: {partitions} partitions put" in told


def test_a_start_without_a_mapping_is_refused(make_nats, make_database):
    server = make_nats()
    remap(server, lambda text: text.replace("recapd.commands.*", "other.*"))
    wait_until(lambda: arrives(server.url), "the new configuration")
    assert "does not map" in refused(server, make_database(), 64)


def arrives(url):
    """A command gets through as it was sent."""
    with Nats(url) as n:
        n.subscribe("recapd.commands.x")
        n.publish("recapd.commands.x")
        n.publish(n.inbox + ".end")
        return n.next()[0] == "recapd.commands.x"


def test_looking_leaves_nothing_in_the_stream(place, client):
    wait_nats(place.nodes[-1])
    said = ready(place.nodes[-1])
    assert (said["status"], said["reasons"], said["in_flight"]) == ("ready", [], 0)
    assert client.api("STREAM.INFO.RECAPD")["state"]["last_seq"] == 0


def test_a_mapping_that_changes_is_noticed_and_nothing_taken(own_place):
    place = own_place
    node = place.start()
    wait_nats(node)
    server = place.nats
    server("stop")
    wait_nats(node, "not connected")
    assert ready(node)["status"] == "ready" and connected(node) == 0
    assert not warned(node, "nats-mapping")
    conf = server.folder / "nats.conf"
    conf.write_text(conf.read_text().replace("partition(64", "partition(32"))
    server("start")
    wait_nats(node, "mapping differs")
    assert ready(node)["status"] == "ready" and connected(node) == 1
    assert "nats_partitions" in node.log()
    wait_until(lambda: "nats_partitions" in str(warned(node, "nats-mapping")),
               "the warning")
    session = Session()
    place.publish(session.schedule)
    assert place.outcome(session.schedule) is None and place.pending() == 1
    remap(server, lambda text: text.replace("partition(32", "partition(64"))
    # What was stored under the other mapping is done all the same.
    assert place.wait_outcome(session.schedule)["outcome"] == "accepted"
    wait_nats(node)
    wait_until(lambda: ready(node)["warnings"] == [], "its end")


def test_a_mapping_that_changes_under_a_connection_is_noticed(own_place):
    place = own_place
    node = place.start()
    place.wait_stream()
    remap(place.nats, lambda text: text.replace("partition(64",
                                                "partition(32"))

    def noticed():
        place.publish(Session().schedule)
        return ready(node)["nats"] == "mapping differs"

    wait_until(noticed, "the word")
    wait_until(lambda: warned(node, "nats-mapping"), "the warning")


def test_a_mapping_that_is_gone_is_a_warning(own_place):
    place = own_place
    node = place.start()
    wait_nats(node)
    place.nats("stop")
    wait_nats(node, "not connected")
    conf = place.nats.folder / "nats.conf"
    conf.write_text(conf.read_text().replace("recapd.commands.*", "other.*"))
    place.nats("start")
    wait_until(lambda: "does not map" in str(warned(node, "nats-mapping")),
               "the warning")
    assert ready(node)["nats"] == "mapping differs"


def test_a_node_whose_ingress_is_not_nats_says_nothing_of_it(make_node):
    node = make_node()
    assert "nats" not in ready(node) and connected(node) is None
