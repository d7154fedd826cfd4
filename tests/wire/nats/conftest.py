# SPDX-License-Identifier: Apache-2.0
"""A private NATS server, nodes on it, and their databases."""
import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(HERE))

from wire import Nats  # noqa: E402


def load(name, path):
    """The tools' fixtures: their file has this file's name."""
    import importlib.util
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


tools = load("tools_conftest", HERE.parent / "tools" / "conftest.py")
server, make_database = tools.server, tools.make_database
make_node = tools.make_node


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


@pytest.fixture(scope="session")
def make_nats(tmp_path_factory):
    servers = []

    def make(**settings):
        servers.append(NatsServer(tmp_path_factory.mktemp("nats"), **settings))
        return servers[-1]

    yield make
    for one in servers:
        one("stop")


@pytest.fixture(scope="session")
def nats(make_nats):
    """The server that tests may share; each session is of its own."""
    return make_nats()


class Place:
    """A node that takes commands by NATS, and its database."""

    def __init__(self, make_node, make_database, nats, *options):
        self.make_node = make_node
        self.nats = nats
        self.database = make_database()
        self.options = ("--ingress", "nats", *options)
        self.nodes = []

    def start(self, name="a", **env):
        node = self.make_node(*self.options, database=self.database, env={
            "RECAPD_INGRESS_NATS_URL": self.nats.url,
            "RECAPD_NODE_NAME": name, "RECAPD_NODE_LEASE_MS": "1000", **env})
        self.nodes.append(node)
        return node

    def query(self, statement, *values):
        connection = psycopg2.connect(self.database)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def outcome(self, event):
        rows = self.query("SELECT outcome FROM outcomes "
                          "WHERE source = %s AND id = %s",
                          event["source"], event["id"])
        return rows[0][0] if rows else None

    def wait_outcome(self, event):
        tools.wait_until(lambda: self.outcome(event),
                         f"the outcome of {event['id']}")
        return self.outcome(event)

    def letters(self):
        return self.query("SELECT event, reason, code, ingress "
                          "FROM dead_letters ORDER BY id")

    def pending(self):
        with Nats(self.nats.url) as n:
            return n.api("STREAM.INFO.RECAPD")["state"]["messages"]


@pytest.fixture(scope="module")
def place(make_node, make_database, make_nats):
    made = Place(make_node, make_database, make_nats())
    made.start()
    tools.wait_until(lambda: stream_there(made.nats.url), "the stream")
    return made


def stream_there(url):
    try:
        with Nats(url) as n:
            n.api("STREAM.INFO.RECAPD")
        return True
    except (AssertionError, OSError):
        return False


@pytest.fixture
def client(place):
    with Nats(place.nats.url) as n:
        yield n


def publish(client, event, **headers):
    """Into the stream, as a producer must: until it is acknowledged."""
    return client.request("recapd.commands." + event["subject"],
                          json.dumps(event), headers)
