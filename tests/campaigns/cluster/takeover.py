# SPDX-License-Identifier: Apache-2.0
"""Measures how long the sessions of a node that fell silent wait for the next
node."""
import threading
import time
from datetime import timedelta

from scenarios import STUDENTS
from wire import CLOUDEVENT, command, rfc3339

BUCKETS = 1024
SAMPLES = 5  # shards a strike


def bucket_of(session):
    """Returns a session's bucket: FNV-1a 32 of its id, modulo 1,024."""
    value = 2166136261
    for byte in session.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value % BUCKETS


class Takeovers:
    """Has a resting session in each shard, to which a command is sent when the
    shard's node falls silent."""

    def __init__(self, world):
        self.world = world
        self.seconds = []  # of every take-over that was measured
        self.dropped = 0   # something else came between
        self.open = []     # threads that still wait for an answer
        self.lock = threading.Lock()
        self.wire = world.load.wire
        self.record = world.record
        (self.shards,), = world.sql("SELECT count FROM shards")
        self.probes, number = {}, 0
        while len(self.probes) < self.shards:
            number += 1
            session = f"probe{number}"
            self.probes.setdefault(bucket_of(session) % self.shards,
                                   [session, 0])
        start = rfc3339(world.campus.now + timedelta(days=2000))
        wire = self.wire()
        for session, _ in self.probes.values():
            self.send(wire, session, "schedule", "session.schedule", {
                "tutor": "ann", "course": "math", "starts_at": start,
                "modality": "online", "students": [STUDENTS[0]]})

    def send(self, wire, session, identity, kind, data):
        event = command(kind, session, "system:probe", data, source="/crash",
                        id=f"{session}-{identity}")
        _, outcome = wire.post("/v1/commands", event, CLOUDEVENT,
                               lambda: self.record.sending([event]))
        self.record.acknowledge(event, outcome, "probe")

    def of(self, member, rng):
        """Draws some shards that this node serves now."""
        held = [shard for (shard,) in self.world.sql(
            f"SELECT shard FROM leases WHERE node = '{member.name}'")]
        return rng.sample(held, min(SAMPLES, len(held)))

    def measure(self, member, shards, since):
        """Sends to each shard by the other nodes, and waits for the answers for
        as long as a take-over may last, and half of it more. `since` is when
        the node fell silent."""
        others = [m for m in self.world.members
                  if m is not member and m.quiet() and m.runs()]
        threads = [threading.Thread(target=self._one,
                                    args=(member, others, shard, since),
                                    daemon=True)
                   for shard in shards if others]
        for thread in threads:
            thread.start()
        with self.lock:
            self.open += threads
        until = since + 3 * self.world.expiry
        for thread in threads:
            thread.join(max(0, until - time.monotonic()))

    def finish(self, seconds):
        """Returns false if a probe has no answer in `seconds` after healing."""
        with self.lock:
            threads, self.open = self.open, []
        until = time.monotonic() + seconds
        for thread in threads:
            thread.join(max(0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _one(self, member, others, shard, since):
        with self.lock:
            probe = self.probes[shard]
            probe[1] += 1
            session, count = probe
        wire = self.wire()
        wire.places = [m.place for m in others]
        wire.timeout = 30
        try:
            self.send(wire, session, count, "participant.invite",
                      {"student": f"guest{count}"})
        except Exception as error:
            self.world.load.broken.append(f"probe {session}: {error!r}")
            return
        seconds = time.monotonic() - since
        # What was done to others may have made it longer.
        alone = all(m.quiet_since(since - self.world.expiry)
                    for m in self.world.members if m is not member)
        with self.lock:
            if alone:
                self.seconds.append(seconds)
            else:
                self.dropped += 1


def p99(seconds):
    """Returns the 99th percentile by nearest rank; None without samples."""
    ordered = sorted(seconds)
    return ordered[-(-len(ordered) * 99 // 100) - 1] if ordered else None
