# SPDX-License-Identifier: Apache-2.0
"""What is seen of a recap, flags, windows, notices and limits by course."""
import json

import pytest

from lesson import Lesson
from wire import (HOUR, SECOND, Client, accepted, command, fresh, parse_time,
                  recap, refused)

COURSE = fresh("course")
WIDE = {"topics_covered": "We multiplied fractions of all kinds",
        "how_tutee_did": "Well, after the first few: " + "x" * 80,
        "next_steps": "Division by fractions comes next week"}


@pytest.fixture(scope="module")
def own(make_node):
    """A node whose clock only this file moves, with a course of its own."""
    return make_node(config={"policy": {"courses": {COURSE: {
        "limits": {"tutor_minutes_per_week": 120}}}}})


def told(client, lesson, kind):
    return sorted(n["to"] for n in client.notifications(lesson.id)
                  if n["kind"] == kind)


def completed_with(lesson, text):
    """Completes with a text as UTF-8: escaped, the text would be too large for
    a command."""
    event = command("session.complete", lesson.id, lesson.by_tutor, {
        "minutes": 60, "recap": {"topics_covered": text, "how_tutee_did": "",
                                 "next_steps": ""}})
    return lesson.client.send_text(
        json.dumps(event, ensure_ascii=False).encode())


def eligibility(client, lesson, query=""):
    return client.read(f"/v1/sessions/{lesson.id}/eligibility{query}")


@pytest.mark.parametrize("unseen", ["\u200b", "\u2060", "\ufeff", "\u00ad",
                                    "\u3164", "\u2800", " \u200d"])
def test_what_nobody_sees_is_no_recap(client, unseen):
    lesson = Lesson(client).ready()
    text = {**recap(149), "next_steps": unseen * 150}
    refused(lesson.complete(text=text), "recap-too-short")


def test_a_recap_is_bounded_by_its_bytes_and_its_widest_character(client):
    lesson = Lesson(client).ready()
    for text, codes in (("\U0001f600" * 10_001, ["recap-too-long"]),
                        ("a" + "\u0301" * 29_000,
                         ["recap-too-short", "recap-too-long"])):
        refused(completed_with(lesson, text), *codes)
    accepted(completed_with(lesson, "\U0001f600" * 10_000))


def test_flags_are_told_and_refuse_nothing(own):
    lesson = Lesson(own, modality="online").ready()
    assert own.session(lesson.id)["flags"] == []
    outcome = accepted(lesson.complete(60))
    wanted = ["logged-before-end", "nobody-in-call", "repetitive-recap"]
    assert outcome["session"]["flags"] == wanted
    session = own.session(lesson.id)
    assert session["flags"] == wanted
    assert session["policy_version"] >= 1
    logged, = [e for e in own.history(lesson.id) if e["type"] == "time.logged"]
    assert logged["data"]["flags"] == wanted[:2]
    namesake = fresh("x")
    lesson = Lesson(own, students=[namesake], tutor=namesake).ready()
    own.advance("1h")
    accepted(lesson.complete(60, text=WIDE))
    assert own.session(lesson.id)["flags"] == ["same-id"]


def test_a_repeated_command_shows_the_flags_of_its_moment(own):
    lesson = Lesson(own).ready()
    event = lesson.events.complete()
    first = accepted(own.send(event))
    accepted(lesson.student_recap())
    accepted(lesson.correct(30))
    again = own.send(event).json
    assert again["duplicate"] is True
    assert again["session"] == first["session"]
    assert own.session(lesson.id)["flags"] == [
        "logged-before-end", "repetitive-recap", "corrected"]


def test_a_cancellation_is_told_to_everybody_else(client):
    lesson = Lesson(client, students=3).scheduled()
    accepted(lesson.accept(lesson.students[0]))
    accepted(lesson.decline(lesson.students[1]))
    accepted(lesson.cancel())
    theirs = sorted(f"student:{lesson.students[i]}" for i in (0, 2))
    assert told(client, lesson, "session_cancelled") == theirs
    lesson = Lesson(client).ready()
    accepted(lesson.cancel(by="support:ann"))
    assert told(client, lesson, "session_cancelled") == [
        f"student:{lesson.student}", lesson.by_tutor]


def test_a_reopened_window_reminds_a_day_and_an_hour_before_its_end(own):
    lesson = Lesson(own).ready()
    own.advance("73h")
    before = len(told(own, lesson, "tutor_recap_reminder"))
    accepted(lesson.reopen(48))
    end = parse_time(own.session(lesson.id)["deadline"])
    for nth, moment in enumerate((end - 24 * HOUR, end - HOUR), 1):
        own.set_clock(moment - SECOND)
        assert len(told(own, lesson, "tutor_recap_reminder")) == (
            before + nth - 1)
        own.set_clock(moment)
        assert len(told(own, lesson, "tutor_recap_reminder")) == before + nth
    own.set_clock(end + SECOND)
    assert own.session(lesson.id)["state"] == "missed"
    assert len(told(own, lesson, "session_missed")) == 2


def test_a_reminder_due_at_the_deadline_goes_out_before_the_miss(make_node):
    node = make_node(config={"policy": {"log_window": "24h"}})
    lesson = Lesson(node).ready()
    node.advance("30h")
    assert node.kinds(lesson.id)[-2:] == ["tutor_recap_reminder",
                                          "session_missed"]


def test_a_tutors_limits_are_those_of_the_course(own):
    tutor, start = fresh("tutor"), own.now()
    accepted(Lesson(own, tutor=tutor, start=start, course=COURSE)
             .ready().log_time(90))
    row, = own.read(f"/v1/tutors/{tutor}/limits")["limits"]
    assert (row["limit"], row["remaining"]) == (900, 810)
    row, = own.read(f"/v1/tutors/{tutor}/limits?course={COURSE}"
                    "&program=default")["limits"]
    assert (row["limit"], row["used"], row["remaining"]) == (120, 90, 30)
    other = Lesson(own, tutor=tutor, start=start, course=COURSE).ready()
    refusal, = refused(other.log_time(35), "tutor-weekly-limit")
    assert refusal["remaining"] == 30
    assert eligibility(own, other)["max_minutes"] == 30


def test_eligibility_knows_the_call_and_the_rules(client):
    lesson = Lesson(client, modality="online").ready()
    accepted(lesson.call("join", f"student:{lesson.student}"))
    stays = eligibility(client, lesson)
    assert [r["code"] for r in stays["refusals"]] == ["participants-in-call"]
    assert (stays["eligible"], stays["max_minutes"]) == (False, 0)
    leaves = eligibility(client, lesson, "?leave_call=true")
    assert (leaves["eligible"], leaves["max_minutes"]) == (True, 90)
    assert leaves["rules"] == {"min_characters": 150, "max_characters": 10000,
                               "step_minutes": 5, "max_minutes": 90}
    assert client.get(
        f"/v1/sessions/{lesson.id}/eligibility?leave_call=1").status == 400


def test_invalid_minutes_do_not_hide_the_pairs_limit(client):
    student, tutor, start = fresh("student"), fresh("tutor"), client.now()
    accepted(Lesson(client, [student], start, tutor=tutor).ready()
             .log_time(30))
    again = Lesson(client, [student], start, tutor=tutor).ready()
    refused(again.log_time(91), "invalid-minutes", "pair-daily-limit")


def test_others_hours_are_for_who_teaches_them(make_node):
    people = {name: fresh(name) for name in ("tutor", "stranger", "a", "b")}
    tokens = {name: f"secret-{name}-{fresh('k')}" for name in people}
    roles = {"tutor": "tutor", "stranger": "tutor", "a": "student",
             "b": "student"}
    node = make_node(config={"auth": {"mode": "token", "tokens": [
        {"token": tokens[n], "as": f"{roles[n]}:{people[n]}"}
        for n in people] + [{"token": "secret-system-x", "as": "system:x"}]}})
    seen = {n: Client(node.port, tokens[n]) for n in people}
    system = Client(node.port, "secret-system-x")
    lesson = Lesson(system, [people["a"], people["b"]], tutor=people["tutor"])
    accepted(lesson.schedule(None))
    path = f"/v1/courses/{lesson.course}/limits?student={people['b']}"
    assert seen["b"].get(path).status == 200
    assert seen["tutor"].get(path).status == 200
    assert seen["a"].get(path).status == 403
    assert seen["stranger"].get(path).status == 403
    accepted(lesson.remove(people["b"], by=None))
    assert seen["tutor"].get(path).status == 403
