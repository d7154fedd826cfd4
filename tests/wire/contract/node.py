# SPDX-License-Identifier: Apache-2.0
"""The real node as a child process, and the database it runs on."""
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg2

sys.path.append(str(Path(__file__).resolve().parents[2] / "support"))

import databases  # noqa: E402
from wire import Client, fresh, wait_until  # noqa: E402


def binary():
    folder = os.environ.get("RECAPD_TEST_BIN")
    assert folder, "set RECAPD_TEST_BIN to the folder that holds recapd"
    return str(Path(folder) / "recapd")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Database:
    """A database of its own on the test server."""

    def __init__(self, server):
        self.server = server
        self.name = fresh("contract").replace("-", "_")
        self.url = databases.create(server, self.name)

    def run(self, statement, *values):
        """Runs one statement; its rows, or none."""
        connection = psycopg2.connect(self.url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def insert_event(self, text):
        if not isinstance(text, str):
            text = json.dumps(text)
        self.run("INSERT INTO inbox (event) VALUES (%s)", text)

    def outcome(self, source, identity):
        rows = self.run("SELECT outcome FROM outcomes "
                        "WHERE source = %s AND id = %s", source, identity)
        return rows[0][0] if rows else None

    def wait_outcome(self, event):
        return wait_until(
            lambda: self.outcome(event["source"], event["id"]),
            f"the outcome of {event['id']} in the database")

    def drop(self):
        databases.drop(self.server, self.name)


class Node(Client):
    """recapd on a free port. Use it as a client, too."""

    def __init__(self, folder, database, config=None, clock="manual",
                 options=(), env=None):
        super().__init__(free_port())
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.database = database
        self.clock = clock
        self.options = list(options)
        self.env = dict(env or {})
        self.process = None
        self.configure(config)

    def configure(self, config):
        """Writes the config file (an object, a text or None for none)."""
        self.config = None
        if config is not None:
            self.config = self.folder / "recapd.json"
            text = config if isinstance(config, str) else json.dumps(config)
            self.config.write_text(text)

    def arguments(self):
        line = [binary(), "--listen", f"{self.host}:{self.port}",
                "--data", str(self.folder / "data"), "--clock", self.clock]
        if self.database:
            line += ["--database", self.database.url]
        if self.config:
            line += ["--config", str(self.config)]
        return line + self.options

    def log(self):
        path = self.folder / "node.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def launch(self):
        """Starts the process and does not wait for it to be ready."""
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("RECAPD_")}
        env.update(self.env)
        with open(self.folder / "node.log", "ab") as log:
            self.process = subprocess.Popen(self.arguments(), stdout=log,
                                            stderr=log, env=env)
        return self

    def start(self):
        self.launch()
        wait_until(self.ready, "readyz", 30)
        return self

    def ready(self):
        code = self.process.poll()
        assert code is None, f"the node ended with {code}:\n{self.log()}"
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False

    def stop(self):
        """SIGTERM; the node must drain and end with 0."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        assert code == 0, f"ended with {code}:\n{self.log()[-4000:]}"

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    def restart(self, config=None):
        self.stop()
        if config is not None:
            self.configure(config)
        return self.start()

    def alive(self):
        return self.process.poll() is None
