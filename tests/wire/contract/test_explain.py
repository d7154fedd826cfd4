# SPDX-License-Identifier: Apache-2.0
"""Why a session is in its state, and what comes next."""
from datetime import timedelta

import pytest

from lesson import Lesson
from wire import Client, accepted, parse_time


def why(lesson):
    told = lesson.client.read(f"/v1/sessions/{lesson.id}/explain")
    assert told["state"] == lesson.state
    assert all(r["text"] for r in told["why"])
    return {r["code"]: r["data"] for r in told["why"]}


def test_a_scheduled_one_waits_for_its_start_and_for_answers(client):
    lesson = Lesson(client, start=client.now() + timedelta(hours=1)).scheduled()
    told = why(lesson)
    assert list(told) == ["not-begun", "unanswered-invitation"]
    assert told["unanswered-invitation"]["students"] == lesson.students
    accepted(lesson.decline())
    assert list(why(lesson)) == ["not-begun", "student-not-going"]


def test_one_that_began_waits_for_its_tutor(client):
    lesson = Lesson(client).ready()
    told = why(lesson)
    assert list(told) == ["time-not-logged"]
    assert told["time-not-logged"]["tutor"] == lesson.tutor
    accepted(lesson.log_time(30))
    told = why(lesson)
    assert list(told) == ["time-logged", "tutor-recap-missing"]
    assert told["time-logged"]["minutes"] == 30
    assert told["time-logged"]["by"] == lesson.by_tutor
    accepted(lesson.correct(45))
    told = why(lesson)
    assert told["time-logged"]["minutes"] == 30
    assert told["corrected"]["minutes"] == 45
    assert told["corrected"]["by"] == "support:ann"


def test_one_with_the_tutors_recap_waits_for_its_students(client):
    lesson = Lesson(client, students=2).awaiting()
    accepted(lesson.student_recap(lesson.students[0]))
    told = why(lesson)
    assert told["student-recap-missing"]["students"] == [lesson.students[1]]


def test_a_paid_one_says_what_was_paid(client):
    told = why(Lesson(client).paid(60))
    assert told["paid"]["amount"] == 1500
    assert told["paid"]["minutes"] == 60


def test_a_missed_one_says_whether_an_update_was_asked_for(client):
    lesson = Lesson(client).missed()
    assert list(why(lesson)) == ["deadline-passed", "update-not-asked"]
    accepted(lesson.request())
    assert why(lesson)["update-asked"]["message"] == "I was ill"
    accepted(lesson.deny())
    assert why(lesson)["update-denied"]["note"] == "no"
    accepted(lesson.reopen())
    assert why(lesson)["reopened"]["note"] == "fair"


@pytest.mark.parametrize("end,code", [("cancel", "cancelled"),
                                      ("void", "voided")])
def test_one_that_ended_says_by_whom(client, end, code):
    lesson = (Lesson(client).ready() if end == "cancel"
              else Lesson(client).paid())
    accepted(getattr(lesson, end)())
    assert "by" in why(lesson)[code]


def test_one_that_silence_confirmed_says_when_and_whose(make_node):
    node = make_node(config={"policy": {"auto_confirm_after": "72h"}})
    lesson = Lesson(node, students=2).awaiting()
    accepted(lesson.student_recap())
    confirmed = node.now() + timedelta(hours=72)
    node.set_clock(confirmed)
    told = why(lesson)
    assert list(told) == ["paid", "confirmed-by-silence"]
    assert told["confirmed-by-silence"]["students"] == [lesson.students[1]]
    assert parse_time(told["confirmed-by-silence"]["at"]) == confirmed
    accepted(lesson.void())
    assert "confirmed-by-silence" in why(lesson)


def test_a_voided_one_says_each_transfer_and_the_net(client):
    lesson = Lesson(client).paid(60)
    accepted(lesson.correct(75))
    accepted(lesson.correct(30))
    accepted(lesson.void())
    told = client.read(f"/v1/sessions/{lesson.id}/explain")["why"]
    programme, tutor = "program:default", lesson.by_tutor
    assert [(r["code"], r["data"]["amount"], r["data"]["from"], r["data"]["to"])
            for r in told[1:]] == [
                ("settled", 1500, programme, tutor),
                ("payout-corrected", 375, programme, tutor),
                ("payout-corrected", 1125, tutor, programme),
                ("payout-reversed", 750, tutor, programme)]
    assert "gave the tutor 3.75 USD" in told[2]["text"]
    assert "took from the tutor 11.25 USD" in told[3]["text"]
    assert "the net is 0.00 USD" in told[4]["text"]


def test_a_corrected_one_says_by_whom_and_ends_with_one_stop(client):
    lesson = Lesson(client).paid(60)
    accepted(lesson.send("support.correct", "support:eve", {
        "minutes": 45, "note": "The room was booked for less."}))
    told = client.read(f"/v1/sessions/{lesson.id}/explain")["why"]
    corrected = next(r for r in told if r["code"] == "corrected")
    assert corrected["data"]["minutes"] == 45
    assert corrected["data"]["by"] == "support:eve"
    assert corrected["text"].endswith(': "The room was booked for less."')


def test_refusals_say_when_and_by_whom(client):
    lesson = Lesson(client).ready()
    first, second = client.now(), client.now() + timedelta(seconds=5)
    assert lesson.log_time(91).status == 422
    client.set_clock(second)
    assert lesson.accept("nobody").status == 403
    told = client.read(f"/v1/sessions/{lesson.id}/refusals")["refusals"]
    assert [(parse_time(r["at"]), r["by"]) for r in told] == [
        (first, lesson.by_tutor), (second, "student:nobody")]


def test_what_comes_next_is_the_sessions_next_timer(client):
    lesson = Lesson(client).ready()
    told = client.read(f"/v1/sessions/{lesson.id}/explain")
    shown = lesson.now()
    assert told["next"] == {"kind": shown["next_timer_kind"],
                            "at": shown["next_timer"]}
    assert told["next"]["kind"] in told["next_text"]
    assert told["eligibility"] == client.read(
        f"/v1/sessions/{lesson.id}/eligibility")
    accepted(lesson.cancel())
    told = client.read(f"/v1/sessions/{lesson.id}/explain")
    assert told["next"] is None and "Nothing fires" in told["next_text"]


def test_times_are_told_in_the_zone_that_is_asked_for(client):
    lesson = Lesson(client, timezone="Asia/Kathmandu").ready()
    path = f"/v1/sessions/{lesson.id}/explain"
    assert "+0545" in client.read(path)["why"][0]["text"]
    assert "UTC" in client.read(path + "?timezone=UTC")["why"][0]["text"]
    assert client.get(path + "?timezone=Mars/Base").status == 400
    assert client.get("/v1/sessions/none/explain").status == 404


def test_a_student_is_not_told_what_was_paid(make_node):
    node = make_node(config={"auth": {"mode": "token", "tokens": [
        {"token": "t-sys", "as": "system:campus"},
        {"token": "t-ann", "as": "tutor:ann"},
        {"token": "t-bob", "as": "student:bob"}]}})
    sys, ann, bob = (Client(node.port, t) for t in ("t-sys", "t-ann", "t-bob"))
    lesson = Lesson(sys, ["bob"], tutor="ann")
    accepted(lesson.schedule("system:campus"))
    for who, event in ((bob, lesson.events.accept("bob")),
                       (ann, lesson.events.complete(60)),
                       (bob, lesson.events.student_recap("bob"))):
        accepted(who.send(event))
    path = f"/v1/sessions/{lesson.id}/explain"
    assert ann.read(path)["why"][0]["code"] == "paid"
    told = bob.read(path)["why"]
    assert [r["code"] for r in told] == ["confirmed"]
    assert "1500" not in str(told) and "15.00" not in str(told)
