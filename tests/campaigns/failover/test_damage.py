# SPDX-License-Identifier: Apache-2.0
"""What tools/failover must find: damage done by hand, behind a node's back."""
import io
import json
import re
import shutil
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)] + [
    str(HERE.parents[1] / name) for name in (
        "campaigns/cluster", "campaigns/crash", "support")]

import wire  # noqa: E402
from audit import Findings  # noqa: E402
from campaign import Forgetful, become_parent_of_orphans  # noqa: E402
from damage import damage  # noqa: E402
from database_cluster import DatabaseCluster  # noqa: E402
from deliveries import FailoverFeed  # noqa: E402
from failover_audit import audit_failover  # noqa: E402
from losses import Marks  # noqa: E402
from postgres import Postgres  # noqa: E402
from proxy import Loop  # noqa: E402
from tally import Tally  # noqa: E402
from watch import NodeWatch  # noqa: E402
from world import World  # noqa: E402

ENOUGH = 600  # answers
DAMAGES = ("lost-outcome", "paid-twice", "passed-limit")
SENTENCES = (
    r"lost: .* the database has no outcome",
    r"double_paid: \S+ was paid 2 times",
    r"limit_passed: tutor_minutes_per_week of tutor",
    r"undelivered: the webhook never had recapd\.",
    r"undelivered: the event stream never had recapd\.event\.",
)


@pytest.fixture(scope="module")
def world():
    """A node that has come to rest."""
    wire.EXCHANGES = Forgetful()
    become_parent_of_orphans()
    folder = Path(tempfile.mkdtemp(prefix="recapd-failover-test-"))
    folder.chmod(0o755)
    postgres = Postgres(folder / "postgres")
    postgres.start()
    one = World(folder / "world", postgres, 30)
    try:
        one.start(Loop(), "7")
        one.messages = FailoverFeed([one.node], 20)
        one.go()
        wire.wait_until(lambda: one.record.acknowledged > ENOUGH,
                        "the load", 60)
        one.heal()
        one.finish_scenarios()
        yield one
    finally:
        if hasattr(one, "messages"):
            one.messages.stop()
        one.close()
        postgres("remove")
        shutil.rmtree(folder)


def compare(world, patience, lost=False):
    """Returns what the audit finds. With `lost` the database may have lost all
    that was answered."""
    found = Findings()
    world.record.answered = dict.fromkeys(world.record.commands, 0)
    world.record.asked = world.record.answered
    audit_failover(SimpleNamespace(
        sql=world.sql, recover_sql=world.sql,
        snapshot=lambda: nullcontext(world.sql), record=world.record,
        patience=patience, may_lose=lost, may_be_lost=lambda *_: lost,
        by_nats=False, nats=None,
        webhook_messages=lambda: [json.loads(text) for text
                                  in list(world.hook.received.values())],
        stream_messages=lambda: list(world.messages.messages),
        changed_messages=lambda: world.hook.changed), found)
    return "\n".join(f"{kind}: {sentence}" for kind, sentences
                     in found.said.items() for sentence in sentences)


def test_what_is_sound_is_found_sound_and_each_damage_is_found(world):
    assert compare(world, 30) == ""
    for what in DAMAGES:
        damage(world, what)
    world.hook.received.pop(next(iter(world.hook.received)))
    world.messages.messages.pop()
    text = compare(world, 4)
    for sentence in SENTENCES:
        assert re.search(sentence, text), (sentence, text)
    # What the database may lose is the answers, and nothing else.
    text = compare(world, 4, lost=True)
    assert not re.search(SENTENCES[0], text), text
    for sentence in SENTENCES[1:]:
        assert re.search(sentence, text), (sentence, text)


def test_seconds_of_silence_are_those_past_the_bound():
    watch = NodeWatch(("n1", 0), 10, io.StringIO())
    watch.count(0, 50)
    assert watch.silent == 0
    watch.open["token"] = (100, "a command")
    watch.count(105, 109)
    assert watch.silent == 0
    watch.count(109, 112)
    watch.count(112, 113)
    assert watch.silent == 3
    assert len(watch.said) == 1


def test_what_a_cut_log_may_lose_is_what_was_under_way_in_it():
    marks = Marks("")
    marks.cuts = [(10, 20)]
    assert marks.may_be_lost(12, 13)
    assert marks.may_be_lost(19, 40)
    assert not marks.may_be_lost(1, 9)
    assert not marks.may_be_lost(21, 22)


def test_a_promotion_that_was_undone_is_noticed():
    cluster = object.__new__(DatabaseCluster)
    cluster.newest_timeline = 0
    led = [3, None, None]  # of each host
    begun = [[], [], []]
    cluster.hosts = [SimpleNamespace(led_timeline=lambda n=n: led[n],
                                     begun_timelines=lambda n=n: begun[n])
                     for n in range(3)]
    assert cluster.leader() is cluster.hosts[0]
    led[:] = [None, 4, None]
    assert cluster.leader() is cluster.hosts[1]
    assert not cluster.fell_back()
    led[:] = [None, None, None]
    assert not cluster.fell_back()
    led[:] = [3, None, None]
    assert cluster.fell_back()
    led[:] = [None, 4, None]
    assert not cluster.fell_back()
    begun[2].append(5)
    assert cluster.fell_back()


def test_a_standby_that_followed_an_older_primary_is_noticed():
    cluster = object.__new__(DatabaseCluster)
    left = [{b"0/2353550 on timeline 1"}, set(), {b"0/3000000 on timeline 2"}]
    cluster.hosts = [SimpleNamespace(left_branches=lambda n=n: left[n])
                     for n in range(3)]
    assert not cluster.branched()
    left[1] = {b"0/2353550 on timeline 1"}
    assert cluster.branched()


def test_runs_are_added_up(tmp_path):
    runs = tmp_path / "runs"
    for seed, failed in ((1, False), (2, True), (3, False)):
        one = Tally()
        one.counts.update(rounds=2, acknowledged=100, lost=int(failed))
        one.outages, one.silent, one.failed = [seed, 10 * seed], 0.4, failed
        one.keep(runs, seed, seed == 3)
    together = Tally.of_file(runs, False)
    assert together.failed
    assert together.line() == (
        "failover rounds=4 acknowledged=200 lost=1 undelivered=0 double_paid=0"
        " limit_passed=0 silent=1 outage_p99_s=20.0")
    assert not Tally.of_file(runs, True).failed
