# SPDX-License-Identifier: Apache-2.0
"""Three NATS servers that are one cluster, and a client of them."""
import json
import os
import random
import subprocess
import threading
import uuid
from pathlib import Path

from databases import ROOT
from load import Over
from nats_wire import Nats

COUNT = 3
PARTITIONS = 64
STREAMS = ("RECAPD", "RECAPD_EVENTS")
# A server that is gone, a call that it refuses, an answer cut short.
TROUBLE = (OSError, AssertionError, ValueError, IndexError)


class NatsServers:
    """The NATS servers of a cluster. Who takes a server down holds `lock`, so
    that at most one is down."""

    def __init__(self, folder, address, inside=()):
        """Takes in `inside` the words before a command that make it run in the
        servers' namespace."""
        self.folder = Path(folder)
        self.address = address
        self.inside = inside
        self.lock = threading.Lock()
        self.urls = []

    def tool(self, *words):
        """Runs tools/nats, and returns what it prints."""
        env = {**os.environ, "RECAPD_NATS_ADDRESS": self.address,
               "RECAPD_NATS_PARTITIONS": str(PARTITIONS)}
        return subprocess.run(
            [*self.inside, str(ROOT / "tools" / "nats"), *map(str, words)],
            env=env,
            check=True, text=True, stdout=subprocess.PIPE,
            start_new_session=True).stdout.strip()

    def start(self):
        self.urls = self.tool("cluster", self.folder, COUNT).split(",")

    @property
    def url(self):
        return ",".join(self.urls)

    def one(self, action, number):
        self.tool(action, self.folder / str(number))

    def stop(self):
        for number in range(1, COUNT + 1):
            if (self.folder / str(number)).exists():
                self.one("halt", number)

    def connect(self, seconds=3):
        return Nats(random.choice(self.urls), seconds)

    def describe(self):
        """Returns what the servers say, for whoever looks into a failure."""
        told = {}
        with self.connect() as client:
            for name in STREAMS:
                told[name] = client.api(f"STREAM.INFO.{name}",
                                        subjects_filter="recapd.commands.>")
            told["consumers"] = consumers(client)
        return json.dumps(told, indent=1)

    def trouble(self):
        """What is not as it should be; nothing when every replica of each
        stream is there and has what the others have."""
        try:
            with self.connect() as client:
                groups = {name: client.api(f"STREAM.INFO.{name}")["cluster"]
                          for name in STREAMS}
        except TROUBLE as error:
            return repr(error)
        for name, cluster in groups.items():
            peers = cluster.get("replicas", [])
            if not cluster.get("leader") or len(peers) != COUNT - 1 or not all(
                    p["current"] and not p.get("offline") for p in peers):
                return f"{name}: {cluster}"
        return None


def consumers(client):
    """Returns the consumers of the command stream."""
    return client.api("CONSUMER.LIST.RECAPD")["consumers"] or []


class Desk:
    """A producer as it must be: it publishes until that is acknowledged, makes
    a new connection after any trouble, and never trusts an answer to come."""

    def __init__(self, servers, record, over):
        self.servers, self.record, self.over = servers, record, over
        self.replyto = f"cluster.outcomes.{uuid.uuid4().hex}"
        self.link = None

    def client(self):
        if self.link is None:
            self.link = self.servers.connect(2)
            self.link.subscribe(self.replyto)
        return self.link

    def drop(self):
        if self.link is not None:
            self.link.close()
        self.link = None

    def publish(self, subject, text, sending=lambda: None):
        """Publishes until the message is acknowledged. Returns its sequence
        number in the stream."""
        while not self.over.is_set():
            sending()
            try:
                return self.client().request(f"recapd.commands.{subject}",
                                             text)["seq"]
            except TROUBLE:
                self.drop()
                self.over.wait(0.1)
        raise Over

    def store(self, event):
        seq = self.publish(event["subject"],
                           json.dumps({**event, "replyto": self.replyto}),
                           lambda: self.record.sending([event]))
        self.record.store(event, f"RECAPD {seq}")

    def poison(self, text):
        """Publishes a text of which no node can make a command."""
        self.record.poison.setdefault(text, False)
        self.publish("poison", text)
        self.record.poison[text] = True

    def outcome(self):
        """Returns the next outcome; None when none came for a while."""
        try:
            client = self.client()
            while True:
                subject, _, body = client.next()
                if subject == self.replyto:
                    return json.loads(body)
        except TROUBLE:
            self.drop()
            return None
