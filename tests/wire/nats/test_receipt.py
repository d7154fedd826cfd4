# SPDX-License-Identifier: Apache-2.0
"""Deadlines are decided by the moment at which the stream got the command."""
from datetime import datetime, timedelta, timezone

from nats_wire import Nats
from place import publish
from session import Session
from wire import wait_until

WINDOW = timedelta(hours=72)


def now():
    return datetime.now(timezone.utc)


def stored_at(client, seq):
    time = client.api("STREAM.MSG.GET.RECAPD", seq=seq)["message"]["time"]
    return datetime.fromisoformat(time[:19] + "+00:00")


def ready_to_log(place, client, seconds):
    """A session whose deadline is that far away."""
    deadline = (now() + timedelta(seconds=seconds)).replace(microsecond=0)
    session = Session((deadline - WINDOW).isoformat())
    for event in (session.schedule, session.accept):
        publish(client, event)
        assert place.wait_outcome(event)["outcome"] == "accepted"
    return session, deadline


def publish_in_time(place, seconds=4):
    """A command that no node takes before the deadline is over."""
    node = place.start()
    place.wait_stream()
    with Nats(place.nats.url) as client:
        session, deadline = ready_to_log(place, client, seconds)
        late, after = ready_to_log(place, client, seconds)
        node.stop()
        event = session.complete()
        seq = publish(client, event)["seq"]
        # stored_at() cuts to the second, and the deadline is a whole one.
        if stored_at(client, seq) >= deadline:
            assert seconds < 60
            return publish_in_time(place, seconds * 2)
        wait_until(lambda: now() > after + timedelta(seconds=1),
                   "the end of the deadline")
        too_late = late.complete()
        publish(client, too_late)
    return event, too_late


def test_a_command_that_waited_past_the_deadline_came_in_time(own_place):
    place = own_place
    event, too_late = publish_in_time(place)
    place.start()
    assert place.wait_outcome(event)["outcome"] == "accepted"
    refused = place.wait_outcome(too_late)
    assert [r["code"] for r in refused["refusals"]] == ["window-closed"]
    place.wait_empty()
