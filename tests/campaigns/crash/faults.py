# SPDX-License-Identifier: Apache-2.0
"""The faults of the crash campaign, and when they strike in a round."""
import time

import proxy
from campaign import FaultPlan


class Faults(FaultPlan):
    """Strikes a running world: its node, server and two proxies."""
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
    WITHIN = (0.2, 2.2)
    HOW_MANY = [1, 2, 3, 4]

    def kill_node(self, _):
        self.world.node.kill_it()

    def pause_node(self, rng):
        self.world.node.pause_it(rng.uniform(0.3, 2))

    def end_node(self, _):
        self.world.node.end_it()

    def kill_postgres(self, _):
        self.world.postgres.kill()

    def kill_backend(self, rng):
        self.world.postgres.kill_backend(rng)

    def halt_postgres(self, _):
        self.world.postgres.halt()

    def pause_backend(self, rng):
        self.world.postgres.pause_backend(rng, rng.uniform(0.3, 2))

    def late_commit(self, rng):
        """Lets a commit take effect when the node that sent it has long given
        it up, and has asked another backend for its outcome."""
        def cut_and_wait():
            time.sleep(0.2)
            self.world.to_database.cut_all()
            time.sleep(rng.uniform(0.3, 2))
        self.world.postgres.pause_backends(cut_and_wait)

    def cut_commit(self, rng):
        """Cuts connections in the statement that commits."""
        for _ in range(rng.randint(1, 3)):
            self.world.to_database.arm(rng.choice(list(proxy.CUTS)),
                                       b"\0group\0")
            time.sleep(0.15)

    def cut_database(self, rng):
        for _ in range(rng.randint(1, 4)):
            self.world.to_database.arm(rng.choice(list(proxy.CUTS)))
            time.sleep(0.05)

    def cut_all_database(self, _):
        self.world.to_database.cut_all()

    def stall_database(self, rng):
        self._stall(self.world.to_database, rng)

    def cut_http(self, rng):
        for _ in range(rng.randint(1, 8)):
            self.world.to_node.arm(rng.choice(list(proxy.CUTS)))
            time.sleep(0.02)

    def cut_all_http(self, _):
        self.world.to_node.cut_all()

    def stall_http(self, rng):
        self._stall(self.world.to_node, rng)

    def _stall(self, which, rng):
        which.stall()
        time.sleep(rng.uniform(0.3, 2))
        which.flow()
