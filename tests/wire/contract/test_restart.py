# SPDX-License-Identifier: Apache-2.0
"""Ends, gentle and not: nothing is lost, nothing happens twice."""
import threading
from datetime import datetime, timedelta, timezone

import pytest

from lesson import Lesson
from wire import DAY, HOUR, SECOND, accepted, fresh, parse_time, wait_until


def test_a_gentle_end_is_an_end_with_zero(make_node):
    node = make_node()
    Lesson(node).awaiting()
    node.stop()


def test_a_node_that_was_never_used_ends_with_zero(make_node):
    make_node().stop()


def test_everything_is_there_after_a_restart(make_node):
    node = make_node()
    lessons = [Lesson(node) for _ in range(4)]
    lessons[0].ready()
    lessons[1].awaiting()
    lessons[2].paid()
    accepted(lessons[3].schedule())
    before = [(x.now(), node.history(x.id), node.notifications(x.id))
              for x in lessons]
    node.restart()
    assert before == [(x.now(), node.history(x.id), node.notifications(x.id))
                      for x in lessons]
    accepted(lessons[0].complete())
    accepted(lessons[1].student_recap())
    lessons[1].settled()


def test_answered_commands_survive_a_kill(make_node):
    node = make_node()
    lessons = [Lesson(node).ready() for _ in range(20)]
    for lesson in lessons:
        accepted(lesson.complete())
    node.crash()
    for lesson in lessons:
        assert lesson.state == "awaiting_student_recap"
        accepted(lesson.student_recap())
        lesson.settled()


def test_timers_fire_after_a_kill(make_node):
    node = make_node()
    lesson = Lesson(node, start=node.now().replace(microsecond=0)).ready()
    waiting = Lesson(node).awaiting()
    node.crash()
    node.advance("25h")
    assert node.kinds(lesson.id) == ["tutor_recap_due",
                                     "tutor_recap_reminder"]
    assert "student_recap_reminder" in node.kinds(waiting.id)
    node.crash()
    node.advance("48h")
    assert lesson.state == "missed"
    assert node.kinds(lesson.id).count("tutor_recap_reminder") in (2, 3)
    assert node.kinds(lesson.id)[-1] == "session_missed"


def test_limits_are_remembered_over_a_kill(make_node):
    node = make_node()
    tutor, student, start = fresh("tutor"), fresh("student"), node.now()
    accepted(Lesson(node, [student], start, tutor=tutor).ready()
             .log_time(60))
    second = Lesson(node, [student], start, tutor=tutor).ready()
    node.crash()
    answer = second.log_time(60)
    assert [r["code"] for r in answer.json["refusals"]] == [
        "pair-daily-limit"]


def ended_under_load(node, end, lists, enough):
    """Sends each list from a thread of its own, ends the node once more than
    enough are answered, and starts it: what was answered is a duplicate."""
    answered = []

    def send(events):
        for event in events:
            try:
                answer = node.send(event)
            except OSError:
                return
            if answer.status == 200:
                answered.append(event)

    threads = [threading.Thread(target=send, args=(events,))
               for events in lists]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answered) > enough, "some answers")
    end()
    for thread in threads:
        thread.join()
    node.start()
    for event in answered:
        assert accepted(node.send(event))["duplicate"] is True


@pytest.mark.parametrize("round_number", range(3))
def test_a_kill_under_load_loses_and_doubles_nothing(make_node, round_number):
    """Killed while many commands are in flight; then all are sent again."""
    node = make_node()
    lessons = [Lesson(node, start=node.now()).ready() for _ in range(24)]
    events = [[x.events.complete(), x.events.student_recap()]
              for x in lessons]
    ended_under_load(node, node.kill, events, 3 + 5 * round_number)
    for pair in events:
        for event in pair:
            accepted(node.send(event))
    for lesson in lessons:
        lesson.settled()
        entries = node.read(f"/v1/accounts/tutor:{lesson.tutor}")["entries"]
        assert [e["amount"] for e in entries] == [1500]
        history = node.history(lesson.id)
        assert [e["seq"] for e in history] == list(
            range(1, len(history) + 1))
        for kind in ("session_completed", "payout_deposited"):
            assert node.kinds(lesson.id).count(kind) == 1
    assert node.read("/v1/accounts/program:default")["balances"] == {
        "USD": -1500 * len(lessons)}


def test_an_end_under_load_answers_what_it_took(make_node):
    node = make_node()
    events = [Lesson(node, start=node.now()).events.schedule()
              for _ in range(200)]
    ended_under_load(node, node.stop, [events[n::8] for n in range(8)], 10)


def test_a_timer_that_fell_due_while_nothing_ran_fires_at_the_start(make_node):
    """With the system's clock: the deadline passes while the node is down."""
    node = make_node(clock="system")
    now = datetime.now(timezone.utc).replace(microsecond=0)
    lesson = Lesson(node, start=now - 72 * HOUR + 4 * SECOND).ready()
    assert lesson.state == "scheduled"
    deadline = parse_time(lesson.now()["deadline"])
    node.stop()
    wait_until(lambda: datetime.now(timezone.utc) > deadline + SECOND,
               "the deadline")
    node.start()
    node.wait_state(lesson.id, "missed")
    wait_until(lambda: "session_missed" in node.kinds(lesson.id), "the news")
    assert node.kinds(lesson.id).count("session_missed") == 1
    assert node.kinds(lesson.id).count("tutor_recap_reminder") <= 1


def test_the_systems_clock_fires_a_timer_in_time(make_node):
    node = make_node(clock="system")
    now = datetime.now(timezone.utc).replace(microsecond=0)
    lesson = Lesson(node, start=now - 72 * HOUR + timedelta(seconds=2))
    accepted(lesson.schedule())
    node.wait_state(lesson.id, "missed")
    assert datetime.now(timezone.utc) > parse_time(lesson.now()["deadline"])


def test_the_manual_clock_moves_on_over_many_restarts(make_node):
    node = make_node()
    lesson = Lesson(node, start=node.now() + DAY).ready()
    for _ in range(5):
        node.advance("24h")
        node.restart()
    assert lesson.state == "missed"
