# SPDX-License-Identifier: Apache-2.0
"""The database is there and does not answer: frozen, locked, without its
standby, started anew."""
import os
import signal
import subprocess
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

import databases
from node import Recapctl, recapd
from stream import Stream
from test_outage import schedule
from wire import wait_until

BOUNDED = {"RECAPD_DATABASE_STATEMENT_MS": "2000"}


@pytest.fixture
def node(own_server, make_node):
    made = make_node(database=own_server("url"), env=BOUNDED)
    assert made.send(schedule(0)).status == 200
    return made


def admin_of(server):
    """The superuser's URL of the node's database."""
    return server.admin_url.replace("/postgres?", "/recapd?")


def sql(server, statement):
    return subprocess.run(["psql", admin_of(server), "-qAtc", statement],
                          check=True, text=True, capture_output=True).stdout


def postgres_of(server):
    """The server's processes, its first one first."""
    first = int((server.folder / "pg/postmaster.pid").read_text().split()[0])
    found = [first]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(") ", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == first:
            found.append(int(stat.parent.name))
    return found


@contextmanager
def frozen(server):
    processes = postgres_of(server)

    def tell_all(what):
        for pid in processes:
            # A worker of the server may have been at its end.
            with suppress(ProcessLookupError):
                os.kill(pid, what)

    tell_all(signal.SIGSTOP)
    try:
        yield
    finally:
        tell_all(signal.SIGCONT)


def not_ready(node):
    """The sentences of why; empty where it is ready."""
    return " ".join(r["detail"] for r in node.get("/readyz").json["reasons"])


def is_taken(node, number):
    return node.send(schedule(number)).status == 200


def test_a_frozen_server_is_answered_503_and_told(own_server, node):
    with frozen(own_server):
        assert node.send(schedule(1)).status == 503
        wait_until(lambda: "database takes no commands" in not_ready(node),
                   "a reason")
        assert node.get("/v1/sessions/s0").status == 503
        assert node.get("/healthz").status == 200
    wait_until(lambda: not not_ready(node), "the node to be ready")
    wait_until(lambda: is_taken(node, 1), "the command to be taken")


def test_a_lock_on_a_table_names_who_holds_it(own_server, node):
    holder = subprocess.Popen(
        ["psql", admin_of(own_server), "-qAt"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)
    holder.stdin.write("SET application_name = 'a long report';\nBEGIN;\n"
                       "LOCK TABLE sessions;\nSELECT 'held';\n")
    holder.stdin.flush()
    try:
        assert holder.stdout.readline() == "held\n"
        assert node.send(schedule(1)).status == 503
        wait_until(lambda: "a long report" in not_ready(node), "the holder")
        assert "has locked table sessions" in not_ready(node)
    finally:
        holder.stdin.close()
        holder.wait()
    wait_until(lambda: not not_ready(node), "the node to be ready")
    lines = [line for line in node.log().splitlines()
             if "not ready" in line]
    assert len(lines) == 1, lines


def set_standby(server, names):
    sql(server, f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
    sql(server, "SELECT pg_reload_conf()")
    wait_until(lambda: sql(server, "SHOW synchronous_standby_names").strip()
               == names, "the setting")


WAIT_NO_LONGER = ("SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
                  " WHERE wait_event = 'SyncRep'")


@contextmanager
def awaited_standby(server):
    """Commits wait for a standby that there is not."""
    set_standby(server, "nobody")
    try:
        yield
    finally:
        set_standby(server, "")
        sql(server, WAIT_NO_LONGER)


def test_what_its_standby_has_not_got_is_neither_answered_nor_sent(
        own_server, node):
    stream = Events(node)
    with awaited_standby(own_server):
        assert node.send(schedule(1)).status == 503
        wait_until(lambda: "synchronous standby" in not_ready(node),
                   "the reason")
        # Who waits is told to wait no longer: it is committed here alone.
        sql(own_server, WAIT_NO_LONGER)
        wait_until(lambda: sql(own_server, "SELECT count(*) FROM sessions"
                               " WHERE id = 's1'") == "1\n", "the commit")
        assert node.send(schedule(1)).status == 503
        assert not [i for i in stream.ids if i.startswith("s1:")]
    wait_until(lambda: not not_ready(node), "the node to be ready")
    wait_until(lambda: is_taken(node, 1), "the first outcome")
    wait_until(lambda: [i for i in stream.ids if i.startswith("s1:")],
               "the first event")


def test_a_repeat_that_its_standby_has_not_got_is_told(own_server, node,
                                                       make_node):
    node.stop()
    node = make_node(database=own_server("url"), env=BOUNDED)
    with awaited_standby(own_server):
        # Nothing is written for it, but what it is answered must be everywhere.
        assert node.send(schedule(0)).status == 503
        wait_until(lambda: "synchronous standby" in not_ready(node),
                   "the reason")
        assert "Every invariant" in Recapctl()("check", "--database",
                                               own_server("url"))
    wait_until(lambda: not not_ready(node), "the node to be ready")
    assert node.send(schedule(0)).json["duplicate"]


def test_commits_that_are_refused_one_after_another_are_told(own_server, node):
    sql(own_server, "CREATE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS"
                    " $$ BEGIN RAISE 'boom'; END $$;"
                    " CREATE TRIGGER boom BEFORE INSERT ON journal"
                    " FOR EACH ROW EXECUTE FUNCTION boom()")
    for number in (1, 2, 3):
        assert node.send(schedule(number)).status == 503
        # A probe meets no trigger of another table's.
        for _ in range(20):
            assert "boom" in not_ready(node)
    sql(own_server, "DROP TRIGGER boom ON journal")
    wait_until(lambda: is_taken(node, 1), "the command to be taken")
    wait_until(lambda: not not_ready(node), "the node to be ready")


def test_a_table_that_is_gone_is_told(own_server, node):
    sql(own_server, "ALTER TABLE session_students RENAME TO elsewhere")
    assert node.send(schedule(1)).status == 503
    for _ in range(20):
        assert not_ready(node)
    sql(own_server, "ALTER TABLE elsewhere RENAME TO session_students")
    wait_until(lambda: not not_ready(node), "the node to be ready")
    wait_until(lambda: is_taken(node, 1), "the command to be taken")


def test_a_start_ends_where_the_server_does_not_answer(own_server, node):
    with frozen(own_server):
        for arguments in ((), ("migrate", "--check")):
            status, _, told = recapd(*arguments, "--database",
                                     own_server("url"))
            assert status == 3 and "does not answer" in told


def test_the_server_that_was_promoted_is_found_beside_the_old_one(
        own_server, node, make_node):
    node.stop()
    with databases.private_folder() as other:
        other("standby", own_server.folder, "second")
        old, new = (dict(parse_qsl(urlsplit(s("url")).query))["host"]
                    for s in (own_server, other))
        both = f"postgresql:///recapd?host={old},{new}&user=recapd"
        node = make_node(database=both, env=BOUNDED)
        assert is_taken(node, 1)
        own_server("halt")
        sql(other, "SELECT pg_promote()")
        wait_until(lambda: is_taken(node, 2), "the node to follow")
        # The first one of the URL takes writes again.
        own_server("start")
        sql(other, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                   " WHERE usename = 'recapd'")
        wait_until(lambda: is_taken(node, 3), "the node to go on")
        wait_until(lambda: not not_ready(node), "the node to be ready")
        node.stop()
        node = make_node(database=both, env=BOUNDED)
        assert is_taken(node, 4)
        assert sql(other, "SELECT count(*) FROM sessions") == "5\n"
        node.stop()


class Events:
    """What the event stream sends, from a place on."""

    def __init__(self, node, after=None):
        self.stream = Stream(node, after, 30)
        self.places, self.names, self.ids = [], [], []
        self.messages = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        with suppress(OSError, ValueError):
            for place, name, event in self.stream.frames():
                if event["type"] != "recapd.feed.reset":
                    self.messages.append(event)
                    self.ids.append(event["id"])
                self.names.append(name)
                self.places.append(place)


def test_a_server_that_starts_anew_skips_no_event(own_server, node):
    before = Events(node)
    assert is_taken(node, 1)
    wait_until(lambda: before.ids, "an event")
    own_server("stop")
    own_server("start")
    wait_until(lambda: is_taken(node, 2), "the node to go on")
    after = Events(node, before.places[-1])
    wait_until(lambda: after.ids, "the event that followed")
    assert [i.split(":")[0] for i in after.ids] == ["s2"]
    assert before.ids[0].split("-")[-1] != after.ids[0].split("-")[-1]
    assert after.names == ["recapd.event.session.scheduled"]


def test_a_place_that_is_gone_is_told(node):
    stream = Events(node, "12345678.1")
    wait_until(lambda: stream.ids, "an event")
    assert stream.names[0] == "reset"
    assert stream.ids[0].startswith("s0:1-")
    ahead = Events(node, stream.places[-1].split(".")[0] + "." + str(1 << 60))
    wait_until(lambda: ahead.names, "a word")
    assert ahead.names[0] == "reset"
