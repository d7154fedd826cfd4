# SPDX-License-Identifier: Apache-2.0
"""One command, one effect: repeats, and ids that are used again."""
import pytest

from lesson import Lesson
from wire import DAY, accepted, fresh, recap, refused


def repeat_of(first, second):
    """The second outcome is the first one, marked as a duplicate."""
    assert second["duplicate"] is True
    assert {**second, "duplicate": False} == {**first, "duplicate": False}


def test_a_repeated_command_is_answered_with_its_first_outcome(client):
    lesson = Lesson(client)
    event = lesson.events.schedule()
    first = accepted(client.send(event))
    accepted(lesson.accept())
    repeat_of(first, accepted(client.send(event)))
    assert lesson.now()["participants"][0]["status"] == "going"


def test_a_repeat_adds_nothing_to_the_history(client):
    lesson = Lesson(client).ready()
    event = lesson.events.complete()
    first = accepted(client.send(event))
    history = client.history(lesson.id)
    for _ in range(3):
        repeat_of(first, accepted(client.send(event)))
    assert client.history(lesson.id) == history
    assert client.kinds(lesson.id) == ["student_recap_request"]


def test_a_repeat_of_a_refused_command_is_refused_again(client):
    lesson = Lesson(client, start=client.now() + DAY).ready()
    event = lesson.events.log_time(60)
    first = client.send(event)
    refused(first, "too-early")
    client.set_clock(lesson.start)
    second = client.send(event)
    refused(second, "too-early")
    assert second.json["refusals"] == first.json["refusals"]
    assert lesson.state == "scheduled"


def test_an_id_with_other_content_is_reused(client):
    lesson = Lesson(client).ready()
    event = lesson.events.log_time(60)
    accepted(client.send(event))
    refused(client.send({**event, "data": {"minutes": 30}}), "id-reused")
    refused(client.send({**event, "type": "recapd.session.cancel",
                         "data": {"reason": "x"}}), "id-reused")
    assert lesson.now()["minutes"] == 60


def test_an_id_used_for_another_session_is_reused(client):
    one, two = Lesson(client).ready(), Lesson(client).ready()
    event = one.events.cancel("system:x")
    accepted(client.send(event))
    refused(client.send({**event, "subject": two.id}), "id-reused")
    refused(client.send({**event, "subject": fresh("s")}), "id-reused")
    assert two.state == "scheduled"


def test_the_same_id_of_another_source_is_another_command(client):
    one, two = Lesson(client).ready(), Lesson(client).ready()
    event = one.events.cancel("system:x")
    accepted(client.send(event))
    outcome = accepted(client.send({**event, "source": "/elsewhere",
                                    "subject": two.id}))
    assert outcome["duplicate"] is False


def test_a_repeat_comes_before_everything_but_the_form(client):
    lesson = Lesson(client).ready()
    event = lesson.events.log_time(60)
    accepted(client.send(event))
    refused(client.send({**event, "authid": "tutor:other",
                         "data": {"minutes": 5}}), "id-reused")
    refused(client.send({**event, "data": {"minutes": "5"}}), "malformed")


def test_a_repeat_within_a_batch_is_a_duplicate(client):
    lesson = Lesson(client)
    event = lesson.events.schedule()
    first, second = client.batch([event, event]).json
    assert first["duplicate"] is False
    repeat_of(first, second)


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_commands_are_remembered_over_a_restart(make_node, how):
    node = make_node()
    lesson = Lesson(node).ready()
    event = lesson.events.complete()
    early = Lesson(node, start=node.now() + DAY).ready()
    wrong = early.events.log_time(60)
    first = accepted(node.send(event))
    refused(node.send(wrong), "too-early")
    getattr(node, how)()
    node.start()
    repeat_of(first, accepted(node.send(event)))
    refused(node.send(wrong), "too-early")
    refused(node.send({**event, "data": {"minutes": 30, "recap": recap()}}),
            "id-reused")
    assert node.kinds(lesson.id) == ["student_recap_request"]
