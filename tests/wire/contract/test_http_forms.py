# SPDX-License-Identifier: Apache-2.0
"""The forms in which commands arrive: structured, binary, in batches."""
import gzip
import json

import pytest

from lesson import Lesson
from wire import (BATCH, CLOUDEVENT, DAY, accepted, check_outcome, command,
                  fresh, is_problem, problem_of, refused)


def binary(client, event, data=None, media="application/json", **more):
    headers = {f"ce-{k}": str(v) for k, v in event.items() if k != "data"}
    headers.update({"Content-Type": media, **more})
    body = json.dumps(event["data"]) if data is None else data
    return client.request("POST", "/v1/commands", body, headers)


def schedule(client, **attributes):
    return Lesson(client).events.schedule(**attributes)


@pytest.mark.parametrize("media", [
    CLOUDEVENT, CLOUDEVENT + "; charset=utf-8", CLOUDEVENT + ";charset=UTF-8",
    CLOUDEVENT + '; charset="utf-8"', "Application/CloudEvents+JSON"])
def test_a_structured_event_is_taken(client, media):
    accepted(client.send_text(json.dumps(schedule(client)), media))


@pytest.mark.parametrize("media", ["application/json",
                                   "application/json; charset=utf-8"])
def test_a_binary_event_is_taken(client, media):
    lesson = Lesson(client)
    event = lesson.events.schedule()
    outcome = accepted(binary(client, event, media=media))
    assert (outcome["id"], outcome["source"]) == (event["id"],
                                                  event["source"])
    assert lesson.state == "scheduled"


def test_header_names_know_no_case(client):
    event = schedule(client)
    headers = {f"CE-{k.title()}": v for k, v in event.items() if k != "data"}
    accepted(client.request("POST", "/v1/commands", json.dumps(event["data"]),
                            {**headers, "content-type": "application/json"}))


def test_binary_and_structured_are_the_same_command(client):
    event = schedule(client)
    accepted(client.send(event))
    assert accepted(binary(client, event))["duplicate"] is True


def test_binary_values_may_be_percent_encoded(client):
    event = schedule(client, id=fresh("c") + " ü")
    outcome = accepted(client.request(
        "POST", "/v1/commands", json.dumps(event["data"]), {
            "Content-Type": "application/json",
            **{f"ce-{k}": v.replace("%", "%25").replace(" ", "%20")
               .replace("ü", "%C3%BC")
               for k, v in event.items() if k != "data"}}))
    assert outcome["id"] == event["id"]


@pytest.mark.parametrize("missing", ["specversion", "id", "source", "type",
                                     "subject", "authid"])
def test_a_binary_event_needs_its_headers(client, missing):
    event = schedule(client)
    del event[missing]
    answer = binary(client, event)
    assert answer.status in (400, 415), (missing, answer)


def test_binary_data_must_be_an_object(client):
    for data in ("[]", "1", "null", '"x"', "{", ""):
        refused(binary(client, schedule(client), data), "malformed")


def test_a_batch_is_answered_in_order(client):
    lessons = [Lesson(client) for _ in range(20)]
    events = [x.events.schedule() for x in lessons]
    answer = client.batch(events)
    assert answer.status == 200
    outcomes = answer.json
    assert [o["id"] for o in outcomes] == [e["id"] for e in events]
    for outcome, lesson in zip(outcomes, lessons):
        check_outcome(outcome)
        assert outcome["outcome"] == "accepted"
        assert outcome["session"]["id"] == lesson.id


def test_a_batch_about_one_session_is_taken_in_order(client):
    lesson = Lesson(client)
    its = lesson.events
    events = [its.schedule(), its.accept(), its.complete(),
              its.student_recap()]
    assert [o["outcome"] for o in client.batch(events).json] == [
        "accepted"] * 4
    lesson.settled()


@pytest.mark.parametrize("wrong", [
    {}, [], None, 7, "text", {"id": "x"}, {"specversion": "0.3"}])
def test_a_malformed_member_is_refused_alone(client, wrong):
    one, two = Lesson(client), Lesson(client)
    answer = client.batch([one.events.schedule(), wrong,
                           two.events.schedule()])
    assert answer.status == 200, answer
    first, middle, last = answer.json
    assert first["outcome"] == last["outcome"] == "accepted"
    assert middle["outcome"] == "refused"
    assert [r["code"] for r in middle["refusals"]] == ["malformed"]
    assert middle["session"] is None
    assert one.state == two.state == "scheduled"


def test_a_refused_member_is_refused_alone(client):
    lesson = Lesson(client, start=client.now() + DAY).ready()
    early = lesson.events.log_time(5)
    unknown = command("session.log_time", fresh("s"), "tutor:t",
                      {"minutes": 5})
    answer = client.batch([early, unknown, schedule(client)])
    assert answer.status == 200
    assert [[r["code"] for r in o["refusals"]] for o in answer.json] == [
        ["too-early"], ["unknown-session"], []]
    for outcome in answer.json:
        check_outcome(outcome)


def test_a_batch_holds_a_thousand_events(client):
    events = [Lesson(client, start=client.now()).events.schedule()
              for _ in range(1000)]
    answer = client.batch(events)
    assert answer.status == 200
    assert [o["id"] for o in answer.json] == [e["id"] for e in events]
    assert {o["outcome"] for o in answer.json} == {"accepted"}


def test_a_batch_of_1001_events_is_too_large(client):
    event = schedule(client)
    answer = client.batch([event] * 1001)
    is_problem(answer, 413)
    assert client.get(f"/v1/sessions/{event['subject']}").status == 404


def test_a_batch_of_more_than_4_mib_is_too_large(client):
    event = schedule(client)
    text = "[" + json.dumps(event) + " " * (4 << 20) + "]"
    try:
        assert client.send_text(text, BATCH).status == 413
    except ConnectionError:
        pass  # it may hang up on what it does not want to read
    assert client.get(f"/v1/sessions/{event['subject']}").status == 404


def test_an_empty_batch_is_no_error(client):
    answer = client.batch([])
    assert (answer.status, answer.json) == (200, [])


def test_a_member_over_64_kib_is_refused_alone(client):
    large = schedule(client, note="x" * 65536)
    answer = client.batch([large, schedule(client)])
    assert [o["outcome"] for o in answer.json] == ["refused", "accepted"]


def test_an_event_of_64_kib_is_taken_and_a_byte_more_is_not(client):
    event = schedule(client, filler="")
    event["filler"] = "x" * (65536 - len(json.dumps(event)))
    text = json.dumps(event)
    assert len(text) == 65536
    problem = client.send_text(text.replace("xx", "xxx", 1))
    assert problem.status == 413, problem
    accepted(client.send_text(text))


@pytest.mark.parametrize("media", [
    "text/plain", "application/xml", "application/x-www-form-urlencoded",
    "multipart/form-data", "application/cloudevents+avro",
    "application/cloudevents", ""])
def test_another_media_type_is_unsupported(client, media):
    answer = client.send_text(json.dumps(schedule(client)), media)
    is_problem(answer, 415)


@pytest.mark.parametrize("method,path", [
    ("GET", "/v1/commands"), ("PUT", "/v1/commands"),
    ("DELETE", "/v1/commands"), ("POST", "/v1/sessions"),
    ("DELETE", "/v1/sessions/x"), ("PATCH", "/v1/sessions/x"),
    ("POST", "/v1/notifications"), ("POST", "/healthz"),
    ("DELETE", "/v1/clock"), ("PUT", "/v1/events")])
def test_another_method_is_not_allowed(client, method, path):
    answer = client.request(method, path, "" if method != "GET" else None)
    assert answer.status in (404, 405), answer


@pytest.mark.parametrize("path", [
    "/v1", "/v1/", "/v2/commands", "/v1/nothing", "/v1/sessions/a/b/c",
    "/../etc/passwd", "/v1/%2e%2e/healthz"])
def test_another_path_is_not_found(client, path):
    answer = client.get(path)
    is_problem(answer, 404)


def test_a_problem_has_the_members_of_rfc_9457(client):
    problem = problem_of(client.send(command("session.log_time", fresh("s"),
                                             "tutor:t", {"minutes": 5})),
                         "unknown-session")
    assert problem["status"] == 404
    assert isinstance(problem["title"], str)


def test_a_body_that_is_compressed_is_told_so(client):
    event = schedule(client)
    body = gzip.compress(json.dumps(event).encode())
    answer = client.request("POST", "/v1/commands", body, {
        "Content-Type": "application/cloudevents+json",
        "Content-Encoding": "gzip"})
    problem_of(answer, "unsupported-media-type", 415)
    assert client.get(f"/v1/sessions/{event['subject']}").status == 404
