# SPDX-License-Identifier: Apache-2.0
"""What tools/monitoring ships: its alerts, by made-up series in promtool and by the
faults they are for in a real Prometheus, and the dashboard's metrics."""
import json
import re
import shutil
import signal
import socket
import subprocess
import threading
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

import psycopg2
import pytest

import clock_shim
from databases import ROOT
from node import Recapctl, free_port
from receiver import Receiver
from session import Session
from wire import fresh, rfc3339, wait_until

FOLDER = ROOT / "tools/monitoring"
RULES = FOLDER / "recapd.rules.yml"
HERE = Path(__file__).parent
# Faults do not last as long in a test, nor are they as large.
SHORTER = [(r"for: \w+", "for: 0s"), (r"\[\d+m\]", "[15s]"),
           (r"oldest_seconds\) > 60", "oldest_seconds) > 1"),
           (r"events\) > 1000", "events) > 1")]

pytestmark = pytest.mark.skipif(not shutil.which("prometheus"),
                                reason="no prometheus here")


class Prometheus:
    """Scrapes each second whom its file of targets names."""

    def __init__(self, folder):
        self.targets = folder / "targets.json"
        self.targets.write_text("[]")
        rules = RULES.read_text()
        for long, short in SHORTER:
            rules, changed = re.subn(long, short, rules)
            assert changed, long
        (folder / "rules.yml").write_text(rules)
        (folder / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(folder / "rules.yml")],
            "scrape_configs": [{"job_name": "recapd", "file_sd_configs": [
                {"files": [str(self.targets)], "refresh_interval": "1s"}]}]}))
        self.url = f"http://127.0.0.1:{free_port()}"
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={folder}/prometheus.yml",
             f"--storage.tsdb.path={folder}/data", "--log.level=warn",
             f"--web.listen-address={self.url[7:]}"], cwd=folder)
        wait_until(self.ready, "Prometheus")

    def ask(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)["data"]

    def ready(self):
        assert self.process.poll() is None
        try:
            with urllib.request.urlopen(self.url + "/-/ready", timeout=30):
                return True
        except OSError:
            return False

    def query(self, expression):
        return self.ask("/api/v1/query?" + urllib.parse.urlencode(
            {"query": expression}))["result"]

    def watch(self, job, *nodes):
        """Makes nodes the targets, and waits until they were looked at."""
        self.targets.write_text(json.dumps([{
            "targets": [f"127.0.0.1:{n.port}" for n in nodes],
            "labels": {"job": job}}]))
        wait_until(lambda: len(self.query(f'up{{job="{job}"}}')) == len(nodes),
                   "the first scrape")

    def firing(self, job):
        """The names of the alerts of a job that fire."""
        return {a["labels"]["alertname"]
                for a in self.ask("/api/v1/alerts")["alerts"]
                if a["state"] == "firing" and a["labels"].get("job") == job}


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory):
    made = Prometheus(tmp_path_factory.mktemp("prometheus"))
    yield made
    made.process.terminate()
    made.process.wait(30)


@pytest.fixture
def fires(prometheus):
    """fires(ALERT, NODE…): waits for it; a function that does a fault may come
    between, for nodes that were well before."""
    def wait(alert, *nodes, then=None):
        job = fresh("recapd")
        prometheus.watch(job, *nodes)
        if then:
            assert alert not in prometheus.firing(job)
            then()
        wait_until(lambda: alert in prometheus.firing(job), alert)
    return wait


def long_ago(days):
    return rfc3339((datetime.now(timezone.utc) - timedelta(days=days))
                   .replace(microsecond=0))


def test_the_rules_by_made_up_series():
    done = subprocess.run(["promtool", "test", "rules",
                           HERE / "recapd.rules.test.yml"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    alerts = set(re.findall(r"alert: (\w+)", RULES.read_text()))
    tried = set(re.findall(r"alertname: (\w+)", (
        HERE / "recapd.rules.test.yml").read_text()))
    fired = set(re.findall(r'fires\(\s*"(\w+)"', Path(__file__).read_text()))
    assert alerts == tried == fired


def test_a_node_that_is_well_has_no_alert(prometheus, make_node):
    node, job = make_node(), fresh("recapd")
    Recapctl(node.url).schedule(3)
    prometheus.watch(job, node)
    wait_until(lambda: len(prometheus.query(
        f'recapd_leases_held{{job="{job}"}}[20s]')[0]["values"]) > 5, "scrapes")
    assert prometheus.firing(job) == set()


def test_the_dashboard_asks_for_what_there_is(prometheus, make_node):
    # Some conditions and receivers are told only where there are some.
    node = make_node(config={"webhook": {"url": "http://127.0.0.1:9/"}})
    recapctl, session, job = Recapctl(node.url), Session(long_ago(1)), fresh("r")
    recapctl.submit(session.schedule, session.accept, session.complete(),
                    session.student_recap())
    wait_until(lambda: node.warned("webhook-failing"), "the warning")
    prometheus.watch(job, node)
    names = {line.split()[2] for line in
             node.get("/metrics").body.decode().splitlines()
             if line.startswith("# TYPE")}
    dashboard = json.loads((FOLDER / "recapd-dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            asked = target["expr"].replace("$job", job).replace(
                "$__rate_interval", "15s")
            prometheus.query(asked)  # 400 where it is no expression
            for name in re.findall(r"(?:recapd|process)_\w+", asked):
                family = re.sub("_(total|bucket|sum|count)$", "", name)
                assert {name, family} & names, name


def test_a_node_ends(fires, make_node):
    node = make_node()
    fires("RecapdNodeDown", node, then=node.stop)


def test_the_database_goes_away(fires, own_server, make_node):
    node = make_node(database=own_server("url"))
    fires("RecapdNotReady", node, then=lambda: own_server("stop"))


def test_a_receiver_takes_nothing(fires, make_node):
    with Receiver() as receiver:
        receiver.takes = False
        node = make_node(config={"webhook": {"url": receiver.url}})
        fires("RecapdWarning", node,
              then=lambda: Recapctl(node.url).schedule(3))


def test_a_receiver_is_slow(fires, make_node):
    with Receiver() as receiver:
        receiver.pause = 1
        node = make_node(config={"webhook": {"url": receiver.url}})
        fires("RecapdFeedLags", node,
              then=lambda: Recapctl(node.url).schedule(40))


def test_nobody_takes_a_command(fires, make_node):
    # The node that serves it does not run, and its lease does not run out.
    node = make_node(env={"RECAPD_NODE_LEASE_MS": "600000"})
    stopped = make_node(database=node.database,
                        env={"RECAPD_NODE_LEASE_MS": "600000"})
    held = 'recapd_leases_held'
    wait_until(lambda: stopped.metrics().get(held, 0) > 10
               and node.metrics()[held] <= 54, "both to serve")
    stopped.process.send_signal(signal.SIGSTOP)
    try:
        fires("RecapdInboxStands", node, then=lambda: [
            node.database.insert_event(Session().schedule)
            for _ in range(20)])
    finally:
        stopped.process.send_signal(signal.SIGCONT)


def test_a_message_nobody_can_take(fires, make_node):
    node = make_node()
    fires("RecapdDeadLetters", node,
          then=lambda: node.database.insert_event("{}"))


def test_a_transaction_stays_open(fires, make_node):
    node = make_node()
    writer = psycopg2.connect(node.database)
    with writer.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
    fires("RecapdFeedHeldBack", node,
          then=lambda: Recapctl(node.url).schedule(3))
    writer.close()


def test_a_clock_is_ahead(fires, make_node):
    fires("RecapdClockSkew", make_node(env={
        "LD_PRELOAD": clock_shim.path(), "CLOCK_SHIM_SECONDS": "20"}))


def test_a_node_is_paused_past_its_lease(fires, make_node):
    env = {"RECAPD_NODE_LEASE_MS": "1000"}
    node = make_node(env=env)
    other = make_node(database=node.database, env=env)

    def pause():
        node.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: other.metrics()["recapd_leases_held"] == 64,
                   "the other to take over")
        node.process.send_signal(signal.SIGCONT)

    fires("RecapdLeasesLost", node, other, then=pause)


def test_no_node_has_a_lease(fires, make_node):
    # Its clock is so far off that it serves nothing.
    fires("RecapdShardsUnserved", make_node(env={
        "LD_PRELOAD": clock_shim.path(), "CLOCK_SHIM_SECONDS": "600"}))


def test_commits_wait(fires, make_node):
    node = make_node()
    locker = psycopg2.connect(node.database)

    def slow():
        with locker.cursor() as cursor:
            cursor.execute("LOCK TABLE journal")
        sender = threading.Thread(target=lambda: node.send(Session().schedule))
        sender.start()
        threading.Event().wait(2)
        locker.rollback()
        sender.join()

    fires("RecapdSlow", node, then=slow)
    locker.close()


def test_deadlines_that_were_over_fire_late(fires, make_node):
    node = make_node()

    def over():
        Recapctl(node.url).submit(Session(long_ago(5)).schedule)

    fires("RecapdTimersLate", node, then=over)


def test_a_tutor_waits_for_support(fires, make_node):
    node = make_node()
    recapctl, session = Recapctl(node.url), Session(long_ago(20))
    recapctl.submit(session.schedule)
    wait_until(lambda: recapctl.json("show", session.id)["state"] == "missed",
               "it to be missed")
    recapctl.submit(session.event("support.request", session.tutor,
                                  {"message": "It took place"}))
    fires("RecapdWaitsForSupport", node)


def test_descriptors_run_out(fires, make_node):
    node = make_node()
    subprocess.run(["prlimit", f"--pid={node.process.pid}", "--nofile=100"],
                   check=True)
    free = 95 - int(node.metrics()["process_open_fds"])
    opened = [socket.create_connection((node.host, node.port))
              for _ in range(free)]
    try:
        fires("RecapdDescriptors", node)
    finally:
        for one in opened:
            one.close()
