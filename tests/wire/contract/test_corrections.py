# SPDX-License-Identifier: Apache-2.0
"""What support corrects afterwards: minutes, students, the whole session."""
import pytest

from lesson import Lesson, at_once, limit
from wire import accepted, fresh, refused


def used(client, lesson):
    """What the tutor, and the student in the course, have used."""
    tutor = client.read(f"/v1/tutors/{lesson.tutor}/limits")["limits"]
    course = client.read(f"/v1/courses/{lesson.course}/limits"
                         f"?student={lesson.student}")["limits"]
    return {x["code"]: x["used"] for x in tutor + course}


def entries(client, account):
    return client.read(f"/v1/accounts/{account}")["entries"]


def told(client, lesson, kind):
    return [n for n in client.notifications(lesson.id) if n["kind"] == kind]


def test_more_minutes_are_paid_and_counted(client):
    program = fresh("program")
    lesson = Lesson(client, program=program).paid(60)
    before = lesson.now()
    outcome = accepted(lesson.correct(71))
    assert outcome["session"]["state"] == "paid"
    assert outcome["session"]["minutes"] == 75
    now = lesson.now()
    assert now["payout"] == {"amount": 1875,
                             "settled_at": before["payout"]["settled_at"]}
    assert used(client, lesson)["tutor-weekly-limit"] == 75
    assert used(client, lesson)["student-course-weekly-limit"] == 75
    assert lesson.balance(f"tutor:{lesson.tutor}") == 1875
    assert lesson.balance(f"program:{program}") == -1875
    assert {(e["kind"], e["amount"])
            for e in entries(client, f"tutor:{lesson.tutor}")} == {
                ("settlement", 1500), ("correction", 375)}
    (notice,) = told(client, lesson, "payout_corrected")
    assert notice["to"] == lesson.by_tutor
    assert (notice["data"]["amount"], notice["data"]["change"]) == (1875, 375)
    event = client.history(lesson.id)[-1]
    assert event["type"] == "time.corrected"
    assert (event["data"]["was"], event["data"]["minutes"],
            event["data"]["given"]) == (60, 75, 71)
    assert event["by"] == "support:ann"


def test_less_goes_back_and_a_void_takes_the_rest(client):
    program = fresh("program")
    lesson = Lesson(client, program=program).paid(90)
    accepted(lesson.correct(30))
    assert lesson.now()["payout"]["amount"] == 750
    accepted(lesson.correct(55))
    assert lesson.now()["payout"]["amount"] == 1375
    settled_at = lesson.now()["payout"]["settled_at"]
    accepted(lesson.void())
    assert lesson.now()["payout"] == {"amount": 0, "settled_at": settled_at}
    tutor = entries(client, f"tutor:{lesson.tutor}")
    assert sorted((e["kind"], e["amount"]) for e in tutor) == [
        ("correction", -1500), ("correction", 625), ("reversal", -1375),
        ("settlement", 2250)]
    for account in (f"tutor:{lesson.tutor}", f"program:{program}"):
        assert lesson.balance(account) == 0
    assert set(used(client, lesson).values()) == {0}
    assert len(told(client, lesson, "payout_corrected")) == 2
    (back,) = told(client, lesson, "payout_reversed")
    assert back["data"]["amount"] == 1375
    refused(lesson.correct(60), "wrong-state")


def test_an_account_is_paged_between_corrections(client):
    lesson = Lesson(client).paid(60)
    for minutes in (30, 90, 45, 5):
        accepted(lesson.correct(minutes))
    seen, after = [], ""
    while True:
        page = client.read(f"/v1/accounts/tutor:{lesson.tutor}?limit=1{after}")
        seen += page["entries"]
        if not page["next"]:
            break
        after = f"&after={page['next']}"
    assert sum(e["amount"] for e in seen) == 125
    assert [e["kind"] for e in seen].count("correction") == 4


def test_before_the_settlement_only_the_hours_change(client):
    lesson = Lesson(client).awaiting(60)
    assert accepted(lesson.correct(90))["session"]["payout"] is None
    assert entries(client, f"tutor:{lesson.tutor}") == []
    assert used(client, lesson)["tutor-weekly-limit"] == 90
    accepted(lesson.student_recap())
    assert lesson.settled()["payout"]["amount"] == 2250
    assert told(client, lesson, "payout_corrected") == []


@pytest.mark.parametrize("minutes", [65, 61, 62, 0, -1, 91, 10**20])
def test_other_minutes_that_may_be_logged_are_needed(client, minutes):
    lesson = Lesson(client).awaiting(61)
    answer = lesson.correct(minutes)
    assert answer.status == 422
    refused(answer, "invalid-minutes")
    assert lesson.now()["minutes"] == 65


def test_a_correction_waits_for_minutes(client):
    lesson = Lesson(client).ready()
    refused(lesson.correct(30), "wrong-state")
    accepted(lesson.cancel())
    refused(lesson.correct(30), "wrong-state")
    missed = Lesson(client).missed()
    refused(missed.correct(30), "wrong-state")
    for by in ("system:x", missed.by_tutor, f"student:{missed.student}"):
        refused(missed.correct(30, by=by), "not-allowed")


def test_a_full_week_takes_no_more_and_always_less(client):
    start = client.now()
    course, student = fresh("c"), fresh("student")

    def lesson():
        return Lesson(client, start=start, course=course, students=[student])
    one, two = lesson().awaiting(90), lesson().awaiting(85)
    accepted(two.correct(90))
    assert used(client, one)["student-course-weekly-limit"] == 180
    accepted(two.correct(85))
    lesson().awaiting(5)
    (refusal,) = refused(two.correct(90), "student-course-weekly-limit")
    assert (refusal["limit"], refusal["used"], refusal["remaining"],
            refusal["student"]) == (180, 180, 0, student)
    accepted(two.correct(10))
    accepted(two.correct(85))


def test_two_corrections_at_once_leave_one_of_them(client):
    lesson = Lesson(client).paid(60)
    figures = [5, 10, 15, 20, 25, 30, 35, 40]
    at_once([lambda m=m: lesson.correct(m) for m in figures])
    now = lesson.now()
    assert now["minutes"] in figures
    assert now["payout"]["amount"] == now["minutes"] * 25
    assert lesson.balance(f"tutor:{lesson.tutor}") == now["payout"]["amount"]
    assert used(client, lesson)["tutor-weekly-limit"] == now["minutes"]


def test_a_repeat_of_a_correction_changes_nothing(client):
    lesson = Lesson(client).paid(60)
    command = lesson.events.correct(90)
    first = accepted(client.send(command))
    again = client.send(command).json
    assert again["duplicate"] and again["session"] == first["session"]
    # The outcome is as it was then, though the session was corrected since.
    accepted(lesson.correct(30))
    assert client.send(command).json["session"] == first["session"]
    assert lesson.now()["payout"]["amount"] == 750


def test_support_removes_who_was_not_there(client):
    lesson = Lesson(client, students=2)
    accepted(lesson.ready().complete(60))
    accepted(lesson.student_recap())
    absent = lesson.students[1]
    for by in (lesson.by_tutor, "system:x"):
        refused(lesson.remove(absent, by=by), "wrong-state")
    refused(lesson.remove(), "recap-already-submitted")
    outcome = accepted(lesson.remove(absent))
    assert outcome["session"]["state"] == "paid"
    assert outcome["session"]["payout"]["amount"] == 1500
    assert limit(client, f"courses/{lesson.course}/limits?student={absent}",
                 "student-course-weekly-limit")["used"] == 0
    refused(lesson.remove(), "wrong-state")


def test_the_hours_of_the_removed_serve_for_another_session(client):
    start = client.now()
    lesson = Lesson(client, start=start, students=2)
    accepted(lesson.ready().log_time(60))
    absent = lesson.students[1]
    again = Lesson(client, start=start, tutor=lesson.tutor,
                   course=lesson.course, students=[absent]).ready()
    refused(again.log_time(60), "pair-daily-limit")
    accepted(lesson.remove(absent))
    accepted(again.log_time(60))
    refused(lesson.remove(), "student-not-going")


def test_who_was_in_the_call_stays_unless_support_removes(client):
    lesson = Lesson(client, modality="online").ready()
    who = f"student:{lesson.student}"
    accepted(lesson.call("join", who))
    for _ in range(2):
        refused(lesson.decline(), "wrong-state")
        refused(lesson.remove(by=lesson.by_tutor), "wrong-state")
        refused(lesson.remove(by="system:x"), "wrong-state")
        lesson.call("leave", who)
    accepted(lesson.remove())


def test_a_call_is_joined_and_left_so_often(client):
    lesson = Lesson(client, modality="online").ready()
    who = f"student:{lesson.student}"
    for _ in range(249):
        accepted(lesson.call("join", who))
        accepted(lesson.call("leave", who))
    accepted(lesson.call("join", lesson.by_tutor))
    accepted(lesson.call("join", who))
    accepted(lesson.call("leave", who))
    refused(lesson.call("join", who), "wrong-state")
    accepted(lesson.call("leave", lesson.by_tutor))
    refused(lesson.call("leave", lesson.by_tutor), "wrong-state")


@pytest.mark.parametrize("paid", [False, True])
def test_a_void_is_told_to_everybody_in_it(client, paid):
    lesson = Lesson(client).paid() if paid else Lesson(client).awaiting()
    accepted(lesson.void())
    assert {n["to"] for n in told(client, lesson, "session_voided")} == {
        lesson.by_tutor, f"student:{lesson.student}"}
    assert len(told(client, lesson, "payout_reversed")) == int(paid)


def test_minutes_are_taken_back_in_any_state(client):
    lesson = Lesson(client)
    accepted(lesson.ready().log_time(60))
    client.set_clock(lesson.deadline_and(seconds=1))
    assert lesson.state == "missed"
    assert accepted(lesson.void())["session"]["state"] == "voided"
    refused(lesson.void(), "wrong-state")
    refused(Lesson(client).missed().void(), "wrong-state")
