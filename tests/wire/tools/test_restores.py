# SPDX-License-Identifier: Apache-2.0
"""A database is restored by the commands of docs/operations.md; what had been
begun goes on, and feed, ledger, limits and cursors agree with one another."""
import json
import os
import re
import shutil
import subprocess
from collections import defaultdict
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace

import pytest

import databases
from databases import ROOT, run
from node import BIN, Recapctl
from receiver import Receiver
from session import RECAP, Session
from test_silence import Events
from wire import wait_until

TOKEN = re.compile("-[0-9a-f]{8}(?=:|$)")
WEEK_MINUTES = 120
DUMP = "A dump"
DATA = "A dump of the data alone"
BASE = "A base backup and a moment"
RATES = {"first": 1200, "second": 1500, "lost": 1800, "restored": 2400}


# ---- the document ----------------------------------------------------------

def run_documented(section, number, **names):
    """Runs a block of that section of the document, with its variables. The
    owner of the tables is `recapd` on a private server."""
    text = (ROOT / "docs/operations.md").read_text()
    text = text.split(f"\n### {section}\n")[1]
    text = re.split(r"\n###? ", text)[0]
    block = re.findall(r"^```\n(.*?)^```$", text, re.M | re.S)[number]
    block = block.replace("recapd_owner", "recapd")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block], text=True,
        capture_output=True, start_new_session=True,
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}",
             **{name: str(value) for name, value in names.items()}})
    assert done.returncode == 0, done.stdout + done.stderr


# ---- who is told -----------------------------------------------------------

def known_by(message):
    """Returns what a message tells, whatever was drawn for its id."""
    return (TOKEN.sub("", message["id"]), message["type"],
            datetime.fromisoformat(message["time"]))


def stored(url, notifications=True):
    """Returns what of a database is to be sent, each as `known_by` does."""
    keys = set()
    for session, seq, kind, at, told in run(
            url, "SELECT session_id, seq, type, at, notifications"
                 " FROM session_events"):
        keys.add((f"{session}:{seq}", "recapd.event." + kind, at))
        if notifications:
            keys |= {(f"{session}:{seq}:{i}", "recapd.notify." + n["kind"], at)
                     for i, n in enumerate(json.loads(told or "[]"))}
    return keys


# ---- who sends -------------------------------------------------------------

class Client:
    """Sends commands to one node after the other and keeps the outcomes, has
    a webhook, and follows the event stream."""

    def __init__(self, make_node, folder):
        self.make_node, self.folder = make_node, folder
        self.receiver = Receiver()
        self.outcomes = []  # (event, status, answer)
        self.streams = []
        self.node = None

    def start(self, url, policy):
        wanted = {"pay": {"rate_per_hour": RATES[policy]},
                  "limits": {"tutor_minutes_per_week": WEEK_MINUTES}}
        self.node = self.make_node(database=url, clock="manual", config={
            "webhook": {"url": self.receiver.url}, "policy": wanted})
        self.ctl = Recapctl(self.node.url)
        assert self.node.post("/v1/policies", {"policy": wanted}).status == 200

    def stop(self):
        self.node.stop()

    def close(self):
        """Ends a node too that a failed test left: its server goes."""
        if self.node and self.node.alive():
            self.node.kill()
        self.receiver.close()

    @property
    def now(self):
        return self.ctl.now()

    def pass_time(self, span):
        self.ctl("clock", "advance", span)

    def send(self, event):
        """Its status and answer."""
        answer = self.node.send(event)
        self.outcomes.append((event, answer.status, answer.json))
        return answer.status, answer.json

    def do(self, *events):
        """Sends what has to be accepted; the session in the end."""
        for event in events:
            status, answer = self.send(event)
            assert (status, answer.get("duplicate")) == (200, False), answer
        return answer["session"]

    def book(self, tutor=None):
        """A session that begins now, its student going."""
        made = Session(self.now, **({"tutor": tutor} if tutor else {}))
        if tutor:
            made.tutor = "tutor:" + tutor
        self.do(made.schedule, made.accept)
        return made

    def pay(self, session, minutes):
        """Finishes an open one; what it pays."""
        shown = self.do(session.complete(minutes), session.student_recap())
        return shown["payout"]["amount"]

    def show(self, session):
        return self.node.session(session.id)

    # What it is told.

    @property
    def place(self):
        """The place of the last event that the client heard."""
        return next((s.places[-1] for s in reversed(self.streams) if s.places),
                    None)

    def listen(self, place=None):
        self.streams.append(Events(self.node, place or self.place))
        return self.streams[-1]

    def heard(self):
        return {known_by(m) for s in self.streams for m in s.messages}

    def messages(self):
        return self.receiver.messages + [m for s in self.streams
                                         for m in s.messages]

    def hear_all(self):
        """Waits until the stream has brought all events, and all messages the
        webhook, where the receiver takes them."""
        url = self.node.database
        wait_until(lambda: stored(url, False) <= self.heard(), "the stream")
        wait_until(lambda: not self.receiver.takes or stored(url)
                   <= {known_by(m) for m in self.receiver.messages},
                   "the webhook")


def support(session, kind, **data):
    return session.event("support." + kind, "support:max",
                         {"note": "as agreed", **data})


# ---- what is done ----------------------------------------------------------

class Story:
    """What a campus does before a backup, after it, and after the restore."""

    def __init__(self, client):
        self.client = client

    def begin(self):
        c = self.client
        self.missed = c.book()
        c.pass_time("73h")
        self.by_first_policy = c.book()

    def go_on(self):
        """Sessions come to rest in every state that something can follow."""
        c = self.client
        assert c.show(self.missed)["state"] == "missed"
        self.open, self.logged, self.awaiting = (c.book() for _ in range(3))
        c.do(self.logged.event("session.log_time", self.logged.tutor,
                               {"minutes": 50}))
        c.do(self.awaiting.complete(55))
        self.corrected, self.voided = c.book(), c.book()
        c.pay(self.corrected, 60)
        c.do(support(self.corrected, "correct", minutes=30))
        c.pay(self.voided, 60)
        c.do(support(self.voided, "void"))
        c.pay(c.book("ann"), 50)
        self.stays_open = c.book()
        c.node.database.insert_event("{")
        wait_until(self.letters, "the dead letter")

    def end_what_is_kept(self):
        """Ann's week is nearly full."""
        self.client.pay(self.client.book("ann"), 50)
        self.full = self.client.book("ann")
        self.refuse_full()

    def refuse_full(self):
        status, answer = self.client.send(self.full.complete(25))
        assert status == 409, answer
        refusal, = answer["refusals"]
        assert refusal["code"] == "tutor-weekly-limit"
        assert (refusal["used"], refusal["remaining"]) == (100, 20)

    def lose(self):
        c = self.client
        c.pay(self.full, 20)
        c.do(self.awaiting.student_recap())
        c.do(support(self.corrected, "correct", minutes=40))
        c.pay(self.open, 60)
        self.gone = c.book()

    def lose_policy(self):
        shown = self.client.do(self.client.book().complete())
        assert shown["policy_version"] == 3

    def letters(self):
        answer = self.client.node.read("/v1/dead-letters")
        return [letter["id"] for letter in answer["dead_letters"]]

    def continue_with(self, client):
        """All that was open comes to an end."""
        c = self.client = client
        c.pass_time("1m")  # tells what comes now from what was lost
        assert c.node.get(f"/v1/sessions/{self.gone.id}").status == 404
        self.refuse_full()
        c.pay(self.full, 20)
        assert c.pay(self.by_first_policy, 60) == RATES["first"]
        assert c.pay(self.open, 30) == RATES["second"] / 2
        c.do(self.logged.event("recap.submit", self.logged.tutor,
                               {"recap": RECAP}))
        for session in (self.logged, self.awaiting):
            c.do(session.event("recap.submit", session.student,
                               {"recap": RECAP}))
        shown = c.do(support(self.corrected, "correct", minutes=45))
        assert shown["payout"]["amount"] == RATES["second"] * 3 / 4
        c.do(support(self.missed, "reopen", hours=24))
        c.pay(self.missed, 60)
        made = c.book()
        assert c.show(made)["policy_version"] == 3
        assert c.pay(made, 60) == RATES["restored"]
        c.node.database.insert_event("[")
        wait_until(lambda: len(self.letters()) == 2, "the dead letter")
        c.pass_time("80h")
        assert c.show(self.stays_open)["state"] == "missed"


# ---- backups ---------------------------------------------------------------

@contextmanager
def quick_server():
    """One that does not wait for its disk: its machine does not end here."""
    with databases.private_server() as server:
        run(server.admin_url, "ALTER SYSTEM SET fsync = off")
        run(server.admin_url, "SELECT pg_reload_conf()")
        yield server


def restarted(server):
    server("stop")
    return server("start")


def burn_transactions(server):
    """Uses up transaction ids, as other databases of the server would."""
    run(server.admin_url, "DO $$ BEGIN FOR i IN 1 .. 2000 LOOP"
        " PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$")


def give_to_server(path):
    """Gives a path to the user as whom tools/postgres runs the server."""
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "postgres:", path], check=True)


class Campus:
    """A database that was backed up in each way, and then lost."""

    def __init__(self, server, client, folder):
        self.server, self.client, self.folder = server, client, folder
        self.story = Story(client)
        self.archive = server.folder / "archive"
        self.archive.mkdir()
        give_to_server(self.archive)
        self.run(BASE, 0)
        client.start(restarted(server), "first")
        self.play()

    def run(self, section, number):
        run_documented(section, number, ADMIN_URL=self.server.admin_url,
                       OWNER_URL=self.server("url"),
                       ARCHIVE=self.archive, BACKUP=self.folder / section)

    def play(self):
        client, story, url = self.client, self.story, self.server("url")
        client.listen()
        story.begin()
        client.hear_all()
        client.stop()

        client.start(url, "second")
        client.listen()
        story.go_on()
        client.hear_all()
        self.run(BASE, 1)
        client.receiver.takes = False  # it has to be told after the restore
        story.end_what_is_kept()
        client.hear_all()
        client.stop()

        # The epoch that the backups end with begins far above its last event.
        burn_transactions(self.server)
        client.start(restarted(self.server), "second")
        self.run(DUMP, 0)
        self.run(DATA, 0)
        self.moment, = run(self.server.admin_url,
                           "SELECT clock_timestamp()::text")[0]
        self.backed_up, self.answered = stored(url), list(client.outcomes)
        self.told = {known_by(m) for m in client.receiver.messages}
        assert self.told < self.backed_up

        # What is lost comes far above what is written after the restore.
        burn_transactions(self.server)
        client.receiver.takes = True
        client.listen()
        story.lose()
        client.hear_all()
        self.place_ahead, self.heard_ahead = client.place, client.heard()
        client.stop()

        client.start(restarted(self.server), "lost")
        client.listen()
        story.lose_policy()
        client.hear_all()
        self.place_lost = client.place
        client.stop()
        self.server("stop")


def restore_on(server, section, campus):
    url = server("start").replace("/recapd?", "/restored?")
    run_documented(section, 1, ADMIN_URL=server.admin_url, RESTORED_URL=url,
                   BACKUP=campus.folder / section)
    return url


def dump_beside_the_old_database(campus, _):
    return restore_on(campus.server, DUMP, campus)


def dump_on_another_server(campus, elsewhere):
    """Which counts transactions from lower down, and has no role but the
    node's."""
    run(elsewhere.server.admin_url, "DROP ROLE recapd_producer")
    return restore_on(elsewhere.server, DUMP, campus)


def data_alone(campus, elsewhere):
    databases.drop(elsewhere.server.admin_url, "restored")
    return restore_on(elsewhere.server, DATA, campus)


def a_moment(campus, elsewhere):
    restored = elsewhere.empty.folder / "pg"
    shutil.copytree(campus.folder / BASE, restored)
    run_documented(BASE, 2, RESTORED=restored, ARCHIVE=campus.archive,
                   MOMENT=campus.moment)
    give_to_server(restored)
    restored.chmod(0o700)
    url = elsewhere.empty("start")
    wait_until(lambda: run(url, "SELECT pg_is_in_recovery()") == [(False,)],
               "the server to take writes")
    return url


# ---- what has to agree -----------------------------------------------------

def check_repeats(client, outcomes):
    """What was answered before the backup is answered again."""
    assert {status for _, status, _ in outcomes} == {200, 409}
    for event, status, first in outcomes:
        answer = client.node.send(event)
        assert (answer.status, answer.json) \
            == (status, {**first, "duplicate": True})


def check_ids(messages):
    """An id is one event's, before the restore and after it; what was restored
    keeps its own."""
    contents, ids = {}, {}
    for message in messages:
        if message["type"] == "recapd.feed.reset":
            continue
        assert contents.setdefault(message["id"], message) == message
        assert ids.setdefault(known_by(message), message["id"]) \
            == message["id"]


def check_order(messages):
    """A session's first arrivals come in the order of its history."""
    had = defaultdict(list)
    for message in messages:
        if message["type"].startswith("recapd.event."):
            session, seq = TOKEN.sub("", message["id"]).split(":")
            if int(seq) not in had[session]:
                had[session].append(int(seq))
    assert all(seqs == sorted(seqs) for seqs in had.values())


def check_webhook(client, campus, url):
    """Checks that the webhook got all that it did not have at the backup."""
    came = client.receiver.messages
    wait_until(lambda: stored(url) <= campus.told | {known_by(m) for m in came},
               "the webhook to have all that is stored")
    check_order(came)
    last = run(url, "SELECT max(position) FROM session_events")
    wait_until(lambda: run(url, "SELECT position FROM sink_cursors"
                                " WHERE sink = 'webhook'") == last,
               "the webhook's cursor to be at the last event")


def check_stream(stream, had, url):
    wait_until(lambda: stored(url, False)
               <= had | {known_by(m) for m in stream.messages},
               "a stream to have all that is stored")
    check_order(stream.messages)


def check_ledger(story, url):
    assert run(url, "SELECT coalesce(sum(amount), 0)::int"
                    " FROM ledger_entries") == [(0,)]
    paid = run(url, "SELECT s.id, count(l.*) FROM session_standings AS s LEFT"
                    " JOIN ledger AS l ON l.session_id = s.id AND l.kind ="
                    " 'settlement' WHERE s.state = 'paid' GROUP BY s.id")
    assert len(paid) == 10 and {count for _, count in paid} == {1}
    assert run(url, "SELECT kind FROM ledger WHERE session_id ="
                    f" '{story.voided.id}' ORDER BY kind") \
        == [("reversal",), ("settlement",)]


def check_limits(client):
    """Ann's week is full by her sessions that are paid."""
    sessions = client.node.read("/v1/sessions?tutor=ann")["sessions"]
    assert sum(s["minutes"] for s in sessions) == WEEK_MINUTES
    assert {s["state"] for s in sessions} == {"paid"}
    answer = client.node.read("/v1/tutors/ann/limits?at="
                              + sessions[0]["starts_at"])
    assert answer["limits"][0]["used"] == WEEK_MINUTES


def check_policies(url):
    named = run(url, "SELECT DISTINCT (data::json ->> 'policy_version')::int"
                     " FROM session_events WHERE type = 'session.scheduled'"
                     " ORDER BY 1")
    assert named == [(1,), (2,), (3,)]
    assert run(url, "SELECT version FROM policies ORDER BY 1") == named


@pytest.fixture(scope="module")
def campus(make_node, tmp_path_factory):
    folder = tmp_path_factory.mktemp("campus")
    with quick_server() as server:
        client = Client(make_node, folder)
        yield Campus(server, client, folder)
        client.close()


@pytest.fixture(scope="module")
def elsewhere():
    """Another server, and an empty folder for one."""
    with quick_server() as server, \
            databases.private_folder() as empty:
        yield SimpleNamespace(server=server, empty=empty)


@pytest.fixture
def client(make_node, tmp_path):
    made = Client(make_node, tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("restore", [
    dump_beside_the_old_database, dump_on_another_server, data_alone, a_moment])
def test_a_restored_database_goes_on(restore, campus, elsewhere, client):
    url = restore(campus, elsewhere)
    assert stored(url) == campus.backed_up
    # Who lived when the backup was made counts as living for a lease's time.
    wait_until(lambda: run(url, "SELECT NOT EXISTS (SELECT FROM nodes WHERE"
                                " expires_at > clock_timestamp())")
               == [(True,)], "the leases of the backup to run out")
    client.start(url, "restored")
    places = [(campus.place_ahead, campus.heard_ahead),
              (campus.place_lost, set())]
    streams = [(client.listen(place), had) for place, had in places]
    campus.story.continue_with(client)
    check_repeats(client, campus.answered)
    streams += [(client.listen(place), had) for place, had in places]
    for stream, had in streams:
        check_stream(stream, had, url)
    assert ["reset" in stream.names for stream, _ in streams] \
        == [False, True, False, True]
    check_webhook(client, campus, url)
    check_ids(campus.client.messages() + client.messages())
    client.ctl("check", "--database", url)
    check_ledger(campus.story, url)
    check_limits(client)
    check_policies(url)
    client.stop()
