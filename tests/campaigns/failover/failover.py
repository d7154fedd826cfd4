#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Failover: three nodes on PostgreSQL that Patroni keeps on three hosts with
etcd, and three NATS servers, all in network namespaces, under load, while the
database, etcd, NATS and clocks fail."""
import contextlib
import shutil
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)] + [
    str(HERE.parents[1] / name) for name in (
        "campaigns/cluster", "campaigns/crash", "support")]

from campaign import (Campaign, become_parent_of_orphans,  # noqa: E402
                      conduct, has_programs, not_allowed, options_of, parse)
from damage import DAMAGES as SQL_DAMAGES  # noqa: E402
from damage import damage as damage_database  # noqa: E402
from database_cluster import DatabaseCluster  # noqa: E402
from etcd_server import Etcd  # noqa: E402
from failover_audit import KINDS, audit_failover  # noqa: E402
from failover_faults import FailoverFaults  # noqa: E402
from failover_world import FailoverWorld  # noqa: E402
from nats_servers import TROUBLE  # noqa: E402
from network import NotAllowed  # noqa: E402
from processes import Reaper, uninterrupted  # noqa: E402
from proxy import Loop  # noqa: E402
from sites import Sites  # noqa: E402
from tally import Tally  # noqa: E402

WORLD_ROUNDS = 5
WARM_UP = 3    # seconds of load before a fault
SENTENCES = 2  # of each kind, at once; more of them in the end

EPILOG = """\
A round: load at all nodes, one fault or two in it, everything is healed, every
command gets its answer, the client's record is compared with the database, and
with it what came by the webhook, the event stream and NATS; recapctl check.
Every 5 rounds, and after one that failed, a new database, new nodes and NATS
servers. A round's seed, which chooses its faults, is in its line: it alone is
--rounds 1 --seed S. What the faults meet does not follow from it.

silent: seconds in which a request had waited for an answer for more than
2 x database.statement_ms while its node's /readyz said 200. outage_p99_s: of
each round the longest time in which no node answered a command by HTTP, however
long the fault was. With --async what a command was told within the cut
of the database's log may be lost, and nothing else.

exit codes: 0 record and database agree; 1 they do not (the sentences say how;
the folder of logs is kept); 2 wrong options; 3 the programs or the servers are
missing or did not start; 4 namespaces or mounts are not allowed here (it needs
root); 130 interrupted
"""

DAMAGES = ("lost-outcome", "lost-event", "paid-twice", "passed-limit",
           "undelivered")


def options():
    parser = options_of("failover", __doc__, EPILOG, 5, FailoverFaults.WEIGHTS,
                        DAMAGES)
    parser.add_argument("--async", action="store_true", dest="asynchronous",
                        help="no synchronous replication")
    parser.add_argument("--tally", metavar="FILE",
                        help="adds this run to a file of runs")
    parser.add_argument("--total", metavar="FILE",
                        help="runs nothing: the last line of all runs of a "
                             "file")
    chosen = parse(parser)
    if chosen.seed is not None and chosen.seed < 0:
        parser.error("--seed: not negative")
    if chosen.total and not Path(chosen.total).exists():
        parser.error(f"--total: there is no {chosen.total}")
    return chosen


class NotWhole(Exception):
    """The database's hosts did not become whole again: they are made anew."""


class Failover(Campaign):
    KINDS = KINDS
    FAULTS = FailoverFaults

    def __init__(self, chosen, folder, sites):
        super().__init__(chosen, folder, None)
        self.sites = sites
        self.etcd = self.cluster = None
        self.clusters = self.worlds = self.skipped = 0
        self.tally = Tally()

    # ---- worlds and clusters ------------------------------------------------

    def run(self):
        print(f"seed {self.seed}, logs in {self.folder}", flush=True)
        loop = Loop()
        while self.rounds < self.chosen.rounds:
            try:
                self.begin_cluster()
                while self.rounds < self.chosen.rounds:
                    self.rounds_of_a_world(loop)
            except NotWhole as error:
                print(f"a new cluster: {error}", flush=True)
            finally:
                self.end_cluster()

    def begin_cluster(self):
        self.clusters += 1
        folder = self.folder / f"cluster{self.clusters}"
        self.etcd = Etcd(folder / "etcd", self.sites)
        self.cluster = DatabaseCluster(folder, self.sites, self.etcd,
                                       not self.chosen.asynchronous)
        self.etcd.start()
        self.cluster.start()

    def end_cluster(self):
        with uninterrupted(), contextlib.ExitStack() as ends:
            for part in (self.etcd, self.cluster, self.world):
                if part is not None:
                    ends.callback(part.close)
            self.etcd = self.cluster = self.world = None

    def rounds_of_a_world(self, loop):
        self.worlds += 1
        begun = self.rounds
        known = self.count_findings()
        world = FailoverWorld(self.folder / f"world{self.worlds}",
                              self.cluster, self.sites,
                              30 if self.chosen.damage else 60)
        self.world = world
        world.start(loop, self.next_seed())
        with open(world.folder / "faults.log", "w", encoding="utf-8") as log:
            faults = self.FAULTS(world, log)
            try:
                while (self.rounds < min(self.chosen.rounds,
                                         begun + WORLD_ROUNDS)
                       and self.count_findings() == known):
                    self.round(world, faults, None)
            finally:
                self.faults.update(faults.counts)
                self.add_up(world)
        world.close()
        self.world = None
        world.database.drop()
        if self.count_findings() == known and not self.chosen.keep:
            shutil.rmtree(world.folder)

    def count_findings(self):
        return sum(map(self.found.count, self.KINDS))

    def add_up(self, world):
        super().add_up(world)
        self.tally.silent += world.watch.silent

    def next_seed(self):
        return self.seed + self.rounds + self.skipped

    # ---- a round ------------------------------------------------------------

    def round(self, world, faults, last):
        seed, begun = self.next_seed(), time.monotonic()
        before = {kind: self.found.count(kind) for kind in self.KINDS}
        acknowledged, silent = world.record.acknowledged, world.watch.silent
        plan, rng = faults.draw_round(seed, self.chosen.only)
        faults.say(f"seed {seed}")
        world.go()
        time.sleep(WARM_UP)
        struck = time.monotonic()
        faults.strike(plan, rng)
        faults.say("healing")
        trouble = self.heal_cluster(seed, faults)
        faults.say("PostgreSQL is whole" if trouble is None else trouble)
        self.rounds += 1
        self.compare(world, faults)
        if world.watch.silent > silent:
            self.found.say("silent", "; ".join(world.watch.said[-3:]))
        outage = world.record.longest_gap(struck, world.closed_at)
        self.tally.outages.append(outage)
        new = {k: self.found.count(k) - n for k, n in before.items()}
        print(f"round {self.rounds} (seed {seed}): "
              f"{', '.join(kind for _, kind in plan)}; outage {outage:.1f} s, "
              f"silent {world.watch.silent - silent:.1f} s, "
              f"{world.record.acknowledged - acknowledged} acknowledged; "
              + (", ".join(f"{k} {n}" for k, n in new.items() if n)
                 or "nothing found")
              + f"; {time.monotonic() - begun:.0f} s", flush=True)
        for kind, count in before.items():
            for sentence in self.found.said[kind][count:count + SENTENCES]:
                print(f"  {kind}: {sentence[:400]}", flush=True)
        if trouble is not None:
            raise NotWhole(trouble)

    def heal_cluster(self, seed, faults):
        """What is still the trouble. Where nobody leads, or Patroni undid what
        was acknowledged, there is nothing to compare with, and the round does
        not count."""
        try:
            self.cluster.heal()
            if not self.cluster.fell_back():
                if self.cluster.branched():
                    self.world.load.inbox_era += 1
                return None
            undone = "Patroni went back to an older timeline"
        except AssertionError as error:
            if self.cluster.leader() is not None:
                return str(error)
            undone = str(error)
        self.skipped += 1
        assert self.skipped <= 2 + self.rounds // 10, undone
        plan = " and ".join(kind for _, kind in
                            faults.draw_round(seed, self.chosen.only)[0])
        raise NotWhole(f"seed {seed}, {plan}, does not count: {undone}")

    def compare(self, world, faults):
        try:
            world.heal()
            faults.say("every command is answered")
        except AssertionError as error:
            world.rest()
            self.found.say("stuck", str(error))
            faults.say(str(error))
        try:
            for what in self.chosen.damage:
                damage(world, what)
            audit_failover(world, self.found)
        except TROUBLE as error:
            self.found.say("other", f"the comparison: {error!r}")
        for sentence in [*world.troubles(), *faults.broken, *world.check()]:
            self.found.say("other", sentence)
        world.load.broken.clear()
        faults.broken.clear()

    # ---- the end ------------------------------------------------------------

    def report(self):
        tally = self.tally
        tally.failed = self.failed()
        tally.counts.update(
            rounds=self.rounds, acknowledged=self.acknowledged,
            **{k: self.found.count(k) for k in KINDS[:4]})
        if self.chosen.tally:
            tally.keep(self.chosen.tally, self.seed, self.chosen.asynchronous)
        self.print_findings(f"{self.clusters} clusters, {self.worlds} "
                            f"databases, {self.resent} commands sent again")
        print(tally.line(), flush=True)
        return 1 if self.failed() else 0


def damage(world, what):
    """Does the damage `what`, to see that the audit finds it."""
    if what == "undelivered":
        world.hook.received.pop(next(reversed(world.hook.received)))
    else:
        damage_database(world, what)


def main():
    chosen = options()
    if chosen.total:
        tally = Tally.of_file(chosen.total, chosen.asynchronous)
        print(tally.line())
        return 1 if tally.failed else 0
    if not has_programs():
        return 3
    missing = [p for p in ("patroni", "etcd", "etcdctl")
               if shutil.which(p) is None]
    if missing:
        print(f"tools/failover: there is no {' and no '.join(missing)}; "
              "tools/setup --failover", file=sys.stderr)
        return 3
    try:
        sites = Sites()
    except NotAllowed as error:
        return not_allowed("failover", error)
    become_parent_of_orphans()
    reaper = Reaper({"postgres", "patroni"})
    reaper.start()
    try:
        return conduct("failover", chosen,
                       lambda folder: Failover(chosen, folder, sites))
    finally:
        with uninterrupted():
            sites.close()
            reaper.stop()


if __name__ == "__main__":
    assert set(SQL_DAMAGES) > set(DAMAGES) - {"undelivered"}
    sys.exit(main())
