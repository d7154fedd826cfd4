# SPDX-License-Identifier: Apache-2.0
"""The load of the failover campaign: the cluster's channels, at a modest pace,
and a record that knows when each answer came."""
import threading
import time

from load import Load, by_batch, by_http, by_inbox, noted
from nats_channel import by_nats
from record import Record
from scenarios import far_away
from watch import WatchedWire
from wire import CLOUDEVENT


def paced(channel, seconds):
    """Returns the channel with a pause for each command before it."""
    def deliver(driver, events):
        driver.load.over.wait(seconds * len(events))
        channel(driver, events)
    return deliver


class TimedRecord(Record):
    """Notes when answers came. `moments` has the times of all answers to
    pulses, `answered` that of each command's first answer, `asked` when the
    request that it answers was sent."""

    def __init__(self, path):
        super().__init__(path)
        self.moments = []
        self.answered = {}
        self.asked = {}

    def sending(self, events):
        super().sending(events)
        now = time.monotonic()
        for event in events:
            if event["id"] not in self.answered:
                self.asked[event["id"]] = now

    def acknowledge(self, event, outcome, channel):
        super().acknowledge(event, outcome, channel)
        now = time.monotonic()
        self.answered.setdefault(event["id"], now)
        if channel == "pulse":
            self.moments.append(now)

    def forget_stored(self):
        """Forgets that brokers acknowledged commands without an answer: they
        may be gone."""
        with self.lock:
            for known in self.commands.values():
                if known.answer is None:
                    known.stored = None

    def longest_gap(self, since, until):
        """Returns the longest time without an answer to a pulse, in seconds."""
        inside = [m for m in list(self.moments) if since <= m <= until]
        marks = [since, *sorted(inside), until]
        return max(b - a for a, b in zip(marks, marks[1:]))


class Pulse(threading.Thread):
    """Sends one small command after the other to one node, by HTTP and by no
    other channel, while sessions may begin."""

    def __init__(self, load, member):
        super().__init__(daemon=True, name=f"pulse {member.name}")
        self.load = load
        self.member = member
        self.wire = load.wire()
        self.wire.places = [member.place]
        self.count = 0

    def run(self):
        with noted(self.load.broken, self.name):
            while not self.load.over.wait(0.25):
                if self.load.campus.open:
                    self.beat()

    def beat(self):
        self.count += 1
        session = f"pulse-{self.member.name}-{self.count}"
        event = far_away(self.load.campus, session, "system:pulse", session)
        record = self.load.record
        _, outcome = self.wire.post("/v1/commands", event, CLOUDEVENT,
                                    lambda: record.sending([event]))
        record.acknowledge(event, outcome, "pulse")


class FailoverLoad(Load):
    channels = {"http": paced(by_http, 0.05), "batch": paced(by_batch, 0.05),
            "inbox": paced(by_inbox, 0.05), "nats": paced(by_nats, 0.05)}
    crew = {"http": (3, 1), "batch": (1, 6), "inbox": (1, 3), "nats": (2, 2)}
    timeout = 30
    nats_era = 0  # another one: messages that have no outcome may be gone

    def __init__(self, seed, world, campus, record, watch):
        self.watch = watch
        self.world = world
        self.desks = {}  # of drivers, by name
        super().__init__(seed, [m.place for m in world.first],
                         world.database, campus, record)
        self.pulses = [Pulse(self, member) for member in world.first]

    def start(self):
        super().start()
        for pulse in self.pulses:
            pulse.start()

    def stop(self):
        super().stop()
        for pulse in self.pulses:
            pulse.join()

    def wire(self):
        return WatchedWire(self.watch, self.places, self.over, self.timeout)
