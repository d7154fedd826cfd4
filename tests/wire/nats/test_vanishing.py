# SPDX-License-Identifier: Apache-2.0
"""Streams that vanish, and what is larger than the server takes."""
import base64
import json
import re
import shutil
import signal
import time

import psycopg2
import pytest

from nats_wire import Nats
from node import Recapctl
from place import publish, ready, wait_nats, warned
from session import RECAP, Session
from test_events import stored
from wire import wait_until

LONG = {**RECAP, "topics_covered": "Many words. " * 760}


@pytest.fixture
def place(own_place):
    return own_place


def taken(place, session, *events):
    """Sent until they are stored, and decided."""
    for event in events or (session.schedule,):
        def goes():
            try:
                place.publish(event)
                return True
            except (AssertionError, OSError):
                return False
        wait_until(goes, "a stream for it", 20)
        assert place.wait_outcome(event)["outcome"] == "accepted"


def wait_published(place):
    """Something, and the node knows."""
    wait_until(lambda: place.query("SELECT 1 FROM sink_cursors WHERE "
                                   "position > 0 AND sink = 'nats'"),
               "its event")


def there(url, stream):
    try:
        with Nats(url) as n:
            return n.api("STREAM.INFO." + stream)["state"]
    except (AssertionError, OSError):
        return None


def told_once(node, words):
    assert node.log().count(words) == 1


COMMANDS = "The NATS stream RECAPD was gone and was made again"
EVENTS = "The NATS stream RECAPD_EVENTS was gone and was made again"


def test_a_command_stream_that_was_deleted_is_made_again(place):
    node = place.start()
    wait_nats(node)
    taken(place, Session())
    with Nats(place.nats.url) as client:
        client.api("STREAM.DELETE.RECAPD")
    wait_until(lambda: there(place.nats.url, "RECAPD"), "the stream", 10)
    for _ in range(5):
        taken(place, Session())
    wait_nats(node)
    assert warned(node, "nats-commands-lost")
    told_once(node, COMMANDS)
    place.wait_empty()
    with Nats(place.nats.url) as client:
        subjects = client.api("STREAM.INFO.RECAPD")["config"]["subjects"]
    assert len(subjects) == 64


def test_two_nodes_go_on_with_a_new_command_stream(place):
    nodes = [place.start("a"), place.start("b")]
    wait_until(lambda: all(ready(n)["nats"] == "connected"
                           for n in nodes), "NATS")
    sessions = [Session() for _ in range(40)]
    place.publish(*(s.schedule for s in sessions[:20]))
    for session in sessions[:20]:
        place.wait_outcome(session.schedule)
    with Nats(place.nats.url) as client:
        client.api("STREAM.DELETE.RECAPD")
    # Their sequences are those of what was done in the stream before.
    for session in sessions[20:]:
        taken(place, session)
    assert place.letters() == []
    place.wait_empty()


def test_a_node_that_stood_still_takes_nothing_out_of_another_stream(place):
    node = place.start(RECAPD_NODE_LEASE_MS="600000")
    wait_nats(node)
    before, after = ([Session() for _ in range(20)] for _ in range(2))
    lock = psycopg2.connect(place.database)
    lock.cursor().execute("LOCK TABLE journal")
    with Nats(place.nats.url) as client:
        for session in before:
            publish(client, session.schedule)
        wait_until(lambda: ready(node)["in_flight"] == len(before),
                   "all of them")
        node.process.send_signal(signal.SIGSTOP)
        try:
            config = client.api("STREAM.INFO.RECAPD")["config"]
            client.api("STREAM.DELETE.RECAPD")
            client.api("STREAM.CREATE.RECAPD", **config)
            for session in after:  # with the sequences of those
                publish(client, session.schedule)
            lock.close()
            time.sleep(1.5)  # it stands still
        finally:
            node.process.send_signal(signal.SIGCONT)
    for session in before + after:
        place.wait_outcome(session.schedule)


def test_an_event_stream_that_was_deleted_is_made_again(place):
    node = place.start()
    session = Session()
    taken(place, session)
    wait_published(place)
    with Nats(place.nats.url) as client:
        client.api("STREAM.DELETE.RECAPD_EVENTS")
    # While nothing is to be sent, too: receivers wait for it.
    wait_until(lambda: there(place.nats.url, "RECAPD_EVENTS"),
               "the stream", 10)
    taken(place, session, session.accept)
    with Nats(place.nats.url) as client:
        wait_until(lambda: stored(client, session), "its next")
        # What the stream had taken is not sent again, what follows is.
        assert stored(client, session) == [[2]]
    assert warned(node, "nats-events-lost")
    told_once(node, EVENTS)


def test_events_go_on_where_a_stream_was_deleted_among_them(place):
    place.start()
    sessions = [Session() for _ in range(30)]
    taken(place, sessions[0])
    wait_until(lambda: there(place.nats.url, "RECAPD_EVENTS"), "the stream")
    with Nats(place.nats.url) as client:
        for n, session in enumerate(sessions[1:]):
            if n == 15:
                client.api("STREAM.DELETE.RECAPD_EVENTS")
            publish(client, session.schedule)
        for session in sessions[1:]:
            place.wait_outcome(session.schedule)
        # Sessions are decided side by side: not in the order they came.
        decided = place.query("SELECT session_id FROM session_events "
                              "ORDER BY position")
        of = {session.id: session for session in sessions}
        in_turn = [of[session_id] for session_id, in decided]
        assert len(in_turn) == len(sessions)
        wait_until(lambda: there(place.nats.url, "RECAPD_EVENTS")
                   and stored(client, in_turn[-1]), "the newest")
        # From one of them on all are there.
        found = [bool(stored(client, s)) for s in in_turn]
        assert found == sorted(found)


@pytest.mark.parametrize("nodes", ["a", "ab"])
def test_a_server_that_comes_back_empty_is_furnished_again(place, nodes):
    started = [place.start(name) for name in nodes]
    session = Session()
    taken(place, session)
    wait_published(place)
    place.nats("halt")
    shutil.rmtree(place.nats.folder / "jetstream")
    place.nats("start")
    for stream in ("RECAPD", "RECAPD_EVENTS"):
        wait_until(lambda: there(place.nats.url, stream), stream, 20)
    taken(place, session, session.accept)
    with Nats(place.nats.url) as client:
        wait_until(lambda: [2] in stored(client, session), "its next")
    for code in ("nats-commands-lost", "nats-events-lost"):
        wait_until(lambda: any(warned(n, code) for n in started), code)


def test_a_server_that_is_away_is_a_warning(place):
    node = place.start()
    wait_nats(node)
    assert ready(node)["warnings"] == []
    place.nats("stop")
    wait_until(lambda: warned(node, "nats-away"), "the warning")
    assert ready(node)["status"] == "ready"
    place.nats("start")
    wait_until(lambda: ready(node)["warnings"] == [], "its end")


def bound(server, bytes_):
    """Another max_payload, known to whoever connects from then on."""
    server("stop")
    conf = server.folder / "nats.conf"
    text = re.sub("^max_payload.*\n", "", conf.read_text(), flags=re.M)
    conf.write_text(f"max_payload: {bytes_}\n" + text)
    server("start")


def outgoing(place):
    return place.query("SELECT origin, direction, ingress, code, reason, event "
                       "FROM dead_letters ORDER BY id")


def check_dead_letters(place, session, other):
    """The long event is a letter, and all else is in the stream."""
    with Nats(place.nats.url) as client:
        wait_until(
            lambda: stored(client, session)[-1:] == [[last(place, session)]]
            or len(stored(client, session)) > 4, "the session's next")
        wait_until(lambda: stored(client, other) == [[1]], "the other")
        wait_until(lambda: outgoing(place), "the letter")
        seqs = stored(client, session)
    (origin, *told, reason, event), = outgoing(place)
    assert told == ["out", "nats", "too-large"]
    gone = int(origin.split(":")[1].split("-")[0])
    assert origin.startswith(f"RECAPD_EVENTS {session.id}:{gone}-")
    assert [gone] not in seqs and seqs == sorted(seqs)
    assert {s[0] for s in seqs} | {gone} \
        == set(range(1, last(place, session) + 1))
    assert "bytes" in reason
    assert json.loads(event)["id"] == origin.split(" ")[1]


def last(place, session):
    return place.query("SELECT max(seq) FROM session_events "
                       "WHERE session_id = %s", session.id)[0][0]


def test_what_is_larger_than_the_server_takes_is_a_letter(place):
    bound(place.nats, 8192)
    node = place.start()
    session, other = Session(), Session()
    place.insert(session.schedule, session.accept,
                 session.complete(recap=LONG), session.student_recap(),
                 other.schedule)
    check_dead_letters(place, session, other)
    letter, = Recapctl(node.url).json("dead-letters")["dead_letters"]
    assert letter["direction"] == "out" and letter["code"] == "too-large"
    assert " out " in Recapctl(node.url)("dead-letters")
    assert "not sent again" in Recapctl(node.url)(
        "dead-letters", "retry", str(letter["id"]), status=1)
    assert len(outgoing(place)) == 1
    wait_nats(node)


def test_what_is_larger_than_the_stream_takes_is_a_letter(place):
    node = place.start()
    session, other = Session(), Session()
    place.insert(session.schedule, session.accept)
    with Nats(place.nats.url) as client:
        wait_until(lambda: len(stored(client, session)) == 2, "two")
        config = client.api("STREAM.INFO.RECAPD_EVENTS")["config"]
        client.api("STREAM.UPDATE.RECAPD_EVENTS",
                   **{**config, "max_msg_size": 8192})
    place.insert(session.complete(recap=LONG), session.student_recap(),
                 other.schedule)
    check_dead_letters(place, session, other)
    assert node.alive()


def largest(client):
    """Bytes of headers and data, of all that the event stream has."""
    end = client.api("STREAM.INFO.RECAPD_EVENTS")["state"]["last_seq"]
    return max(len(base64.b64decode(m["data"]))
               + len(base64.b64decode(m["hdrs"]))
               for m in (client.api("STREAM.MSG.GET.RECAPD_EVENTS", seq=n)
                         ["message"] for n in range(1, end + 1)))


def test_a_message_as_large_as_the_server_takes_goes(place):
    node = place.start()
    session = Session()
    place.insert(session.schedule, session.accept,
                 session.complete(recap=LONG))
    end = last(place, session)
    with Nats(place.nats.url) as client:
        wait_until(lambda: [end] in stored(client, session), "all")
        size, all_ = largest(client), stored(client, session)
    node.stop()
    for most, letters in ((size, 0), (size - 1, 1)):
        bound(place.nats, most)
        place.query("UPDATE sink_cursors SET position = 0 WHERE sink = 'nats'")
        with Nats(place.nats.url) as client:
            client.api("STREAM.DELETE.RECAPD_EVENTS")
        node = place.start()
        wait_published(place)
        with Nats(place.nats.url) as client:
            assert len(stored(client, session)) == len(all_) - letters
        assert len(outgoing(place)) == letters
        node.stop()
