# SPDX-License-Identifier: Apache-2.0
"""Reminders: each kind, each at its time, and never without a reason."""
from datetime import timedelta

import pytest

from lesson import Lesson
from wire import DAY, HOUR, MINUTE, SECOND, accepted, parse_time


@pytest.fixture(scope="module")
def calm(make_node):
    """A node whose clock only this file moves."""
    return make_node()


def of_kind(client, lesson, kind):
    return [n for n in client.notifications(lesson.id) if n["kind"] == kind]


def count(client, lesson, kind):
    return len(of_kind(client, lesson, kind))


def goes_out_at(client, lesson, kind, moment, nth=1):
    """Checks that the nth reminder of a kind goes out at that second, and not
    before. Returns its notification."""
    client.set_clock(moment - SECOND)
    assert count(client, lesson, kind) == nth - 1, kind
    client.set_clock(moment)
    found = of_kind(client, lesson, kind)
    assert len(found) == nth, (kind, nth)
    assert parse_time(found[-1]["at"]) == moment
    return found[-1]


def whole_second(client):
    return client.now().replace(microsecond=0)


def test_the_tutor_is_reminded_until_the_deadline(calm):
    start = whole_second(calm)
    lesson = Lesson(calm, start=start).ready()
    due = goes_out_at(calm, lesson, "tutor_recap_due", start + 90 * MINUTE)
    assert due["to"] == lesson.by_tutor
    for nth, hours in enumerate((24, 48, 71), 1):
        one = goes_out_at(calm, lesson, "tutor_recap_reminder",
                          start + hours * HOUR, nth)
        assert one["to"] == lesson.by_tutor
    missed = start + 72 * HOUR + SECOND
    calm.set_clock(missed)
    assert calm.kinds(lesson.id) == [
        "tutor_recap_due", "tutor_recap_reminder", "tutor_recap_reminder",
        "tutor_recap_reminder", "session_missed"]
    calm.set_clock(missed + 30 * DAY)
    assert len(calm.kinds(lesson.id)) == 5


def test_the_student_and_then_support_are_reminded(calm):
    start = whole_second(calm)
    lesson = Lesson(calm, start=start).awaiting()
    asked = parse_time(of_kind(calm, lesson,
                               "student_recap_request")[0]["at"])
    goes_out_at(calm, lesson, "student_recap_reminder", asked + 24 * HOUR)
    nudge, = of_kind(calm, lesson, "tutor_remind_student")
    assert nudge["to"] == lesson.by_tutor
    assert parse_time(nudge["at"]) == asked + 24 * HOUR
    for nth, hours in ((2, 48), (3, 72)):
        one = goes_out_at(calm, lesson, "student_recap_reminder",
                          asked + hours * HOUR, nth)
        assert one["to"] == f"student:{lesson.student}"
    overdue = goes_out_at(calm, lesson, "student_recap_overdue",
                          asked + 168 * HOUR)
    assert overdue["to"].startswith("support")
    calm.advance("500h")
    assert count(calm, lesson, "student_recap_reminder") == 3
    assert count(calm, lesson, "tutor_remind_student") == 1
    assert count(calm, lesson, "student_recap_overdue") == 1
    accepted(lesson.student_recap())
    lesson.settled()


def test_the_recap_silences_the_tutors_reminders(calm):
    lesson = Lesson(calm, start=whole_second(calm)).awaiting()
    calm.advance("80h")
    assert not [k for k in calm.kinds(lesson.id)
                if k.startswith("tutor_recap")]


def test_time_alone_does_not_silence_them(calm):
    start = whole_second(calm)
    lesson = Lesson(calm, start=start).ready()
    accepted(lesson.log_time(30))
    goes_out_at(calm, lesson, "tutor_recap_due", start + 90 * MINUTE)
    goes_out_at(calm, lesson, "tutor_recap_reminder", start + 24 * HOUR)


def test_the_students_recap_silences_the_reminders(calm):
    lesson = Lesson(calm, start=whole_second(calm)).awaiting()
    calm.advance("23h")
    accepted(lesson.student_recap())
    lesson.settled()
    calm.advance("200h")
    assert calm.kinds(lesson.id) == ["student_recap_request",
                                     "session_completed", "payout_deposited"]


def test_only_students_who_are_silent_are_reminded(calm):
    lesson = Lesson(calm, students=2, start=whole_second(calm)).awaiting()
    accepted(lesson.student_recap(lesson.students[0]))
    calm.advance("25h")
    assert [n["to"] for n in of_kind(calm, lesson, "student_recap_reminder")
            ] == [f"student:{lesson.students[1]}"]


@pytest.mark.parametrize("end", ["cancel", "void"])
def test_an_ended_session_reminds_nobody(calm, end):
    lesson = Lesson(calm, start=whole_second(calm)).ready()
    if end == "void":
        accepted(lesson.complete())
    accepted(getattr(lesson, end)())
    before = calm.kinds(lesson.id)
    calm.advance("200h")
    assert calm.kinds(lesson.id) == before
    assert lesson.now()["next_timer"] is None


def test_of_the_reminders_that_were_missed_one_goes_out(calm):
    """Scheduled 50 h after its start: 24 h and 48 h are both past."""
    start = whole_second(calm) - 50 * HOUR
    lesson = Lesson(calm, start=start).ready()
    calm.advance("1s")
    assert count(calm, lesson, "tutor_recap_reminder") == 1
    assert count(calm, lesson, "tutor_recap_due") == 1
    goes_out_at(calm, lesson, "tutor_recap_reminder", start + 71 * HOUR, 2)


def test_a_jump_of_the_clock_sends_no_reminder_twice(calm):
    lesson = Lesson(calm, start=whole_second(calm)).ready()
    calm.advance("60h")
    assert 1 <= count(calm, lesson, "tutor_recap_reminder") <= 2
    before = count(calm, lesson, "tutor_recap_reminder")
    calm.advance("1h")
    assert count(calm, lesson, "tutor_recap_reminder") == before


def test_the_next_timer_is_the_next_reminder(calm):
    start = whole_second(calm)
    lesson = Lesson(calm, start=start).ready()
    assert parse_time(lesson.now()["next_timer"]) == start + 90 * MINUTE
    calm.set_clock(start + 2 * HOUR)
    assert parse_time(lesson.now()["next_timer"]) == start + 24 * HOUR


def test_notifications_are_in_order_and_have_own_ids(calm):
    lesson = Lesson(calm, start=whole_second(calm)).ready()
    calm.advance("73h")
    rows = calm.notifications(lesson.id)
    assert len({n["id"] for n in rows}) == len(rows)
    times = [parse_time(n["at"]) for n in rows]
    assert times == sorted(times)


def test_the_times_are_settings(make_node):
    node = make_node(config={"policy": {"reminders": {
        "tutor_recap_due": "10m", "tutor_recap_reminder": ["1h"],
        "student_recap_reminder": ["2h"], "tutor_remind_student": [],
        "student_recap_overdue": "5h"}}})
    start = whole_second(node)
    lesson = Lesson(node, start=start).ready()
    goes_out_at(node, lesson, "tutor_recap_due", start + 10 * MINUTE)
    goes_out_at(node, lesson, "tutor_recap_reminder", start + HOUR)
    accepted(lesson.complete())
    asked = node.now()
    goes_out_at(node, lesson, "student_recap_reminder", asked + 2 * HOUR)
    goes_out_at(node, lesson, "student_recap_overdue", asked + 5 * HOUR)
    node.set_clock(asked + timedelta(hours=300))
    kinds = node.kinds(lesson.id)
    assert "tutor_remind_student" not in kinds
    assert len(kinds) == 5
