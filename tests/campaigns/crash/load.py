# SPDX-License-Identifier: Apache-2.0
"""The load: threads that play scenarios, each by a channel of its own: how its
commands go in."""
import contextlib
import http.client
import json
import random
import threading
import time
import traceback
from datetime import datetime, timedelta

import psycopg2
import psycopg2.extras

from wire import BATCH, CLOUDEVENT, rfc3339

CUT = (OSError, http.client.HTTPException)


class Wire:
    """Connections that stay open; a request that is cut or not taken is sent
    again. With several nodes each request goes to any of them."""

    def __init__(self, places, over, timeout=20):
        self.places = places  # (host, port)
        self.over = over
        self.timeout = timeout
        self.connections = {}

    def connection(self, place):
        if place not in self.connections:
            self.connections[place] = http.client.HTTPConnection(
                *place, timeout=self.timeout)
        return self.connections[place]

    def post(self, path, value, media, sending=lambda: None):
        """Returns status and JSON of the first answer that is final; `sending`
        is called before every attempt."""
        body = json.dumps(value)
        while not self.over.is_set():
            sending()
            answer = self.attempt(random.choice(self.places), path, body,
                                  media)
            if answer is not None:
                return answer
            self.over.wait(0.1)
        raise Over

    def attempt(self, place, path, body, media):
        """Returns status and JSON of one answer; None where it is not final."""
        try:
            connection = self.connection(place)
            connection.request("POST", path, body, {"Content-Type": media})
            answer = connection.getresponse()
            text = answer.read()
            # An end within the head is one of the head to http.client.
            if answer.getheader("Content-Length") is None:
                raise ConnectionError("cut off within the answer's head")
            if answer.status not in (429, 503):
                return answer.status, json.loads(text)
        except CUT:
            self.connections.pop(place).close()
        return None


class Over(Exception):
    """The load is to end."""


@contextlib.contextmanager
def noted(broken, who):
    """A thread's work: what goes wrong in it becomes a sentence in `broken`."""
    try:
        yield
    except Over:
        pass
    except Exception:
        broken.append(f"{who}: {traceback.format_exc()}")


class Driver(threading.Thread):
    """Plays `width` scenarios at once; a subclass says how to deliver."""

    def __init__(self, name, load, width):
        super().__init__(daemon=True, name=name)
        self.load = load
        self.width = width
        self.rng = random.Random(f"{load.seed} {name}")
        self.scenarios = []  # (scenario, the commands that it wants to send)

    def run(self):
        with noted(self.load.broken, self.name):
            while not self.load.over.is_set():
                self.refill()
                if not self.scenarios:
                    time.sleep(0.02)
                    continue
                self.step()

    def refill(self):
        while len(self.scenarios) < self.width:
            scenario = self.load.campus.next()
            if scenario is None:
                return
            self.go_on(scenario, None)

    def go_on(self, scenario, outcomes):
        """Hands a scenario its outcomes, whereupon it is parked, ends or wants
        to send more."""
        try:
            wanted = scenario.send(outcomes)
        except StopIteration:
            return self.load.campus.end()
        if isinstance(wanted, datetime):
            return self.load.campus.park(wanted, scenario)
        self.scenarios.append((scenario, wanted))

    def step(self):
        scenarios, self.scenarios = self.scenarios, []
        events = [e for _, wanted in scenarios for e in wanted]
        self.deliver(events)
        if self.rng.random() < 0.1:  # one that was acknowledged
            again = self.rng.choice(events)
            self.load.channels[self.rng.choice(list(self.load.crew))](
                self, [again])
        commands = self.load.record.commands
        for scenario, wanted in scenarios:
            self.go_on(scenario, [commands[e["id"]].answer for e in wanted])

    def deliver(self, events):
        raise NotImplementedError


def by_http(driver, events):
    record = driver.load.record
    for event in events:
        _, body = driver.wire.post("/v1/commands", event, CLOUDEVENT,
                                   lambda: record.sending([event]))
        record.acknowledge(event, body, "http")


def by_batch(driver, events):
    record = driver.load.record
    _, outcomes = driver.wire.post("/v1/commands", events, BATCH,
                                   lambda: record.sending(events))
    for event, outcome in zip(events, outcomes, strict=True):
        record.acknowledge(event, outcome, "batch")


def by_inbox(driver, events):
    """Inserts the rows, again when the connection was cut, and waits for
    their outcomes."""
    load, waiting = driver.load, {e["id"]: e for e in events}
    inserted = None
    while not load.over.is_set():
        try:
            with driver.cursor() as cursor:
                era = load.inbox_era
                if inserted != era:
                    load.record.sending(events)
                    psycopg2.extras.execute_values(
                        cursor, "INSERT INTO inbox (event) VALUES %s",
                        [(json.dumps(e),) for e in waiting.values()])
                    driver.sql.commit()
                    inserted = era
                for outcome in stored(cursor, waiting):
                    load.record.acknowledge(waiting.pop(outcome["id"]),
                                            outcome, "inbox")
            if not waiting:
                return
            time.sleep(0.02)
        except psycopg2.Error:
            time.sleep(0.1)
    raise Over


def stored(cursor, waiting):
    """The stored outcomes of the commands that wait, by their ids."""
    cursor.execute("SELECT outcome FROM outcomes WHERE source = '/crash'"
                   " AND id = ANY (%s)", (list(waiting),))
    return [outcome for (outcome,) in cursor.fetchall()]


class ChannelDriver(Driver):
    """A driver whose commands mostly go in by one channel."""

    def __init__(self, name, load, width, deliver):
        super().__init__(name, load, width)
        self.wire = load.wire()
        self.sql = None
        self.channel = deliver

    def deliver(self, events):
        self.channel(self, events)

    @contextlib.contextmanager
    def cursor(self):
        """One in a transaction; after an error the connection is a new one."""
        try:
            if self.sql is None:
                self.sql = psycopg2.connect(self.load.database,
                                            connect_timeout=5)
            with self.sql, self.sql.cursor() as cursor:
                yield cursor
        except psycopg2.Error:
            if self.sql is not None:
                self.sql.close()
            self.sql = None
            raise


class Load:
    """All threads of the client."""

    channels = {"http": by_http, "batch": by_batch, "inbox": by_inbox}
    crew = {"http": (5, 1), "batch": (2, 8), "inbox": (2, 5)}  # threads, width
    timeout = 20
    inbox_era = 0  # another one: rows that have no outcome may be gone

    def __init__(self, seed, places, database, campus, record):
        self.seed, self.places, self.database = seed, places, database
        self.campus, self.record = campus, record
        self.over = threading.Event()
        self.broken = []  # what this program itself did wrong
        self.drivers = [
            ChannelDriver(f"{name} {n}", self, width, self.channels[name])
            for name, (count, width) in self.crew.items()
            for n in range(count)]
        self.ticking = threading.Event()
        self.moving = threading.Lock()  # held while the clock is moved
        self.clock = threading.Thread(target=self._tick, daemon=True)

    def wire(self):
        return Wire(self.places, self.over, self.timeout)

    def start(self):
        for thread in (*self.drivers, self.clock):
            thread.start()

    def stop(self):
        self.over.set()
        for thread in (*self.drivers, self.clock):
            thread.join()

    def _tick(self):
        """Moves the clock on, by minutes or by a day and more."""
        wire, rng = self.wire(), random.Random(self.seed)
        with noted(self.broken, "clock"):
            while not self.over.is_set():
                self.over.wait(0.25)
                self.move(wire, timedelta(
                    minutes=rng.choice([7, 60, 300, 900, 1800])),
                    self.ticking.is_set)

    def move(self, wire, by, wanted=lambda: True):
        with self.moving:
            if not wanted():
                return
            to = self.campus.now + by
            status, body = wire.post("/v1/clock", {"set": rfc3339(to)},
                                     "application/json")
            assert status == 200, (status, body)
            self.record.clock = self.campus.now = to
