# SPDX-License-Identifier: Apache-2.0
"""The window of 72 hours, to the second, and sessions that miss it."""
import pytest

from lesson import Lesson
from wire import (HOUR, SECOND, accepted, fresh, parse_time, recap, refused)


def test_time_is_logged_from_the_start_on_to_the_second(client):
    start = client.now().replace(microsecond=0) + HOUR
    lesson = Lesson(client, start=start).ready()
    client.set_clock(start - SECOND)
    refused(lesson.log_time(30), "too-early")
    client.set_clock(start)
    accepted(lesson.log_time(30))


def test_the_deadline_itself_is_in_time(client):
    start = client.now().replace(microsecond=0)
    lesson = Lesson(client, start=start).ready()
    client.set_clock(start + 72 * HOUR)
    assert lesson.state == "scheduled"
    accepted(lesson.complete(30))


def test_a_second_after_the_deadline_is_too_late(client):
    start = client.now().replace(microsecond=0)
    lesson = Lesson(client, start=start).ready()
    client.set_clock(start + 72 * HOUR + SECOND)
    assert lesson.state == "missed"
    refused(lesson.complete(30), "window-closed")
    refused(lesson.log_time(30), "window-closed")
    assert client.kinds(lesson.id)[-1] == "session_missed"


def test_a_window_that_closed_is_named_with_the_rest(client):
    lesson = Lesson(client, students=2, start=client.now()).scheduled()
    client.set_clock(lesson.deadline_and(seconds=1))
    refused(lesson.complete(0, recap(10)), "window-closed",
            "student-not-going", "unanswered-invitation", "invalid-minutes",
            "recap-too-short")


def test_logged_time_without_the_recap_misses_the_deadline(client):
    lesson = Lesson(client).ready()
    accepted(lesson.log_time(30))
    client.set_clock(lesson.deadline_and(seconds=1))
    assert lesson.state == "missed"


def test_the_tutors_recap_may_come_at_the_deadline(client):
    start = client.now().replace(microsecond=0)
    lesson = Lesson(client, start=start).ready()
    accepted(lesson.log_time(30))
    client.set_clock(start + 72 * HOUR)
    accepted(lesson.tutor_recap())
    client.set_clock(start + 72 * HOUR + SECOND)
    assert lesson.state == "awaiting_student_recap"


def test_the_student_may_confirm_after_the_deadline(client):
    lesson = Lesson(client).awaiting()
    client.set_clock(lesson.deadline_and(hours=100))
    accepted(lesson.student_recap())
    lesson.settled()


def test_a_session_of_long_ago_is_missed_at_once(client):
    lesson = Lesson(client, start=client.now() - 100 * HOUR).scheduled()
    client.advance("1s")
    assert lesson.state == "missed"


def test_a_cancelled_session_is_never_missed(client):
    lesson = Lesson(client).ready()
    accepted(lesson.cancel())
    client.set_clock(lesson.start + 80 * HOUR)
    assert lesson.state == "cancelled"
    assert client.kinds(lesson.id) == ["session_cancelled"]
    assert lesson.now()["next_timer"] is None


@pytest.mark.parametrize("by", ["tutor", "system:x", "support:y"])
def test_a_scheduled_session_can_be_cancelled(client, by):
    lesson = Lesson(client, start=client.now() + HOUR).ready()
    by = lesson.by_tutor if by == "tutor" else by
    assert accepted(lesson.cancel(by))["session"]["state"] == "cancelled"


def test_the_log_window_is_a_setting(make_node):
    node = make_node(config={"policy": {"log_window": "24h"}})
    start = node.now().replace(microsecond=0)
    inside, outside = Lesson(node, 1, start), Lesson(node, 1, start)
    inside.ready()
    outside.ready()
    assert parse_time(inside.now()["deadline"]) == start + 24 * HOUR
    node.set_clock(start + 24 * HOUR)
    accepted(inside.complete())
    node.set_clock(start + 24 * HOUR + SECOND)
    assert outside.state == "missed"


def test_a_deadline_is_counted_in_hours_when_the_clocks_change(make_node):
    from calendar_weeks import at, next_offset_changes
    from datetime import timedelta
    node = make_node()
    for date in next_offset_changes(node.now()):
        start = at(date - timedelta(days=1), 12)
        lesson = Lesson(node, 1, start).scheduled()
        assert parse_time(lesson.now()["deadline"]) == start + 72 * HOUR


def test_a_tutor_and_student_in_the_call_suggest_the_minutes(client):
    lesson = Lesson(client, modality="online").ready()
    accepted(lesson.call("join", lesson.by_tutor))
    client.advance("10m")
    accepted(lesson.call("join", f"student:{lesson.student}"))
    client.advance("17m")
    accepted(lesson.call("leave", f"student:{lesson.student}"))
    client.advance("10m")
    accepted(lesson.call("leave", lesson.by_tutor))
    assert lesson.now()["suggested_minutes"] == 20
    accepted(lesson.complete(20))


def test_several_stretches_in_the_call_are_added(client):
    lesson = Lesson(client, students=2, modality="online").ready()
    accepted(lesson.call("join", lesson.by_tutor))
    for student in lesson.students:
        accepted(lesson.call("join", f"student:{student}"))
        client.advance("11m")
        accepted(lesson.call("leave", f"student:{student}"))
        client.advance("30m")
    accepted(lesson.call("leave", lesson.by_tutor))
    assert lesson.now()["suggested_minutes"] == 25


def test_students_at_the_same_time_count_once(client):
    lesson = Lesson(client, students=2, modality="online").ready()
    everybody = [lesson.by_tutor] + [f"student:{s}" for s in lesson.students]
    for who in everybody:
        accepted(lesson.call("join", who))
    client.advance("15m")
    for who in reversed(everybody):
        accepted(lesson.call("leave", who))
    assert lesson.now()["suggested_minutes"] == 15


def test_no_more_than_the_maximum_is_suggested(client):
    lesson = Lesson(client, modality="online").ready()
    pair = [lesson.by_tutor, f"student:{lesson.student}"]
    for who in pair:
        accepted(lesson.call("join", who))
    client.advance("3h")
    for who in pair:
        accepted(lesson.call("leave", who))
    assert lesson.now()["suggested_minutes"] == 90


def test_without_calls_nothing_is_suggested(client):
    lesson = Lesson(client, modality="online").ready()
    assert lesson.now()["suggested_minutes"] is None


def test_the_system_may_report_a_call(client):
    lesson = Lesson(client, modality="online").ready()
    accepted(lesson.send("call.join", "system:calls",
                         {"participant": lesson.by_tutor}))
    answer = lesson.send("call.join", "system:calls",
                         {"participant": f"student:{fresh('x')}"})
    assert 400 <= answer.status < 500, answer
