# SPDX-License-Identifier: Apache-2.0
"""Settings: confirmation, courses with rules of their own, later changes."""
import pytest

from lesson import Lesson
from wire import HOUR, SECOND, accepted, fresh, parse_time, recap, refused

COURSE = fresh("chess")
OWN_RULES = {"policy": {"courses": {COURSE: {
    "recap": {"min_characters": 10},
    "duration": {"step_minutes": 15, "max_minutes": 120},
    "log_window": "24h",
    "limits": {"pair_sessions_per_day": 2},
    "pay": {"rate_per_hour": 3000}}}}}


@pytest.fixture(scope="module")
def own_rules(make_node):
    return make_node(config=OWN_RULES)


def test_any_student_may_confirm_for_all(make_node):
    node = make_node(config={"policy": {"confirmation": "any_student"}})
    lesson = Lesson(node, students=3).awaiting()
    accepted(lesson.student_recap(lesson.students[1]))
    lesson.settled()
    assert node.kinds(lesson.id).count("session_completed") == 1


def test_a_silent_student_confirms_after_the_set_time(make_node):
    node = make_node(config={"policy": {"auto_confirm_after": "72h"}})
    lesson = Lesson(node, students=2).awaiting()
    accepted(lesson.student_recap())
    asked = node.now()
    node.set_clock(asked + 72 * HOUR - SECOND)
    assert lesson.state == "awaiting_student_recap"
    node.set_clock(asked + 72 * HOUR + SECOND)
    assert lesson.settled()["payout"]["amount"] == 1500
    assert lesson.now()["participants"][1]["recap"] is None
    assert node.kinds(lesson.id).count("student_recap_reminder") == 2
    node.advance("300h")
    assert "student_recap_overdue" not in node.kinds(lesson.id)


def test_by_default_a_silent_student_never_confirms(client):
    lesson = Lesson(client).awaiting()
    client.advance("2000h")
    assert lesson.state == "awaiting_student_recap"


def test_a_course_may_have_its_own_recap_length(own_rules):
    special = Lesson(own_rules, course=COURSE).ready()
    refused(special.complete(30, recap(9)), "recap-too-short")
    accepted(special.complete(30, recap(10)))
    other = Lesson(own_rules).ready()
    refused(other.complete(30, recap(149)), "recap-too-short")


def test_a_course_may_have_its_own_duration(own_rules):
    special = Lesson(own_rules, course=COURSE).ready()
    refused(special.log_time(121), "invalid-minutes")
    outcome = accepted(special.log_time(106))
    assert outcome["session"]["minutes"] == 120
    refused(Lesson(own_rules).ready().log_time(91), "invalid-minutes")


def test_a_course_may_have_its_own_window(own_rules):
    start = own_rules.now().replace(microsecond=0)
    special = Lesson(own_rules, start=start, course=COURSE).scheduled()
    assert parse_time(special.now()["deadline"]) == start + 24 * HOUR


def test_a_course_may_have_its_own_rate(own_rules):
    lesson = Lesson(own_rules, course=COURSE).paid(60)
    assert lesson.now()["payout"]["amount"] == 3000
    assert Lesson(own_rules).paid(60).now()["payout"]["amount"] == 1500


def test_a_course_may_have_its_own_limits(own_rules):
    tutor, student = fresh("tutor"), fresh("student")
    start = own_rules.now()
    for _ in range(2):
        accepted(Lesson(own_rules, [student], start, tutor=tutor,
                        course=COURSE).ready().log_time(15))
    refused(Lesson(own_rules, [student], start, tutor=tutor, course=COURSE)
            .ready().log_time(15), "pair-daily-limit")


def test_a_null_limit_is_no_limit(make_node):
    node = make_node(config={"policy": {"limits": {
        "tutor_minutes_per_week": None,
        "student_course_minutes_per_week": None,
        "pair_sessions_per_day": None}}})
    tutor, student, course = fresh("tutor"), fresh("student"), fresh("course")
    start = node.now()
    for _ in range(11):
        accepted(Lesson(node, [student], start, tutor=tutor, course=course)
                 .ready().log_time(90))


def test_a_session_keeps_the_policy_it_was_scheduled_with(make_node):
    node = make_node()
    old = Lesson(node, start=node.now().replace(microsecond=0)).ready()
    node.post("/v1/policies", {"policy": {
        "recap": {"min_characters": 300}, "log_window": "10h",
        "duration": {"step_minutes": 30, "max_minutes": 60},
        "pay": {"rate_per_hour": 9000},
        "reminders": {"tutor_recap_due": "5m"}}})
    node.crash()
    new = Lesson(node, start=old.start).ready()
    assert parse_time(old.now()["deadline"]) == old.start + 72 * HOUR
    assert parse_time(new.now()["deadline"]) == old.start + 10 * HOUR
    node.advance("6m")
    assert node.kinds(old.id) == []
    assert node.kinds(new.id) == ["tutor_recap_due"]
    refused(new.complete(61, recap(160)), "invalid-minutes",
            "recap-too-short")
    accepted(old.complete(85, recap(160)))
    accepted(new.complete(31, recap(300)))
    accepted(old.student_recap())
    accepted(new.student_recap(text=recap(300)))
    assert old.settled()["payout"]["amount"] == 1500 * 85 // 60
    assert new.settled()["payout"]["amount"] == 9000
    assert (old.now()["minutes"], new.now()["minutes"]) == (85, 60)


def test_who_schedules_a_session_again_is_answered_by_the_course_he_names(
        own_rules):
    there = Lesson(own_rules, course=COURSE).scheduled()
    tutor = fresh("tutor")
    again = Lesson(own_rules, id=there.id, tutor=tutor, rate_per_hour=1500)
    refused(again.schedule(f"tutor:{tutor}"), "session-exists")
    theirs = Lesson(own_rules, id=there.id, tutor=tutor, rate_per_hour=3000)
    refused(theirs.schedule(f"tutor:{tutor}"), "not-allowed")
