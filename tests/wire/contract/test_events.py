# SPDX-License-Identifier: Apache-2.0
"""The stream of session events, and that it can be taken up again."""
from lesson import Lesson
from stream import Stream
from wire import accepted, parse_time


def test_an_event_is_streamed_when_it_is_committed(client):
    lesson = Lesson(client)
    with Stream(client) as stream:
        accepted(lesson.schedule())
        (position, name, event), = stream.about(lesson.id, 1)
    assert position
    assert name.startswith("recapd.event.")
    assert event["type"] == name
    assert event["specversion"] == "1.0"
    assert event["subject"] == lesson.id
    assert event["id"] and event["source"]
    parse_time(event["time"])


def test_a_trace_is_carried_on_to_the_event(client):
    lesson, trace = Lesson(client), "4bf92f3577b34da6a3ce929d0e0e4736"
    with Stream(client) as stream:
        accepted(lesson.send("session.schedule", "system:x", lesson.data,
                             traceparent=f"00-{trace}-00f067aa0ba902b7-01"))
        (_, _, event), = stream.about(lesson.id, 1)
    assert event["traceparent"].split("-")[1] == trace


def test_the_stream_tells_the_history(client):
    lesson = Lesson(client)
    with Stream(client) as stream:
        lesson.paid()
        history = client.history(lesson.id)
        frames = stream.about(lesson.id, len(history))
    assert [f[1] for f in frames] == [
        f"recapd.event.{e['type']}" for e in history]
    assert len({f[2]["id"] for f in frames}) == len(frames)


def test_a_stream_is_resumed_after_the_last_id(client):
    lesson = Lesson(client)
    with Stream(client) as stream:
        lesson.awaiting()
        count = len(client.history(lesson.id))
        frames = stream.about(lesson.id, count)
    for position in (0, 1, count - 2):
        with Stream(client, last_event_id=frames[position][0]) as again:
            assert again.about(lesson.id, count - position - 1) == frames[
                position + 1:]


def test_what_happens_while_nobody_listens_is_not_lost(client):
    lesson = Lesson(client)
    with Stream(client) as stream:
        accepted(lesson.schedule())
        last, = stream.about(lesson.id, 1)
    for _ in range(30):
        accepted(Lesson(client).schedule())
    accepted(lesson.accept())
    with Stream(client, last_event_id=last[0]) as stream:
        first_again = next(stream.frames())
        assert first_again[2]["subject"] != lesson.id
        assert len(stream.about(lesson.id, 1)) == 1


def test_a_stream_is_resumed_after_a_restart(make_node):
    node = make_node()
    lesson = Lesson(node)
    with Stream(node) as stream:
        accepted(lesson.schedule())
        last, = stream.about(lesson.id, 1)
    accepted(lesson.accept())
    node.restart()
    with Stream(node, last_event_id=last[0]) as stream:
        (_, name, event), = stream.about(lesson.id, 1)
    assert event["id"] != last[2]["id"]
    assert name == "recapd.event." + node.history(lesson.id)[1]["type"]


def test_many_listeners_hear_the_same(client):
    lesson = Lesson(client)
    streams = [Stream(client) for _ in range(10)]
    accepted(lesson.schedule())
    heard = [s.about(lesson.id, 1)[0] for s in streams]
    for stream in streams:
        stream.__exit__()
    assert all(frame == heard[0] for frame in heard)


def test_a_listener_does_not_hold_up_the_end(make_node):
    node = make_node()
    with Stream(node):
        node.stop()


def test_a_place_that_is_gone_is_told_in_the_form_of_a_message(client):
    lesson = Lesson(client).scheduled()
    with Stream(client, last_event_id="12345678.1") as stream:
        frames = stream.frames()
        _, name, message = next(frames)
        assert (name, message["type"]) == ("reset", "recapd.feed.reset")
        assert next(frames)[2]["seq"] == 1
