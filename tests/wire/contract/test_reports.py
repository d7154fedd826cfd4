# SPDX-License-Identifier: Apache-2.0
"""Queues, statistics, and lists by flag, by what support was asked for, by start."""
from datetime import timedelta

import pytest

from lesson import Lesson
from wire import Client, accepted, fresh, problem_of, rfc3339


@pytest.fixture(scope="module")
def alone(make_node):
    """A client of a node of its own: what is counted there is of nobody else."""
    return Client(make_node().port)


def groups(client, query):
    return {g["key"]: g for g in client.read(f"/v1/stats?{query}")["groups"]}


def listed(client, query):
    return [s["id"] for s in client.read(f"/v1/sessions?{query}")["sessions"]]


def test_a_list_goes_by_start_both_ways_in_pages(client):
    tutor = fresh("tutor")
    now = client.now()
    late, early, middle = (
        Lesson(client, tutor=tutor,
               start=now + timedelta(hours=hours)).scheduled().id
        for hours in (30, 10, 20))
    for order, expected in (("starts_at", [early, middle, late]),
                            ("-starts_at", [late, middle, early]),
                            ("id", sorted([late, early, middle]))):
        found, after = [], ""
        for _ in expected:
            page = client.read(
                f"/v1/sessions?tutor={tutor}&limit=1&order={order}{after}")
            found += [s["id"] for s in page["sessions"]]
            after = f"&after={page['next']}"
        assert found == expected
        assert not page["next"]


def test_a_token_of_another_order_is_refused(client):
    tutor = fresh("tutor")
    for _ in range(2):
        Lesson(client, tutor=tutor).scheduled()
    orders = ("id", "starts_at", "-starts_at")
    path = f"/v1/sessions?tutor={tutor}&limit=1&order="
    tokens = {o: client.read(path + o)["next"] for o in orders}
    for made in orders:
        for asked in orders:
            answer = client.get(f"{path}{asked}&after={tokens[made]}")
            if made == asked:
                assert answer.status == 200
            else:
                assert "order" in problem_of(answer, "malformed", 400)["detail"]


@pytest.mark.parametrize("query, word", [
    ("order=start", "-starts_at"), ("support=denied", "asked"),
    ("flag=late", "logged-before-end, longer-than-call, nobody-in-call, "
                  "repetitive-recap, same-id, corrected")])
def test_a_wrong_filter_is_told_what_is_known(client, query, word):
    answer = client.get(f"/v1/sessions?{query}")
    assert word in problem_of(answer, "malformed", 400)["detail"]


def test_a_list_by_flag_has_the_sessions_that_show_it(client):
    tutor = fresh("tutor")
    plain = Lesson(client, tutor=tutor).awaiting()
    corrected = Lesson(client, tutor=tutor,
                       start=client.now() - timedelta(hours=2)).paid()
    accepted(corrected.correct(30))
    namesake = Lesson(client, [tutor], tutor=tutor).scheduled()
    every = client.read(f"/v1/sessions?tutor={tutor}")["sessions"]
    assert len(every) == 3
    for flag in ("logged-before-end", "repetitive-recap", "same-id",
                 "corrected", "nobody-in-call", "longer-than-call"):
        assert listed(client, f"tutor={tutor}&flag={flag}") == [
            s["id"] for s in every if flag in s["flags"]], flag
    assert listed(client, f"tutor={tutor}&flag=corrected") == [corrected.id]
    assert listed(client, f"tutor={tutor}&flag=same-id") == [namesake.id]
    assert plain.id not in listed(client, "flag=corrected&limit=1000")


def test_asked_are_the_missed_ones_until_they_are_answered(client):
    tutor = fresh("tutor")
    asked, silent, denied = (Lesson(client, tutor=tutor).ready()
                             for _ in range(3))
    client.advance("73h")
    for lesson in (asked, denied):
        accepted(lesson.request())
    query = f"tutor={tutor}&support=asked"
    assert listed(client, query) == sorted([asked.id, denied.id])
    accepted(denied.deny())
    assert listed(client, query) == [asked.id]
    accepted(asked.reopen(1))
    assert listed(client, query) == []
    # Missed once more, and nobody has asked since.
    client.advance("2h")
    assert asked.state == silent.state == "missed"
    assert listed(client, query) == []


def test_queues_and_statistics_follow_the_sessions(alone):
    empty = alone.read("/v1/queues")
    assert set(empty.values()) == {0}
    begun = alone.now()
    course = fresh("course")
    paid = Lesson(alone, course=course).paid(60)
    accepted(paid.correct(30))
    overdue = Lesson(alone, course=course).awaiting(45)
    missed = Lesson(alone, course=course).ready()
    gone = Lesson(alone, course=course).scheduled()
    accepted(gone.cancel())
    alone.advance("170h")
    accepted(missed.request())
    queues = alone.read("/v1/queues")
    assert queues["asked"] == queues["missed"] == queues["overdue"] == 1
    # Its minutes were logged before they had passed.
    assert queues["flagged"] == 1
    states = groups(alone, "by=state")
    assert {k: g["sessions"] for k, g in states.items()} == {
        "paid": 1, "awaiting_student_recap": 1, "missed": 1, "cancelled": 1}
    assert states["paid"]["minutes"] == 30
    assert states["paid"]["pay"] == {
        "USD": alone.session(paid.id)["payout"]["amount"]}
    median = states["paid"]["median_confirm_seconds"]
    assert median == 0 and isinstance(median, int)
    assert states["awaiting_student_recap"]["minutes"] == 45
    assert states["awaiting_student_recap"]["median_confirm_seconds"] is None
    assert states["missed"]["pay"] == {}
    for by, key in (("course", course), ("program", "default"),
                    ("tutor", paid.tutor)):
        assert groups(alone, f"by={by}")[key]["minutes"] == (
            30 if by == "tutor" else 75)
    for by in ("day", "week"):
        assert sum(g["sessions"] for g in groups(alone, f"by={by}").values()) == 4
    reminders = groups(alone, "by=reminder")
    assert reminders["student_recap_reminder"] == {
        "key": "student_recap_reminder", "count": 3, "answered_within_24h": 0}
    accepted(overdue.student_recap())
    assert alone.read("/v1/queues")["overdue"] == 0
    reminders = groups(alone, "by=reminder")
    assert reminders["student_recap_overdue"]["answered_within_24h"] == 1
    assert reminders["student_recap_reminder"]["answered_within_24h"] == 0
    before = f"by=state&to={rfc3339(begun - timedelta(hours=1))}"
    assert groups(alone, before.replace("+", "%2B")) == {}


def test_refusals_are_counted_by_code(alone):
    lesson = Lesson(alone, program=fresh("program"),
                    start=alone.now() + timedelta(hours=1)).ready()
    for _ in range(2):
        lesson.complete(60, text=None)
    counted = groups(alone, f"by=refusal&program={lesson.data['program']}")
    assert counted == {"too-early": {"key": "too-early", "count": 2}}


@pytest.mark.parametrize("query, word", [
    ("", "state, day, week"), ("by=month", "refusal, reminder"),
    ("by=day&from=2026-11-24T00:00:00Z&to=2026-11-24T00:00:00Z", "before"),
    ("by=day&from=yesterday", "RFC 3339"), ("by=day&tutor=ann", "tutor")])
def test_wrong_statistics_are_refused(client, query, word):
    answer = client.get(f"/v1/stats?{query}")
    assert word in problem_of(answer, "malformed", 400)["detail"]
