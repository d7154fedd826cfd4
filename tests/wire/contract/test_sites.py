# SPDX-License-Identifier: Apache-2.0
"""Hosts that the node answers to, and pages that may call it."""
import json

import pytest

from wire import problem_of


@pytest.fixture(scope="module")
def told(make_node):
    return make_node(
        config={"http": {"hosts": ["recap.example"],
                         "origins": ["https://app.example"]}},
        env={"RECAPD_HTTP_PUBLIC_URL": "https://people.example"})


@pytest.mark.parametrize("host", [
    "recap.example", "recap.example:8443", "people.example", "localhost",
    "127.0.0.1", "[::1]"])
def test_a_host_that_was_named_is_answered(told, host):
    assert told.get("/v1/sessions", Host=host).status == 200


@pytest.mark.parametrize("host", ["evil.example", "recap.example.evil",
                                  "10.0.0.1", "localhost.evil.example"])
@pytest.mark.parametrize("path", ["/v1/sessions", "/healthz", "/nothing"])
def test_another_host_is_refused(told, host, path):
    answer = told.get(path, Host=host)
    problem_of(answer, "unknown-host", 403)


@pytest.mark.parametrize("origin", ["https://evil.example", "null",
                                    "http://app.example"])
def test_a_foreign_page_changes_nothing(told, origin):
    before = told.now()
    answer = told.request(
        "POST", "/v1/clock", json.dumps({"advance": "1s"}),
        {"Content-Type": "application/json", "Origin": origin})
    problem_of(answer, "foreign-origin", 403)
    assert told.now() == before


def test_a_listed_page_gets_its_answers(told):
    origin = {"Origin": "https://app.example"}
    answer = told.get("/v1/sessions", **origin)
    assert answer.status == 200, answer
    assert answer.headers["access-control-allow-origin"] == origin["Origin"]
    asked = told.request("OPTIONS", "/v1/commands", headers={
        **origin, "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type"})
    assert asked.status == 204, asked
    assert asked.headers["access-control-allow-methods"] == "POST"


@pytest.mark.parametrize("media", [None, "text/plain",
                                   "application/x-www-form-urlencoded"])
def test_the_clock_is_moved_by_json_only(told, media):
    answer = told.request("POST", "/v1/clock", '{"advance":"1s"}',
                          {"Content-Type": media} if media else {})
    assert answer.status == 415, answer
