# SPDX-License-Identifier: Apache-2.0
"""What is sent to no partition is refused, so that its sender hears of it."""
import json

import pytest

from nats_wire import Nats
from place import publish
from session import Session
from wire import wait_until


def stream(url):
    with Nats(url) as client:
        return client.api("STREAM.INFO.RECAPD")


@pytest.mark.parametrize("partition", ["64", "99", "abc", "05", "-1"])
def test_a_partition_that_nobody_reads_is_refused(place, client, partition):
    event = Session().schedule
    before = stream(place.nats.url)["state"]["last_seq"]
    with pytest.raises(AssertionError, match="nobody takes"):
        client.request(f"recapd.commands.{partition}.{event['subject']}",
                       json.dumps(event))
    assert stream(place.nats.url)["state"]["last_seq"] == before


def test_a_stream_made_for_more_takes_the_partitions_only(own_place):
    place = own_place
    session = Session()
    with Nats(place.nats.url) as client:
        client.api("STREAM.CREATE.RECAPD", name="RECAPD",
                   subjects=["recapd.commands.*.*"], retention="limits",
                   storage="file", max_msg_size=131072)
        publish(client, session.schedule)
        place.start()
        assert place.wait_outcome(session.schedule)["outcome"] == "accepted"
        wait_until(
            lambda: len(stream(place.nats.url)["config"]["subjects"]) == 64,
            "the stream's subjects")
        with pytest.raises(AssertionError, match="nobody takes"):
            client.request("recapd.commands.99.x", b"{}")
