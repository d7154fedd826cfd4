# SPDX-License-Identifier: Apache-2.0
"""An outcome that is larger than what the server takes."""
import json

from nats_wire import Nats
from place import publish
from session import Session
from test_mapping import remap
from wire import wait_until


def test_it_comes_without_its_session_and_the_command_counts(own_place):
    place = own_place
    remap(place.nats, lambda text: "max_payload: 8192\n" + text)
    place.start()
    session = Session()
    long = {"topics_covered": "many words " * 850, "how_tutee_did": "",
            "next_steps": ""}
    place.insert(session.schedule, session.accept,
                 session.complete(recap=long))
    with Nats(place.nats.url) as client:
        event = session.student_recap()
        publish(client, {**event, "replyto": client.inbox + ".large"})
        outcome = json.loads(client.next("large")[2])
    assert outcome["outcome"] == "accepted" and not outcome["duplicate"]
    assert outcome["session"] is None and outcome["session_omitted"] is True
    assert place.outcome(event)["session"]["tutor_recap"] == long
    wait_until(lambda: place.pending() == 0, "the acknowledgement")
