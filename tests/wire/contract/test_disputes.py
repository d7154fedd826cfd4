# SPDX-License-Identifier: Apache-2.0
"""A delay before the settlement, and what is disputed meanwhile."""
import pytest

from lesson import Lesson
from wire import (HOUR, SECOND, accepted, command, parse_time, recap, refused,
                  rfc3339)

DELAYED = {"policy": {"pay": {"settle_after": "48h"},
                      "auto_confirm_after": "100h"}}


@pytest.fixture(scope="module")
def delayed(make_node):
    return make_node(config=DELAYED)


def confirmed(client, **data):
    """Completed, and not settled yet."""
    lesson = Lesson(client, **data).awaiting(60)
    for student in lesson.students:
        outcome = accepted(lesson.student_recap(student))
    assert outcome["session"]["state"] == "completed"
    return lesson


def dispute(lesson, by=None, reason="it was less"):
    return lesson.send("session.dispute", by or f"student:{lesson.student}",
                       {"reason": reason})


def uphold(lesson, by="support:ann"):
    return lesson.send("support.uphold", by, {"note": "the call was an hour"})


def told(client, lesson, kind):
    return [n for n in client.notifications(lesson.id) if n["kind"] == kind]


def why(lesson):
    answer = lesson.client.read(f"/v1/sessions/{lesson.id}/explain")
    return {r["code"]: r["data"] for r in answer["why"]}


def previewed(lesson, kind, by, data):
    outcome = lesson.client.send(command(kind, lesson.id, by, data),
                                 "?dry_run=true").json
    return {**outcome["effects"],
            "notifications": {(n["kind"], n["to"])
                              for n in outcome["effects"]["notifications"]},
            "state": outcome["session"]["state"]}


def balance(lesson):
    return lesson.balance(f"tutor:{lesson.tutor}")


def test_a_session_stays_completed_for_the_delay(delayed):
    lesson = confirmed(delayed)
    shown = lesson.now()
    assert shown["payout"] is None and balance(lesson) == 0
    assert shown["next_timer_kind"] == "settlement"
    due = parse_time(shown["next_timer"])
    completed = [e for e in delayed.history(lesson.id)
                 if e["type"] == "session.completed"]
    assert due == parse_time(completed[0]["at"]) + 48 * HOUR
    assert why(lesson)["confirmed"]["settles_at"] == shown["next_timer"]
    delayed.set_clock(due - SECOND)
    assert lesson.state == "completed"
    delayed.set_clock(due)
    paid = lesson.settled()
    assert paid["payout"]["amount"] == 1500 and balance(lesson) == 1500
    assert paid["next_timer"] is None
    last = delayed.history(lesson.id)[-1]
    assert (last["type"], last["by"]) == ("session.paid", "system:recapd")
    assert delayed.kinds(lesson.id).count("payout_deposited") == 1
    refused(dispute(lesson), "wrong-state")


def test_by_default_it_is_settled_at_once(client):
    lesson = Lesson(client).paid(60)
    refused(dispute(lesson), "wrong-state")


def test_the_preview_of_the_last_recap_pays_nothing_yet(delayed):
    lesson = Lesson(delayed).awaiting(60)
    effects = previewed(lesson, "recap.submit", f"student:{lesson.student}",
                        {"recap": recap()})
    assert (effects["state"], effects["money"]) == ("completed", 0)


def test_a_dispute_makes_the_clocks_stand(delayed):
    lesson = confirmed(delayed)
    delayed.advance("10h")
    by = f"student:{lesson.student}"
    effects = previewed(lesson, "session.dispute", by, {"reason": "less"})
    assert (effects["minutes"], effects["money"]) == (0, 0)
    assert effects["notifications"] == {
        ("session_disputed", to) for to in ("support", by, lesson.by_tutor)}
    outcome = accepted(dispute(lesson))
    assert outcome["session"]["state"] == "disputed"
    assert outcome["session"]["next_timer"] is None
    delayed.advance("500h")
    assert lesson.state == "disputed" and balance(lesson) == 0
    for notice in told(delayed, lesson, "session_disputed"):
        assert notice["data"]["by"] == by
        assert notice["data"]["reason"] == "it was less"
    assert {n["to"] for n in told(delayed, lesson, "session_disputed")} == {
        "support", by, lesson.by_tutor}
    reasons = why(lesson)
    assert reasons["disputed"]["reason"] == "it was less"
    assert reasons["clocks-stand"]["from"] == "completed"
    before = delayed.now()
    assert accepted(uphold(lesson))["session"]["state"] == "completed"
    due = parse_time(lesson.now()["next_timer"])
    assert abs(due - before - 38 * HOUR) < 5 * SECOND
    assert {(n["to"], n["data"]["decision"], n["data"]["minutes"])
            for n in told(delayed, lesson, "dispute_decided")} == {
        (by, "upheld", 60), (lesson.by_tutor, "upheld", 60)}
    delayed.set_clock(due)
    assert lesson.settled()["payout"]["amount"] == 1500


def test_a_correction_decides_what_will_be_settled(delayed):
    lesson = confirmed(delayed)
    accepted(dispute(lesson, lesson.by_tutor))
    refused(lesson.correct(60), "invalid-minutes")
    outcome = accepted(lesson.correct(30))
    assert outcome["session"]["state"] == "completed"
    assert outcome["session"]["payout"] is None
    (decision, other) = told(delayed, lesson, "dispute_decided")
    assert {decision["data"]["decision"], other["data"]["decision"]} == {
        "corrected"}
    accepted(lesson.correct(45))
    delayed.set_clock(parse_time(lesson.now()["next_timer"]))
    assert lesson.settled()["payout"]["amount"] == 1125
    account = f"/v1/accounts/tutor:{lesson.tutor}"
    assert [e["kind"] for e in delayed.read(account)["entries"]] == [
        "settlement"]
    assert told(delayed, lesson, "payout_corrected") == []
    accepted(lesson.correct(60))
    assert len(told(delayed, lesson, "payout_corrected")) == 1


def test_a_voided_dispute_is_never_paid(delayed):
    lesson = confirmed(delayed)
    accepted(dispute(lesson))
    accepted(lesson.void())
    delayed.advance("500h")
    assert lesson.state == "voided" and balance(lesson) == 0
    assert {n["data"]["decision"]
            for n in told(delayed, lesson, "dispute_decided")} == {"voided"}
    tutor = delayed.read(f"/v1/tutors/{lesson.tutor}/limits"
                         f"?at={rfc3339(lesson.start)}")
    assert {x["used"] for x in tutor["limits"]} == {0}


def test_a_recap_in_a_dispute_completes_nothing_before_it_is_decided(delayed):
    lesson = Lesson(delayed, students=2).awaiting(60)
    accepted(lesson.student_recap(lesson.students[0]))
    accepted(dispute(lesson, f"student:{lesson.students[1]}"))
    assert delayed.read(f"/v1/sessions/{lesson.id}")["next_timer"] is None
    refused(lesson.student_recap(lesson.students[0]),
            "recap-already-submitted")
    refused(lesson.tutor_recap(), "wrong-state")
    outcome = accepted(lesson.student_recap(lesson.students[1]))
    assert outcome["session"]["state"] == "disputed"
    assert accepted(uphold(lesson))["session"]["state"] == "completed"
    assert [e["type"] for e in delayed.history(lesson.id)][-2:] == [
        "session.upheld", "session.completed"]
    assert lesson.now()["next_timer_kind"] == "settlement"


def test_a_waiting_session_waits_on(delayed):
    lesson = Lesson(delayed).awaiting(60)
    asked = delayed.now()
    delayed.set_clock(asked + 10 * HOUR)
    accepted(dispute(lesson, lesson.by_tutor))
    delayed.advance("300h")
    assert "student_recap_reminder" not in delayed.kinds(lesson.id)
    outcome = accepted(uphold(lesson))
    assert outcome["session"]["state"] == "awaiting_student_recap"
    delayed.advance("13h")
    assert "student_recap_reminder" not in delayed.kinds(lesson.id)
    delayed.advance("2h")
    assert delayed.kinds(lesson.id).count("student_recap_reminder") == 1
    delayed.set_clock(asked + 400 * HOUR + SECOND)
    assert lesson.state == "completed"


def test_a_dispute_without_a_delay(client):
    lesson = Lesson(client).awaiting(60)
    accepted(dispute(lesson))
    accepted(lesson.student_recap())
    assert accepted(uphold(lesson))["session"]["state"] == "paid"


def test_who_may_and_when(delayed):
    lesson = Lesson(delayed, students=2).ready()
    refused(dispute(lesson), "wrong-state")
    refused(uphold(lesson), "wrong-state")
    accepted(lesson.complete(60))
    for by in ("support:ann", "system:x", "tutor:other", "student:other"):
        refused(dispute(lesson, by), "not-allowed")
    accepted(dispute(lesson, f"student:{lesson.students[1]}"))
    refused(dispute(lesson), "wrong-state")
    for answer in (lesson.cancel(), lesson.remove(), lesson.reopen(),
                   lesson.deny(), lesson.log_time(30)):
        refused(answer, "wrong-state")
    for by in (lesson.by_tutor, f"student:{lesson.student}", "system:x"):
        refused(uphold(lesson, by), "not-allowed")
    accepted(uphold(lesson))
    refused(uphold(lesson), "wrong-state")
    refused(dispute(lesson, f"student:{lesson.students[1]}"), "wrong-state")
    accepted(dispute(lesson))


def test_disputed_sessions_are_counted_and_found(delayed):
    before = delayed.read("/v1/queues")["disputed"]
    lesson = confirmed(delayed)
    accepted(dispute(lesson))
    assert delayed.read("/v1/queues")["disputed"] == before + 1
    listed = delayed.read(
        f"/v1/sessions?state=disputed&tutor={lesson.tutor}")["sessions"]
    assert [s["id"] for s in listed] == [lesson.id]
    at = f"from={rfc3339(lesson.start - SECOND)}"
    groups = {g["key"]: g for g in
              delayed.read(f"/v1/stats?by=state&{at}")["groups"]}
    assert groups["disputed"]["minutes"] >= 60
    course, = delayed.read(f"/v1/stats?by=tutor&{at}")["groups"][-1:]
    assert course["sessions"] >= 1
    accepted(uphold(lesson))
    assert delayed.read("/v1/queues")["disputed"] == before


def test_the_time_until_confirmed_ends_with_the_completion(make_node):
    node = make_node(config=DELAYED)
    lesson = Lesson(node).awaiting(60)
    node.advance("1h")
    accepted(lesson.student_recap())

    def median():
        (group,) = node.read("/v1/stats?by=tutor")["groups"]
        return group["median_confirm_seconds"]
    assert 3600 <= median() < 3660
    node.advance("10h")
    accepted(dispute(lesson))
    node.advance("10h")
    accepted(uphold(lesson))
    node.advance("48h")
    lesson.settled()
    assert 3600 <= median() < 3660


def test_a_delay_survives_a_restart_and_its_moment_counts(make_node):
    node = make_node(config=DELAYED)
    lesson, other = confirmed(node), confirmed(node)
    accepted(dispute(other))
    due = parse_time(lesson.now()["next_timer"])
    node.restart()
    assert parse_time(lesson.now()["next_timer"]) == due
    assert other.state == "disputed"
    node.set_clock(due)
    lesson.settled()
    assert other.state == "disputed"


def test_what_a_person_wrote_in_a_dispute_is_erased(delayed):
    lesson = confirmed(delayed)
    accepted(dispute(lesson, reason="private words"))
    delayed.post(f"/v1/people/student:{lesson.student}/erase", {"note": "asked"})
    for path in (f"/v1/sessions/{lesson.id}/history",
                 f"/v1/notifications?session={lesson.id}",
                 f"/v1/sessions/{lesson.id}/explain"):
        assert "private words" not in str(delayed.read(path))
    assert lesson.state == "disputed"
    accepted(uphold(lesson))
