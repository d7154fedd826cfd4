# SPDX-License-Identifier: Apache-2.0
"""Databases that older releases left behind: today's recapd migrates them,
goes on with every session where it stood, and loses nothing that waited.

Each release_X_Y_Z.sql.gz was made by make_dump.py of that release; what its
node showed then is in release_X_Y_Z.json.gz.
"""
import gzip
import json
import re
import subprocess
import tempfile

import pytest

from old_world import HERE, RECAP, Node, command, database

from node import Recapctl
from receiver import Receiver
from wire import refused, wait_until

RELEASES = sorted(HERE.glob("release_*.sql.gz"))
# What the waiting work moves as soon as a node runs.
MOVED = {"rest-completed", "rest-invited", "rest-declined"}


def test_there_is_a_dump_of_the_first_release():
    assert "release_0_1_0.sql.gz" in [r.name for r in RELEASES]


class World:
    """One restored database, today's node on it, and what there was."""

    def __init__(self, dump, url, folder):
        self.before = json.loads(gzip.decompress(
            dump.with_name(dump.name.replace(".sql.", ".json.")).read_bytes()))
        self.url = url
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", url,
                        "-o", "/dev/null"], check=True,
                       input=gzip.decompress(dump.read_bytes()))
        self.delivered = dict(url.run("SELECT sink, position"
                                       " FROM sink_cursors"))["webhook"]
        self.receiver = Receiver()
        self.node = Node(url, folder,
                         {"webhook": {"url": self.receiver.url}}).start()

    def check(self):
        """recapctl finds every invariant kept."""
        Recapctl()("check", "--database", self.url)

    def close(self):
        self.node.stop()
        self.receiver.close()


@pytest.fixture(scope="module", params=RELEASES, ids=lambda r: r.name[:-7])
def world(request):
    with database() as url, tempfile.TemporaryDirectory() as folder:
        made = World(request.param, url, folder)
        yield made
        made.close()


def test_every_session_rests_in_some_dump(world):
    states = {s["show"]["state"] for s in world.before["sessions"].values()}
    assert states == {"scheduled", "time_logged", "awaiting_student_recap",
                      "completed", "paid", "missed", "update_denied",
                      "cancelled", "voided"}


def test_the_clock_goes_on_where_it_stood(world):
    assert world.node.time() == world.before["now"]


def kept_payout(was):
    """A voided session that was paid keeps its payout now, of nothing."""
    paid = [e["at"] for e in was["history"] if e["type"] == "session.paid"]
    if was["show"]["state"] != "voided" or not paid:
        return {}
    return {"payout": {"amount": 0, "settled_at": paid[0]}}


def test_every_session_and_its_history_are_as_they_were(world):
    assert world.node.sessions() == sorted(world.before["sessions"])
    for session, was in world.before["sessions"].items():
        if session not in MOVED:
            # Members that the release did not show yet.
            later = {"flags": [], "policy_version":
                     was["history"][0]["data"]["policy_version"]}
            assert world.node.session(session) == (
                later | was["show"] | kept_payout(was))
        history = world.node.history(session)
        assert history[:len(was["history"])] == was["history"]


def test_a_settlement_that_was_cut_off_is_done(world):
    wait_until(lambda: world.node.session("rest-completed")["state"] == "paid",
               "the settlement")


def test_rows_that_waited_in_the_inbox_are_taken(world):
    wait_until(lambda: world.url.run("SELECT count(*) FROM inbox") == [(0,)],
               "the inbox")
    invited = world.node.session("rest-invited")["participants"]
    assert {"dan": "going"}.items() <= {
        p["student"]: p["status"] for p in invited}.items()
    assert world.node.session("rest-declined")["state"] == "cancelled"
    letters = world.node.read("/v1/dead-letters")["dead_letters"]
    assert [letter["id"] for letter in letters] == [1, 2, 3, 4]
    assert {letter["code"] for letter in letters} == {"malformed"}


def old_commands(world):
    """Commands that made one event, which tells all that they said, and whose
    outcome is stored as release 0.1.0 did."""
    return world.url.run("""
        SELECT c.source, c.id, c.session_id, e.by,
               e.data::jsonb ->> 'student', c.outcome
          FROM session_events e
          JOIN commands c ON (c.source, c.id) = (e.command_source, e.command_id)
         WHERE e.type = 'participant.accepted'
           AND c.outcome::jsonb ? 'outcome' ORDER BY c.source, c.id""")


def test_an_old_command_is_still_a_duplicate(world):
    olds = old_commands(world)
    assert len(olds) > 5
    for source, name, session, by, student, outcome in olds:
        again = command("participant.accept", session, by, student=student)
        again.update(id=name, source=source)
        answer = world.node.send(again)
        assert answer.status == 200, answer
        assert answer.json == json.loads(outcome) | {"duplicate": True}


def test_an_old_commands_id_is_still_taken(world):
    source, name, session, *_ = old_commands(world)[0]
    other = command("support.void", session, "support:max", note="other")
    other.update(id=name, source=source)
    refused(world.node.send(other), "id-reused")


def test_what_was_not_delivered_goes_out_in_order(world):
    due = world.url.run("""
        SELECT session_id || ':' || seq FROM session_events
         WHERE position > %s ORDER BY position""", world.delivered)
    assert len(due) > 20

    def got():
        # What is written from now on has its epoch in its id.
        return [re.sub("-[0-9a-f]{8}$", "", m["id"])
                for m in list(world.receiver.messages)
                if m["type"].startswith("recapd.event.")]

    wait_until(lambda: len(got()) >= len(due), "the events")
    assert got()[:len(due)] == [event_id for event_id, in due]


def test_new_commands_are_taken_by_old_sessions(world):
    node = world.node
    show = node.do("session.complete", "rest-scheduled", "tutor:t-scheduled",
                   minutes=41, recap=RECAP)
    assert show["minutes"] == 45
    node.do("recap.submit", "rest-logged", "tutor:t-logged", recap=RECAP)
    for session in ("rest-logged", "rest-awaiting", "rest-lifted"):
        node.do("recap.submit", session, "student:bob", recap=RECAP)
        wait_until(lambda: node.session(session)["state"] == "paid",
                   "the settlement")
    node.do("support.void", "rest-paid", "support:max", note="after all")
    # The policy a session was scheduled under is still its own.
    assert world.before["sessions"]["policy-0"]["show"]["rate_per_hour"] == 1500
    assert world.before["sessions"]["policy-2"]["show"]["rate_per_hour"] == 1700


def test_open_timers_fire(world):
    was = {s: len(world.node.history(s)) for s in world.node.sessions()}
    assert world.node.session("rest-call")["next_timer"]
    world.node.move(advance="250h")
    assert world.node.session("rest-call")["state"] == "missed"
    assert world.node.session("rest-reopened")["state"] == "missed"
    # It waits for its students; its own policy has a bound for that.
    moved = world.node.history("rest-scheduled")[was["rest-scheduled"]:]
    assert [e["data"]["kind"] for e in moved if e["type"] == "reminder.sent"] \
        == ["student_recap_reminder", "tutor_remind_student",
            "student_recap_reminder", "student_recap_reminder",
            "student_recap_overdue"]
    assert moved[-2]["data"]["automatic"]
    assert moved[-1]["type"] == "session.paid"
    # An end is an end.
    assert len(world.node.history("rest-cancelled")) == was["rest-cancelled"]


def test_all_invariants_hold_and_the_ledger_sums_to_zero(world):
    world.check()
    assert world.url.run("""
        SELECT coalesce(sum(amount), 0)::int FROM ledger_entries""") == [(0,)]
    paid = [s for s in world.node.sessions()
            if world.node.session(s)["state"] == "paid"]
    assert len(paid) >= sum(
        s["show"]["state"] == "paid" for s in world.before["sessions"].values())
