# SPDX-License-Identifier: Apache-2.0
"""The database goes away and comes back while a node runs."""
import json
import subprocess
import urllib.error
import urllib.request

import pytest

from conftest import databases, wait_until


@pytest.fixture
def own_server():
    """A PostgreSQL server of its own, to stop and start at will."""
    with databases.private_server() as server:
        yield server


def ask(node, path, body=None):
    """Status, headers and JSON of an answer, whatever the status."""
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(
        node.url + path, data,
        {"Content-Type": "application/cloudevents+json"} if data else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, json.load(refused)


def schedule(number):
    return {"specversion": "1.0", "id": f"c{number}", "source": "/outage",
            "type": "recapd.session.schedule", "subject": f"s{number}",
            "authid": "system:sis",
            "data": {"tutor": "ann", "course": "MATH101",
                     "starts_at": "2099-11-23T09:00:00-05:00",
                     "modality": "online", "students": ["bob"]}}


def test_commands_are_answered_503_until_the_database_is_back(own_server, make_node):
    node = make_node(database=own_server("url"))
    assert ask(node, "/v1/commands", schedule(1))[0] == 200

    own_server("stop")
    status, headers, problem = ask(node, "/v1/commands", schedule(2))
    assert status == 503
    assert int(headers["Retry-After"]) > 0
    assert problem["type"] == "urn:recapd:problem:unavailable"
    status, _, body = ask(node, "/readyz")
    assert status == 503, body
    assert ask(node, "/healthz")[0] == 200
    assert ask(node, "/v1/sessions/s1")[0] == 503

    own_server("start")
    wait_until(lambda: ask(node, "/readyz")[0] == 200, "the node to be ready again")
    wait_until(lambda: ask(node, "/v1/commands", schedule(2))[0] == 200,
               "the command to be taken")
    assert ask(node, "/v1/sessions/s1")[2]["state"] == "scheduled"
    status, _, outcome = ask(node, "/v1/commands", schedule(2))
    assert (status, outcome["duplicate"]) == (200, True)


def is_up(node):
    """What the metrics say of the database."""
    with urllib.request.urlopen(node.url + "/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return "recapd_database_up 1" in lines


def test_an_idle_node_notices_that_the_database_is_away(own_server, make_node):
    node = make_node(database=own_server("url"))
    assert ask(node, "/readyz")[0] == 200 and is_up(node)

    own_server("stop")
    wait_until(lambda: ask(node, "/readyz")[0] == 503,
               "the node to be not ready though nobody asks it for anything")
    assert ask(node, "/readyz")[2]["reason"] == "database down"
    assert not is_up(node)
    assert ask(node, "/healthz")[0] == 200

    own_server("start")
    wait_until(lambda: ask(node, "/readyz")[0] == 200,
               "the node to be ready again")
    wait_until(lambda: is_up(node), "the metrics to say so")


def test_whoever_cannot_read_finds_the_node_not_ready(own_server, make_node):
    node = make_node(database=own_server("url"))
    own_server("stop")
    assert ask(node, "/v1/sessions")[0] == 503
    assert ask(node, "/readyz")[0] == 503
    own_server("start")
    wait_until(lambda: ask(node, "/readyz")[0] == 200,
               "the node to be ready again")
    assert ask(node, "/v1/sessions")[0] == 200


def test_a_cut_connection_is_mended_without_a_word(own_server, make_node):
    node = make_node(database=own_server("url"))
    assert ask(node, "/v1/commands", schedule(1))[0] == 200
    subprocess.run(
        ["psql", own_server("url"), "-qAtc",
         "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
         "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"],
        check=True, stdout=subprocess.DEVNULL)
    wait_until(lambda: ask(node, "/v1/commands", schedule(2))[0] == 200,
               "the command to be taken")
    assert ask(node, "/v1/sessions/s2")[2]["version"] == 1


def test_the_log_names_a_command_that_got_no_answer_once(own_server, make_node):
    node = make_node(database=own_server("url"))
    own_server("stop")
    for n in range(3):
        assert ask(node, "/v1/commands", schedule(n))[0] == 503
    lines = [line for line in node.log.read_text().splitlines()
             if "commands unanswered" in line]
    assert len(lines) == 1 and "fault" in lines[0] and "warn" in lines[0]
