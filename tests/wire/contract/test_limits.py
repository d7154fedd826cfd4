# SPDX-License-Identifier: Apache-2.0
"""The four limits: what counts, in which period, and what is given back."""
from datetime import timedelta

import pytest

from calendar_weeks import (at, day, next_monday, next_offset_changes, week,
                            week_start)
from lesson import Lesson, limit, tutor_week
from wire import (DAY, HOUR, MINUTE, accepted, fresh, parse_time, recap,
                  refused, rfc3339)

SMALL = {"policy": {"limits": {
    "tutor_minutes_per_week": 120, "student_course_minutes_per_week": 60,
    "course_minutes_per_week": 100, "pair_sessions_per_day": 1}}}


@pytest.fixture(scope="module")
def small(make_node):
    """A node with limits that few sessions reach."""
    return make_node(config=SMALL)


def logged(node, start, minutes=60, students=1, **data):
    lesson = Lesson(node, students, start, **data).ready()
    node.set_clock(max(start, node.now()))
    return lesson.log_time(minutes)


def test_a_tutors_week_holds_fifteen_hours(client):
    tutor, start = fresh("tutor"), client.now()
    for _ in range(10):
        accepted(logged(client, start, 90, tutor=tutor))
    refusal, = refused(logged(client, start, 1, tutor=tutor),
                       "tutor-weekly-limit")
    assert (refusal["limit"], refusal["used"], refusal["remaining"]) == (
        900, 900, 0)
    assert refusal["period"] == week(start)
    row = tutor_week(client, tutor, start)
    assert row["period"] == week(start)
    assert (row["limit"], row["used"], row["remaining"]) == (900, 900, 0)


def test_what_would_pass_a_limit_is_refused_whole(small):
    tutor, start = fresh("tutor"), small.now()
    for minutes in (60, 40):
        accepted(logged(small, start, minutes, tutor=tutor))
    over = Lesson(small, tutor=tutor, start=start).ready()
    refusal, = refused(over.log_time(25), "tutor-weekly-limit")
    assert (refusal["used"], refusal["remaining"]) == (100, 20)
    assert over.state == "scheduled"
    accepted(over.log_time(20))


def test_the_rounded_figure_counts(small):
    tutor, start = fresh("tutor"), small.now()
    for minutes in (56, 51):  # 60 and 55
        accepted(logged(small, start, minutes, tutor=tutor))
    over = Lesson(small, tutor=tutor, start=start).ready()
    refusal, = refused(over.log_time(6), "tutor-weekly-limit")
    assert (refusal["used"], refusal["remaining"]) == (115, 5)
    accepted(over.log_time(4))


def test_the_eligibility_knows_what_remains(small):
    tutor, start = fresh("tutor"), small.now()
    for minutes in (60, 25):
        accepted(logged(small, start, minutes, tutor=tutor))
    lesson = Lesson(small, tutor=tutor, start=start).ready()
    answer = small.read(f"/v1/sessions/{lesson.id}/eligibility")
    assert answer["eligible"] is True
    assert answer["max_minutes"] == 35


def test_a_student_has_three_hours_a_course_and_week(client):
    student, course, start = fresh("student"), fresh("course"), client.now()
    for _ in range(2):
        accepted(logged(client, start, 90, [student], course=course))
    refusal, = refused(logged(client, start, 5, [student], course=course),
                       "student-course-weekly-limit")
    assert (refusal["limit"], refusal["used"], refusal["remaining"]) == (
        180, 180, 0)
    assert refusal["student"] == student
    assert refusal["period"] == week(start)
    accepted(logged(client, start, 90, [student]))
    row = limit(client, f"courses/{course}/limits?student={student}"
                f"&at={rfc3339(start)}", "student-course-weekly-limit")
    assert row["period"] == week(start)
    assert (row["limit"], row["used"], row["remaining"]) == (180, 180, 0)


def test_in_a_group_each_students_limit_must_hold(client):
    full, free, course = fresh("full"), fresh("free"), fresh("course")
    start = client.now()
    for _ in range(2):
        accepted(logged(client, start, 90, [full], course=course))
    refusal, = refused(logged(client, start, 30, [free, full], course=course),
                       "student-course-weekly-limit")
    assert refusal["student"] == full
    both = Lesson(client, [free, full], start, course=course).scheduled()
    accepted(both.accept(free))
    accepted(both.decline(full))
    accepted(both.log_time(30))


def test_in_a_group_every_full_student_is_named(small):
    course, start = fresh("course"), small.now()
    students = [fresh("student") for _ in range(3)]
    accepted(logged(small, start, 60, students[:2], course=course))
    refusals = refused(
        logged(small, start, 30, students, course=course),
        "student-course-weekly-limit", "student-course-weekly-limit")
    assert {r["student"] for r in refusals} == set(students[:2])


def test_a_group_counts_once_for_tutor_and_course(small):
    course, start = fresh("course"), small.now()
    lesson = Lesson(small, 3, start, course=course).ready()
    accepted(lesson.log_time(60))
    assert tutor_week(small, lesson.tutor, start)["used"] == 60
    assert limit(small, f"courses/{course}/limits?at={rfc3339(start)}",
                 "course-weekly-limit")["used"] == 60


def test_a_course_can_have_a_limit(small):
    course, start = fresh("course"), small.now()
    accepted(logged(small, start, course=course))
    refusal, = refused(logged(small, start, 45, course=course),
                       "course-weekly-limit")
    assert (refusal["limit"], refusal["used"], refusal["remaining"]) == (
        100, 60, 40)
    assert refusal["period"] == week(start)
    accepted(logged(small, start, 40, course=course))


def test_a_pair_meets_once_a_day(client):
    tutor, student, start = fresh("tutor"), fresh("student"), client.now()
    accepted(logged(client, start, 5, [student], tutor=tutor))
    refusal, = refused(logged(client, start, 5, [student], tutor=tutor),
                       "pair-daily-limit")
    assert (refusal["limit"], refusal["used"], refusal["remaining"]) == (
        1, 1, 0)
    assert refusal["period"] == day(start)
    accepted(logged(client, start - DAY, 5, [student], tutor=tutor))
    accepted(logged(client, start, 5, [student]))


def test_a_pair_of_a_group_is_named(client):
    tutor, start = fresh("tutor"), client.now()
    met, new = fresh("met"), fresh("new")
    accepted(logged(client, start, 5, [met], tutor=tutor))
    refusal, = refused(logged(client, start, 5, [new, met], tutor=tutor),
                       "pair-daily-limit")
    assert refusal["student"] == met


def test_all_limits_answer_at_once_in_order(small):
    tutor, student, course = fresh("tutor"), fresh("student"), fresh("course")
    start = small.now()
    accepted(logged(small, start, 60, [student], tutor=tutor, course=course))
    second = Lesson(small, [student], start, tutor=tutor,
                    course=course).ready()
    refused(second.complete(90, recap(10)), "recap-too-short",
            "tutor-weekly-limit", "student-course-weekly-limit",
            "course-weekly-limit", "pair-daily-limit")
    refused(second.log_time(90), "tutor-weekly-limit",
            "student-course-weekly-limit", "course-weekly-limit",
            "pair-daily-limit")
    refused(second.log_time(60), "student-course-weekly-limit",
            "course-weekly-limit", "pair-daily-limit")


def test_scheduled_sessions_use_nothing(client):
    tutor, start = fresh("tutor"), client.now()
    for _ in range(3):
        Lesson(client, tutor=tutor, start=start).ready()
    assert tutor_week(client, tutor, start)["used"] == 0


def test_a_new_tutor_has_all_of_it(client):
    row = tutor_week(client, fresh("tutor"),
                     parse_time("2026-11-25T12:00:00Z"))
    assert row["period"] == "2026-W48"
    assert (row["limit"], row["used"], row["remaining"]) == (900, 0, 900)


@pytest.mark.parametrize("moment,name", [
    ("2027-01-01T12:00:00Z", "2026-W53"), ("2027-01-03T12:00:00Z",
                                           "2026-W53"),
    ("2027-01-04T12:00:00Z", "2027-W01"), ("2027-01-04T04:59:59Z",
                                           "2026-W53"),
    ("2027-01-04T05:00:00Z", "2027-W01"), ("2024-12-30T12:00:00Z",
                                           "2025-W01")])
def test_a_week_is_named_by_its_thursday(client, moment, name):
    answer = client.read(f"/v1/tutors/{fresh('t')}/limits?at={moment}")
    assert answer["period"] == name


@pytest.mark.parametrize("begins", ["sunday", "saturday", "wednesday",
                                    "friday"])
def test_a_week_may_begin_on_another_day(make_node, begins):
    node = make_node(config={"policy": {"week_starts_on": begins}})
    for moment in (node.now() + n * DAY for n in range(8)):
        answer = node.read(f"/v1/tutors/{fresh('t')}/limits"
                           f"?at={rfc3339(moment)}")
        assert answer["period"] == week(moment, begins=begins)


def test_weeks_end_at_local_midnight_when_the_clocks_change(make_node):
    """Both edges of both weeks in which the zone changes its offset."""
    node = make_node(config=SMALL)
    for date in next_offset_changes(node.now()):
        monday = week_start(at(date, 12)) + timedelta(days=7)
        last = at(monday, 0) - MINUTE
        first = at(monday, 0)
        tutor = fresh("tutor")
        for _ in range(2):
            accepted(logged(node, last, tutor=tutor))
        refusal, = refused(logged(node, last, 5, tutor=tutor),
                           "tutor-weekly-limit")
        assert refusal["period"] == week(last)
        for _ in range(2):
            accepted(logged(node, first, tutor=tutor))
        refusal, = refused(logged(node, first, 5, tutor=tutor),
                           "tutor-weekly-limit")
        assert refusal["period"] == week(first) != week(last)


def test_the_session_counts_in_its_own_time_zone(small):
    monday = next_monday(small.now() + DAY)
    zone, tutor = "Pacific/Auckland", fresh("tutor")
    start = at(monday, 0, zone=zone)  # still Sunday elsewhere
    there = {"tutor": tutor, "timezone": zone}
    accepted(logged(small, start, **there))
    accepted(logged(small, start, tutor=tutor))
    accepted(logged(small, start, **there))
    refusal, = refused(logged(small, start, 5, **there), "tutor-weekly-limit")
    assert refusal["period"] == week(start, zone) != week(start)
    assert (refusal["used"], refusal["remaining"]) == (120, 0)


def test_the_start_counts_and_not_the_moment_of_logging(small):
    monday = next_monday(small.now() + DAY)
    start = at(monday, 0) - HOUR  # the last hour of a week
    lesson = Lesson(small, 1, start).ready()
    small.set_clock(start + 20 * HOUR)
    accepted(lesson.log_time(60))
    assert tutor_week(small, lesson.tutor, start)["used"] == 60
    assert tutor_week(small, lesson.tutor, small.now())["used"] == 0


def test_the_pairs_day_is_the_local_one(small):
    date = next_monday(small.now() + DAY) + timedelta(days=1)
    tutor, student = fresh("tutor"), [fresh("student")]
    early, late = at(date, 0), at(date, 23, 59)
    accepted(logged(small, early, 5, student, tutor=tutor))
    refusal, = refused(logged(small, late, 5, student, tutor=tutor),
                       "pair-daily-limit")
    assert refusal["period"] == date.isoformat()
    accepted(logged(small, late + MINUTE, 5, student, tutor=tutor))


@pytest.mark.parametrize("bring", ["log_time", "awaiting", "paid"])
def test_a_void_releases_every_limit(small, bring):
    tutor, student, course = fresh("tutor"), fresh("student"), fresh("course")
    start = small.now()
    same = {"tutor": tutor, "course": course}
    first = Lesson(small, [student], start, **same)
    if bring == "log_time":
        accepted(first.ready().log_time(60))
    else:
        getattr(first, bring)(60)
    second = Lesson(small, [student], start, **same).ready()
    refused(second.log_time(60), "student-course-weekly-limit",
            "course-weekly-limit", "pair-daily-limit")
    accepted(first.void())
    assert tutor_week(small, tutor, start)["used"] == 0
    accepted(second.log_time(60))


def test_a_session_that_is_missed_gives_its_minutes_back(small):
    lesson = Lesson(small).ready()
    accepted(lesson.log_time(60))  # and never a recap
    assert lesson.state == "time_logged"
    small.set_clock(lesson.deadline_and(seconds=1))
    assert lesson.state == "missed"
    assert tutor_week(small, lesson.tutor, lesson.start)["used"] == 0


def test_a_day_is_one_by_the_rules_of_today(small):
    """Kazakhstan is five hours ahead everywhere since March 2024."""
    day = (small.now() - 3 * DAY).replace(hour=10, minute=0, second=0,
                                          microsecond=0)
    tutor, student = fresh("tutor"), fresh("student")
    first, second = (
        Lesson(small, [student], start, tutor=tutor, timezone="Asia/Almaty")
        .ready() for start in (day, day.replace(hour=18, minute=30)))
    accepted(first.log_time(30))
    refusal, = refused(second.log_time(30), "pair-daily-limit")
    assert refusal["period"] == f"{day:%Y-%m-%d}"


@pytest.mark.parametrize("zone", ["America/Ciudad_Juarez",
                                  "America/Coyhaique"])
def test_a_zone_of_late_is_taken(client, zone):
    accepted(Lesson(client, timezone=zone).schedule())
