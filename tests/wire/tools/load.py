# SPDX-License-Identifier: Apache-2.0
"""Clients that send without a pause, to whatever node answers."""
import http.client
import json
import random
import threading
import traceback
import urllib.parse

from session import Session
from wire import wait_until

NOW = "2099-11-23T09:00:00-05:00"
STRUCTURED = {"Content-Type": "application/cloudevents+json"}


class Client(threading.Thread):
    """Takes one session after the other through some steps. A command is sent
    again, to another node, when a node says 503 or is not there; anything else
    than that it was accepted is an error."""

    def __init__(self, cluster, number):
        super().__init__(daemon=True)
        self.cluster = cluster
        self.rng = random.Random(number)
        self.ended = threading.Event()
        self.accepted = []
        self.retries = 0
        self.broken = None
        self.connections = {}

    def run(self):
        try:
            while not self.ended.is_set():
                session = Session(NOW)
                for event in (session.schedule, session.accept):
                    self.send(event)
        except Exception:
            self.broken = traceback.format_exc()

    def send(self, event):
        first = True
        while True:
            name = self.rng.choice(sorted(self.cluster.nodes))
            status, text = self.post(self.cluster.nodes[name].url, event)
            if status == 200:
                break
            assert status in (None, 503), (status, text)
            first = False
            self.retries += 1
            # Retry-After is longer than a test should be.
            self.ended.wait(0.01)
        outcome = json.loads(text)
        assert outcome["outcome"] == "accepted", text
        assert not (first and outcome["duplicate"]), text
        self.accepted.append(event["id"])

    def post(self, url, event):
        """The status and the body; no status from who is not there."""
        at = urllib.parse.urlsplit(url).netloc
        if at not in self.connections:
            self.connections[at] = http.client.HTTPConnection(at, timeout=60)
        try:
            self.connections[at].request("POST", "/v1/commands",
                                         json.dumps(event), STRUCTURED)
            answer = self.connections[at].getresponse()
            return answer.status, answer.read()
        except (ConnectionError, http.client.IncompleteRead):
            self.connections.pop(at).close()
            return None, b""


class Load:
    """Several of them on the nodes of a cluster."""

    def __init__(self, cluster, clients=4):
        self.cluster = cluster
        self.clients = [Client(cluster, n) for n in range(clients)]

    def __enter__(self):
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        for client in self.clients:
            client.ended.set()
        for client in self.clients:
            client.join(90)

    def sound(self):
        for client in self.clients:
            assert client.broken is None, client.broken
        return True

    def go_on(self):
        """Returns when every client has got some more answers."""
        marks = [len(c.accepted) + 6 for c in self.clients]
        wait_until(lambda: self.sound() and all(
            len(c.accepted) >= m for c, m in zip(self.clients, marks)),
            "answers for every client")

    def check(self):
        """Checks, after the end, that nothing that was answered is lost."""
        assert self.sound() and not any(c.is_alive() for c in self.clients)
        ids = [i for c in self.clients for i in c.accepted]
        assert {i for (i,) in self.cluster.database.run(
            "SELECT id FROM commands WHERE id = ANY(%s) AND version > 0",
            ids)} == set(ids)
        self.cluster.check()
