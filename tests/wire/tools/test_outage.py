# SPDX-License-Identifier: Apache-2.0
"""The database goes away and comes back while a node runs."""
import databases
from wire import command, wait_until


def schedule(number):
    return command("session.schedule", f"s{number}", "system:sis", {
        "tutor": "ann", "course": "MATH101", "modality": "online",
        "starts_at": "2099-11-23T09:00:00-05:00", "students": ["bob"]},
        id=f"c{number}")


def test_commands_are_answered_503_until_the_database_is_back(own_server, make_node):
    node = make_node(database=own_server("url"))
    assert node.send(schedule(1)).status == 200

    own_server("stop")
    answer = node.send(schedule(2))
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json["type"] == "urn:recapd:problem:unavailable"
    assert not node.ready()
    assert node.get("/healthz").status == 200
    assert node.get("/v1/sessions/s1").status == 503

    own_server("start")
    node.wait_ready()
    wait_until(lambda: node.send(schedule(2)).status == 200,
               "the command to be taken")
    assert node.read("/v1/sessions/s1")["state"] == "scheduled"
    assert node.send(schedule(2)).json["duplicate"] is True


def is_up(node):
    """What the metrics say of the database."""
    return node.metrics()["recapd_database_up"] == 1


def test_an_idle_node_notices_that_the_database_is_away(own_server, make_node):
    node = make_node(database=own_server("url"))
    assert node.ready() and is_up(node)

    own_server("stop")
    wait_until(lambda: node.get("/readyz").status == 503,
               "the node to be not ready though nobody asks it for anything")
    assert node.get("/readyz").json["reason"] == "database down"
    assert not is_up(node)
    assert node.get("/healthz").status == 200

    own_server("start")
    node.wait_ready()
    wait_until(lambda: is_up(node), "the metrics to say so")


def test_whoever_cannot_read_finds_the_node_not_ready(own_server, make_node):
    node = make_node(database=own_server("url"))
    own_server("stop")
    assert node.get("/v1/sessions").status == 503
    assert node.get("/readyz").status == 503
    own_server("start")
    node.wait_ready()
    assert node.get("/v1/sessions").status == 200


def test_a_cut_connection_is_mended_without_a_word(own_server, make_node):
    node = make_node(database=own_server("url"))
    assert node.send(schedule(1)).status == 200
    databases.run(
        own_server("url"),
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")
    wait_until(lambda: node.send(schedule(2)).status == 200,
               "the command to be taken")
    assert node.read("/v1/sessions/s2")["version"] == 1


def test_the_log_names_a_command_that_got_no_answer_once(own_server, make_node):
    node = make_node(database=own_server("url"))
    own_server("stop")
    for n in range(3):
        assert node.send(schedule(n)).status == 503
    lines = [line for line in node.log().splitlines()
             if "commands unanswered" in line]
    assert len(lines) == 1 and "fault" in lines[0] and "warn" in lines[0]
