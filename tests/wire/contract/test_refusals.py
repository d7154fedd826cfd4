# SPDX-License-Identifier: Apache-2.0
"""Every refusal code: its status, who gets it, and the order of several."""
import pytest

from lesson import Lesson
from wire import (DAY, HOUR, accepted, command, fresh, recap, refused)

FAMILY = "\U0001F468\u200D\U0001F469\u200D\U0001F467"  # one character


def test_malformed_names_the_command(client):
    event = command("session.log_time", fresh("s"), "tutor:t", {})
    problem = client.send(event)
    refused(problem, "malformed")
    assert problem.json["id"] == event["id"]
    assert problem.json["source"] == event["source"]


@pytest.mark.parametrize("kind,by,data", [
    ("session.log_time", "tutor:t", {"minutes": 5}),
    ("session.complete", "tutor:t", {"minutes": 5, "recap": recap()}),
    ("recap.submit", "student:x", {"recap": recap()}),
    ("session.cancel", "system:x", {"reason": "r"}),
    ("participant.invite", "system:x", {"student": "a"}),
    ("participant.accept", "system:x", {"student": "a"}),
    ("participant.decline", "system:x", {"student": "a"}),
    ("participant.remove", "support:x", {"student": "a"}),
    ("call.join", "system:x", {"participant": "student:a"}),
    ("call.leave", "system:x", {"participant": "student:a"}),
    ("support.request", "tutor:t", {"message": "m"}),
    ("support.reopen", "support:x", {"hours": 1, "note": "n"}),
    ("support.deny", "support:x", {"note": "n"}),
    ("support.void", "support:x", {"note": "n"})])
def test_every_command_answers_unknown_session(client, kind, by, data):
    refused(client.send(command(kind, fresh("s"), by, data)),
            "unknown-session")


def test_what_is_malformed_is_not_looked_up(client):
    refused(client.send(command("session.log_time", fresh("s"), "tutor:t",
                                {"minutes": "5"})), "malformed")


# Who may send what; everybody else is refused.
ROLES = {
    "tutor": "tutor", "student": "student", "other-tutor": "tutor",
    "other-student": "student", "support": "support", "system": "system"}
ALLOWED = {
    "session.log_time": {"tutor"},
    "session.complete": {"tutor"},
    "recap.submit": {"tutor", "student"},
    "session.cancel": {"tutor", "system", "support"},
    "participant.invite": {"tutor", "system"},
    "participant.accept": {"student", "system"},
    "participant.decline": {"student", "system"},
    "participant.remove": {"tutor", "support", "system"},
    "call.join": {"student", "system"},
    "call.leave": {"student", "system"},
    "support.request": {"tutor"},
    "support.reopen": {"support"},
    "support.deny": {"support"},
    "support.void": {"support"},
}


def data_of(kind, lesson):
    return {
        "session.log_time": {"minutes": 5},
        "session.complete": {"minutes": 5, "recap": recap()},
        "recap.submit": {"recap": recap()},
        "session.cancel": {"reason": "r"},
        "participant.invite": {"student": fresh("student")},
        "call.join": {"participant": f"student:{lesson.student}"},
        "call.leave": {"participant": f"student:{lesson.student}"},
        "support.request": {"message": "m"},
        "support.reopen": {"hours": 1, "note": "n"},
        "support.deny": {"note": "n"},
        "support.void": {"note": "n"},
    }.get(kind, {"student": lesson.student})


@pytest.fixture(scope="module")
def shown(client):
    """A session that stays as it is: whoever comes is not allowed."""
    return Lesson(client, modality="online").scheduled()


@pytest.mark.parametrize("kind,role", [
    (kind, role) for kind in ALLOWED for role in ROLES
    if role not in ALLOWED[kind]])
def test_nobody_else_is_allowed(client, shown, kind, role):
    by = {"tutor": shown.by_tutor, "student": f"student:{shown.student}"}.get(
        role, f"{ROLES[role]}:{fresh('x')}")
    refused(shown.send(kind, by, data_of(kind, shown)), "not-allowed")


@pytest.mark.parametrize("by", ["student:a", "support:a", "tutor:another"])
def test_only_system_and_that_tutor_schedule(client, by):
    lesson = Lesson(client)
    refused(lesson.schedule(by=by), "not-allowed")
    assert client.get(f"/v1/sessions/{lesson.id}").status == 404


def test_a_student_answers_for_nobody_else(client):
    lesson = Lesson(client, students=2).scheduled()
    one, two = lesson.students
    for kind in ("participant.accept", "participant.decline"):
        refused(lesson.send(kind, f"student:{one}", {"student": two}),
                "not-allowed")


def test_a_participant_joins_for_nobody_else(client):
    lesson = Lesson(client, modality="online").ready()
    refused(lesson.send("call.join", lesson.by_tutor,
                        {"participant": f"student:{lesson.student}"}),
            "not-allowed")


def test_a_student_who_declined_gives_no_recap(client):
    lesson = Lesson(client, students=2).scheduled()
    accepted(lesson.accept(lesson.students[0]))
    accepted(lesson.decline(lesson.students[1]))
    accepted(lesson.complete())
    refused(lesson.student_recap(lesson.students[1]), "not-allowed")


def test_a_session_is_scheduled_once(client):
    lesson = Lesson(client).scheduled()
    refused(lesson.schedule(), "session-exists")
    refused(lesson.schedule(by="support:x"), "not-allowed")


@pytest.mark.parametrize("prepare,send", [
    ("ready", "tutor_recap"), ("ready", "student_recap"),
    ("ready", "request"), ("ready", "deny"), ("ready", "reopen"),
    ("ready", "void"),
    ("awaiting", "complete"), ("awaiting", "cancel"), ("awaiting", "accept"),
    ("awaiting", "decline"), ("awaiting", "request"), ("awaiting", "deny"),
    ("awaiting", "reopen"),
    ("paid", "complete"), ("paid", "cancel"), ("paid", "accept"),
    ("paid", "request"), ("paid", "deny"), ("paid", "reopen"),
    ("missed", "cancel"), ("missed", "accept"), ("missed", "void"),
    ("missed", "student_recap")])
def test_a_command_in_the_wrong_state_is_refused(client, prepare, send):
    lesson = getattr(Lesson(client), prepare)()
    before = lesson.now()
    refused(getattr(lesson, send)(), "wrong-state")
    assert lesson.now() == before


@pytest.mark.parametrize("end", ["cancel", "void"])
def test_an_ended_session_takes_nothing(client, end):
    lesson = Lesson(client).ready()
    if end == "void":
        accepted(lesson.complete())
    accepted(getattr(lesson, end)())
    for send in ("complete", "accept", "tutor_recap", "student_recap",
                 "cancel", "request", "deny", "reopen", "void"):
        refused(getattr(lesson, send)(), "wrong-state")


def test_time_cannot_be_logged_twice(client):
    lesson = Lesson(client).ready()
    accepted(lesson.log_time(30))
    refused(lesson.log_time(30), "wrong-state")


def test_time_before_the_start_is_too_early(client):
    lesson = Lesson(client, start=client.now() + HOUR).ready()
    refused(lesson.log_time(30), "too-early")
    refused(lesson.complete(30), "too-early")


def test_nobody_going_is_refused(client):
    lesson = Lesson(client).scheduled()
    accepted(lesson.decline())
    refused(lesson.log_time(30), "student-not-going")


def test_a_removed_student_does_not_go(client):
    lesson = Lesson(client).ready()
    accepted(lesson.remove())
    refused(lesson.log_time(30), "student-not-going")


def test_an_open_invitation_is_refused(client):
    lesson = Lesson(client, students=2).scheduled()
    accepted(lesson.accept())
    refused(lesson.log_time(30), "unanswered-invitation")


def test_an_invitation_nobody_answered_gives_both_codes(client):
    lesson = Lesson(client).scheduled()
    refused(lesson.log_time(30), "student-not-going", "unanswered-invitation")


def test_a_student_in_the_call_is_refused(client):
    lesson = Lesson(client, modality="online").ready()
    accepted(lesson.call("join", f"student:{lesson.student}"))
    refused(lesson.log_time(30), "participants-in-call")
    refused(lesson.log_time(30, leave_call=False), "participants-in-call")
    accepted(lesson.log_time(30, leave_call=True))


def test_the_tutor_alone_in_the_call_may_log(client):
    lesson = Lesson(client, modality="online").ready()
    accepted(lesson.call("join", lesson.by_tutor))
    accepted(lesson.log_time(30))


def test_whoever_left_the_call_is_not_in_it(client):
    lesson = Lesson(client, modality="online").ready()
    accepted(lesson.call("join", f"student:{lesson.student}"))
    assert lesson.now()["participants"][0]["in_call"] is True
    accepted(lesson.call("leave", f"student:{lesson.student}"))
    assert lesson.now()["participants"][0]["in_call"] is False
    accepted(lesson.complete(30))


@pytest.mark.parametrize("minutes", [0, -1, -5, 91, 95, 1000, 2**31, -2**31])
def test_minutes_out_of_range_are_refused(client, minutes):
    lesson = Lesson(client).ready()
    refused(lesson.log_time(minutes), "invalid-minutes")


@pytest.mark.parametrize("text", [
    {"topics_covered": "", "how_tutee_did": "", "next_steps": ""},
    recap(149),
    recap(149, FAMILY),
    recap(149, "e\u0301"),
    {"topics_covered": "  " + "a" * 49 + " \n ", "how_tutee_did": "b" * 50,
     "next_steps": "\t" + "c" * 50},
    {"topics_covered": "a" * 49 + " " * 500 + "b", "how_tutee_did": "c" * 98,
     "next_steps": ""}])
def test_a_recap_of_149_characters_is_too_short(client, text):
    lesson = Lesson(client).ready()
    refused(lesson.complete(30, text), "recap-too-short")
    accepted(lesson.log_time(30))
    refused(lesson.tutor_recap(text), "recap-too-short")


@pytest.mark.parametrize("text", [
    recap(150), recap(150, FAMILY), recap(150, "e\u0301"),
    recap(150, "\U0001F1E9\U0001F1EA"),
    {"topics_covered": "a" * 49 + " \n\t " + "b", "how_tutee_did": "c" * 99,
     "next_steps": " "}])
def test_a_recap_of_150_characters_is_enough(client, text):
    lesson = Lesson(client).ready()
    accepted(lesson.complete(30, text))
    assert lesson.now()["tutor_recap"] == text


def test_a_recap_of_10001_characters_is_too_long(client):
    lesson = Lesson(client).ready()
    refused(lesson.complete(30, recap(10001)), "recap-too-long")
    accepted(lesson.complete(30, recap(10000)))


def test_a_students_second_recap_is_refused(client):
    lesson = Lesson(client, students=2).awaiting()
    accepted(lesson.student_recap())
    refused(lesson.student_recap(), "recap-already-submitted")
    refused(lesson.student_recap(text=recap(10)),
            "recap-too-short", "recap-already-submitted")


def test_everything_that_applies_is_named_in_order(client):
    lesson = Lesson(client, students=2, modality="online",
                    start=client.now() + DAY).scheduled()
    accepted(lesson.accept())
    accepted(lesson.call("join", f"student:{lesson.student}"))
    refused(lesson.complete(0, recap(10)), "too-early",
            "unanswered-invitation", "participants-in-call",
            "invalid-minutes", "recap-too-short")
    refused(lesson.complete(91, recap(10001)), "too-early",
            "unanswered-invitation", "participants-in-call",
            "invalid-minutes", "recap-too-long")


def test_nobody_going_is_named_with_the_rest(client):
    lesson = Lesson(client, start=client.now() + DAY).scheduled()
    refused(lesson.complete(0, recap(10)), "too-early", "student-not-going",
            "unanswered-invitation", "invalid-minutes", "recap-too-short")


def test_a_refused_command_changes_nothing(client):
    lesson = Lesson(client, start=client.now() + DAY).ready()
    before, history = lesson.now(), client.history(lesson.id)
    refused(lesson.complete(30), "too-early")
    assert lesson.now() == before
    assert client.history(lesson.id) == history


def test_refusals_of_a_session_can_be_read_oldest_first(client):
    lesson = Lesson(client, start=client.now() + DAY).ready()
    first = lesson.log_time(30).json
    client.advance("1s")  # of two in one moment neither is the older
    second = lesson.complete(0).json
    rows = client.read(f"/v1/sessions/{lesson.id}/refusals")["refusals"]
    assert [r["id"] for r in rows] == [first["id"], second["id"]]
    for row in rows:
        assert row["outcome"] == "refused"
        assert row["refusals"]


@pytest.mark.parametrize("who", ["tutor", "student"])
def test_calls_are_for_online_sessions_only(client, who):
    lesson = Lesson(client).ready()
    by = lesson.by_tutor if who == "tutor" else f"student:{lesson.student}"
    before = client.history(lesson.id)
    answer = lesson.call("join", by)
    assert 400 <= answer.status < 500, answer
    assert client.history(lesson.id) == before
    assert lesson.now()["suggested_minutes"] is None


def test_the_eligibility_says_what_logging_would_answer(client):
    lesson = Lesson(client, start=client.now() + DAY).scheduled()
    answer = client.read(f"/v1/sessions/{lesson.id}/eligibility")
    assert answer["eligible"] is False
    assert [r["code"] for r in answer["refusals"]] == [
        "too-early", "student-not-going", "unanswered-invitation"]


def test_the_eligibility_of_a_ready_session_is_the_maximum(client):
    lesson = Lesson(client).ready()
    answer = client.read(f"/v1/sessions/{lesson.id}/eligibility")
    assert answer["eligible"] is True
    assert answer["refusals"] == []
    assert answer["max_minutes"] == 90
