# SPDX-License-Identifier: Apache-2.0
"""Rounds of faults under load, and what they found: the part that tools/crash,
tools/cluster and tools/failover have in common."""
import argparse
import ctypes
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

import wire
from audit import Findings
from proxy import Loop

ROUNDS_OF_A_WORLD = 10
PR_SET_CHILD_SUBREAPER = 36


def options_of(tool, doc, epilog, rounds, weights, damages):
    """A parser of the options that all campaigns have."""
    parser = argparse.ArgumentParser(
        prog=f"tools/{tool}", description=doc, epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=rounds, metavar="N",
                        help=f"default {rounds}")
    parser.add_argument("--seed", type=int, metavar="S",
                        help="of the faults; default: a new one, printed")
    parser.add_argument("--only", choices=list(weights), metavar="FAULT",
                        help=f"this fault alone: {', '.join(weights)}")
    parser.add_argument("--damage", choices=list(damages), metavar="WHAT",
                        action="append", default=[],
                        help="does damage by hand, to see that it is found; "
                             f"may be repeated: {', '.join(damages)}")
    parser.add_argument("--keep", action="store_true",
                        help="keeps the folder of logs in any case")
    return parser


def parse(parser):
    chosen = parser.parse_args()
    if chosen.rounds < 1:
        parser.error("--rounds: at least 1")
    return chosen


def not_allowed(tool, error):
    """Says that the network cannot be made; returns the exit code."""
    print(f"tools/{tool}: skipped: network namespaces are not allowed here "
          f"({error})", file=sys.stderr)
    return 4


def become_parent_of_orphans():
    """What a killed process leaves behind becomes a child of this one, and is
    reaped: a server's children, a postmaster that outlives its Patroni."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class FaultPlan:
    """Strikes a running world. A subclass has a method for each fault, of its
    name with underscores, and says how often each is drawn (WEIGHTS), when
    (WITHIN, seconds from a round's start) and how many a round (HOW_MANY)."""
    WEIGHTS = {}
    WITHIN = (0, 0)
    HOW_MANY = [1]

    def __init__(self, world, log):
        self.world = world
        self.log = log
        self.counts = dict.fromkeys(self.WEIGHTS, 0)
        self.broken = []

    def draw(self, rng, only=None):
        """Draws a round's faults: (seconds from its start, name)."""
        kinds = {k: w for k, w in self.WEIGHTS.items() if only in (None, k)}
        return sorted(
            (rng.uniform(*self.WITHIN), kind)
            for kind in rng.choices(list(kinds), list(kinds.values()),
                                    k=rng.choice(self.HOW_MANY)))

    def strike(self, plan, rng):
        """Runs a plan; faults may overlap. Returns when all have struck."""
        begun, threads = time.monotonic(), []
        for at, kind in plan:
            time.sleep(max(0, begun + at - time.monotonic()))
            thread = threading.Thread(
                target=self._one, args=(kind, random.Random(rng.random())),
                daemon=True)
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join()

    def _one(self, kind, rng):
        self.counts[kind] += 1
        self.say(kind)
        try:
            getattr(self, kind.replace(" ", "_"))(rng)
        except Exception:
            self.broken.append(f"{kind}: {traceback.format_exc()}")

    def say(self, sentence):
        now = time.time()
        print(f"{time.strftime('%H:%M:%S', time.gmtime(now))}"
              f".{int(now * 1000) % 1000:03} {sentence}", file=self.log,
              flush=True)


class Campaign:
    """All rounds and what they found. A subclass has `begin_world(folder)`,
    `check(world)` (how many limits were nearly used up) and `damage(world,
    what)`, and `report()`, which prints with `print_report`."""
    KINDS = ()  # of findings; the last line counts the first four
    FAULTS = FaultPlan
    LOAD_SECONDS = 0

    def __init__(self, chosen, folder, postgres):
        self.chosen = chosen
        self.seed = chosen.seed
        if self.seed is None:
            self.seed = int.from_bytes(os.urandom(4), "big")
        self.folder = folder
        self.found = Findings()
        self.postgres = postgres
        self.world = None
        self.rounds = self.acknowledged = self.resent = 0
        self.faults = Counter()

    def run(self):
        print(f"seed {self.seed}, logs in {self.folder}", flush=True)
        try:
            self.postgres.start()
            self.prepare()
            loop = Loop()
            while self.rounds < self.chosen.rounds and not self.failed():
                self.rounds_of_a_world(loop)
        finally:
            if self.world is not None:
                self.world.close()
            # What is to be looked into stays.
            self.postgres("stop" if self.failed() else "remove")
        self.conclude()

    def prepare(self):
        """Is called once, when PostgreSQL is there."""

    def conclude(self):
        """Is called once, after all rounds."""

    def failed(self):
        return any(self.found.count(kind) for kind in self.KINDS)

    def rounds_of_a_world(self, loop):
        number = self.rounds // ROUNDS_OF_A_WORLD
        self.world = world = self.begin_world(self.folder / f"world{number}")
        world.start(loop, f"{self.seed} {number}")
        with open(world.folder / "faults.log", "w", encoding="utf-8") as log:
            faults = self.FAULTS(world, log)
            last = min(self.chosen.rounds, self.rounds + ROUNDS_OF_A_WORLD)
            while self.rounds < last and not self.failed():
                self.rounds += 1
                self.round(world, faults, self.rounds == last)
        self.faults.update(faults.counts)
        self.add_up(world)
        world.close()
        self.world = None
        if not self.failed():
            world.database.drop()
            if not self.chosen.keep:
                shutil.rmtree(world.folder)

    def add_up(self, world):
        self.acknowledged += world.record.acknowledged
        self.resent += world.record.resent

    def round(self, world, faults, last):
        begun = time.monotonic()
        rng = random.Random(f"{self.seed} round {self.rounds}")
        plan = faults.draw(rng, self.chosen.only)
        before = world.record.acknowledged
        faults.say(f"round {self.rounds}")
        world.go()
        faults.strike(plan, rng)
        time.sleep(max(0, begun + self.LOAD_SECONDS - time.monotonic()))
        faults.say("healing")
        near = 0
        try:
            world.heal()
            if last:
                world.finish_scenarios()
            for what in self.chosen.damage:
                self.damage(world, what)
            near = self.check(world)
        except AssertionError as error:
            self.stuck(world, error)
        for sentence in [*world.troubles(), *faults.broken, *world.check()]:
            self.found.say("other", sentence)
        if self.failed():
            self.describe(world)
        print(f"round {self.rounds}: {', '.join(k for _, k in plan)}; "
              f"{world.record.acknowledged - before} acknowledged, "
              f"{near} limits nearly used up, {self.of_a_round(world)}"
              f"{time.monotonic() - begun:.1f} s", flush=True)

    def stuck(self, world, error):
        self.found.say("stuck", str(error))
        for command in world.record.unanswered():
            self.found.say("stuck", f"never answered: {command.event}")

    def describe(self, world):
        """Prints of a failure what its logs do not hold."""

    def of_a_round(self, _):
        """Returns what else the line of a round says."""
        return ""

    def print_findings(self, of_faults):
        for kind in self.KINDS:
            for sentence in self.found.said[kind][:20]:
                print(f"{kind}: {sentence[:1500]}")
            if self.found.count(kind) > 20:
                print(f"{kind}: {self.found.count(kind) - 20} more")
        if self.failed():
            print(f"FAILED in round {self.rounds} of seed {self.seed}; "
                  f"the logs are in {self.folder}")
        struck = ", ".join(f"{k} {n}" for k, n in self.faults.items() if n)
        print(f"faults: {struck}; {of_faults}")

    def print_report(self, tool, of_faults, of_all=""):
        """Prints what was found and the last line; returns the exit code."""
        self.print_findings(of_faults)
        counts = " ".join(f"{k}={self.found.count(k)}" for k in self.KINDS[:4])
        print(f"{tool} rounds={self.rounds} acknowledged={self.acknowledged} "
              f"{counts}{of_all}", flush=True)
        return 1 if self.failed() else 0


class Forgetful(list):
    """Takes the answers that the contract's client notes, which here are too
    many, and forgets them."""

    def append(self, _):
        pass


def has_programs():
    """Returns true if the programs are there; gets the client and the signals
    ready."""
    wire.EXCHANGES = Forgetful()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    program = os.environ.get("RECAPD_TEST_BIN", "")
    if all((Path(program) / p).exists() for p in ("recapd", "recapctl")):
        return True
    print("RECAPD_TEST_BIN must be the folder that holds recapd and recapctl",
          file=sys.stderr)
    return False


def conduct(tool, chosen, begin):
    """Runs the campaign that `begin(folder)` makes; returns the exit code."""
    folder = Path(tempfile.mkdtemp(prefix=f"recapd-{tool}-"))
    folder.chmod(0o755)
    keep = True
    try:
        campaign = begin(folder)
        campaign.run()
        code = campaign.report()
        keep = code != 0 and not chosen.damage
        return code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        keep = False
        return 130
    except (AssertionError, OSError, subprocess.CalledProcessError) as error:
        print(f"tools/{tool}: could not go on: {error}; the logs are in "
              f"{folder}", file=sys.stderr)
        return 3
    finally:
        if not keep and not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)
