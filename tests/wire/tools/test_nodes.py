# SPDX-License-Identifier: Apache-2.0
"""Several nodes on one database: shares, take-over, draining, recapctl."""
import http.client
import json
import os
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pytest

from node import Recapctl, recapd
from receiver import Receiver
from session import Session
from wire import wait_until

SHARDS = 64


class Cluster:
    """Nodes of one database, by name; leases expire after a second."""

    def __init__(self, make_node, database):
        self.make_node = make_node
        self.database = database
        self.nodes = {}

    def start(self, name, env=None):
        self.nodes[name] = self.make_node(
            database=self.database,
            env={"RECAPD_NODE_NAME": name, "RECAPD_NODE_LEASE_MS": "1000",
                 **(env or {})})
        return self.nodes[name]

    def start_pair(self, **settings):
        """Nodes `a` and `b`, each with its share."""
        pair = [self.start(name, settings) for name in "ab"]
        self.settle(a=32, b=32)
        return pair

    def ctl(self, name):
        return Recapctl(self.nodes[name].url)

    def known(self):
        """What `recapctl nodes` shows, by name."""
        shown = Recapctl().json("nodes", "--database", self.database)
        return {n["name"]: n for n in shown["nodes"]}

    def shares(self):
        return Recapctl().shares(self.database)

    def settle(self, **shares):
        wait_until(lambda: self.shares() == shares, f"the shares {shares}")

    def check(self):
        Recapctl()("check", "--database", self.database)


@pytest.fixture
def cluster(make_node, make_database):
    made = Cluster(make_node, make_database())
    yield made
    for node in made.nodes.values():
        if node.alive():
            node.process.send_signal(signal.SIGCONT)
            node.stop()


NOW = "2099-11-23T09:00:00-05:00"


def submit(ctl, commands, **expected):
    """One batch; the outcomes."""
    return ctl.json("submit", stdin=json.dumps(commands), **expected)


def schedule_all(ctl, count=40):
    """Sessions of every shard, more or less; one batch."""
    sessions = [Session(NOW) for _ in range(count)]
    outcomes = submit(ctl, [s.schedule for s in sessions])
    assert [o["outcome"] for o in outcomes] == ["accepted"] * count
    assert [o["duplicate"] for o in outcomes] == [False] * count
    return sessions


def accept_all(ctl, sessions):
    outcomes = submit(ctl, [s.accept for s in sessions])
    assert [o["outcome"] for o in outcomes] == ["accepted"] * len(sessions)


def test_nodes_share_and_each_takes_every_command(cluster):
    cluster.start("a")
    assert cluster.shares() == {"a": SHARDS}
    cluster.start("b")
    cluster.settle(a=32, b=32)
    sessions = schedule_all(cluster.ctl("a"))
    accept_all(cluster.ctl("b"), sessions)
    again = submit(cluster.ctl("a"), [s.accept for s in sessions])
    assert all(o["duplicate"] for o in again)
    cluster.check()


def test_a_refusal_is_the_same_from_every_node(cluster):
    cluster.start_pair()
    sessions = schedule_all(cluster.ctl("a"), 12)
    for name in "ab":
        outcomes = submit(cluster.ctl(name), [s.complete() for s in sessions],
                          status=1)
        assert {r["code"] for o in outcomes for r in o["refusals"]} \
            >= {"too-early"}


def relayed(node, result="answered"):
    """How many commands that the node has sent to others are `answered`, or not."""
    return node.metrics().get(
        f'recapd_relayed_commands_total{{result="{result}"}}', 0)


def relays(cluster, name):
    """Whether a node sends new sessions' commands to others; some are others'."""
    before = relayed(cluster.nodes[name])
    accept_all(cluster.ctl(name), schedule_all(cluster.ctl(name), 12))
    return relayed(cluster.nodes[name]) > before


def test_a_command_is_handed_to_its_node_without_the_database(cluster):
    cluster.start_pair()
    for name in "ab":
        wait_until(lambda: relays(cluster, name), "commands to be relayed")
    with psycopg2.connect(cluster.database) as lock, lock.cursor() as cursor:
        cursor.execute("LOCK TABLE forwarded IN SHARE MODE")
        sessions = schedule_all(cluster.ctl("a"))
        accept_all(cluster.ctl("b"), sessions)
    again = submit(cluster.ctl("a"), [s.accept for s in sessions])
    assert all(o["duplicate"] for o in again)
    assert relayed(cluster.nodes["a"], "unanswered") == 0


def long_batch():
    """A session with many commands that need the ones before them."""
    s = Session(modality="online")
    steps = [s.schedule, s.accept]
    for n in range(100):
        steps.append(s.event("call.join" if n % 2 == 0 else "call.leave", s.tutor,
                             {"participant": s.tutor}))
    return steps


def test_a_batch_stays_in_order_while_nodes_come_and_go(cluster):
    pair = cluster.start_pair()
    answered, wrong, over = [], [], threading.Event()

    def send(node):
        while not over.is_set():
            answer = node.batch(long_batch())
            if answer.status == 200:
                answered.append(node)
                wrong.extend(r["code"] for o in answer.json
                             for r in o["refusals"])

    with ThreadPoolExecutor() as pool:
        senders = [pool.submit(send, node) for node in pair * 2]
        for _ in range(4):
            third = cluster.start("c")
            wait_until(lambda: "c" in cluster.shares(), "shares of c")
            third.stop()
        over.set()
        for sender in senders:
            sender.result()
    assert answered
    assert wrong == []
    cluster.check()


def test_a_node_that_another_does_not_know_is_reached_by_the_database(cluster):
    cluster.start("a")
    cluster.start("b", {"RECAPD_NODE_ADDRESS": "none"})
    cluster.settle(a=32, b=32)
    for name in "ab":
        accept_all(cluster.ctl(name), schedule_all(cluster.ctl(name)))
        for result in ("answered", "unanswered"):
            assert relayed(cluster.nodes[name], result) == 0


@pytest.mark.parametrize("change", ["secret = 'not this'",
                                    "address = '127.0.0.1:1'"])
def test_what_cannot_be_handed_over_goes_by_the_database(cluster, change):
    cluster.start_pair()
    cluster.database.run(f"UPDATE nodes SET {change} WHERE name = 'b'")
    wait_until(lambda: not relays(cluster, "a"), "commands not to be relayed")
    assert not relays(cluster, "a")
    cluster.check()


def post_packet(node, secret):
    """The status of a packet without items, as another node would post it."""
    link = http.client.HTTPConnection(node.host, node.port, timeout=60)
    with closing(link):
        link.request("POST", "/internal/relay", b"from 1\na", {
            "Content-Type": "application/vnd.recapd.relay-1",
            "Authorization": f"Bearer {secret}"})
        return link.getresponse().status


def test_no_client_is_shown_a_secret(cluster):
    node, _ = cluster.start_pair()
    [secret] = {s for s, in cluster.database.run(
        "SELECT secret FROM nodes WHERE name = 'a'")}
    assert len(secret) == 64
    shown = Recapctl().json("nodes", "--database", cluster.database)
    assert secret not in json.dumps(shown) + node.log()
    assert post_packet(node, secret) == 200
    assert post_packet(node, "x" * 64) == 401


def test_what_a_killed_node_served_goes_on_at_the_others(cluster):
    cluster.start_pair()
    sessions = schedule_all(cluster.ctl("a"))
    cluster.nodes["b"].kill()
    accept_all(cluster.ctl("a"), sessions)
    assert cluster.shares() == {"a": SHARDS}
    cluster.check()


def test_a_node_that_was_stopped_past_its_lease_rejoins(cluster):
    _, stopped = cluster.start_pair()
    sessions = schedule_all(cluster.ctl("b"))
    stopped.process.send_signal(signal.SIGSTOP)
    accept_all(cluster.ctl("a"), sessions)
    stopped.process.send_signal(signal.SIGCONT)
    cluster.settle(a=32, b=32)
    assert stopped.process.poll() is None
    again = submit(cluster.ctl("b"), [s.accept for s in sessions])
    assert all(o["duplicate"] for o in again)
    cluster.check()


def test_a_node_asked_to_drain_hands_over_and_ends(cluster):
    _, leaving = cluster.start_pair()
    ctl = cluster.ctl("a")
    ctl("drain", "nobody", "--database", cluster.database, status=1)
    ctl("drain", "b", "--database", cluster.database)
    assert leaving.process.wait(30) == 0
    cluster.settle(a=SHARDS)
    assert "b" not in cluster.known()
    schedule_all(ctl)


def test_nodes_are_shown_and_drained_by_a_nodes_address(cluster):
    _, leaving = cluster.start_pair()
    ctl = cluster.ctl("a")
    shown = {n["name"]: len(n["shards"]) for n in ctl.json("nodes")["nodes"]}
    assert shown == {"a": 32, "b": 32}
    assert "64 of 64 shards are held." in ctl("nodes")
    assert "There is no node of this name." in ctl("drain", "nobody", status=1)
    assert "Node b finishes what it has" in ctl("drain", "b")
    assert leaving.process.wait(30) == 0
    cluster.settle(a=SHARDS)


def test_a_node_that_ends_hands_over_what_is_at_rest_at_once(cluster):
    _, ending = cluster.start_pair()
    with psycopg2.connect(cluster.database) as lock, \
            ThreadPoolExecutor() as pool:
        with lock.cursor() as cursor:
            cursor.execute("LOCK TABLE journal IN EXCLUSIVE MODE")
        work = pool.submit(schedule_all, cluster.ctl("b"), 20)
        wait_until(lambda: ending.get("/readyz").json["in_flight"], "work in hand")
        ending.process.terminate()
        wait_until(lambda: len(cluster.known()["a"]["shards"]) > 40, "a hand-over")
        known = cluster.known()["b"]
        assert known["state"] == "draining" and known["shards"]
        assert ending.process.poll() is None
        lock.rollback()
        work.result()
    assert ending.process.wait(30) == 0
    cluster.settle(a=SHARDS)


def test_a_node_whose_database_never_answers_ends_all_the_same(cluster):
    node = cluster.start("a")
    backends = [pid for pid, in cluster.database.run(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()")]
    for pid in backends:
        os.kill(pid, signal.SIGSTOP)
    try:
        node.process.terminate()
        assert node.process.wait(120) == 0
    finally:
        for pid in backends:
            os.kill(pid, signal.SIGCONT)


def test_a_node_that_starts_again_has_its_shards_at_once(cluster):
    first = cluster.start("a")
    first.kill()
    cluster.start("a")
    assert cluster.shares() == {"a": SHARDS}


def test_what_waits_for_a_node_is_its_lag(cluster):
    node = cluster.start("a")
    session = Session(NOW)
    assert cluster.known()["a"]["lag_ms"] == 0
    node.process.send_signal(signal.SIGSTOP)
    cluster.database.insert_event(session.schedule)
    shown = cluster.known()["a"]
    assert shown["inbox"] == 1
    wait_until(lambda: cluster.known()["a"]["lag_ms"] > 300, "a lag")
    assert cluster.known()["a"]["lag_ms"] < 30000
    node.process.send_signal(signal.SIGCONT)
    wait_until(lambda: (cluster.known()["a"]["inbox"],
                        cluster.known()["a"]["lag_ms"]) == (0, 0), "no lag")


def test_one_data_folder_is_one_nodes(make_node, make_database, tmp_path):
    first = make_node(database=make_database(), folder=tmp_path)
    code, _, said = recapd("--database", first.database, "--data",
                           first.folder / "data", env={"RECAPD_NODE_LEASE_MS": "1000"})
    assert code == 4
    assert f"process {first.process.pid} runs on this data folder" in said
    assert first.process.poll() is None
    first.kill()
    make_node(database=first.database, folder=tmp_path)


def test_a_node_has_the_same_name_before_its_folder_is_there(
        make_node, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    node = make_node(folder="n")
    [before] = node.read("/v1/nodes")["nodes"]
    assert before["name"].endswith(f":{tmp_path / 'n' / 'data'}")
    (tmp_path / "n" / "data").mkdir(exist_ok=True)
    node.restart()
    [after] = node.read("/v1/nodes")["nodes"]
    assert after["name"] == before["name"]


@pytest.mark.parametrize("clock, other, told", [
    ("manual", "system", "by a manual clock, which is a single node's"),
    ("system", "manual", "by the system's clock; a manual one is a single node's")])
def test_nodes_of_a_database_have_one_kind_of_clock(make_node, tmp_path, clock,
                                                    other, told):
    first = make_node(clock=clock)
    given = ("--clock", other, "--database", first.database, "--data",
             tmp_path / "other")
    short = {"RECAPD_NODE_LEASE_MS": "1000"}
    code, _, said = recapd(*given, env=short)
    assert code == 2 and told in said
    assert first.get("/readyz").status == 200
    first.kill()
    # One that is dead is in nobody's way once its lease has ended.
    make_node(clock=other, database=first.database)


def test_a_node_tells_that_another_does_not_post_for_its_webhook(cluster):
    pair = dict(zip("ab", cluster.start_pair()))
    known = cluster.known()
    owner, other = sorted(pair, key=lambda name: 0 not in known[name]["shards"])
    with Receiver() as receiver:
        pair[other].env["RECAPD_WEBHOOK_URL"] = receiver.url
        pair[other].crash()
        cluster.settle(a=32, b=32)
        cluster.ctl(owner).schedule(1)
        told, = wait_until(lambda: pair[other].warned("webhook-idle"),
                           "the warning", 120)
        assert "needs the same webhook.url" in told
        assert pair[owner].warned("webhook-idle") == []
        pair[owner].env["RECAPD_WEBHOOK_URL"] = receiver.url
        pair[owner].crash()
        wait_until(lambda: receiver.messages, "the messages")
        wait_until(lambda: pair[other].warned("webhook-idle") == [],
                   "the warning to end")


def test_a_start_waits_for_one_that_drains(make_node, make_database, tmp_path):
    first = make_node(database=make_database(), folder=tmp_path)
    # The node cannot end yet, as a node with work in hand cannot.
    first.process.send_signal(signal.SIGSTOP)
    first.process.send_signal(signal.SIGTERM)
    with ThreadPoolExecutor() as pool:
        second = pool.submit(make_node, database=first.database,
                             folder=tmp_path)
        wait_until(lambda: "waiting for the process" in first.log(),
                   "the second to wait")
        first.process.send_signal(signal.SIGCONT)
        second.result()
    assert first.process.wait(30) == 0


def test_shards_are_split_while_nodes_work(cluster):
    cluster.start_pair()
    ctl = cluster.ctl("a")
    ctl("shards", "100", "--database", cluster.database, status=2)
    with ThreadPoolExecutor() as pool:
        work = [pool.submit(schedule_all, cluster.ctl(n)) for n in "abab"]
        ctl("shards", "256", "--database", cluster.database)
        for done in work:
            accept_all(cluster.ctl("b"), done.result())
    cluster.settle(a=128, b=128)
    cluster.check()


def delivered(receiver):
    """The events' ids, without what was drawn for them."""
    ids = [re.sub("-[0-9a-f]{8}(?=:|$)", "", m["id"])
           for m in list(receiver.messages)]
    return sorted(i for i in ids if i.count(":") == 1)


def test_of_several_nodes_one_delivers(cluster):
    receiver = Receiver()
    cluster.start_pair(RECAPD_WEBHOOK_URL=receiver.url)
    sessions = schedule_all(cluster.ctl("a"))
    wanted = sorted(f"{s.id}:1" for s in sessions)
    wait_until(lambda: len(delivered(receiver)) >= len(wanted), "the deliveries")
    cluster.nodes["a"].stop()
    accept_all(cluster.ctl("b"), sessions)
    wanted = sorted(wanted + [f"{s.id}:2" for s in sessions])
    wait_until(lambda: len(delivered(receiver)) >= len(wanted), "the deliveries")
    assert delivered(receiver) == wanted
    receiver.close()
