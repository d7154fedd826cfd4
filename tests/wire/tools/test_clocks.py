# SPDX-License-Identifier: Apache-2.0
"""A node whose machine's clock is not the database's."""
import json
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

import clock_shim
import pytest
from conftest import wait_until

MINUTE, HOUR = 60, 3600


def ahead(seconds, **more):
    """The environment of a program whose clock is off by that much."""
    return {"LD_PRELOAD": clock_shim.path(), "CLOCK_SHIM_SECONDS": str(seconds),
            "ASAN_OPTIONS": "verify_asan_link_order=0", **more}


def ask(node, path, body=None):
    request = urllib.request.Request(
        node.url + path, body and json.dumps(body).encode(),
        {"Content-Type": "application/cloudevents+json"} if body else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def readiness(node):
    status, text = ask(node, "/readyz")
    return status, json.loads(text)


def skew(node):
    name = "recapd_clock_ahead_seconds "
    line, = (line for line in ask(node, "/metrics")[1].splitlines()
             if line.startswith(name))
    return float(line.removeprefix(name))


def schedule():
    start = datetime.now(timezone.utc) - timedelta(hours=1)
    return {"specversion": "1.0", "id": "c1", "source": "/clocks",
            "type": "recapd.session.schedule", "subject": "s1",
            "authid": "system:x",
            "data": {"tutor": "ann", "course": "math", "students": ["bob"],
                     "starts_at": start.isoformat(), "modality": "online"}}


def test_seconds_apart_are_told(make_node):
    node = make_node(env=ahead(20))
    status, said = readiness(node)
    assert (status, said["status"], said["reasons"]) == (200, "ready", [])
    warning, = said["warnings"]
    assert warning["code"] == "clock-skew"
    assert "ahead of the database" in warning["detail"]
    assert 15 < skew(node) < 21
    assert node.log.read_text().count("ahead of the database") == 1
    assert ask(node, "/v1/commands", schedule())[0] == 200


@pytest.mark.parametrize("by,side", [(2 * HOUR, "ahead of"),
                                     (-2 * HOUR, "behind")])
def test_past_the_bound_nothing_is_served(make_node, by, side):
    node = make_node(env=ahead(by))
    status, said = readiness(node)
    assert (status, said["reason"]) == (503, "clock skew")
    reason, = said["reasons"]
    assert reason["code"] == "clock-skew" and side in reason["detail"]
    assert ask(node, "/v1/commands", schedule())[0] == 503
    assert ask(node, "/v1/sessions")[0] == 200
    other = make_node(database=node.database)
    assert ask(other, "/v1/commands", schedule())[0] == 200
    wait_until(lambda: ask(other, "/v1/sessions/s1")[0] == 200,
               "the other node to serve what this one does not")


def test_the_bound_is_a_setting(make_node):
    node = make_node(env=ahead(2 * HOUR, RECAPD_NODE_MAX_CLOCK_SKEW_MS="3600000"))
    assert readiness(node)[0] == 503
    node = make_node(env=ahead(59 * MINUTE, RECAPD_NODE_MAX_CLOCK_SKEW_MS="3600000"))
    assert readiness(node)[0] == 200


def test_whose_rules_are_told(make_node):
    said = readiness(make_node())[1]
    with open("/usr/share/zoneinfo/tzdata.zi", encoding="ascii") as rules:
        assert rules.readline() == f"# version {said['tzdata']}\n"
    assert float(said["unicode"]) >= 15
