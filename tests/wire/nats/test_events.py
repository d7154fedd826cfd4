# SPDX-License-Identifier: Apache-2.0
"""Events and notifications by NATS."""
import base64
import json

from nats_wire import Nats
from node import Node
from place import publish
from session import RECAP, Session
from wire import wait_until


def numbers_of(name):
    """SESSION:SEQ-EPOCH:INDEX: its seq and index."""
    return [int(n.split("-")[0]) for n in name.split(":")[1:]]


def test_events_come_in_order_with_their_ids(place, client):
    session = Session()
    client.subscribe("recapd.event.*.*." + session.id)
    client.subscribe("recapd.notify.*." + session.id)
    for event in (session.schedule, session.accept, session.complete(),
                  session.student_recap()):
        publish(client, event)
    ids = []
    while not (ids and "payout_deposited" in ids[-1][1]):
        subject, head, body = client.next()
        if not subject.startswith("recapd."):
            continue
        event = json.loads(body)
        assert subject == f"{event['type']}.{session.id}"
        assert f"Nats-Msg-Id: {event['id']}\r\n" in head
        assert "content-type: application/cloudevents+json" in head
        ids.append((event["id"], event["type"]))
    seqs = [numbers_of(one) for one, _ in ids]
    assert seqs == sorted(seqs) and seqs[0] == [1]
    assert len(set(ids)) == len(ids)
    assert any(kind == "recapd.notify.student_recap_request"
               for _, kind in ids)


def test_a_node_goes_on_where_the_last_one_stood(place, client):
    # The stream drops repeats by their ids; a plain subscriber gets them.
    place.nodes[-1].stop()
    cursor = place.query("SELECT position FROM sink_cursors "
                         "WHERE sink = 'nats'")
    assert cursor and cursor[0][0] > 0
    client.subscribe("recapd.event.>")
    session = Session()
    publish(client, session.schedule)
    place.start()
    subject, _, _ = client.next()
    assert subject == "recapd.event.session.scheduled." + session.id


def test_a_server_that_was_away_gets_what_happened_meanwhile(place):
    place.nats("stop")
    session = Session()
    place.insert(session.schedule)
    wait_until(lambda: "publishing events to NATS fails"
               in place.nodes[-1].log(), "the trouble")
    place.nats("start")
    wait_until(lambda: "publishing events to NATS works again"
               in place.nodes[-1].log(), "its end", 20)
    with Nats(place.nats.url) as client:
        assert stored(client, session) == [[1]]


def test_two_nodes_publish_each_event_once(place, client):
    place.start("b")
    client.subscribe("recapd.event.>")
    sessions = [Session() for _ in range(20)]
    for session in sessions:
        publish(client, session.schedule)
    got = [client.next()[0] for _ in sessions]
    assert sorted(s.rsplit(".", 1)[1] for s in got) \
        == sorted(s.id for s in sessions)


def configure(client, **changes):
    config = client.api("STREAM.INFO.RECAPD_EVENTS")["config"]
    client.api("STREAM.UPDATE.RECAPD_EVENTS", **{**config, **changes})


def stored(client, session):
    """The ids of its messages, as the stream has them."""
    last = client.api("STREAM.INFO.RECAPD_EVENTS")["state"]["last_seq"]
    told = [client.api("STREAM.MSG.GET.RECAPD_EVENTS", seq=n)["message"]
            for n in range(1, last + 1)]
    ids = [json.loads(base64.b64decode(m["data"]))["id"] for m in told
           if m["subject"].endswith("." + session.id)]
    return [numbers_of(one) for one in ids]


def failures(place):
    """Some node could not publish."""
    return any('{result="failed"}' in name
               for node in filter(Node.alive, place.nodes)
               for name in node.metrics())


def test_nothing_of_a_session_is_stored_before_what_was_refused(place, client):
    session, other = Session(), Session()
    for event in (session.schedule, session.accept, other.schedule):
        publish(client, event)
    wait_until(lambda: len(stored(client, session)) == 2
               and stored(client, other), "the first events")
    full = client.api("STREAM.INFO.RECAPD_EVENTS")["state"]["bytes"]
    configure(client, max_bytes=full + 6000, discard="new")
    try:
        long = {**RECAP, "topics_covered": "Long. " * 1400}
        for event in (session.complete(recap=long), session.student_recap(),
                      other.accept):
            publish(client, event)
            assert place.wait_outcome(event)["outcome"] == "accepted"
        wait_until(lambda: failures(place), "the refusal")
        assert all(seq[0] < 4 for seq in stored(client, session))
    finally:
        configure(client, max_bytes=-1, discard="old")
    wait_until(lambda: len(stored(client, session)) > 6
               and len(stored(client, other)) >= 2, "the rest")
    seqs = stored(client, session)
    assert seqs == sorted(seqs)
