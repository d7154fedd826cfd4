# SPDX-License-Identifier: Apache-2.0
"""The world of a failover campaign: a database on the cluster, nodes, NATS
servers, the client and its receivers."""
import contextlib
import json
import time

import psycopg2

from cluster_world import ClusterWorld
from database_cluster import FailoverDatabase
from deliveries import FailoverFeed, FailoverPublished
from failover_load import FailoverLoad, TimedRecord
from hook import Hook
from live_scenarios import POLICY, LiveCampus
from losses import Marks
from nats_servers import NatsServers
from supervisor import quiet_port
from watch import Watch
from wire import wait_until

STATEMENT_MS = 5000  # the default of database.statement_ms
MAX_SKEW_SECONDS = 60  # the default of node.max_clock_skew_ms
LEASE_MS = 3000
AFTERWARDS = 4       # seconds of load once all is healed


class FailoverWorld(ClusterWorld):
    by_nats = True

    def __init__(self, folder, cluster, sites, patience):
        self.cluster = cluster
        super().__init__(folder, cluster, patience, sites, LEASE_MS,
                         len(sites.nodes))
        self.nats = NatsServers(self.folder / "nats",
                                sites.services["nats"].of_node(sites.NATS),
                                sites.inside(sites.NATS))
        self.published = FailoverPublished(self)
        self.may_lose = not cluster.synchronous
        self.marks = Marks(self.database.admin_url) if self.may_lose else None
        self.watch = self.watch_log = None
        self.closed_at = 0.0

    def make_database(self):
        return FailoverDatabase(self.cluster)

    # ---- start --------------------------------------------------------------

    def start(self, loop, seed):
        self.folder.mkdir(parents=True)
        self.nats.start()
        self.hook = Hook(loop, quiet_port(), seed,
                         self.network.services["clients"].here)
        for number in self.network.nodes:
            member = self.make_member(number, seed)
            member.clock = "system"
            self.members.append(member)
            member.begin()
        for member in self.members:
            self.wait_ready(member)
        self.wait_nats()
        self.watch_log = open(self.folder / "readyz.log", "w",
                              encoding="utf-8")
        self.watch = Watch([m.place for m in self.members],
                           2 * STATEMENT_MS / 1000, self.watch_log)
        self.watch.start()
        self.record = TimedRecord(self.folder / "answers.jsonl")
        self.campus = LiveCampus(seed)
        self.load = FailoverLoad(seed, self, self.campus, self.record,
                                 self.watch)
        self.feed = FailoverFeed(self.members, 4)
        if self.marks is not None:
            self.marks.prepare()
            self.marks.start()
        self.load.start()

    def settings(self, number, seed):
        config = super().settings(number, seed)
        config["policy"] = POLICY
        return config

    # ---- a round ------------------------------------------------------------

    def go(self):
        self.campus.open = self.campus.moving = True

    def heal(self):
        """Waits until nodes and NATS are well, and lets the client come to its
        end. PostgreSQL is well already."""
        healed = time.monotonic()
        if self.may_lose:
            self.marks.compare()
            self.forget_stored()
            self.load.inbox_era += 1
        for member in self.members:
            self.wait_ready(member)
        wait_until(lambda: self.record.moments[-1:] > [healed],
                   "a pulse to be answered", self.patience)
        time.sleep(AFTERWARDS)
        self.rest()
        self.wait_nats()
        wait_until(lambda: self.load.broken or self.campus.at_rest()
                   and not self.record.unanswered(),
                   "the client's commands to be answered", self.patience)

    def rest(self):
        """Lets no session begin any more."""
        if self.campus.open:
            self.campus.open = False
            self.closed_at = time.monotonic()

    def delete_commands(self):
        """Deletes the stream of commands, with what it acknowledged; clients
        without an outcome have to send again."""
        with self.nats.connect() as client:
            client.api("STREAM.DELETE.RECAPD")
        self.forget_stored()

    def forget_stored(self):
        """Has the client send again what NATS may have lost."""
        for text in list(self.record.poison):
            self.record.poison[text] = False
        self.record.forget_stored()
        self.load.nats_era += 1

    def recover_sql(self, statement, seconds=60):
        """Does as `sql`, once the database answers again."""
        end = time.monotonic() + seconds
        while True:
            try:
                return self.sql(statement)
            except psycopg2.Error:
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)

    @contextlib.contextmanager
    def snapshot(self):
        """Gives a function that does as `sql`; all its statements see the same
        moment."""
        connection = psycopg2.connect(self.database)
        try:
            connection.set_session(isolation_level="REPEATABLE READ",
                                   readonly=True)

            def sql(statement):
                with connection.cursor() as cursor:
                    cursor.execute(statement)
                    return cursor.fetchall()

            yield sql
        finally:
            connection.close()

    # ---- what the audit asks for --------------------------------------------

    def may_be_lost(self, asked, answered):
        return (self.marks is not None
                and self.marks.may_be_lost(asked, answered))

    def webhook_messages(self):
        return [json.loads(text) for text in list(self.hook.received.values())]

    def stream_messages(self):
        return list(self.feed.messages)

    def nats_messages(self):
        return self.published.now()

    def nats_forgiven(self):
        return self.published.forgiven

    def changed_messages(self):
        return [*self.hook.changed, *self.published.wrong]

    # ---- the end ------------------------------------------------------------

    def close(self):
        for member in self.members:
            member.wanted = False
        super().close()
        if self.marks is not None and self.marks.ident is not None:
            self.marks.stop()
        if self.watch is not None:
            self.watch.stop()
            self.watch_log.close()
