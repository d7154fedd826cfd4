# SPDX-License-Identifier: Apache-2.0
"""The programs, and recapd as a child process on a database."""
import json
import os
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from databases import ROOT, Database
from session import Session
from wire import Client, wait_until

BIN = Path(os.environ.get("RECAPD_TEST_BIN", ROOT / "build/release/tools"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def recapd(*arguments, env=None):
    """Runs it to its end, at a port that is free; its exit code and what it
    printed."""
    done = subprocess.run([BIN / "recapd", *arguments], text=True, timeout=60,
                          capture_output=True,
                          env={**os.environ,
                               "RECAPD_NODE_LISTEN": "127.0.0.1:0",
                               **(env or {})})
    return done.returncode, done.stdout, done.stderr


class Recapctl:
    """Runs recapctl; `json` gives what it printed, parsed."""

    def __init__(self, url="http://127.0.0.1:9"):
        self.url = url

    def __call__(self, *arguments, status=0, stdin=None, env=None):
        done = subprocess.run(
            [BIN / "recapctl", "--url", self.url, *arguments], input=stdin,
            text=True, capture_output=True, env={**os.environ, **(env or {})})
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def json(self, *arguments, **settings):
        return json.loads(self(*arguments, "-o", "json", **settings))

    def submit(self, *events, **settings):
        return self("submit", "-", stdin="\n".join(map(json.dumps, events)),
                    **settings)

    def now(self):
        return self.json("clock")["now"]

    def schedule(self, count, starts_at=None):
        """Schedules so many sessions."""
        self.submit(*(Session(starts_at).schedule for _ in range(count)))

    def shares(self, database):
        """How many shards each of the living nodes has."""
        return {n["name"]: len(n["shards"])
                for n in self.json("nodes", "--database", database)["nodes"]
                if n["state"] == "live"}


class Node(Client):
    """recapd, to start, end and start again. Use it as a client, too. Its port
    is a free one and stays the same once it has listened."""

    def __init__(self, folder, database, *options, config=None, clock=None,
                 env=None):
        super().__init__(0)
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.database = Database(database) if type(database) is str else database
        self.options = options
        self.clock = clock
        self.env = env or {}
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
        given = {"--listen": f"{self.host}:{self.port}",
                 "--data": self.folder / "data",
                 "--ready-file": self.folder / "ready",
                 "--database": self.database, "--config": self.config,
                 "--clock": self.clock}
        return [BIN / "recapd", *(word for name, value in given.items() if value
                                  for word in (name, value)), *self.options]

    def log(self):
        path = self.folder / "recapd.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def launch(self):
        """Starts the process and does not wait for it to listen."""
        (self.folder / "ready").unlink(missing_ok=True)
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("RECAPD_")}
        with open(self.folder / "recapd.log", "ab") as log:
            self.process = subprocess.Popen(
                self.arguments(), stdout=subprocess.PIPE, stderr=log, text=True,
                env={**env, **self.env})
        return self

    def start(self):
        self.launch()
        ready = self.folder / "ready"
        wait_until(lambda: ready.exists() or not self.alive(),
                   "recapd to listen")
        assert self.alive(), self.log()[-4000:]
        self.port = urlsplit(ready.read_text().strip()).port
        return self

    def ready(self):
        """Whether it says so."""
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False

    def wait_ready(self, seconds=60):
        wait_until(self.ready, "the node to be ready", seconds)

    def warned(self, code):
        """What it says in its warnings of that code; it must be ready."""
        answer = self.get("/readyz")
        assert answer.status == 200, answer
        return [w["detail"] for w in answer.json["warnings"]
                if w["code"] == code]

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """SIGTERM; the node must drain and end with 0."""
        self.process.terminate()
        code = self.process.wait(30)
        assert code == 0, f"ended with {code}:\n{self.log()[-4000:]}"

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    def crash(self):
        """Is killed, and starts again."""
        self.kill()
        return self.start()

    def restart(self, config=None):
        self.stop()
        if config is not None:
            self.configure(config)
        return self.start()
