# SPDX-License-Identifier: Apache-2.0
"""What is done leaves the stream, and nothing else ever does."""
import time

import pytest

from place import publish
from session import Session
from test_faults import consumers
from wire import wait_until

PARTITIONS = 64
HERE = 12  # after a start its turn to be looked at comes soon


@pytest.fixture
def place(own_place):
    own_place.start()
    wait_until(lambda: consumed(own_place), "every consumer")
    return own_place


def consumed(place):
    try:
        return len(consumers(place)) == PARTITIONS
    except (AssertionError, OSError):
        return False


def partition(session):
    """FNV-1a 32 of the id."""
    h = 2166136261
    for byte in session.id.encode():
        h = (h ^ byte) * 16777619 % 2 ** 32
    return h % PARTITIONS


def neighbours(count):
    """Lessons of one partition."""
    made = []
    while len(made) < count:
        if partition(one := Session()) == HERE:
            made.append(one)
    return made


def seqs(client):
    """The places in the stream of what the partition has there."""
    there, seq = [], 1
    while True:
        try:
            seq = client.api("STREAM.MSG.GET.RECAPD", seq=seq,
                             next_by_subj=f"recapd.commands.{HERE}.*"
                             )["message"]["seq"]
        except AssertionError:
            return there
        there.append(seq)
        seq += 1


def consumer_of(place):
    return next(c for c in consumers(place)
                if c["name"].startswith(f"recapd-p{HERE}-"))


def listen_to(client, consumer, subject):
    """Only what has this subject is delivered; the rest is passed over."""
    client.api(f"CONSUMER.DURABLE.CREATE.RECAPD.{consumer['name']}",
               stream_name="RECAPD",
               config={**consumer["config"], "filter_subject": subject})


def pass_over(place, client, event):
    """The consumer goes by it, as one does on a server that has it not yet.
    Where it is in the stream."""
    before = consumer_of(place)
    listen_to(client, before, f"recapd.commands.{HERE}.nobody")
    seq = publish(client, event)["seq"]
    wait_until(
        lambda: consumer_of(place)["delivered"]["stream_seq"] >= seq,
        "the consumer to go on")
    listen_to(client, before, before["config"]["filter_subject"])
    assert consumer_of(place)["name"] == before["name"]
    return seq


def test_what_is_done_leaves_the_stream(place, client):
    sessions = [Session() for _ in range(20)]
    for event in ([s.schedule for s in sessions]
                  + [s.accept for s in sessions]):
        publish(client, event)
    place.wait_empty()
    assert place.query("SELECT count(*) FROM commands") == [(40,)]


@pytest.mark.parametrize("others", [0, 3])
def test_what_was_passed_over_is_executed(place, client, others):
    """The message is the last one, or others behind it were delivered and are
    done."""
    before, over, *rest = neighbours(2 + others)
    publish(client, before.schedule)
    place.wait_empty()
    seq = pass_over(place, client, over.schedule)
    first = consumer_of(place)["name"]
    for session in rest:
        publish(client, session.schedule)
        assert place.wait_outcome(session.schedule)["outcome"] == "accepted"
    # Time in which what is done leaves; this one may be done meanwhile.
    end = time.monotonic() + 2
    while time.monotonic() < end:
        assert seq in seqs(client) or place.outcome(over.schedule)
    # A partition where nothing comes is looked at in its turn.
    wait_until(lambda: place.outcome(over.schedule), "the outcome",
               seconds=90)
    assert place.outcome(over.schedule)["outcome"] == "accepted"
    assert consumer_of(place)["name"] != first
    place.wait_empty()
    assert "does not deliver" in place.nodes[0].log()
