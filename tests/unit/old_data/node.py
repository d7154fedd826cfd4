# SPDX-License-Identifier: Apache-2.0
"""A recapd on a database, its API, and a receiver for its webhook."""
import http.server
import json
import os
import queue
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from contextlib import contextmanager
from pathlib import Path

import psycopg2

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.append(str(HERE.parents[1] / "support"))

import databases  # noqa: E402

BIN = Path(os.environ.get("RECAPD_TEST_BIN", ROOT / "build/release/tools"))
RECAP = {"topics_covered": "Limits, and what they are good for. " * 3,
         "how_tutee_did": "Very well indeed, with a little help.",
         "next_steps": "Derivatives \u2013 \u201cby the book\u201d."}


def wait_until(condition, what, seconds=60):
    """Asks `condition` until it is true; the time is a bound, not a wait."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


@contextmanager
def database():
    """The URL of a fresh database; dropped in the end."""
    name = "old_" + uuid.uuid4().hex
    with databases.test_server() as server:
        yield databases.create(server, name)
        databases.drop(server, name)


def run(url, statement, *arguments):
    """Runs a statement; its rows, where it has any."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments or None)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


class Node:
    """A recapd on a free port, with a manual clock."""

    def __init__(self, url, folder, config=None):
        self.database = url
        ready = Path(folder) / f"ready-{uuid.uuid4().hex}"
        self.log = Path(folder) / f"log-{uuid.uuid4().hex}"
        options = []
        if config:
            file = Path(folder) / f"config-{uuid.uuid4().hex}"
            file.write_text(json.dumps(config))
            options = ["--config", file]
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [BIN / "recapd", "--database", url, "--clock", "manual",
                 "--listen", "127.0.0.1:0", "--ready-file", ready, *options],
                stdout=subprocess.DEVNULL, stderr=log)
        wait_until(lambda: ready.exists() or self.process.poll() is not None,
                   "recapd to listen")
        assert self.process.poll() is None, self.log.read_text()
        self.url = ready.read_text().strip()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(30) == 0, self.log.read_text()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def call(self, method, path, body=None, media="application/json"):
        request = urllib.request.Request(
            self.url + path, method=method, headers={"Content-Type": media},
            data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def get(self, path, **query):
        status, body = self.call("GET", path + "?"
                                 + urllib.parse.urlencode(query))
        assert status == 200, body
        return body

    def send(self, event):
        return self.call("POST", "/v1/commands", event,
                         "application/cloudevents+json")

    def do(self, kind, session, by, **data):
        """Sends a command that has to be accepted; gives the session."""
        status, body = self.send(command(kind, session, by, **data))
        assert status == 200, body
        return body["session"]

    def now(self):
        return self.get("/v1/clock")["now"]

    def move(self, **to):
        status, body = self.call("POST", "/v1/clock", to)
        assert status == 200, body

    def sessions(self):
        """The ids of all, in order."""
        ids, after = [], ""
        while True:
            page = self.get("/v1/sessions", after=after, limit=1000)
            ids += [s["id"] for s in page["sessions"]]
            after = page["next"]
            if not after:
                return ids

    def show(self, session):
        return self.get(f"/v1/sessions/{session}")

    def history(self, session):
        return self.get(f"/v1/sessions/{session}/history")["events"]


def command(kind, session, by, **data):
    return {"specversion": "1.0", "id": uuid.uuid4().hex, "source": "/old",
            "type": f"recapd.{kind}", "subject": session, "authid": by,
            "data": data}


class Receiver:
    """Takes what the webhook posts, until it is told to refuse."""

    def __init__(self):
        self.events = queue.Queue()
        self.takes = True
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver.takes:
                    receiver.events.put(json.loads(body))
                self.send_response(204 if receiver.takes else 503)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def config(self):
        return {"url": f"http://127.0.0.1:{self.http.server_port}/"}

    def close(self):
        self.http.shutdown()
        self.http.server_close()
