# SPDX-License-Identifier: Apache-2.0
"""The faults of the cluster campaign, which strike nodes and NATS servers."""
import signal
import threading
import time

import psycopg2

from campaign import FaultPlan
from cluster_audit import HEARTBEAT_LOCK
from nats_servers import COUNT
from network import CUTS


class ClusterFaults(FaultPlan):
    """Strikes a running cluster. A round ends when all its faults have struck
    and what they did is healed. A fault of a further service is one more entry
    and method."""
    WEIGHTS = {
        "kill node": 5,
        "restart node": 2,
        "pause node": 4,
        "pause node in its heartbeat": 1,
        "cut database": 5,
        "cut database in a heartbeat": 1,
        "cut nats": 4,
        "cut database and nats": 3,
        "cut all": 2,
        "kill nats": 2,
        "restart nats": 2,
        "drain": 2,
        "fourth node": 2,
        "roll": 2,
    }
    WITHIN = (0.3, 2.5)
    HOW_MANY = [1, 1, 1, 2, 3]

    def __init__(self, world, log):
        super().__init__(world, log)
        self.rolling = threading.Lock()

    def some(self, rng):
        """Draws a node that runs; it is to be used under its lock."""
        member = rng.choice([m for m in self.world.members if m.runs()])
        self.say(f"  it is {member.name}")
        return member

    def past_the_lease(self, rng):
        return self.world.expiry * rng.uniform(1.2, 2.2)

    # ---- one node ----------------------------------------------------------

    def kill_node(self, rng):
        """Kills a node, which stays away until others have taken over."""
        member = self.some(rng)
        with member.lock, member.struck():
            shards = self.world.takeovers.of(member, rng)
            wanted, member.wanted = member.wanted, False
            now = time.monotonic()
            member.kill_it()
            self.world.takeovers.measure(member, shards, now)
            member.wanted = wanted

    def restart_node(self, rng):
        """Kills a node, which is started again at once under its name."""
        member = self.some(rng)
        with member.lock, member.struck():
            member.kill_it()
            time.sleep(0.5)

    def pause_node(self, rng):
        member = self.some(rng)
        with member.lock, member.struck():
            shards = self.world.takeovers.of(member, rng)
            self.silence(
                member, shards, rng,
                lambda: member.send(signal.SIGSTOP),
                lambda: member.send(signal.SIGCONT))

    def cut_database(self, rng):
        member, how = self.some(rng), rng.choice(list(CUTS))
        self.say(f"  {how}: {CUTS[how]}")
        database = self.world.network.services["database"]
        with member.lock, member.struck():
            shards = self.world.takeovers.of(member, rng)
            self.silence(member, shards, rng,
                         lambda: database.cut(member.number, how),
                         lambda: database.heal(member.number))

    def cut_nats(self, rng):
        """Cuts a node from NATS: its shards stay its own, and what is published
        for them waits."""
        member, how = self.some(rng), rng.choice(list(CUTS))
        self.say(f"  {how}: {CUTS[how]}")
        nats = self.world.network.services["nats"]
        with member.lock, member.struck():
            try:
                nats.cut(member.number, how)
                time.sleep(self.past_the_lease(rng))
            finally:
                nats.heal(member.number)

    def cut_database_and_nats(self, rng):
        """Cuts a node from its services: only its clients reach it."""
        self.cut_from(["database", "nats"], rng)

    def cut_all(self, rng):
        """Cuts a node from every service, and from its clients."""
        self.cut_from(self.world.network.services, rng)

    def cut_from(self, names, rng):
        member = self.some(rng)
        services = [self.world.network.services[n] for n in names]
        with member.lock, member.struck():
            shards = self.world.takeovers.of(member, rng)
            self.silence(
                member, shards, rng,
                lambda: [s.cut(member.number, "both") for s in services],
                lambda: [s.heal(member.number) for s in services])

    def silence(self, member, shards, rng, begin, end):
        """Keeps a node silent past its lease, from `begin` to `end`, which is
        called in any case."""
        now = time.monotonic()
        try:
            begin()
            self.world.takeovers.measure(member, shards, now)
            time.sleep(max(0, now + self.past_the_lease(rng)
                           - time.monotonic()))
        finally:
            end()

    # ---- in the middle of a heartbeat --------------------------------------

    def in_heartbeat(self, rng, begin, end):
        """Strikes a node whose heartbeat has begun and not ended: it waits for
        the lock of all heartbeats, which is let go once the node is silent."""
        holder = psycopg2.connect(self.world.database)
        try:
            cursor = holder.cursor()
            cursor.execute("SELECT pg_advisory_xact_lock(%s)",
                           (HEARTBEAT_LOCK,))
            member = self.wait_for_a_heartbeat(cursor)
            if member is None or not member.lock.acquire(blocking=False):
                return
            self.say(f"  it is {member.name}")
            try:
                with member.struck():
                    shards = self.world.takeovers.of(member, rng)

                    def begin_and_let_go():
                        begin(member)
                        holder.rollback()

                    self.silence(member, shards, rng, begin_and_let_go,
                                 lambda: end(member))
            finally:
                member.lock.release()
        finally:
            holder.close()

    def wait_for_a_heartbeat(self, cursor):
        """Returns the node that waits for the lock, found by its address."""
        end = time.monotonic() + self.world.expiry
        while time.monotonic() < end:
            cursor.execute(
                "SELECT host(a.client_addr) FROM pg_locks l"
                " JOIN pg_stat_activity a ON a.pid = l.pid"
                " WHERE l.locktype = 'advisory' AND NOT l.granted"
                " AND a.client_addr IS NOT NULL")
            for (address,) in cursor.fetchall():
                return self.world.by_address(address)
            time.sleep(0.005)
        return None

    def pause_node_in_its_heartbeat(self, rng):
        self.in_heartbeat(rng, lambda m: m.send(signal.SIGSTOP),
                          lambda m: m.send(signal.SIGCONT))

    def cut_database_in_a_heartbeat(self, rng):
        database = self.world.network.services["database"]
        self.in_heartbeat(rng, lambda m: database.cut(m.number, "both"),
                          lambda m: database.heal(m.number))

    # ---- a NATS server -----------------------------------------------------

    def kill_nats(self, rng):
        self.nats_away("halt", rng)

    def restart_nats(self, rng):
        self.nats_away("stop", rng)

    def nats_away(self, how, rng):
        """Ends a NATS server and starts it again. One at a time: the next only
        when this one has all messages again."""
        nats = self.world.nats
        with nats.lock:
            number = rng.randint(1, COUNT)
            self.say(f"  it is NATS {number}")
            nats.one(how, number)
            time.sleep(rng.uniform(0, 3))
            nats.one("start", number)
            self.world.wait_nats()

    # ---- all of them -------------------------------------------------------

    def drain(self, rng):
        """Asks a node to leave; it is started again once it has left."""
        member = self.some(rng)
        with member.lock, member.struck():
            if not member.wanted:
                return
            self.world.wait_ready(member)
            starts = member.starts
            self.world.drain(member)
            end = time.monotonic() + 30
            while member.starts == starts and member.wanted:
                if time.monotonic() > end:
                    self.broken.append(f"{member.name} did not drain in 30 s")
                    return
                time.sleep(0.05)

    def fourth_node(self, _):
        """Starts the fourth node, or asks it to leave."""
        member = self.world.members[-1]
        with member.lock, member.struck():
            member.wanted = not member.wanted
            if member.wanted:
                time.sleep(self.world.expiry / 2)
            else:
                member.end_it()

    def roll(self, _):
        """Restarts all nodes one after the other; the polite client must see no
        error."""
        polite = self.world.load.polite
        with self.rolling, self.world.all_locked() as members:
            polite.at_rest.wait(30)
            for member in members:
                self.world.wait_ready(member)
            polite.wanted.set()
            try:
                for member in members:
                    with member.struck():
                        starts = member.starts
                        member.end_it()
                        while member.starts == starts and member.wanted:
                            time.sleep(0.02)
                        self.world.wait_ready(member)
            finally:
                polite.wanted.clear()
                polite.at_rest.wait(30)
