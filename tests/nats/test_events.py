# SPDX-License-Identifier: Apache-2.0
"""Events and notifications by NATS."""
import json
import time

from conftest import publish, tools


def test_events_come_in_order_with_their_ids(place, client):
    session = tools.Session(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
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
    seqs = [[int(n) for n in one.split(":")[1:]] for one, _ in ids]
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
    session = tools.Session(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    publish(client, session.schedule)
    place.start()
    subject, _, _ = client.next()
    assert subject == "recapd.event.session.scheduled." + session.id


def test_two_nodes_publish_each_event_once(place, client):
    place.start("b")
    client.subscribe("recapd.event.>")
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    sessions = [tools.Session(now) for _ in range(20)]
    for session in sessions:
        publish(client, session.schedule)
    got = [client.next()[0] for _ in sessions]
    assert sorted(s.rsplit(".", 1)[1] for s in got) \
        == sorted(s.id for s in sessions)
