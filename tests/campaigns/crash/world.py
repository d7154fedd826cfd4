# SPDX-License-Identifier: Apache-2.0
"""The world of a crash campaign: database, node, two proxies, client."""
import random
import subprocess
import urllib.parse
from datetime import timedelta
from pathlib import Path

import psycopg2

import databases
from feed import Feed
from hook import Hook
from load import Load
from node import BIN
from proxy import Proxy
from record import Record
from scenarios import POLICY, Campus
from supervisor import Supervised, quiet_port
from wire import Client, wait_until


def config_of(rng, hook):
    """Returns a node's settings; its engine is small, so that sessions leave
    memory and groups are split."""
    return {
        "webhook": {"url": hook.url},
        "policy": POLICY,
        "engine": {
            "journals": rng.choice([1, 2]),
            "readers": rng.choice([1, 2]),
            "shards": rng.choice([1, 4]),
            "max_batch": rng.choice([3, 1000]),
            "max_resident_sessions": rng.choice([20, 50000]),
            "session_idle_ms": rng.choice([200, 60000]),
        },
        "log": {"level": "info"},
    }


class World:
    """Runs on a database of its own, on a server that outlasts it."""

    def __init__(self, folder, postgres, patience, at_start=None):
        self.patience = patience  # seconds, then something is stuck
        self.at_start = at_start  # SQL, once the node has made its tables
        self.folder = Path(folder)
        self.postgres = postgres
        self.database = self.make_database()
        self.to_database = self.to_node = self.node = None
        self.hook = self.record = self.campus = self.load = self.feed = None

    def make_database(self):
        return databases.create(self.postgres.admin_url)

    def start(self, loop, seed):
        sockets = self.folder / "s"
        sockets.mkdir(parents=True)
        self.to_database = Proxy(loop, str(sockets / ".s.PGSQL.5432"),
                                 self.postgres.socket)
        proxied = (f"postgresql:///{self.database.name}?host="
                   f"{urllib.parse.quote(str(sockets), safe='')}&user=recapd")
        self.hook = Hook(loop, quiet_port(), seed)
        config = config_of(random.Random(seed), self.hook)
        self.node = Supervised(self.folder / "node", proxied, config).begin()
        wait_until(lambda: self.node.ready() or self.node.ends,
                   "the node to be ready", 60)
        assert not self.node.ends, (
            f"the node ended with {self.node.ends}: {self.node.log()[-500:]}")
        if self.at_start:
            self.database.run(self.at_start)
        port = quiet_port()
        self.to_node = Proxy(loop, ("127.0.0.1", port),
                             ("127.0.0.1", self.node.port))
        self.record = Record(self.folder / "answers.jsonl")
        self.campus = Campus(seed, Client(port).now())
        self.load = Load(seed, [("127.0.0.1", port)], proxied, self.campus,
                         self.record)
        self.feed = Feed([Client(port)])
        self.load.start()

    def sql(self, statement):
        """Returns rows straight from the server, not by the proxy."""
        return self.database.run(statement)

    def go(self):
        self.campus.open = self.campus.moving = True
        self.load.ticking.set()

    def heal(self):
        """Lets no session begin, and waits until all that runs has ended."""
        self.campus.open = self.campus.moving = False
        seconds = self.patience
        self.to_database.heal()
        self.to_node.heal()
        wait_until(self._database_up, "the database to answer", seconds)
        self.node.wait_ready(seconds)
        wait_until(lambda: self.campus.running() == 0 or self.load.broken,
                   "the client's commands to be answered", seconds)
        self.load.ticking.clear()
        wait_until(lambda: not self.load.moving.locked(),
                   "the clock to stand", seconds)

    def _database_up(self):
        try:
            return self.sql("SELECT 1")
        except psycopg2.Error:
            return False

    def finish_scenarios(self):
        """Moves the clock until no scenario waits any more."""
        wire = self.load.wire()
        self.campus.moving = True
        while self.campus.parked or self.campus.running():
            self.load.move(wire, timedelta(hours=12))
            wait_until(lambda: self.campus.running() == 0
                       or self.load.broken, "the last scenarios to end",
                       self.patience)
            if self.load.broken:
                return

    def check(self):
        """Returns the sentences of `recapctl check`; none when all is well."""
        done = subprocess.run(
            [BIN / "recapctl", "check", "--database",
             self.database], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        return [] if done.returncode == 0 else done.stdout.splitlines()

    def troubles(self):
        """Yields what went wrong beside the data, a sentence each."""
        yield from self.load.broken
        yield from self.feed.broken
        for code in self.node.ends:
            yield f"the node ended with {code}"

    def close(self):
        """Ends what was started, even when that was not all."""
        if self.node is not None:
            self.node.finish()
        if self.feed is not None:
            self.feed.stop()
            self.load.over.set()
            self.to_node.cut_all()
            self.load.stop()
            self.record.close()
        for server in (self.to_database, self.to_node, self.hook):
            if server is not None:
                server.close()
