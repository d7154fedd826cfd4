# SPDX-License-Identifier: Apache-2.0
"""A node that has its hands full pauses; what it has, it keeps."""

import psycopg2

from place import ready
from session import Session
from test_faults import consumers
from wire import wait_until


def test_a_full_node_asks_for_nothing_and_keeps_its_consumers(own_place):
    place = own_place
    node = place.start("a", RECAPD_NODE_LEASE_MS="600000",
                       RECAPD_ENGINE_MAX_IN_FLIGHT="1")
    place.wait_stream()
    wait_until(lambda: len(consumers(place)) == 64, "every consumer")
    names = {c["name"] for c in consumers(place)}
    lock = psycopg2.connect(place.database)
    lock.cursor().execute("LOCK TABLE journal IN EXCLUSIVE MODE")
    sessions = [Session() for _ in range(20)]
    place.publish(*(s.schedule for s in sessions))
    # What came by requests that were made before waits for the first.
    wait_until(lambda: not any(c["num_waiting"]
                               for c in consumers(place)),
               "the end of its requests")
    assert ready(node)["in_flight"] == 1
    assert sum(c["num_ack_pending"] for c in consumers(place)) > 1
    lock.close()
    for session in sessions:
        assert place.wait_outcome(session.schedule)["outcome"] == "accepted"
    place.wait_empty()
    assert {c["name"] for c in consumers(place)} == names
