# SPDX-License-Identifier: Apache-2.0
"""recapctl submit --nats."""
import json

from guides import type_in
from node import Recapctl
from session import Session


def test_outcomes_come_in_the_events_order(place):
    place.wait_stream()
    session = Session()
    outcomes = Recapctl().json(
        "submit", "--nats", place.nats.url, status=1, stdin="\n".join(map(
            json.dumps, (session.schedule, session.accept, session.schedule,
                         session.event("session.cancel", "student:x",
                                       {"reason": "r"})))))
    assert [(o["outcome"], o["duplicate"]) for o in outcomes] == [
        ("accepted", False), ("accepted", False), ("accepted", True),
        ("refused", False)]


def test_an_event_without_a_session_is_wrong_usage(place):
    told = Recapctl()("submit", "--nats", place.nats.url, status=2,
                      stdin='{"subject":"a.b"}')
    assert "event 1: subject: expected" in told


def test_a_server_that_is_not_there_is_exit_code_3():
    told = Recapctl()("submit", "--nats", "nats://127.0.0.1:9", status=3,
                      stdin='{"subject":"a"}')
    assert "connecting to NATS" in told


def test_a_server_without_the_mapping_is_told_of(make_nats):
    told = Recapctl()("submit", "--nats", make_nats().url, status=3,
                      stdin='{"subject":"a"}')
    assert "no stream takes recapd.commands.a" in told


def test_the_page_for_producers_does_what_it_says(place, tmp_path):
    type_in("how-to/producer-nats.md", tmp_path, NATS_URL=place.nats.url)


def test_outcomes_that_do_not_come_are_told_of(place):
    place.nodes[0].stop()
    told = Recapctl()("submit", "--nats", place.nats.url, "--wait", "1",
                      status=3, stdin='{"subject":"a","id":"1","source":"/t"}')
    assert "1 of 1 outcomes did not come" in told
