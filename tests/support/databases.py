# SPDX-License-Identifier: Apache-2.0
"""The tests' PostgreSQL server, and databases on it.

RECAPD_TEST_POSTGRES is the URL by which databases are made there; without it
there is a private server as long as the tests run. RECAPD_TEST_ROLE is whose
they are and as whom nodes connect; without it, who makes them."""
import json
import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import psycopg2

from wire import fresh, wait_until

ROOT = Path(__file__).resolve().parents[2]


class PrivateServer:
    """tools/postgres on a folder, to start and stop at will."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, action, *more):
        return subprocess.run(
            [ROOT / "tools" / "postgres", action, self.folder, *more],
            check=True, text=True, stdout=subprocess.PIPE,
            start_new_session=True).stdout.strip()

    @property
    def admin_url(self):
        """The superuser's; `start` gives that of the node's role."""
        return self("admin-url")


@contextmanager
def open_folder():
    """A new folder, for what runs as another user to get there. Those of pytest
    are closed whenever another run begins."""
    with tempfile.TemporaryDirectory(prefix="recapd-tests-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@contextmanager
def private_folder():
    """One that nobody has started yet, gone in the end with all it had."""
    with open_folder() as folder:
        server = PrivateServer(folder)
        yield server
        server("remove")


@contextmanager
def private_server():
    """One that runs, and is gone in the end with all it had."""
    with private_folder() as server:
        server("start")
        yield server


@contextmanager
def test_server():
    """The URL by which databases are made."""
    named = os.environ.get("RECAPD_TEST_POSTGRES")
    if named:
        yield named
        return
    os.environ["RECAPD_TEST_ROLE"] = "recapd"
    with private_server() as server:
        yield server.admin_url


def url_of(server, name):
    """The URL by which a node connects to the database of that name."""
    parts = urlsplit(server)
    query = dict(parse_qsl(parts.query))
    netloc = parts.netloc
    role = os.environ.get("RECAPD_TEST_ROLE")
    if role and "@" in netloc:
        netloc = role + "@" + netloc.rpartition("@")[2]
    elif role:
        query["user"] = role
    tail = "?" + urlencode(query, safe="/") if query else ""
    return f"postgresql://{netloc}/{name}{tail}"


def run(url, statement, *values):
    """Runs a statement by itself; its rows, where it has any."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return [] if cursor.description is None else cursor.fetchall()
    finally:
        connection.close()


class Database(str):
    """The URL by which a node connects to a database, and what is done there.
    Of one that was made here `server` and `name` are known."""
    server = name = None

    def run(self, statement, *values):
        return run(self, statement, *values)

    def insert_event(self, event):
        text = event if isinstance(event, str) else json.dumps(event)
        self.run("INSERT INTO inbox (event) VALUES (%s)", text)

    def outcome(self, event):
        """Returns a command's outcome; None as long as there is none."""
        found = self.run("SELECT outcome FROM outcomes "
                         "WHERE source = %s AND id = %s",
                         event["source"], event["id"])
        return found[0][0] if found else None

    def wait_outcome(self, event):
        return wait_until(lambda: self.outcome(event),
                          f"the outcome of {event['id']} in the database")

    def drop(self):
        drop(self.server, self.name)


def create(server):
    """Makes a database."""
    name = fresh("test").replace("-", "_")
    role = os.environ.get("RECAPD_TEST_ROLE")
    run(server, f"CREATE DATABASE {name}" + (f" OWNER {role}" if role else ""))
    made = Database(url_of(server, name))
    made.server, made.name = server, name
    return made


def drop(server, name):
    run(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
