# SPDX-License-Identifier: Apache-2.0
"""The world of a cluster campaign: a database, the nodes, the client."""
import contextlib
import random

from cluster_audit import HEARTBEAT_LOCK, wait_shared
from cluster_load import ClusterLoad, OrderedCampus
from feed import Feed
from hook import Hook
from members import Member
from nats_audit import Published, wait_for
from nats_servers import COUNT, PARTITIONS, NatsServers
from record import Record
from supervisor import quiet_port
from takeover import Takeovers
from wire import wait_until
from world import World, config_of


class ClusterWorld(World):
    """`count` nodes, and one more that comes and goes."""

    def __init__(self, folder, postgres, patience, network, lease_ms, count):
        super().__init__(folder, postgres, patience)
        self.network = network
        self.expiry = lease_ms / 1000
        self.count = count
        self.members = []
        self.takeovers = None
        self.nats = NatsServers(self.folder / "nats",
                                network.services["nats"].here)
        self.published = Published()

    @property
    def first(self):
        """The nodes that are there all the time."""
        return self.members[:self.count]

    def start(self, loop, seed):
        self.folder.mkdir(parents=True)
        services = self.network.services
        self.nats.start()
        self.hook = Hook(loop, quiet_port(), seed, services["clients"].here)
        for number in self.network.nodes:
            self.members.append(self.make_member(number, seed))
        for member in self.members:
            member.begin(member in self.first)
        for member in self.first:
            self.wait_ready(member)
        self.wait_nats()
        self.record = Record(self.folder / "answers.jsonl")
        self.campus = OrderedCampus(seed, self.first[0].now())
        self.load = ClusterLoad(seed, self, self.campus, self.record)
        self.feed = Feed(self.first, 4)
        self.takeovers = Takeovers(self)
        self.load.start()

    def make_member(self, number, seed):
        return Member(self.folder / f"node{number}", self.network, number,
                      self.postgres.url_there(self.database.name),
                      self.settings(number, seed))

    def settings(self, number, seed):
        """Returns a node's settings."""
        config = config_of(random.Random(f"{seed} {number}"), self.hook)
        config["node"] = {"name": f"n{number}",
                          "lease_ms": int(self.expiry * 1000)}
        config["ingress"] = {"kind": "nats", "nats_url": self.nats.url,
                             "nats_partitions": PARTITIONS,
                             "nats_replicas": COUNT}
        return config

    def by_address(self, address):
        database = self.network.services["database"]
        return next((m for m in self.members
                     if database.of_node(m.number) == address), None)

    def wait_ready(self, member):
        wait_until(lambda: member.ready() or member.ends,
                   f"{member.name} to be ready", self.patience)
        assert not member.ends, (f"{member.name} ended with {member.ends}: "
                                 f"{member.log()[-500:]}")

    def wait_nats(self):
        """Waits until every NATS server has all that the others have."""
        trouble = wait_for(self.nats.trouble, self.patience)
        assert trouble is None, f"NATS is not whole: {trouble}"

    def drain(self, member):
        """Asks a node to leave, as soon as it has joined."""
        wait_until(lambda: self.database.run(
            f"SELECT pg_advisory_xact_lock({HEARTBEAT_LOCK});"
            " UPDATE nodes SET draining = true WHERE name = %s AND NOT draining"
            " AND expires_at > clock_timestamp() RETURNING name",
            member.name), f"{member.name} to have joined", self.patience)

    @contextlib.contextmanager
    def all_locked(self):
        """Locks every node, so that nothing else is done to any; gives those
        that are wanted."""
        with contextlib.ExitStack() as stack:
            for member in self.members:
                stack.enter_context(member.lock)
            yield [m for m in self.members if m.wanted]

    def heal(self):
        """Lets no session begin, and waits until all that runs has ended."""
        self.campus.open = self.campus.moving = False
        self.network.heal()
        self.wait_nats()
        for member in self.members:
            if member.wanted:
                self.wait_ready(member)
        wait_until(lambda: self.campus.running() == 0 or self.load.broken,
                   "the client's commands to be answered", self.patience)
        assert self.takeovers.finish(self.patience), "a probe has no answer"
        self.load.ticking.clear()
        wait_until(lambda: not self.load.moving.locked(),
                   "the clock to stand", self.patience)
        wait_until(self.same_time, "every node to have the same time",
                   self.patience)
        wait_shared(self)

    def same_time(self):
        with self.load.moving:
            return all([self.load.tell(m, self.campus.now)
                        for m in self.members if m.wanted])

    def finish_scenarios(self):
        super().finish_scenarios()
        wait_until(self.same_time, "every node to have the same time",
                   self.patience)

    def troubles(self):
        yield from self.load.broken
        yield from self.feed.broken
        for member in self.members:
            for code in member.ends:
                yield f"{member.name} ended with {code}"

    def starts(self):
        return sum(m.starts for m in self.members)

    def close(self):
        """Ends what was started, even when that was not all."""
        for member in self.members:
            if member.thread.is_alive() or member.process is not None:
                member.finish()
        if self.feed is not None:
            self.feed.stop()
        if self.load is not None:
            self.load.over.set()
            if self.load.clock.ident is not None:
                self.load.stop()
        self.nats.stop()
        if self.record is not None:
            self.record.close()
        if self.hook is not None:
            self.hook.close()
