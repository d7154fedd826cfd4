# SPDX-License-Identifier: Apache-2.0
"""A webhook's receiver that does not take what some sessions have."""
import pytest

from lesson import Lesson
from receiver import Receiver
from wire import accepted, wait_until

SCHEDULED = "recapd.event.session.scheduled"
ACCEPTED = "recapd.event.participant.accepted"


@pytest.fixture
def receiver():
    with Receiver() as made:
        yield made


def letters(node):
    return node.get("/v1/dead-letters").json["dead_letters"]


def test_other_sessions_go_on_and_what_waits_outlasts_a_crash(make_node,
                                                              receiver):
    node = make_node(config={"webhook": {"url": receiver.url}})
    refused, unanswered, other = (Lesson(node) for _ in range(3))
    receiver.statuses = {refused.id: 404, unanswered.id: 503}
    for lesson in (refused, unanswered, other):
        lesson.ready()
    wait_until(lambda: receiver.of(other.id) == [SCHEDULED, ACCEPTED],
               "the other session")
    wait_until(lambda: any("2 sessions wait" in told for told
                           in node.warned("webhook-failing")), "the warning")
    tries = lambda: dict(node.database.run(
        "SELECT session_id, tries FROM held_deliveries"))
    wait_until(lambda: min(tries().get(x.id, 0)
                           for x in (refused, unanswered)) >= 2, "two tries")
    node.kill()
    before = tries()
    node.start()
    wait_until(lambda: all(tries()[s] > n for s, n in before.items()),
               "further tries", 60)
    receiver.statuses = {}
    for lesson in (refused, unanswered):
        wait_until(lambda: receiver.of(lesson.id) == [SCHEDULED, ACCEPTED],
                   "what waited", 60)
    wait_until(lambda: not node.warned("webhook-failing"), "its end")
    assert tries() == {} and letters(node) == []


def test_what_is_gone_is_a_dead_letter(make_node, receiver):
    node = make_node(config={"webhook": {"url": receiver.url}})
    lesson = Lesson(node)
    receiver.statuses = {lesson.id: 410}
    accepted(lesson.schedule())
    letter, = wait_until(lambda: letters(node), "the letter")
    assert letter["direction"] == "out" and letter["ingress"] == "webhook"
    assert letter["code"] == "refused" and "410" in letter["reason"]
    assert SCHEDULED in letter["event"]
    receiver.statuses = {}
    accepted(lesson.accept())
    wait_until(lambda: receiver.of(lesson.id) == [ACCEPTED], "the next")
    assert letter["session"] == lesson.id
    assert letter["sender"] == "system:calendar"
    answer = node.post(f"/v1/dead-letters/{letter['id']}/retry", {})
    assert answer.status == 409
    assert f"/v1/sessions/{lesson.id}/history" in answer.json["detail"]
