#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A real cluster: nodes in network namespaces of their own on one PostgreSQL and
three NATS servers, under load, while they are killed, paused, cut off, drained and restarted."""
import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "crash"),
                str(HERE.parent / "contract")]

import wire  # noqa: E402
from audit import Findings  # noqa: E402
from cluster_audit import check_cluster  # noqa: E402
from cluster_damage import DAMAGES, damage  # noqa: E402
from cluster_faults import WEIGHTS, ClusterFaults  # noqa: E402
from cluster_world import ClusterWorld  # noqa: E402
from crash import Forgetful  # noqa: E402
from nats_audit import check_stored  # noqa: E402
from nats_servers import TROUBLE  # noqa: E402
from network import Network, NotAllowed  # noqa: E402
from postgres import Postgres  # noqa: E402
from proxy import Loop  # noqa: E402
from takeover import p99  # noqa: E402

ROUNDS_OF_A_CAMPAIGN = 10
KINDS = ("lost", "double_paid", "limit_passed", "out_of_order", "stuck",
         "slow", "other")

EPILOG = """\
A round: load at all nodes, one to three faults in it, everything is healed,
every command gets its answer, every shard has one holder and each node its
share, the client's record is compared with the database and with the streams
of NATS, recapctl check. What JetStream acknowledged is never published again,
so that what is lost stays lost. Every 10 rounds a new database and new NATS
servers. The choice of faults follows from the seed; what they
meet does not. takeover_p99_s: from the moment a node falls silent to the first
answer for a session it served, by another node; more than twice the lease is a
failure.

exit codes: 0 record and database agree; 1 they do not (the sentences say how;
the folder of logs is kept); 2 wrong options; 3 the programs or the server are
missing or did not start; 4 network namespaces are not allowed here (it needs
root, or CAP_NET_ADMIN and CAP_SYS_ADMIN); 130 interrupted
"""


def options():
    parser = argparse.ArgumentParser(
        prog="tools/cluster", description=__doc__, epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=3, metavar="N",
                        help="default 3; one more comes and goes")
    parser.add_argument("--rounds", type=int, default=5, metavar="N",
                        help="default 5")
    parser.add_argument("--lease-ms", type=int, default=2000, metavar="MS",
                        help="how long a lease lasts; default 2000")
    parser.add_argument("--seed", type=int, metavar="S",
                        help="of the faults; default: a new one, printed")
    parser.add_argument("--only", choices=list(WEIGHTS), metavar="FAULT",
                        help=f"this fault alone: {', '.join(WEIGHTS)}")
    parser.add_argument("--damage", choices=list(DAMAGES), metavar="WHAT",
                        action="append", default=[],
                        help="does damage by hand, to see that it is found; "
                             f"may be repeated: {', '.join(DAMAGES)}")
    parser.add_argument("--keep", action="store_true",
                        help="keeps the folder of logs in any case")
    chosen = parser.parse_args()
    if not 2 <= chosen.nodes <= 20:
        parser.error("--nodes: 2 to 20")
    if chosen.rounds < 1:
        parser.error("--rounds: at least 1")
    if not 500 <= chosen.lease_ms <= 60000:
        parser.error("--lease-ms: 500 to 60000")
    return chosen


class Run:
    """All rounds and what they found."""

    def __init__(self, chosen, folder, network):
        self.chosen = chosen
        self.seed = chosen.seed
        if self.seed is None:
            self.seed = int.from_bytes(os.urandom(4), "big")
        self.folder = folder
        self.network = network
        self.found = Findings()
        self.postgres = Postgres(folder / "postgres",
                                 network.services["database"].here)
        self.world = None
        self.rounds = self.acknowledged = self.resent = self.starts = 0
        self.polite = self.polite_retries = 0
        self.takeovers = []
        self.faults = Counter()

    def run(self):
        print(f"seed {self.seed}, logs in {self.folder}", flush=True)
        try:
            self.postgres.start()
            loop = Loop()
            while self.rounds < self.chosen.rounds and not self.failed():
                self.campaign(loop)
        finally:
            if self.world is not None:
                self.world.close()
            self.postgres.stop()
        slowest = p99(self.takeovers)
        if slowest is not None and slowest > self.chosen.lease_ms / 500:
            self.found.say("slow", f"p99 of the take-overs is {slowest:.2f} "
                                   f"s, all: {sorted(self.takeovers)}")

    def failed(self):
        return any(self.found.count(kind) for kind in KINDS)

    def campaign(self, loop):
        number = self.rounds // ROUNDS_OF_A_CAMPAIGN
        self.world = world = ClusterWorld(
            self.folder / f"campaign{number}", self.postgres,
            12 if self.chosen.damage else 60, self.network,
            self.chosen.lease_ms, self.chosen.nodes)
        world.start(loop, f"{self.seed} {number}")
        with open(world.folder / "faults.log", "w", encoding="utf-8") as log:
            faults = ClusterFaults(world, log)
            last = min(self.chosen.rounds,
                       self.rounds + ROUNDS_OF_A_CAMPAIGN)
            while self.rounds < last and not self.failed():
                self.rounds += 1
                self.round(world, faults, self.rounds == last)
        self.faults.update(faults.counts)
        self.acknowledged += world.record.acknowledged
        self.resent += world.record.resent
        self.starts += world.starts()
        self.polite += world.load.polite.count
        self.polite_retries += world.load.polite.retries
        self.takeovers += world.takeovers.seconds
        world.close()
        self.world = None
        if not self.failed():
            world.database.drop()
            if not self.chosen.keep:
                shutil.rmtree(world.folder)

    def round(self, world, faults, last):
        begun = time.monotonic()
        dice = random.Random(f"{self.seed} round {self.rounds}")
        plan = faults.draw(dice, self.chosen.only)
        before = world.record.acknowledged
        measured = len(world.takeovers.seconds)
        faults.say(f"round {self.rounds}")
        world.go()
        faults.strike(plan, dice)
        time.sleep(max(0, begun + 2.5 - time.monotonic()))
        faults.say("healing")
        near = 0
        try:
            world.heal()
            if last:
                world.finish_lives()
            for what in self.chosen.damage:
                damage(world, what)
            near = check_cluster(world, self.found)
        except AssertionError as error:
            self.found.say("stuck", str(error))
            check_stored(world, self.found)
            for command in world.record.unanswered():
                self.found.say("stuck", f"never answered: {command.event}")
        for sentence in [*world.troubles(), *faults.broken, *world.check()]:
            self.found.say("other", sentence)
        if self.failed():
            self.describe_nats(world)
        taken = [f"{s:.2f}" for s in world.takeovers.seconds[measured:]]
        print(f"round {self.rounds}: {', '.join(k for _, k in plan)}; "
              f"{world.record.acknowledged - before} acknowledged, "
              f"{near} limits nearly used up, "
              f"taken over in {'/'.join(taken) or '-'} s, "
              f"{time.monotonic() - begun:.1f} s", flush=True)

    def describe_nats(self, world):
        try:
            (world.folder / "nats.json").write_text(world.nats.describe())
        except TROUBLE as error:
            print(f"NATS does not say how it is: {error!r}")

    def report(self):
        """Prints what was found and the last line; the exit code."""
        for kind in KINDS:
            for sentence in self.found.said[kind][:20]:
                print(f"{kind}: {sentence[:1500]}")
            if self.found.count(kind) > 20:
                print(f"{kind}: {self.found.count(kind) - 20} more")
        if self.failed():
            print(f"FAILED in round {self.rounds} of seed {self.seed}; "
                  f"the logs are in {self.folder}")
        struck = ", ".join(f"{k} {n}" for k, n in self.faults.items() if n)
        print(f"faults: {struck}; {self.starts} starts of nodes, "
              f"{self.resent} commands sent again, {len(self.takeovers)} "
              f"take-overs measured; during restarts in turn {self.polite} "
              f"commands with {self.polite_retries} retries")
        counts = " ".join(f"{k}={self.found.count(k)}" for k in KINDS[:4])
        slowest = p99(self.takeovers)
        print(f"cluster rounds={self.rounds} acknowledged={self.acknowledged} "
              f"{counts} takeover_p99_s="
              f"{'none' if slowest is None else f'{slowest:.2f}'}", flush=True)
        return 1 if self.failed() else 0


def main():
    chosen = options()
    wire.EXCHANGES = Forgetful()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    program = os.environ.get("RECAPD_TEST_BIN", "")
    if not all((Path(program) / p).exists() for p in ("recapd", "recapctl")):
        print("RECAPD_TEST_BIN must be the folder that holds recapd and "
              "recapctl", file=sys.stderr)
        return 3
    try:
        network = Network(chosen.nodes + 1)
    except NotAllowed as error:
        print(f"tools/cluster: skipped: network namespaces are not allowed "
              f"here ({error})", file=sys.stderr)
        return 4
    folder = Path(tempfile.mkdtemp(prefix="recapd-cluster-"))
    folder.chmod(0o755)
    keep = True
    try:
        run = Run(chosen, folder, network)
        run.run()
        code = run.report()
        keep = code != 0 and not chosen.damage
        return code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        keep = False
        return 130
    except (AssertionError, OSError, subprocess.CalledProcessError) as error:
        print(f"tools/cluster: could not go on: {error}; the logs are in "
              f"{folder}", file=sys.stderr)
        return 3
    finally:
        network.close()
        if not keep and not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
