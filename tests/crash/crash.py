#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real crashes: a real node on a real PostgreSQL under load, and kill -9."""
import argparse
import ctypes
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
sys.path[:0] = [str(HERE), str(HERE.parent / "contract")]

import wire  # noqa: E402
from audit import KINDS, Findings, audit  # noqa: E402
from damage import DAMAGES, commit_late, damage  # noqa: E402
from faults import WEIGHTS, Faults  # noqa: E402
from postgres import Postgres  # noqa: E402
from proxy import Loop  # noqa: E402
from world import World  # noqa: E402

ROUNDS_OF_A_CAMPAIGN = 10
PR_SET_CHILD_SUBREAPER = 36

EPILOG = """\
A round: load for some three seconds, one to four faults in it, everything is
brought up again, every command gets its answer, the client's record is compared
with the database, recapctl check. Every 10 rounds a new database. The choice of
faults follows from the seed; what they meet does not.

exit codes: 0 record and database agree; 1 they do not (the sentences say how;
the folder of logs is kept); 2 wrong options; 3 the programs or the server are
missing or did not start; 130 interrupted
"""


def options():
    parser = argparse.ArgumentParser(
        prog="tools/crash", description=__doc__, epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10, metavar="N",
                        help="default 10")
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
    if chosen.rounds < 1:
        parser.error("--rounds: at least 1")
    return chosen


class Run:
    """All rounds and what they found."""

    def __init__(self, chosen, folder):
        self.chosen = chosen
        self.seed = chosen.seed
        if self.seed is None:
            self.seed = int.from_bytes(os.urandom(4), "big")
        self.folder = folder
        self.found = Findings()
        self.postgres = Postgres(folder / "postgres")
        self.world = None
        self.rounds = self.acknowledged = self.resent = 0
        self.cuts = self.starts = 0
        self.faults = Counter()

    def run(self):
        print(f"seed {self.seed}, logs in {self.folder}", flush=True)
        try:
            self.postgres.start()
            if "late-commits" in self.chosen.damage:
                commit_late(self.postgres)
            loop = Loop()
            while self.rounds < self.chosen.rounds and not self.failed():
                self.campaign(loop)
        finally:
            if self.world is not None:
                self.world.close()
            self.postgres.stop()

    def failed(self):
        return any(self.found.count(kind) for kind in KINDS)

    def campaign(self, loop):
        number = self.rounds // ROUNDS_OF_A_CAMPAIGN
        self.world = world = World(self.folder / f"campaign{number}",
                                   self.postgres,
                                   12 if self.chosen.damage else 60)
        world.start(loop, f"{self.seed} {number}")
        with open(world.folder / "faults.log", "w", encoding="utf-8") as log:
            faults = Faults(world, log)
            last = min(self.chosen.rounds,
                       self.rounds + ROUNDS_OF_A_CAMPAIGN)
            while self.rounds < last and not self.failed():
                self.rounds += 1
                self.round(world, faults, self.rounds == last)
        self.faults.update(faults.counts)
        self.acknowledged += world.record.acknowledged
        self.resent += world.record.resent
        self.cuts += world.to_database.cuts + world.to_node.cuts
        self.starts += world.node.starts
        world.close()
        self.world = None
        if not self.failed():
            world.database.drop()
        if not self.failed() and not self.chosen.keep:
            shutil.rmtree(world.folder)

    def round(self, world, faults, last):
        begun = time.monotonic()
        dice = random.Random(f"{self.seed} round {self.rounds}")
        plan = faults.draw(dice, self.chosen.only)
        before = world.record.acknowledged
        world.go()
        faults.strike(plan, dice)
        time.sleep(max(0, begun + 2.4 - time.monotonic()))
        near = 0
        try:
            world.heal()
            if last:
                world.finish_lives()
            for what in self.chosen.damage:
                damage(world, what)
            near = audit(world, self.found)
        except AssertionError as error:
            self.found.say("stuck", str(error))
            for command in world.record.unanswered():
                self.found.say("stuck", f"never answered: {command.event}")
        for sentence in [*world.troubles(), *faults.broken, *world.check()]:
            self.found.say("other", sentence)
        print(f"round {self.rounds}: {', '.join(k for _, k in plan)}; "
              f"{world.record.acknowledged - before} acknowledged, "
              f"{near} limits nearly used up, "
              f"{time.monotonic() - begun:.1f} s", flush=True)

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
        print(f"faults: {struck}; {self.cuts} cuts, {self.starts} starts of "
              f"the node, {self.resent} commands sent again")
        counts = " ".join(f"{k}={self.found.count(k)}" for k in KINDS[:4])
        print(f"crash rounds={self.rounds} acknowledged={self.acknowledged} "
              f"{counts}", flush=True)
        return 1 if self.failed() else 0


class Forgetful(list):
    """Where the contract's client notes its answers; here there are too
    many."""

    def append(self, _):
        pass


def main():
    chosen = options()
    wire.EXCHANGES = Forgetful()
    # A killed server's children become ours, and are reaped.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    program = os.environ.get("RECAPD_TEST_BIN", "")
    if not all((Path(program) / p).exists() for p in ("recapd", "recapctl")):
        print("RECAPD_TEST_BIN must be the folder that holds recapd and "
              "recapctl", file=sys.stderr)
        return 3
    folder = Path(tempfile.mkdtemp(prefix="recapd-crash-"))
    folder.chmod(0o755)
    run, keep = Run(chosen, folder), True
    try:
        run.run()
        code = run.report()
        keep = code != 0 and not chosen.damage
        return code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        keep = False
        return 130
    except (AssertionError, OSError, subprocess.CalledProcessError) as error:
        print(f"tools/crash: could not go on: {error}; the logs are in "
              f"{folder}", file=sys.stderr)
        return 3
    finally:
        if not keep and not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
