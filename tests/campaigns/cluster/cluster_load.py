# SPDX-License-Identifier: Apache-2.0
"""The load of the cluster campaign: the crash campaign's, at any node, with
scenarios whose commands must be taken in order, and a clock that every node is
told."""
import http.client
import json
import random
import threading
import time
from datetime import timedelta

from load import Load, Over, noted
from nats_channel import by_nats
from scenarios import SCENARIOS, STUDENTS, Campus, Session, far_away
from wire import CLOUDEVENT, rfc3339

STEPS = 5  # invitations of a chain


class OrderedSession(Session):
    """A session of the crash campaign, with chains besides."""

    def chain(self):
        """Sends commands of one session at once, each of which is refused
        unless it is taken after those before it."""
        self.id = f"chain-{self.id}"
        start = self.campus.now + timedelta(days=2000)
        wanted = [self.make("session.schedule", "system:calendar", {
            "tutor": self.tutor, "course": "math", "modality": "online",
            "starts_at": rfc3339(start), "students": [STUDENTS[0]]})]
        for student in STUDENTS[1:STEPS + 1]:
            wanted += [
                self.make("participant.invite", self.by_tutor,
                          {"student": student}),
                self.make("participant.accept", f"student:{student}",
                          {"student": student})]
        yield wanted


class OrderedCampus(Campus):
    session_class = OrderedSession
    scenarios = {**SCENARIOS, OrderedSession.chain: 15}


class ClusterLoad(Load):
    channels = {**Load.channels, "nats": by_nats}
    crew = {"http": (4, 1), "batch": (1, 8), "inbox": (2, 3), "nats": (3, 3)}
    timeout = 4
    nats_era = 0  # another one: messages that have no outcome may be gone

    def __init__(self, seed, world, campus, record):
        super().__init__(seed, [m.place for m in world.first], world.database,
                         campus, record)
        self.world = world
        self.desks = {}  # of drivers, by name
        self.polite = Polite(self)

    def start(self):
        super().start()
        self.polite.start()

    def stop(self):
        super().stop()
        self.polite.join()

    def move(self, wire, by, wanted=lambda: True):
        """Moves every node's clock; a node that cannot be reached is told the
        next time."""
        with self.moving:
            if not wanted():
                return
            to = self.campus.now + by
            for member in self.world.members:
                if member.runs() and member.quiet() and self.tell(member, to):
                    self.record.clock = self.campus.now = to

    def tell(self, member, to):
        """Returns true if the node's clock stands there now, and all that fell
        due is done."""
        try:
            answer = member.request(
                "POST", "/v1/clock", json.dumps({"set": rfc3339(to)}),
                {"Content-Type": "application/json"}, timeout=8)
        except (OSError, http.client.HTTPException):
            return False
        if answer.status not in (200, 503):
            self.broken.append(f"clock of {member.name}: {answer}")
        return answer.status == 200


class Polite(threading.Thread):
    """A client as the contract wants it: while nodes are restarted one after
    another it turns to the next node at 503 and where nobody listens, and
    sees no other error. It is asked for by setting `wanted`."""

    def __init__(self, load):
        super().__init__(daemon=True, name="polite")
        self.load = load
        self.rng = random.Random(f"{load.seed} polite")
        self.wanted = threading.Event()
        self.at_rest = threading.Event()
        self.at_rest.set()
        self.count = self.retries = 0

    def run(self):
        with noted(self.load.broken, "polite"):
            while not self.load.over.is_set():
                if not self.wanted.wait(0.05):
                    continue
                self.at_rest.clear()
                try:
                    self.send()
                finally:
                    self.at_rest.set()

    def send(self):
        self.count += 1
        event = far_away(self.load.campus, f"polite{self.count}",
                         "system:calendar", f"polite-{self.count}")
        while not self.load.over.is_set():
            self.load.record.sending([event])
            if self.attempt(event):
                return
            self.retries += 1
            time.sleep(0.02)
        raise Over

    def attempt(self, event):
        """Returns true once the command is answered. Each attempt has a
        connection of its own: one that stays open may end at any time by the
        rules of HTTP."""
        host, port = self.rng.choice(self.load.places)
        connection = http.client.HTTPConnection(host, port, timeout=30)
        try:
            connection.connect()
        except ConnectionRefusedError:
            connection.close()
            return False
        try:
            connection.request("POST", "/v1/commands", json.dumps(event),
                               {"Content-Type": CLOUDEVENT})
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.load.broken.append(
                f"a restart in turn showed {error!r} of {host} to a client "
                f"that retries on 503: {event['id']}")
            return False
        finally:
            connection.close()
        if answer.status == 503 and answer.getheader("Retry-After"):
            return False
        if answer.status != 200:
            self.load.broken.append(
                f"a restart in turn showed {answer.status} {text[:300]!r} of "
                f"{host} to a client that retries on 503: {event['id']}")
        self.load.record.acknowledge(event, json.loads(text), "polite")
        return True
