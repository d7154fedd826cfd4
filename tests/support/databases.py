# SPDX-License-Identifier: Apache-2.0
"""The tests' PostgreSQL server, and databases on it.

RECAPD_TEST_POSTGRES is the URL by which databases are made there; without it
there is a private server as long as the tests run. RECAPD_TEST_ROLE is whose
they are and as whom nodes connect; without it, who makes them."""
import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import psycopg2

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


def administer(server, statement):
    connection = psycopg2.connect(server)
    connection.autocommit = True
    try:
        connection.cursor().execute(statement)
    finally:
        connection.close()


def rows(server, statement):
    """What a statement finds."""
    connection = psycopg2.connect(server)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    finally:
        connection.close()


def create(server, name):
    """Makes a database; gives the URL by which a node connects to it."""
    role = os.environ.get("RECAPD_TEST_ROLE")
    administer(server, f"CREATE DATABASE {name}"
               + (f" OWNER {role}" if role else ""))
    return url_of(server, name)


def drop(server, name):
    administer(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
