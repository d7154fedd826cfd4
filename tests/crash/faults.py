# SPDX-License-Identifier: Apache-2.0
"""The faults, and when they strike in a round."""
import random
import threading
import time
import traceback

import proxy

# How often each is drawn.
WEIGHTS = {
    "kill node": 5,
    "pause node": 2,
    "end node": 1,
    "kill postgres": 4,
    "kill backend": 3,
    "halt postgres": 3,
    "pause backend": 3,
    "late commit": 4,
    "cut commit": 6,
    "cut database": 3,
    "cut all database": 1,
    "stall database": 2,
    "cut http": 4,
    "cut all http": 1,
    "stall http": 1,
}


class Faults:
    """Strikes a running world: its node, server and two proxies."""

    def __init__(self, world, log):
        self.world = world
        self.log = log
        self.counts = dict.fromkeys(WEIGHTS, 0)
        self.broken = []

    def draw(self, dice, only=None):
        """What will happen in a round: (seconds from its start, what)."""
        kinds = {k: w for k, w in WEIGHTS.items() if only in (None, k)}
        return sorted(
            (dice.uniform(0.2, 2.2), kind)
            for kind in dice.choices(list(kinds), list(kinds.values()),
                                     k=dice.randint(1, 4)))

    def strike(self, plan, dice):
        """Runs a plan; faults may overlap. Returns when all have struck."""
        begun, threads = time.monotonic(), []
        for at, kind in plan:
            time.sleep(max(0, begun + at - time.monotonic()))
            thread = threading.Thread(
                target=self._one, args=(kind, random.Random(dice.random())),
                daemon=True)
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join()

    def _one(self, kind, dice):
        self.counts[kind] += 1
        print(f"{time.strftime('%H:%M:%S')} {kind}", file=self.log,
              flush=True)
        try:
            getattr(self, kind.replace(" ", "_"))(dice)
        except Exception:
            self.broken.append(f"{kind}: {traceback.format_exc()}")

    def kill_node(self, _):
        self.world.node.kill_it()

    def pause_node(self, dice):
        self.world.node.pause_it(dice.uniform(0.3, 2))

    def end_node(self, _):
        self.world.node.end_it()

    def kill_postgres(self, _):
        self.world.postgres.kill()

    def kill_backend(self, dice):
        self.world.postgres.kill_backend(dice)

    def halt_postgres(self, _):
        self.world.postgres.halt()

    def pause_backend(self, dice):
        self.world.postgres.pause_backend(dice, dice.uniform(0.3, 2))

    def late_commit(self, dice):
        """What was sent to a backend takes effect when its sender has long
        given it up, and has asked another what became of it."""
        def cut_and_wait():
            time.sleep(0.2)
            self.world.to_database.cut_all()
            time.sleep(dice.uniform(0.3, 2))
        self.world.postgres.pause_backends(cut_and_wait)

    def cut_commit(self, dice):
        """Cuts that know what they look for: the statement that commits."""
        for _ in range(dice.randint(1, 3)):
            self.world.to_database.arm(dice.choice(list(proxy.CUTS)),
                                       b"\0group\0")
            time.sleep(0.15)

    def cut_database(self, dice):
        for _ in range(dice.randint(1, 4)):
            self.world.to_database.arm(dice.choice(list(proxy.CUTS)))
            time.sleep(0.05)

    def cut_all_database(self, _):
        self.world.to_database.cut_all()

    def stall_database(self, dice):
        self._stall(self.world.to_database, dice)

    def cut_http(self, dice):
        for _ in range(dice.randint(1, 8)):
            self.world.to_node.arm(dice.choice(list(proxy.CUTS)))
            time.sleep(0.02)

    def cut_all_http(self, _):
        self.world.to_node.cut_all()

    def stall_http(self, dice):
        self._stall(self.world.to_node, dice)

    def _stall(self, which, dice):
        which.stall()
        time.sleep(dice.uniform(0.3, 2))
        which.flow()
