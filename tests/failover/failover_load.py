# SPDX-License-Identifier: Apache-2.0
"""The client of a failover campaign: the cluster's ways in, at a modest pace,
and a record that knows when each answer came."""
import time

from load import Load, by_batch, by_http, by_inbox
from nats_way import by_nats
from record import Record
from watch import WatchedWire


def paced(way, seconds):
    """The way, after a pause for each command."""
    def deliver(driver, events):
        driver.load.over.wait(seconds * len(events))
        way(driver, events)
    return deliver


class TimedRecord(Record):
    """`moments`: of every answer by HTTP; `answered`: of each command's first
    answer."""

    def __init__(self, path):
        super().__init__(path)
        self.moments = []
        self.answered = {}

    def acknowledge(self, event, outcome, way):
        super().acknowledge(event, outcome, way)
        now = time.monotonic()
        self.answered.setdefault(event["id"], now)
        if way in ("http", "batch"):
            self.moments.append(now)

    def longest_gap(self, since, until):
        """Seconds within which nothing was answered by HTTP."""
        inside = [m for m in list(self.moments) if since <= m <= until]
        marks = [since, *sorted(inside), until]
        return max(b - a for a, b in zip(marks, marks[1:]))


class FailoverLoad(Load):
    ways = {"http": paced(by_http, 0.05), "batch": paced(by_batch, 0.05),
            "inbox": paced(by_inbox, 0.05), "nats": paced(by_nats, 0.05)}
    crew = {"http": (4, 1), "batch": (1, 6), "inbox": (1, 3), "nats": (2, 2)}
    timeout = 30
    nats_era = 0  # another one: messages that have no outcome may be gone

    def __init__(self, seed, world, campus, record, watch):
        self.watch = watch
        self.world = world
        self.desks = {}  # of drivers, by name
        super().__init__(seed, [m.place for m in world.first],
                         world.database.url, campus, record)

    def wire(self):
        return WatchedWire(self.watch, self.places, self.over, self.timeout)
