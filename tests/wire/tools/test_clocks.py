# SPDX-License-Identifier: Apache-2.0
"""A node whose machine's clock is not the database's."""
import struct

import pytest

import clock_shim
from session import Session
from wire import wait_until

MINUTE, HOUR = 60, 3600


def clock_off_by(seconds, **more):
    """The environment of a program whose clock is off by that much."""
    return {"LD_PRELOAD": clock_shim.path(), "CLOCK_SHIM_SECONDS": str(seconds),
            "ASAN_OPTIONS": "verify_asan_link_order=0", **more}


def move(file, seconds):
    """Moves the clock. The node maps the file, which may not shrink."""
    with file.open("r+b") as f:
        f.write(struct.pack("q", seconds))


def readiness(node):
    answer = node.get("/readyz")
    return answer.status, answer.json


def test_seconds_apart_are_told(make_node):
    node = make_node(env=clock_off_by(20))
    status, said = readiness(node)
    assert (status, said["status"], said["reasons"]) == (200, "ready", [])
    warning, = said["warnings"]
    assert warning["code"] == "clock-skew"
    assert "ahead of the database" in warning["detail"]
    assert 15 < node.metrics()["recapd_clock_ahead_seconds"] < 21
    assert node.log().count("ahead of the database") == 1
    assert node.send(Session().schedule).status == 200


@pytest.mark.parametrize("by,side", [(2 * HOUR, "ahead of"),
                                     (-2 * HOUR, "behind")])
def test_past_the_bound_nothing_is_served(make_node, by, side):
    node = make_node(env=clock_off_by(by))
    status, said = readiness(node)
    assert (status, said["reason"]) == (503, "clock skew")
    reason, = said["reasons"]
    assert reason["code"] == "clock-skew" and side in reason["detail"]
    assert node.send(Session().schedule).status == 503
    assert node.get("/v1/sessions").status == 200
    other = make_node(database=node.database)
    session = Session()
    assert other.send(session.schedule).status == 200
    wait_until(lambda: other.get(f"/v1/sessions/{session.id}").status == 200,
               "the other node to serve what this one does not")


def test_the_bound_is_a_setting(make_node):
    node = make_node(env=clock_off_by(2 * HOUR, RECAPD_NODE_MAX_CLOCK_SKEW_MS="3600000"))
    assert readiness(node)[0] == 503
    node = make_node(env=clock_off_by(59 * MINUTE, RECAPD_NODE_MAX_CLOCK_SKEW_MS="3600000"))
    assert readiness(node)[0] == 200


def test_what_comes_due_waits_for_a_clock_that_jumped(make_node, tmp_path):
    file = tmp_path / "seconds"
    file.write_bytes(bytes(8))
    node = make_node(env=clock_off_by(0, CLOCK_SHIM_FILE=str(file)))
    session = Session()
    assert node.send(session.schedule).status == 200
    move(file, 80 * HOUR)
    wait_until(lambda: readiness(node)[0] == 503, "the jump to be seen")
    move(file, 0)
    wait_until(lambda: readiness(node)[0] == 200, "the node to go on")
    other = Session()
    assert node.send(other.schedule).status == 200
    for s in (session, other):
        assert node.get(f"/v1/sessions/{s.id}").json["state"] == "scheduled"


def test_the_versions_of_zones_and_characters_are_told(make_node):
    said = readiness(make_node())[1]
    with open("/usr/share/zoneinfo/tzdata.zi", encoding="ascii") as zones:
        assert zones.readline() == f"# version {said['tzdata']}\n"
    assert float(said["unicode"]) >= 15
