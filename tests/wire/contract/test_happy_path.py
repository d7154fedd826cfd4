# SPDX-License-Identifier: Apache-2.0
"""From "it took place" to "paid", and what can be read on the way."""
import pytest

from lesson import Lesson
from wire import HOUR, accepted, fresh, parse_time, recap, rfc3339


@pytest.fixture(scope="module")
def paid(client):
    return Lesson(client).paid(minutes=60)


def test_a_scheduled_session_shows_everything_it_was_given(client):
    lesson = Lesson(client, students=2, modality="online", program="stem",
                    rate_per_hour=2400, currency="EUR",
                    timezone="Europe/Berlin")
    outcome = accepted(lesson.schedule())
    session = lesson.now()
    assert outcome["session"] == session
    assert session["id"] == lesson.id
    assert session["state"] == "scheduled"
    assert session["tutor"] == lesson.tutor
    assert session["course"] == lesson.course
    assert session["program"] == "stem"
    assert session["modality"] == "online"
    assert session["timezone"] == "Europe/Berlin"
    assert session["rate_per_hour"] == 2400
    assert session["currency"] == "EUR"
    assert parse_time(session["starts_at"]) == parse_time(
        lesson.data["starts_at"])
    assert parse_time(session["deadline"]) == parse_time(
        lesson.data["starts_at"]) + 72 * HOUR
    assert [(p["student"], p["status"], p["in_call"], p["recap"])
            for p in session["participants"]] == [
        (s, "invited", False, None) for s in lesson.students]
    assert session["tutor_recap"] is None
    assert session["minutes"] is None
    assert session["suggested_minutes"] is None
    assert session["payout"] is None
    assert session["next_timer"] is not None


def test_the_policy_gives_what_the_schedule_leaves_out(client):
    lesson = Lesson(client).scheduled()
    session = lesson.now()
    assert session["program"] == "default"
    assert session["rate_per_hour"] == 1500
    assert session["currency"] == "USD"
    assert session["timezone"] == "America/New_York"


def test_an_outcome_names_its_command_and_carries_the_session(client):
    lesson = Lesson(client)
    event = lesson.events.schedule()
    outcome = accepted(client.send(event))
    assert outcome["id"] == event["id"]
    assert outcome["source"] == event["source"]
    assert outcome["duplicate"] is False
    assert outcome["session"]["id"] == lesson.id


def test_each_step_of_the_happy_path_shows_its_state(client):
    lesson = Lesson(client).scheduled()
    assert lesson.state == "scheduled"
    accepted(lesson.accept())
    assert lesson.now()["participants"][0]["status"] == "going"
    accepted(lesson.log_time(60))
    assert lesson.state == "time_logged"
    accepted(lesson.tutor_recap())
    assert lesson.state == "awaiting_student_recap"
    outcome = accepted(lesson.student_recap())
    assert outcome["session"] == lesson.settled()
    assert outcome["session"]["payout"]["amount"] == 1500
    *_, completed, paid = client.history(lesson.id)
    assert (completed["type"], paid["type"]) == (
        "session.completed", "session.paid")
    assert completed["by"] == f"student:{lesson.student}"
    assert (paid["by"], paid["command"]) == ("system:recapd", None)


def test_complete_is_log_time_and_the_recap_at_once(client):
    lesson = Lesson(client).ready()
    text = recap(200, "b")
    outcome = accepted(lesson.complete(45, text))
    assert outcome["session"]["state"] == "awaiting_student_recap"
    assert outcome["session"]["minutes"] == 45
    assert lesson.now()["tutor_recap"] == text


def test_the_students_recap_is_shown_with_the_participant(client):
    lesson = Lesson(client, students=2).awaiting()
    text = recap(170, "ü")
    accepted(lesson.student_recap(lesson.students[1], text))
    first, second = lesson.now()["participants"]
    assert first["recap"] is None
    assert second["recap"] == text
    assert lesson.state == "awaiting_student_recap"


def test_every_going_student_must_confirm(client):
    lesson = Lesson(client, students=3).awaiting()
    for student in lesson.students:
        assert lesson.state == "awaiting_student_recap"
        accepted(lesson.student_recap(student))
    lesson.settled()


def test_a_declined_student_need_not_confirm(client):
    lesson = Lesson(client, students=2).scheduled()
    accepted(lesson.accept(lesson.students[0]))
    accepted(lesson.decline(lesson.students[1]))
    accepted(lesson.complete())
    accepted(lesson.student_recap(lesson.students[0]))
    lesson.settled()


def test_the_version_grows_with_each_accepted_command(client):
    lesson = Lesson(client)
    versions = [accepted(answer)["session"]["version"] for answer in (
        lesson.schedule(), lesson.accept(), lesson.complete())]
    assert versions == sorted(set(versions))


def test_a_paid_session_names_amount_and_moment(client, paid):
    payout = paid.now()["payout"]
    assert payout["amount"] == 1500
    assert parse_time(payout["settled_at"]) <= client.now()
    assert paid.now()["next_timer"] is None


def test_the_ledger_holds_one_balanced_pair(client):
    program = fresh("program")
    lesson = Lesson(client, program=program).paid(60)
    tutor = client.read(f"/v1/accounts/tutor:{lesson.tutor}")
    other = client.read(f"/v1/accounts/program:{program}")
    assert tutor["account"] == f"tutor:{lesson.tutor}"
    assert tutor["balances"] == {"USD": 1500}
    assert other["balances"] == {"USD": -1500}
    assert len(tutor["entries"]) == len(other["entries"]) == 1
    for entry in tutor["entries"] + other["entries"]:
        assert entry["session"] == lesson.id
        assert entry["currency"] == "USD"
        assert {"amount", "at", "kind"} <= set(entry)
    assert tutor["entries"][0]["amount"] + other["entries"][0]["amount"] == 0


def test_the_history_has_no_gap_and_names_who_did_it(client, paid):
    events = client.history(paid.id)
    assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
    for event in events:
        assert set(event) >= {"seq", "type", "at", "by", "command", "data"}
        parse_time(event["at"])
    assert events[0]["by"] == "system:calendar"
    by = [e["by"] for e in events]
    assert f"student:{paid.student}" in by and paid.by_tutor in by


def test_the_history_names_the_command_of_an_event(client):
    lesson = Lesson(client)
    event = lesson.events.schedule(source="/somewhere")
    accepted(client.send(event))
    first = client.history(lesson.id)[0]
    assert first["command"] == {"source": "/somewhere", "id": event["id"]}


def test_the_notifications_follow_the_happy_path(client, paid):
    kinds = client.kinds(paid.id)
    assert kinds == sorted(kinds, key=[
        "student_recap_request", "session_completed",
        "payout_deposited"].index)
    assert set(kinds) == {"student_recap_request", "session_completed",
                          "payout_deposited"}
    for notification in client.notifications(paid.id):
        assert set(notification) >= {"id", "kind", "to", "session", "at",
                                     "data"}
        assert notification["session"] == paid.id
    identities = [n["id"] for n in client.notifications(paid.id)]
    assert len(set(identities)) == len(identities)


def test_notifications_are_listed_by_whom_they_are_to(client):
    lesson, other = Lesson(client, students=2).paid(), Lesson(client).paid()
    of_lesson = client.notifications(lesson.id)
    for person in [f"tutor:{lesson.tutor}", f"student:{lesson.students[0]}"]:
        own = [n for n in of_lesson if n["to"] == person]
        assert own
        for narrowed in ["", f"&session={lesson.id}"]:
            assert client.read(f"/v1/notifications?to={person}{narrowed}")[
                "notifications"] == own
        first = client.read(f"/v1/notifications?to={person}&limit=1")
        assert first["notifications"] == own[:1]
        assert client.read(f"/v1/notifications?to={person}"
                           f"&session={other.id}")["notifications"] == []
    assert client.get("/v1/notifications?to=ann").status == 400


def test_each_going_student_is_asked_for_a_recap(client):
    lesson = Lesson(client, students=3).awaiting()
    to = [n["to"] for n in client.notifications(lesson.id)
          if n["kind"] == "student_recap_request"]
    assert sorted(to) == sorted(f"student:{s}" for s in lesson.students)


@pytest.mark.parametrize("minutes,counted", [
    (1, 5), (5, 5), (6, 10), (59, 60), (60, 60), (86, 90), (90, 90)])
def test_minutes_are_rounded_up_to_the_step(client, minutes, counted):
    lesson = Lesson(client).ready()
    assert accepted(lesson.log_time(minutes))["session"]["minutes"] == counted


@pytest.mark.parametrize("rate,minutes,amount", [
    (1506, 5, 126),  # 125.5 is rounded half up
    (1505, 5, 125),  # 125.416…
    (1510, 5, 126),  # 125.833…
    (1500, 41, 1125),  # 45 minutes
    (1, 5, 0), (6, 5, 1), (100000, 90, 150000)])
def test_pay_is_rounded_half_up(client, rate, minutes, amount):
    lesson = Lesson(client, rate_per_hour=rate).paid(minutes)
    assert lesson.now()["payout"]["amount"] == amount
    assert lesson.balance(f"tutor:{lesson.tutor}") == amount


def test_the_pay_is_in_the_currency_of_the_session(client):
    lesson = Lesson(client, currency="EUR").paid()
    account = client.read(f"/v1/accounts/tutor:{lesson.tutor}")
    assert account["balances"] == {"EUR": 1500}


def test_a_tutor_may_schedule_an_own_session(client):
    lesson = Lesson(client)
    accepted(lesson.schedule(by=lesson.by_tutor))


def test_a_start_may_have_any_offset(client):
    start = client.now().replace(microsecond=0)
    lesson = Lesson(client, start=start)
    lesson.data["starts_at"] = rfc3339(start + 5 * HOUR)[:-1] + "+05:00"
    accepted(lesson.schedule())
    assert parse_time(lesson.now()["starts_at"]) == start


def test_an_invited_student_is_added_to_the_session(client):
    lesson = Lesson(client).ready()
    late = fresh("student")
    accepted(lesson.send("participant.invite", lesson.by_tutor,
                         {"student": late}))
    assert [(p["student"], p["status"])
            for p in lesson.now()["participants"]] == [
        (lesson.student, "going"), (late, "invited")]


def test_a_removed_student_is_marked_and_need_not_confirm(client):
    lesson = Lesson(client, students=2).ready()
    accepted(lesson.remove(lesson.students[1], by=lesson.by_tutor))
    assert lesson.now()["participants"][1]["status"] == "removed"
    accepted(lesson.complete())
    accepted(lesson.student_recap())
    lesson.settled()


def test_fifty_students_fit_into_a_session(client):
    lesson = Lesson(client, students=50).scheduled()
    assert len(lesson.now()["participants"]) == 50


def test_other_extension_attributes_are_never_refused(client):
    lesson = Lesson(client)
    accepted(lesson.send("session.schedule", "system:x", lesson.data,
                         authtype="user", partitionkey="7", anything=True,
                         number=3, datacontenttype="application/json",
                         time="2020-01-01T00:00:00Z",
                         traceparent="00-" + "a" * 32 + "-" + "b" * 16 +
                                     "-01"))


def test_the_time_of_the_event_decides_nothing(client):
    lesson = Lesson(client, start=client.now() + 2 * HOUR).ready()
    answer = lesson.send("session.log_time", lesson.by_tutor, {"minutes": 5},
                         time=rfc3339(lesson.start + HOUR))
    assert [r["code"] for r in answer.json["refusals"]] == ["too-early"]
