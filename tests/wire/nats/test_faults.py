# SPDX-License-Identifier: Apache-2.0
"""Nothing is lost and the order stays when nodes and the server die."""
import json
import signal

import psycopg2
import pytest

from nats_wire import Nats
from node import Recapctl
from session import Session
from wire import wait_until


@pytest.fixture
def place(own_place):
    return own_place


@pytest.fixture
def first(place):
    """The place's first node, which has made the stream."""
    node = place.start("a")
    place.wait_stream()
    return node


def lessons(count):
    made = [Session(modality="online") for _ in range(count)]
    rounds = [[s.schedule for s in made], [s.accept for s in made]]
    for n in range(8):
        kind = "call.leave" if n % 2 else "call.join"
        rounds.append([s.event(kind, s.student, {"participant": s.student})
                       for s in made])
    rounds.append([s.event("session.cancel", s.tutor, {"reason": "over"})
                   for s in made])
    return [event for one in rounds for event in one]


def publish_all(place, events, between=None):
    """Publishes events, each until it is answered, as a producer must."""
    client = Nats(place.nats.url)
    for n, event in enumerate(events):
        if between and n in between:
            client.close()
            between[n]()
            client = Nats(place.nats.url)
        wait_until(lambda: taken(client, event), "a taker")
    client.close()


def taken(client, event):
    """A server that has just come back may not know yet who takes what."""
    try:
        client.request("recapd.commands." + event["subject"],
                       json.dumps(event))
        return True
    except AssertionError:
        return False


def check_outcomes(place, events):
    """Every command was accepted: so none was lost, and none came early."""
    wait_until(lambda: count(place) == len(events),
               f"{len(events)} outcomes")
    assert place.query("SELECT id FROM commands WHERE version = 0") == []
    assert place.letters() == []


def check(place, events):
    check_outcomes(place, events)
    place.wait_empty()
    Recapctl(place.nodes[-1].url)("check", "--database", place.database)


def test_a_killed_node_s_messages_go_to_the_next_in_order(place, first):
    events = lessons(30)

    def kill():
        first.kill()
        place.start("b")

    publish_all(place, events, {150: kill})
    check(place, events)


def count(place):
    return place.query("SELECT count(*) FROM commands")[0][0]


def test_a_backlog_half_done_is_finished_by_the_next_in_order(place, first):
    first.process.send_signal(signal.SIGSTOP)
    events = lessons(60)
    publish_all(place, events)
    first.process.send_signal(signal.SIGCONT)
    wait_until(lambda: count(place) > 40, "some outcomes")
    first.kill()
    place.start("b")
    check(place, events)


def test_a_node_that_stood_still_is_shut_out(place, first):
    place.start("b")
    events = lessons(40)
    publish_all(place, events, {
        100: lambda: first.process.send_signal(signal.SIGSTOP),
        300: lambda: (wait_until(lambda: count(place) >= 300,
                                 "the other node"),
                      first.process.send_signal(signal.SIGCONT))})
    check(place, events)


def test_a_node_that_stands_still_in_a_heartbeat_does_not_hold_the_others(
        place, first):
    lock = psycopg2.connect(place.database)
    lock.cursor().execute("LOCK TABLE nodes")
    wait_until(lambda: place.query(
        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
        "AND datname = current_database()"), "a heartbeat")
    first.process.send_signal(signal.SIGSTOP)
    lock.close()
    place.start("b")
    events = lessons(2)
    publish_all(place, events)
    check(place, events)
    first.process.send_signal(signal.SIGCONT)


def test_two_nodes_share_the_partitions_and_one_dies(place, first):
    place.start("b")
    events = lessons(30)
    publish_all(place, events, {120: first.kill})
    check(place, events)


def test_a_node_that_leaves_hands_over(place, first):
    place.start("b")
    events = lessons(20)
    publish_all(place, events, {100: first.stop})
    check(place, events)


@pytest.mark.parametrize("ending", ["stop", "halt"])
def test_a_server_that_restarts_is_found_again(place, first, ending):
    events = lessons(20)

    def restart():
        place.nats(ending)
        place.nats("start")

    publish_all(place, events, {70: restart, 150: restart})
    check(place, events)


def test_a_node_waits_for_a_server_that_is_not_there(place):
    place.nats("stop")
    node = place.start("a")
    assert "NATS fails" in node.log() or node.url
    place.nats("start")
    place.wait_stream()
    events = lessons(1)
    publish_all(place, events)
    check(place, events)


def test_stopping_does_not_wait_for_a_server_that_is_gone(place, first):
    place.nats("halt")
    first.stop()


def test_what_the_database_could_not_take_comes_again(place, first):
    events = lessons(5)
    cut = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database()
             AND pid <> pg_backend_pid()"""
    publish_all(place, events, {n: lambda: place.query(cut)
                                for n in range(5, 50, 7)})
    check(place, events)
    assert first.alive()


def test_a_consumer_that_vanished_unheard_is_made_again(place):
    # Others' leases last, so that nothing but this makes it begin anew.
    first = place.start("a", RECAPD_NODE_LEASE_MS="600000")
    place.wait_stream()
    wait_until(lambda: len(consumers(place)) == 64, "every consumer")
    first.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: not any(c["num_waiting"]
                               for c in consumers(place)),
               "the end of its requests")
    with Nats(place.nats.url) as client:
        for consumer in consumers(place):
            client.api("CONSUMER.DELETE.RECAPD." + consumer["name"])
    first.process.send_signal(signal.SIGCONT)
    events = lessons(3)
    publish_all(place, events)
    check(place, events)


def consumers(place):
    with Nats(place.nats.url, 5) as client:
        return client.api("CONSUMER.LIST.RECAPD")["consumers"] or []


def test_poison_that_is_delivered_again_is_one_dead_letter(place, first):
    first.stop()
    with Nats(place.nats.url) as client:
        # A stream that keeps what is done, as after a removal that got lost.
        config = client.api("STREAM.INFO.RECAPD")["config"]
        client.api("STREAM.DELETE.RECAPD")
        client.api("STREAM.CREATE.RECAPD", **{**config, "deny_delete": True})
        client.request("recapd.commands.poison", b"not JSON")
    for name in "ab":
        node = place.start(name)
        wait_until(lambda: dead_letters(node) == 1, "the dead letter")
        wait_until(lambda: acknowledged(place), "the acknowledgement")
        node.stop()
        assert len(place.letters()) == 1 and place.pending() == 1


def dead_letters(node):
    """How many this node wrote."""
    return sum(n for name, n in node.metrics().items()
               if name.startswith("recapd_dead_letters_total{"))


def acknowledged(place):
    return [c["num_ack_pending"] for c in consumers(place)
            if c["delivered"]["consumer_seq"]] == [0]
