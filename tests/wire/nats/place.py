# SPDX-License-Identifier: Apache-2.0
"""A private NATS server, nodes on it, and their database."""
import json
import os
import subprocess

from databases import ROOT
from nats_wire import Nats
from wire import wait_until


class NatsServer:
    def __init__(self, folder, **settings):
        self.folder = folder
        self.env = {**os.environ,
                    **{f"RECAPD_NATS_{k.upper()}": str(v)
                       for k, v in settings.items()}}
        self.url = self("start")

    def __call__(self, action):
        return subprocess.run(
            [ROOT / "tools/nats", action, self.folder], env=self.env,
            check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


class Place:
    """Nodes that take commands by NATS, and their database."""

    def __init__(self, make_node, make_database, nats, *options, shared=False):
        self.make_node = make_node
        self.shared = shared
        self.nats = nats
        self.database = made = make_database()
        self.query = made.run
        self.options = ("--ingress", "nats", *options)
        self.nodes = []

    def start(self, name="a", **env):
        node = self.make_node(
            *self.options, database=self.database, shared=self.shared, env={
                "RECAPD_INGRESS_NATS_URL": self.nats.url,
                "RECAPD_NODE_NAME": name, "RECAPD_NODE_LEASE_MS": "1000",
                **env})
        self.nodes.append(node)
        return node

    def outcome(self, event):
        """Returns a command's outcome; None as long as there is none."""
        found = self.query("SELECT outcome FROM commands "
                           "WHERE source = %s AND id = %s",
                           event["source"], event["id"])
        if not found:
            return None
        return json.loads(found[0][0]) if found[0][0] else self.repeated(event)

    def repeated(self, event):
        """The outcome of a command that was accepted, by asking again; None
        where the node has its hands full."""
        answer = self.nodes[-1].send(event)
        if answer.status == 503:
            return None
        assert answer.json["duplicate"] is True, answer.json
        return {**answer.json, "duplicate": False}

    def wait_outcome(self, event):
        return wait_until(lambda: self.outcome(event),
                          f"the outcome of {event['id']}")

    def publish(self, *events):
        """Publishes commands by a connection of their own."""
        with Nats(self.nats.url) as client:
            for event in events:
                publish(client, event)

    def insert(self, *events):
        """Puts commands into the inbox, each when the last one was taken."""
        for event in events:
            self.database.insert_event(event)
            assert self.wait_outcome(event)["outcome"] == "accepted"

    def letters(self):
        return self.database.run("SELECT event, reason, code, ingress "
                                 "FROM dead_letters ORDER BY id")

    def pending(self):
        with Nats(self.nats.url) as n:
            return n.api("STREAM.INFO.RECAPD")["state"]["messages"]

    def wait_empty(self):
        wait_until(lambda: self.pending() == 0, "an empty stream")

    def stream_there(self):
        try:
            return self.pending() >= 0
        except (AssertionError, OSError):
            return False

    def wait_stream(self):
        wait_until(self.stream_there, "the stream")


def ready(node):
    return node.get("/readyz").json


def warned(node, code):
    """The sentences of the warnings of that code."""
    return [w["detail"] for w in ready(node)["warnings"] if w["code"] == code]


def wait_nats(node, state="connected"):
    """Waits until the node's /readyz says that state of NATS."""
    wait_until(lambda: ready(node)["nats"] == state, f"NATS to be {state}")


def publish(client, event, **headers):
    """Publishes a command and waits for JetStream's acknowledgement."""
    return client.request("recapd.commands." + event["subject"],
                          json.dumps(event), headers)
