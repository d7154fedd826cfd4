# SPDX-License-Identifier: Apache-2.0
"""What-if: recorded sessions under another policy."""
import json

import pytest

from lesson import Lesson
from wire import (DAY, HOUR, MINUTE, accepted, fresh, parse_time, problem_of,
                  recap, rfc3339)

BEGIN = "2030-03-04T15:00:00Z"  # a Monday
RANGE = {"from": "2030-03-01T00:00:00Z", "to": "2030-04-01T00:00:00Z"}
WAS = {"recap": {"min_characters": 100},
       "limits": {"tutor_minutes_per_week": 120}}
WOULD = {"recap": {"min_characters": 200}, "log_window": "24h",
         "pay": {"rate_per_hour": 2400},
         "limits": {"tutor_minutes_per_week": 180},
         "auto_confirm_after": "30h",
         "reminders": {"tutor_recap_reminder": ["6h", "12h"]}}


def ask(node, policy, **more):
    answer = node.post("/v1/policies/whatif",
                       {"policy": policy, **RANGE, **more})
    assert answer.status == 200, answer
    return answer.json


def in_turn(node, *senders):
    for send in senders:
        send()
        node.advance("1s")


def tell_story(node):
    """Sends the same commands at the same moments, whatever becomes of them,
    and none at the moment of another."""
    begin = parse_time(BEGIN)
    lessons = [Lesson(node, 1 + i % 2, begin + i * DAY, tutor="tina",
                      id=f"story-{i}", course="algebra",
                      **({"rate_per_hour": 1800} if i == 3 else {}))
               for i in range(5)]
    node.set_clock(begin - DAY)
    for lesson in lessons:
        lesson.schedule()
        for student in lesson.students:
            lesson.accept(student)
    for i, lesson in enumerate(lessons):
        node.set_clock(lesson.start + 40 * MINUTE)
        in_turn(node, lambda: lesson.complete(50, recap(90)),
                lambda: lesson.complete(50, recap(150 if i < 3 else 250)),
                lambda: lesson.student_recap(text=recap(120 if i % 2 else 220)))
        node.set_clock(lesson.start + 3 * HOUR)
        in_turn(node, lambda: lesson.complete(30, recap(250)),
                lambda: lesson.student_recap(text=recap(220)))
    node.set_clock(begin + 6 * DAY)
    in_turn(node, lambda: lessons[4].complete(20, recap(250)),
            lessons[0].request, lessons[0].reopen,
            lambda: lessons[0].complete(20, recap(250)),
            lambda: lessons[1].correct(35), lessons[2].void)
    node.set_clock(begin + 20 * DAY)
    return lessons


@pytest.fixture(scope="module")
def told(make_node):
    node = make_node(config={"policy": WAS})
    tell_story(node)
    return node


def test_the_policy_that_was_gives_what_was(told):
    answer = ask(told, WAS)
    assert answer["sessions"] == 5
    for name in ("paid", "pay", "minutes", "missed", "reminders"):
        assert answer[name]["was"] == answer[name]["would"], name
    assert all(r["was"] == r["would"] for r in answer["refused"])
    assert answer["differing"] == [] and answer["next"] is None
    paid = [s for s in told.read("/v1/sessions?tutor=tina")["sessions"]
            if s["state"] == "paid"]
    assert answer["paid"]["was"] == len(paid) > 0
    assert answer["pay"]["was"] == told.read(
        "/v1/accounts/tutor:tina")["balances"]
    codes = {r["code"] for r in answer["refused"]}
    assert {"recap-too-short", "tutor-weekly-limit"} <= codes


def test_another_policy_gives_what_a_node_with_it_would(told, make_node):
    other = make_node(config={"policy": WOULD})
    tell_story(other)
    would, then = ask(told, WOULD), ask(other, WOULD)
    for name in ("paid", "pay", "minutes", "missed", "reminders"):
        assert would[name]["would"] == then[name]["was"], name
    assert {r["code"]: r["would"] for r in would["refused"] if r["would"]} == \
        {r["code"]: r["was"] for r in then["refused"] if r["was"]}
    assert then["differing"] == []
    assert would["pay"]["would"] != would["pay"]["was"]
    ends = {s["id"]: s for s in
            other.read("/v1/sessions?tutor=tina")["sessions"]}
    assert would["differing"]
    for one in would["differing"]:
        end = ends[one["session"]]
        assert one["would"]["state"] == end["state"]
        assert one["would"]["minutes"] == end["minutes"]
        assert one["why"].endswith(".")


def test_nothing_is_changed(told):
    before = [told.history(f"story-{i}") for i in range(5)]
    ask(told, WOULD)
    assert [told.history(f"story-{i}") for i in range(5)] == before


def test_only_sessions_that_begin_in_the_range_are_replayed(told):
    second = parse_time(BEGIN) + DAY
    answer = ask(told, WOULD, **{"from": rfc3339(second),
                                 "to": rfc3339(second + DAY)})
    assert answer["sessions"] == 1
    assert {d["session"] for d in answer["differing"]} == {"story-1"}
    assert ask(told, WOULD, to=rfc3339(second))["sessions"] == 1
    assert ask(told, WOULD, to="2030-03-02T00:00:00Z")["sessions"] == 0


def test_differing_sessions_are_listed_behind_one(told):
    every = [d["session"] for d in ask(told, WOULD)["differing"]]
    assert every == sorted(every) and len(every) > 1
    assert [d["session"] for d in ask(told, WOULD, after=every[0])[
        "differing"]] == every[1:]


@pytest.mark.parametrize("changes, told_of", [
    ({"policy": {"log_window": "never"}}, "policy.log_window"),
    ({"policy": {"nothing": 1}}, "policy.nothing"),
    ({"policy": []}, "policy: expected an object"),
    ({"policy": {"week_starts_on": "sunday"}}, "policy.week_starts_on"),
    ({"from": "yesterday"}, "from: expected RFC 3339"),
    ({"to": None}, "to: expected RFC 3339"),
    ({"to": RANGE["from"]}, "to: expected a time after from"),
    ({"after": "no id"}, "after: expected the id"),
    ({"more": 1}, "more: expected one of"),
])
def test_a_wrong_question_is_told_what_is_wrong(told, changes, told_of):
    answer = told.post("/v1/policies/whatif",
                       {"policy": {}, **RANGE, **changes})
    assert told_of in problem_of(answer, "malformed", 400)["detail"]


def test_progress_is_streamed_and_then_the_result(told):
    answer = told.request(
        "POST", "/v1/policies/whatif",
        json.dumps({"policy": WOULD, **RANGE}),
        {"Content-Type": "application/json", "Accept": "text/event-stream"})
    assert answer.status == 200 and answer.media == "text/event-stream"
    frames = [dict(line.split(": ", 1) for line in frame.split("\n"))
              for frame in answer.body.decode().strip().split("\n\n")]
    assert [f["event"] for f in frames[-2:]] == ["progress", "result"]
    assert {f["event"] for f in frames[:-1]} == {"progress"}
    assert json.loads(frames[-2]["data"]) == {"done": 5, "of": 5}
    assert json.loads(frames[-1]["data"]) == ask(told, WOULD)


def test_a_wrong_question_is_no_stream(told):
    answer = told.request(
        "POST", "/v1/policies/whatif", "{}",
        {"Content-Type": "application/json", "Accept": "text/event-stream"})
    problem_of(answer, "malformed", 400)


def test_a_manager_is_told_of_their_programmes(make_node):
    def token(name):
        return fresh(name) + "-that-is-long-enough-for-a-secret"
    sis, mia, ada = token("sis"), token("mia"), token("ada")
    node = make_node(config={"auth": {"mode": "token", "tokens": [
        {"token": sis, "as": "system:sis"},
        {"token": mia, "as": "manager:mia", "programs": ["night"]},
        {"token": ada, "as": "admin:ada"}]}})
    begin = parse_time(BEGIN)
    node.token = sis
    node.set_clock(begin - DAY)
    for program in ("night", "default"):
        accepted(Lesson(node, start=begin, program=program).schedule(
            "system:sis"))
    for who, sessions in ((mia, 1), (ada, 2)):
        node.token = who
        assert ask(node, {})["sessions"] == sessions
    node.token = sis
    refused = problem_of(node.post("/v1/policies/whatif",
                                   {"policy": {}, **RANGE}),
                         "not-allowed", 403)
    assert refused["detail"] == (
        "Your role may not use this: system; it is for manager, admin.")
