# SPDX-License-Identifier: Apache-2.0
"""Nodes and receivers, as an operator sees them over HTTP."""
from datetime import datetime, timezone

from lesson import Lesson
from receiver import Receiver
from wire import Client, wait_until


def test_nodes_tell_their_shards_lag_and_clock(make_node, make_database):
    database = make_database()
    one = make_node(database=database, config={"node": {"name": "one"}})
    make_node(database=database, config={"node": {"name": "two"}})

    def shares():
        seen = one.read("/v1/nodes")
        return {n["name"]: len(n["shards"]) for n in seen["nodes"]}
    wait_until(lambda: shares() == {"one": 32, "two": 32}, "fair shares")
    seen = one.read("/v1/nodes")
    assert (seen["shards"], seen["held"]) == (64, 64)
    taken = [shard for n in seen["nodes"] for shard in n["shards"]]
    assert sorted(taken) == list(range(64))
    for node in seen["nodes"]:
        assert node["state"] == "live"
        assert (node["inbox"], node["lag_ms"]) == (0, 0)
        assert abs(node["skew_ms"]) < 1000


def test_a_node_drains_when_it_is_asked_to(make_node, make_database):
    database = make_database()
    one = make_node(database=database, config={"node": {"name": "one"}})
    two = make_node(database=database, config={"node": {"name": "two"}})
    assert one.post("/v1/nodes/three/drain", {}).status == 404
    assert one.request("POST", "/v1/nodes/two/drain").status == 415
    assert one.post("/v1/nodes/two/drain", {}).json == {"draining": "two"}
    wait_until(lambda: not two.alive(), "the node to end")
    assert two.process.returncode == 0
    wait_until(lambda: one.read("/v1/nodes")["held"] == 64
               and len(one.read("/v1/nodes")["nodes"]) == 1, "its shards")


def test_receivers_tell_where_they_stand(make_node):
    with Receiver() as receiver:
        node = make_node(config={"webhook": {"url": receiver.url}})
        assert node.read("/v1/receivers") == {"receivers": []}
        Lesson(node).ready()

        def webhook():
            return {r["name"]: r for r in
                    node.read("/v1/receivers")["receivers"]}.get("webhook")
        wait_until(lambda: webhook() and webhook()["behind"] == 0, "the hook")
        held = Lesson(node)
        receiver.statuses[held.id] = 500
        held.scheduled()
        wait_until(lambda: webhook()["held_sessions"] == 1, "a held session")
        one, = webhook()["held"]
        assert one["session"] == held.id and one["tries"] > 0


def test_sessions_held_for_a_receiver_are_for_those_who_read_all(make_node):
    tokens = [{"token": "t-all", "as": "support:eve"},
              {"token": "t-night", "as": "support:nil", "programs": ["night"]},
              {"token": "t-sys", "as": "system:campus"}]
    with Receiver() as receiver:
        receiver.takes = False
        node = make_node(config={
            "webhook": {"url": receiver.url},
            "auth": {"mode": "token", "tokens": tokens}})
        Lesson(Client(node.port, "t-sys"), start=datetime.now(timezone.utc)).schedule("system:campus")

        def seen(token):
            found = Client(node.port, token).read("/v1/receivers")["receivers"]
            return found[0] if found else {"held_sessions": 0}
        wait_until(lambda: seen("t-all")["held_sessions"] == 1, "a held one")
        assert len(seen("t-all")["held"]) == 1
        assert seen("t-night")["held"] is None
        assert seen("t-night")["held_sessions"] == 1

