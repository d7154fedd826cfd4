# SPDX-License-Identifier: Apache-2.0
"""Policies as versions: who makes them, what is judged by which."""
import pytest

from lesson import Lesson
from wire import (Client, accepted, fresh, problem_of, recap, refused,
                  wait_until)

TOKENS = [{"token": "t-admin", "as": "admin:ada"},
          {"token": "t-manager", "as": "manager:mia"},
          {"token": "t-system", "as": "system:campus"}]


def make(node, policy, **more):
    return node.post("/v1/policies", {"policy": policy, **more})


def made(node, policy, **more):
    answer = make(node, policy, **more)
    assert answer.status == 200, answer
    return answer.json


def test_the_files_policy_is_the_first_version(make_node):
    node = make_node(config={"policy": {"log_window": "10h"}})
    listed = node.read("/v1/policies")
    assert [p["version"] for p in listed["policies"]] == [1]
    assert listed["next"] is None
    first = node.read("/v1/policies/1")
    assert first["policy"]["log_window"] == "10h"
    assert first["by"] == "system:recapd"
    assert set(first) == {"version", "at", "by", "note", "policy"}


def test_a_new_version_is_told_and_judges_what_is_scheduled_then(make_node):
    node = make_node()
    before = Lesson(node).ready()
    answer = made(node, {"recap": {"min_characters": 10},
                         "pay": {"rate_per_hour": 3000}}, note="for the term")
    assert answer == {"version": 2, "changes": [
        {"path": "policy.recap.min_characters", "from": 150, "to": 10},
        {"path": "policy.pay.rate_per_hour", "from": 1500, "to": 3000}]}
    after = Lesson(node).ready()
    refused(before.complete(30, recap(10)), "recap-too-short")
    assert accepted(after.complete(30, recap(10)))
    assert before.now()["policy_version"] == 1
    assert after.now()["policy_version"] == 2
    assert after.now()["rate_per_hour"] == 3000
    newest = node.read("/v1/policies")["policies"][0]
    assert (newest["version"], newest["note"]) == (2, "for the term")


def test_a_version_stays_though_the_node_starts_with_its_old_file(make_node):
    node = make_node(config={"policy": {"pay": {"rate_per_hour": 1500}}})
    made(node, {"pay": {"rate_per_hour": 3000}})
    node.restart({"policy": {"pay": {"rate_per_hour": 1500}}})
    assert len(node.read("/v1/policies")["policies"]) == 2
    assert Lesson(node).scheduled().now()["rate_per_hour"] == 3000
    assert "the policy is version 2 of the database" in node.log()


def test_all_nodes_follow(make_node, make_database):
    database = make_database()
    one = make_node(database=database, config={"node": {"name": "one"}})
    two = make_node(database=database, config={"node": {"name": "two"}})
    made(one, {"pay": {"rate_per_hour": 3000}})
    wait_until(lambda: len(
        {Lesson(two).scheduled().now()["rate_per_hour"] for _ in range(8)}
        - {3000}) == 0, "the other node follows")


def test_programmes_override_and_their_courses(make_node):
    course = fresh("math")
    node = make_node(config={"policy": {
        "courses": {course: {"pay": {"rate_per_hour": 1100}}},
        "programs": {"night": {
            "pay": {"rate_per_hour": 1200},
            "courses": {course: {"recap": {"min_characters": 5}}}}}}})

    def rate(**more):
        return Lesson(node, **more).scheduled().now()["rate_per_hour"]
    assert rate() == 1500
    assert rate(course=course) == 1100
    assert rate(program="night") == 1200
    assert rate(program="night", course=course) == 1200
    accepted(Lesson(node, program="night", course=course).ready()
             .complete(30, recap(5)))
    refused(Lesson(node, course=course).ready().complete(30, recap(5)),
            "recap-too-short")


def test_limits_are_shown_by_the_programmes_rules(make_node):
    node = make_node(config={"policy": {"programs": {
        "night": {"limits": {"tutor_minutes_per_week": 60}}}}})
    for program, limit in (("night", 60), ("day", 900)):
        shown = node.read(f"/v1/tutors/ann/limits?program={program}")
        assert shown["limits"][0]["limit"] == limit


def test_equal_to_the_newest_is_no_new_version(make_node):
    node = make_node()
    assert made(node, {"log_window": "3d"}) == {"version": 1, "changes": []}
    assert made(node, {"log_window": "4d"}, base=1)["version"] == 2
    assert made(node, {"log_window": "96h"}, base=2) == {"version": 2,
                                                         "changes": []}


def test_a_policy_is_compared_by_what_it_means(make_node):
    """Its text may be of a node that lacked some of the rules."""
    node = make_node(config={"policy": {"log_window": "4d"}})
    node.database.run(
        "INSERT INTO policies (version, body, who, note) SELECT 2,"
        " ((body::jsonb - 'calls') #- '{pay,settle_after}')::text, who, ''"
        " FROM policies")
    for base in ({}, {"base": 2}):
        assert made(node, {"log_window": "96h"}, **base) == {"version": 2,
                                                             "changes": []}
    assert make(node, {"log_window": "96h"}, base=1).status == 409
    assert len(node.read("/v1/policies")["policies"]) == 2
    assert made(node, {"log_window": "96h", "calls": {"max_per_session": 7}}
                )["changes"] == [{"path": "policy.calls.max_per_session",
                                  "from": 500, "to": 7}]


def test_settling_at_once_is_said_by_null(make_node):
    node = make_node(config={"policy": {"pay": {"settle_after": None}}})
    pay = node.read("/v1/policies/1")["policy"]["pay"]
    assert pay == {"rate_per_hour": 1500, "currency": "USD",
                   "settle_after": None}
    assert made(node, {"pay": pay}) == {"version": 1, "changes": []}
    assert made(node, {"pay": {**pay, "settle_after": "48h"}})["changes"] == [
        {"path": "policy.pay.settle_after", "from": None, "to": "48h"}]


def test_an_override_that_lifts_a_rule_is_a_change(make_node):
    node = make_node()
    lifted = {"courses": {"c1": {"limits": {"tutor_minutes_per_week": None}}}}
    path = "policy.courses.c1.limits.tutor_minutes_per_week"
    assert made(node, lifted) == {"version": 2, "changes": [
        {"path": path, "from": 900, "to": None, "inherited": "from"}]}
    assert made(node, lifted) == {"version": 2, "changes": []}
    assert made(node, {}) == {"version": 3, "changes": [
        {"path": path, "from": None, "to": 900, "inherited": "to"}]}


def test_a_manager_is_shown_the_overrides_of_their_programmes(make_node):
    tokens = [{"token": "t-both", "as": "manager:bo",
               "programs": ["night", "other"]},
              {"token": "t-none", "as": "manager:no", "programs": ["other"]},
              *TOKENS]
    overrides = {name: {"pay": {"rate_per_hour": rate}}
                 for name, rate in (("day", 1600), ("night", 1700))}
    node = make_node(config={
        "auth": {"mode": "token", "tokens": tokens},
        "policy": {"programs": overrides, "courses": {"M1": {
            "log_window": "10h"}}}})

    def shown(token):
        return Client(node.port, token).read("/v1/policies/1")["policy"]

    everything = shown("t-manager")
    assert everything["programs"] == overrides
    for token, names in (("t-both", ["night"]), ("t-none", [])):
        assert shown(token) == {**everything, "programs": {
            name: overrides[name] for name in names}}


def test_a_base_that_is_not_the_newest_is_refused(make_node):
    node = make_node()
    made(node, {"log_window": "4d"}, base=1)
    for base in (0, 1, 3):
        answer = make(node, {"log_window": "5d"}, base=base)
        assert answer.status == 409
        assert answer.json["type"] == "urn:recapd:problem:policy-changed"
        assert answer.json["newest"] == 2
    assert len(node.read("/v1/policies")["policies"]) == 2


@pytest.mark.parametrize("body,said", [
    ({}, "body.policy"),
    ({"policy": []}, "body.policy: expected an object"),
    ({"policy": {"log_window": 7}}, "policy.log_window: expected a duration"),
    ({"policy": {"x": 7}}, "policy.x"),
    ({"policy": {}, "base": -1}, "body.base"),
    ({"policy": {}, "note": 7}, "body.note"),
    ({"policy": {}, "note": "x" * 10_001}, "body.note"),
    ({"policy": {}, "by": "me"}, "body.by"),
    ({"policy": {"week_starts_on": "sunday"}},
     "policy.week_starts_on: expected monday"),
    ({"policy": {"programs": {"p": {"week_starts_on": "sunday"}}}},
     "policy.programs.p.week_starts_on: expected no other day"),
    ({"policy": {"duration": {"max_minutes": 88}}},
     "policy.duration.max_minutes: expected a multiple"),
])
def test_what_a_start_would_refuse_is_refused(client, body, said):
    answer = client.post("/v1/policies", body)
    assert answer.status == 400
    assert answer.json["type"] == "urn:recapd:problem:malformed"
    assert said in answer.json["detail"]
    assert client.read("/v1/policies")["policies"][0]["version"] == 1


def test_pages_of_versions(make_node):
    node = make_node()
    for days in range(4, 9):
        made(node, {"log_window": f"{days}d"})
    seen, after = [], ""
    while after is not None:
        page = node.read(f"/v1/policies?limit=2&after={after}")
        seen += [p["version"] for p in page["policies"]]
        after = page["next"]
    assert seen == [6, 5, 4, 3, 2, 1]


def test_there_is_no_such_version(client):
    for version in ("0", "99", "x", "-1", "2147483648"):
        assert client.get(f"/v1/policies/{version}").status == 404


def test_who_made_a_version_is_told(make_node):
    node = make_node(config={"auth": {"mode": "token", "tokens": TOKENS}})
    for token, status in (("t-manager", 403), ("t-system", 403),
                          ("t-admin", 200)):
        assert make(Client(node.port, token), {"log_window": "4d"},
                    note="n").status == status
    listed = Client(node.port, "t-manager").read("/v1/policies")
    assert listed["policies"][0]["by"] == "admin:ada"
