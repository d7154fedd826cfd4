# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the test server, a node on a manual clock, recapctl against it."""
import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "support"))

import databases  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(os.environ.get("RECAPD_TEST_BIN", ROOT / "build/release/tools"))


def wait_until(condition, what, seconds=60):
    """Asks `condition` until it is true; the time is a bound, not a wait."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def server():
    """The URL of the PostgreSQL server: the one named, else a private one."""
    with databases.test_server() as url:
        yield url


@pytest.fixture(scope="session")
def make_database(server):
    """Makes databases and drops them in the end; gives their URLs."""
    names = []

    def make():
        names.append("tools_" + uuid.uuid4().hex)
        return databases.create(server, names[-1])

    yield make
    for name in names:
        databases.drop(server, name)


class Node:
    """A recapd on a free port."""

    def __init__(self, database, folder, *options, env=None):
        self.database = database
        self.folder = folder
        ready = folder / f"ready-{uuid.uuid4().hex}"
        self.log = folder / "recapd.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [BIN / "recapd", "--database", database, "--listen",
                 "127.0.0.1:0", "--data", folder, "--ready-file", ready,
                 *options],
                stdout=subprocess.PIPE, stderr=log, text=True,
                env={**os.environ, **(env or {})})
        wait_until(lambda: ready.exists() or self.process.poll() is not None,
                   "recapd to listen")
        assert self.process.poll() is None, self.log.read_text()
        self.url = ready.read_text().strip()

    def stop(self):
        self.process.terminate()
        return self.process.wait(30)


class Recapctl:
    """Runs recapctl; `json` gives what it printed, parsed."""

    def __init__(self, url):
        self.url = url

    def __call__(self, *arguments, status=0, stdin=None, env=None):
        done = subprocess.run(
            [BIN / "recapctl", "--url", self.url, *arguments], input=stdin,
            text=True, capture_output=True, env={**os.environ, **(env or {})})
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def json(self, *arguments, **settings):
        return json.loads(self(*arguments, "-o", "json", **settings))


@pytest.fixture(scope="session")
def make_node(make_database, tmp_path_factory):
    nodes = []

    def make(*options, database=None, folder=None, env=None):
        nodes.append(Node(database or make_database(),
                          folder or tmp_path_factory.mktemp("node"), *options,
                          env=env))
        return nodes[-1]

    yield make
    for node in nodes:
        if node.process.poll() is None:
            node.stop()


@pytest.fixture(scope="session")
def node(make_node):
    return make_node("--clock", "manual")


@pytest.fixture(scope="session")
def recapctl(node):
    return Recapctl(node.url)


RECAP = {"topics_covered": "Fractions. " * 10, "how_tutee_did": "Well. " * 10,
         "next_steps": "Practice. " * 10}


class Session:
    """Makes the events of one session, with ids of its own."""

    def __init__(self, starts_at, **data):
        self.id = "s-" + uuid.uuid4().hex
        self.tutor = "tutor:t-" + self.id
        self.student = "student:u-" + self.id
        self.schedule = self.event("session.schedule", "system:sis", {
            "tutor": self.tutor[6:], "course": "C-" + self.id,
            "starts_at": starts_at, "modality": "in_person",
            "students": [self.student[8:]], **data})
        self.accept = self.event("participant.accept", self.student,
                                 {"student": self.student[8:]})

    def event(self, kind, by, data):
        return {"specversion": "1.0", "id": uuid.uuid4().hex, "source": "test",
                "type": "recapd." + kind, "subject": self.id, "authid": by,
                "data": data}

    def complete(self, minutes=60, recap=None):
        return self.event("session.complete", self.tutor,
                          {"minutes": minutes, "recap": recap or RECAP})

    def student_recap(self):
        return self.event("recap.submit", self.student, {"recap": RECAP})


@pytest.fixture
def session(recapctl):
    """A session that begins at the node's time, its student going."""
    now = recapctl.json("clock")["now"]
    made = Session(now)
    lines = json.dumps(made.schedule) + "\n" + json.dumps(made.accept)
    recapctl("submit", stdin=lines)
    return made
