# SPDX-License-Identifier: Apache-2.0
"""What support does with a session: it is asked, reopens, denies, voids."""
import pytest

from lesson import Lesson
from wire import HOUR, SECOND, accepted, fresh, parse_time, recap, refused


def test_a_tutor_asks_and_support_reopens(client):
    lesson = Lesson(client).missed()
    accepted(lesson.request())
    assert lesson.state == "missed"
    now = client.now()
    outcome = accepted(lesson.reopen(hours=24))
    assert outcome["session"]["state"] == "scheduled"
    assert parse_time(lesson.now()["deadline"]) == now + 24 * HOUR
    accepted(lesson.complete(60))
    accepted(lesson.student_recap())
    lesson.settled()
    kinds = client.kinds(lesson.id)
    for kind in ("session_missed", "support_requested", "support_reopened",
                 "session_completed", "payout_deposited"):
        assert kinds.count(kind) == 1, kinds


def test_support_reopens_without_being_asked(client):
    lesson = Lesson(client).missed()
    accepted(lesson.reopen(hours=1))
    accepted(lesson.complete(60))


def test_support_denies_and_may_still_reopen(client):
    lesson = Lesson(client).missed()
    accepted(lesson.request())
    assert accepted(lesson.deny())["session"]["state"] == "update_denied"
    assert client.kinds(lesson.id)[-1] == "support_denied"
    answer = lesson.complete(60)
    assert answer.status == 409, answer
    refused(lesson.request(), "wrong-state")
    refused(lesson.deny(), "wrong-state")
    assert accepted(lesson.reopen())["session"]["state"] == "scheduled"


def test_a_reopened_window_ends_to_the_second(client):
    one, two = Lesson(client).ready(), Lesson(client).ready()
    client.set_clock(max(x.deadline_and(seconds=1) for x in (one, two)))
    for lesson in (one, two):
        accepted(lesson.reopen(hours=5))
    end = parse_time(two.now()["deadline"])
    client.set_clock(end)
    accepted(one.complete(30))
    client.set_clock(end + SECOND)
    assert two.state == "missed"
    refused(two.complete(30), "window-closed")
    accepted(two.reopen(hours=1))


def test_time_logged_before_is_dropped_by_a_reopening(client):
    lesson = Lesson(client).ready()
    accepted(lesson.log_time(60))
    client.set_clock(lesson.deadline_and(seconds=1))
    accepted(lesson.reopen())
    assert lesson.now()["minutes"] is None
    accepted(lesson.complete(30))
    assert lesson.now()["minutes"] == 30


@pytest.mark.parametrize("hours", [1, 720])
def test_a_window_lasts_one_to_720_hours(client, hours):
    lesson = Lesson(client).missed()
    now = client.now()
    accepted(lesson.reopen(hours))
    assert parse_time(lesson.now()["deadline"]) == now + hours * HOUR


@pytest.mark.parametrize("hours", [0, -1, 721, 10**6, 1.5, "24", None])
def test_no_other_number_of_hours_is_taken(client, hours):
    lesson = Lesson(client).missed()
    answer = lesson.reopen(hours)
    assert answer.status == 400, answer
    refused(answer, "malformed")
    assert lesson.state == "missed"


def test_a_reopened_session_can_be_changed_again(client):
    lesson = Lesson(client).missed()
    accepted(lesson.reopen())
    late = fresh("student")
    accepted(lesson.send("participant.invite", lesson.by_tutor,
                         {"student": late}))
    accepted(lesson.accept(late))
    accepted(lesson.complete(30))


def ledger(client, lesson):
    return client.read(f"/v1/accounts/tutor:{lesson.tutor}")["entries"]


@pytest.mark.parametrize("bring", ["log_time", "awaiting"])
def test_an_unpaid_session_is_voided_without_a_payment(client, bring):
    lesson = Lesson(client)
    if bring == "log_time":
        accepted(lesson.ready().log_time(60))
    else:
        lesson.awaiting()
    assert accepted(lesson.void())["session"]["state"] == "voided"
    assert ledger(client, lesson) == []
    assert "payout_reversed" not in client.kinds(lesson.id)
    assert lesson.now()["next_timer"] is None


def test_a_void_of_a_paid_session_reverses_the_pay(client):
    program = fresh("program")
    lesson = Lesson(client, program=program).paid(60)
    accepted(lesson.void())
    assert lesson.state == "voided"
    entries = ledger(client, lesson)
    assert sorted(e["amount"] for e in entries) == [-1500, 1500]
    assert len({e["kind"] for e in entries}) == 2
    assert lesson.balance(f"tutor:{lesson.tutor}") == 0
    assert lesson.balance(f"program:{program}") == 0
    assert client.kinds(lesson.id).count("payout_reversed") == 1
    refused(lesson.void(), "wrong-state")
    assert len(ledger(client, lesson)) == 2


def test_a_voided_session_stays_voided(client):
    lesson = Lesson(client).awaiting()
    accepted(lesson.void())
    client.advance("200h")
    assert lesson.state == "voided"
    assert "student_recap_overdue" not in client.kinds(lesson.id)


def test_the_request_reaches_support_with_its_message(client):
    lesson = Lesson(client).missed()
    accepted(lesson.request())
    asked = [n for n in client.notifications(lesson.id)
             if n["kind"] == "support_requested"]
    assert len(asked) == 1
    assert asked[0]["to"].startswith("support")
    assert "I was ill" in str(client.history(lesson.id)[-1]["data"])


def test_a_recap_waits_for_the_time(client):
    lesson = Lesson(client).missed()
    accepted(lesson.reopen())
    refused(lesson.tutor_recap(recap()), "wrong-state")
