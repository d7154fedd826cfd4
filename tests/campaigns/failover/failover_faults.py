# SPDX-License-Identifier: Apache-2.0
"""The faults of the failover campaign, which strike PostgreSQL, etcd, NATS and
the nodes' clocks. Each fault undoes itself; afterwards the campaign waits until
all is whole again."""
import contextlib
import random
import signal
import time

import clock_shim
import psycopg2

from campaign import FaultPlan
from database_host import TTL
from failover_world import STATEMENT_MS
from processes import send
from wire import wait_until

BOUND = STATEMENT_MS / 1000
TABLES = ("sessions", "journal", "usage", "nodes")
AHEAD_SECONDS = (2, 20, 50, 90, 3600, 40 * 86400)


class FailoverFaults(FaultPlan):
    WEIGHTS = dict.fromkeys((
        "kill primary", "kill primary host", "switchover",
        "freeze primary host",
        "freeze primary", "cut primary", "cut what primary sends",
        "cut what primary receives", "cut primary from peers", "lose standby",
        "lose both standbys", "fill disk", "lock table", "lose etcd",
        "delete event stream", "delete command stream", "clock ahead",
        "terminate storm", "terminate unreplicated"), 1)
    WITHIN = (0, 3)
    ALONE = 0.75  # the share of rounds with one fault

    def draw_round(self, seed, only=None):
        """Draws the faults of a seed's round. Seeds that follow each other go
        through every kind."""
        kinds = list(self.WEIGHTS)
        block, place = divmod(seed, len(kinds))
        random.Random(f"order {block}").shuffle(kinds)
        rng = random.Random(f"round {seed}")
        plan = [(rng.uniform(*self.WITHIN), only or kinds[place])]
        if rng.random() > self.ALONE and only is None:
            plan.append((rng.uniform(*self.WITHIN), rng.choice(kinds)))
        return sorted(plan), rng

    # ---- whom it strikes ----------------------------------------------------

    @property
    def cluster(self):
        return self.world.cluster

    def primary(self):
        host = wait_until(self.cluster.leader, "somebody to lead", 40)
        self.say(f"  the primary is {host.name}")
        return host

    def past_the_lease(self, rng):
        return TTL * rng.uniform(1.3, 1.9)

    def past_the_bound(self, rng):
        """Draws a time in which a statement's bound passes more than twice."""
        return BOUND * rng.uniform(2.2, 3)

    def connect(self):
        return psycopg2.connect(self.world.database.admin_url)

    # ---- the primary --------------------------------------------------------

    def kill_primary(self, _):
        """Kills the primary's server; its Patroni sees it, and lets another
        host lead."""
        self.primary().kill_server()
        time.sleep(2)

    def kill_primary_host(self, rng):
        """Kills the primary with its Patroni: nobody hears of it until its
        lease has run out."""
        host = self.primary()
        host.kill()
        time.sleep(self.past_the_lease(rng))
        host.start()

    def switchover(self, _):
        host = self.primary()
        status, text = host.ask("switchover", {"leader": host.name}, 20)
        self.say(f"  {status} {text}")

    def freeze_primary_host(self, rng):
        """Freezes the primary with its Patroni, past its lease: afterwards it
        takes itself for the primary for a moment."""
        self.freeze(self.primary(), self.past_the_lease(rng))
        self.cluster.leader()  # in which timeline, is remembered

    def freeze_primary(self, rng):
        """Freezes the primary's server, while its Patroni goes on."""
        self.freeze(self.primary(), self.past_the_bound(rng), patroni=False)

    @staticmethod
    def freeze(host, seconds, patroni=True):
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                host.freeze(patroni)  # what it began meanwhile, too
                time.sleep(0.2)
        finally:
            host.thaw()

    # ---- the network --------------------------------------------------------

    def cut_primary(self, rng):
        self.cut("both", rng)

    def cut_what_primary_sends(self, rng):
        self.cut("requests", rng)

    def cut_what_primary_receives(self, rng):
        self.cut("answers", rng)

    def cut_primary_from_peers(self, rng):
        """Cuts the primary from the other hosts; the nodes still reach it."""
        self.cut("both", rng, nodes=False)

    def cut(self, how, rng, nodes=True):
        host, sites = self.primary(), self.cluster.sites
        try:
            sites.database.cut(host.number, how,
                               sites.others(host.number, nodes))
            time.sleep(self.past_the_lease(rng))
        finally:
            sites.database.heal(host.number)

    # ---- standbys -----------------------------------------------------------

    def lose_standby(self, rng):
        self.primary()
        host = rng.choice(self.cluster.standbys())
        self.lose([host], rng)

    def lose_both_standbys(self, rng):
        self.primary()
        self.lose(self.cluster.standbys(), rng)

    def lose(self, hosts, rng):
        """Kills hosts or freezes them, and starts them again."""
        killed = rng.random() < 0.5
        self.say(f"  {'killed' if killed else 'frozen'}: "
                 f"{[h.name for h in hosts]}")
        try:
            for host in hosts:
                host.kill() if killed else host.freeze()
            time.sleep(self.past_the_bound(rng))
        finally:
            for host in hosts:
                host.thaw()
                host.start()

    # ---- what the database needs --------------------------------------------

    def fill_disk(self, rng):
        """Fills the primary's disk: tables cannot grow; or the log's own files
        are used up as well, by which the server ends."""
        host = self.primary()
        log_too = rng.random() < 0.5
        self.say(f"  {'tables and log' if log_too else 'tables'}")
        end = time.monotonic() + self.past_the_bound(rng)
        try:
            while time.monotonic() < end:
                with contextlib.suppress(OSError):
                    host.fill_disk()
                if log_too:
                    self.use_up_log()
                time.sleep(0.05)
        finally:
            host.empty_disk()

    def use_up_log(self):
        """Makes the log begin its next file."""
        with contextlib.suppress(psycopg2.Error):
            self.cluster.administer("SELECT pg_switch_wal()")

    def lock_table(self, rng):
        table = rng.choice(TABLES)
        self.say(f"  {table}")
        with contextlib.suppress(psycopg2.Error):
            connection = self.connect()
            try:
                connection.cursor().execute(f"LOCK TABLE {table}")
                time.sleep(self.past_the_bound(rng))
            finally:
                connection.close()

    def lose_etcd(self, rng):
        """Kills etcd: the primary has to give up, and nobody follows it."""
        try:
            self.cluster.etcd.kill()
            time.sleep(self.past_the_lease(rng))
        finally:
            self.cluster.etcd.start()

    def terminate_storm(self, rng):
        self.terminate(rng, rng.uniform(4, 8), 0.5)

    def terminate(self, rng, seconds, share):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(psycopg2.Error):
                self.cluster.administer(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE usename = 'recapd' AND random() < "
                    f"{share}", self.world.database.admin_url)
            time.sleep(rng.uniform(0.1, 0.5))

    def terminate_unreplicated(self, rng):
        """Terminates backends whose commits wait for a standby, so that these
        are on the primary alone, and then kills the primary."""
        host = self.primary()
        end = time.monotonic() + 2
        try:
            while time.monotonic() < end:
                send(host.senders(), signal.SIGSTOP)
                time.sleep(0.1)
            self.terminate(rng, 1.5, 1)
            time.sleep(rng.uniform(0.5, 2.5))  # outcomes are looked up
        finally:
            host.kill()
        time.sleep(self.past_the_lease(rng))
        host.start()

    # ---- beside the database ------------------------------------------------

    def delete_event_stream(self, _):
        self.world.published.delete_stream()
        time.sleep(3)

    def delete_command_stream(self, _):
        self.world.delete_commands()
        time.sleep(3)

    def clock_ahead(self, rng):
        """Sets one node's clock ahead, from its start to its next one."""
        member = rng.choice(self.world.members)
        seconds = rng.choice(AHEAD_SECONDS)
        self.say(f"  {member.name} by {seconds} s")
        with member.lock:
            try:
                member.env = {"LD_PRELOAD": clock_shim.path(),
                              "CLOCK_SHIM_SECONDS": str(seconds)}
                self.restart(member)
                time.sleep(self.past_the_bound(rng))
            finally:
                member.env = {}
                self.restart(member)

    @staticmethod
    def restart(member):
        starts = member.starts
        member.kill_it()
        wait_until(lambda: member.starts > starts,
                   f"{member.name} to be started", 20)
