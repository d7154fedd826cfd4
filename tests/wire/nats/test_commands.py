# SPDX-License-Identifier: Apache-2.0
"""Commands by NATS: both content modes, outcomes, dead letters, repeats."""
import json

import pytest

from node import Recapctl, recapd
from place import Place, publish
from session import Session
from wire import wait_until


def test_a_structured_event_is_executed_and_then_acknowledged(place, client):
    session = Session()
    publish(client, session.schedule)
    assert place.wait_outcome(session.schedule)["outcome"] == "accepted"
    place.wait_empty()


def test_the_outcome_goes_to_replyto(place, client):
    session = Session()
    event = {**session.schedule, "replyto": client.inbox + ".outcome"}
    publish(client, event)
    _, _, body = client.next("outcome")
    assert json.loads(body) == place.outcome(event)


def test_a_binary_event_is_the_same_command(place, client):
    session = Session()
    event = session.schedule
    headers = {f"ce-{k}": v for k, v in event.items() if k != "data"}
    headers |= {"ce-replyto": client.inbox + ".binary",
                "content-type": "application/json"}
    client.request("recapd.commands." + session.id, json.dumps(event["data"]),
                   headers)
    _, _, body = client.next("binary")
    assert json.loads(body)["outcome"] == "accepted"
    # The same command in the other mode is its duplicate, not another one.
    publish(client, {**event, "replyto": client.inbox + ".again"})
    again = json.loads(client.next("again")[2])
    assert again["duplicate"] and again["outcome"] == "accepted"


def test_a_refusal_is_an_outcome(place, client):
    session = Session()
    publish(client, {**session.accept, "replyto": client.inbox + ".refused"})
    outcome = json.loads(client.next("refused")[2])
    assert outcome["refusals"][0]["code"] == "unknown-session"
    place.wait_empty()


@pytest.mark.parametrize("data, headers, told", [
    (b"not JSON", None, "JSON"),
    (b"\xff\x00{}", None, "UTF-8"),
    (b"{}", {"ce-specversion": "1.0", "ce-id": "x", "ce-source": "y"},
     "type"),
    (b"{}", {"ce-id": "x", "content-type": "text/plain"}, "content-type"),
    (b"[]", {"content-type": "application/cloudevents-batch+json"}, "batch"),
    (b"\"" + b"x" * 70000 + b"\"", None, "64 KiB"),
])
def test_what_cannot_be_decoded_is_a_dead_letter_at_once(place, client, data,
                                                         headers, told):
    before = len(place.letters())
    client.request("recapd.commands.poison", data, headers)
    wait_until(lambda: len(place.letters()) == before + 1, "the letter")
    event, reason, code, ingress = place.letters()[-1]
    assert told in reason and (code, ingress) == ("malformed", "nats")
    assert headers is None or "[" in event or json.loads(event)["id"] == "x"
    place.wait_empty()
    assert len(place.letters()) == before + 1


@pytest.mark.parametrize("change, told", [
    ({"subject": "another"}, "another session"),
    ({"replyto": "$JS.API.STREAM.DELETE.RECAPD"}, "replyto"),
    ({"replyto": "recapd.event.forged"}, "replyto"),
    ({"replyto": "a.*"}, "replyto"), ({"replyto": 7}, "replyto")])
def test_a_message_that_would_do_harm_is_a_dead_letter(place, client, change,
                                                       told):
    session = Session()
    client.request("recapd.commands." + session.id,
                   json.dumps({**session.schedule, **change}))
    wait_until(lambda: place.letters()
               and told in place.letters()[-1][1], "the letter")
    assert place.outcome(session.schedule) is None


def test_a_dead_letter_of_binary_mode_can_be_retried(place, client):
    session = Session()
    event = session.schedule
    client.request("recapd.commands.wrong", json.dumps(event["data"]),
                   {f"ce-{k}": v for k, v in event.items() if k != "data"})
    wait_until(lambda: place.letters() and event["id"]
               in place.letters()[-1][0], "the letter")
    recapctl = Recapctl(place.nodes[0].url)
    letter = recapctl.json("dead-letters")["dead_letters"][-1]["id"]
    recapctl("dead-letters", "retry", str(letter))
    assert place.wait_outcome(event)["outcome"] == "accepted"


def test_an_identity_with_other_content_is_refused_and_a_letter(place, client):
    session = Session()
    publish(client, session.schedule)
    place.wait_outcome(session.schedule)
    publish(client, {**session.accept, "id": session.schedule["id"],
                     "replyto": client.inbox + ".reused"})
    outcome = json.loads(client.next("reused")[2])
    assert outcome["refusals"][0]["code"] == "id-reused"
    assert place.letters()[-1][2] == "id-reused"


def test_commands_of_one_session_are_done_in_order(place, client):
    sessions = [Session() for _ in range(5)]
    sent, last = [], []
    for s in sessions:
        s.schedule["data"]["modality"] = "online"
        publish(client, s.schedule)
        publish(client, s.accept)
    for n in range(20):
        for s in sessions:
            kind = "call.leave" if n % 2 else "call.join"
            event = s.event(kind, s.student, {"participant": s.student})
            sent.append(event["id"])
            client.publish("recapd.commands." + s.id, json.dumps(event))
    for s in sessions:
        last.append(s.event("session.cancel", s.tutor, {"reason": "over"}))
        publish(client, last[-1])
    assert all(place.wait_outcome(e)["outcome"] == "accepted" for e in last)
    done = place.query("SELECT version > 0, count(*) FROM commands "
                       "WHERE id = ANY(%s) GROUP BY 1", sent)
    assert done == [(True, len(sent))]


def test_a_server_with_a_token_is_used_with_it(make_node, make_database,
                                               make_nats):
    place = Place(make_node, make_database, make_nats(token="hush",
                                                      partitions=128))
    node = place.start(RECAPD_INGRESS_NATS_PARTITIONS="128")
    place.wait_stream()
    session = Session()
    place.publish(session.schedule)
    assert place.wait_outcome(session.schedule)["outcome"] == "accepted"
    assert "hush" not in node.log()


def test_partitions_must_not_be_fewer_than_shards(place):
    status, _, told = recapd(
        "--database", place.database, "--ingress", "nats", env={
            "RECAPD_INGRESS_NATS_URL": place.nats.url,
            "RECAPD_NODE_NAME": "other",
            "RECAPD_INGRESS_NATS_PARTITIONS": "2"})
    assert status == 2
    assert "nats_partitions: expected at least the number of shards" in told
