# SPDX-License-Identifier: Apache-2.0
"""What a service manager is told, on the socket it would listen on."""
import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import databases
from node import BIN, Recapctl, recapd
from session import Session
from wire import Client

SECONDS = 60
NOW = "2099-11-23T09:00:00-05:00"


class Manager:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(SECONDS)
        self.env = {"NOTIFY_SOCKET": self.path}

    def next(self):
        """One datagram, as an object."""
        lines = self.socket.recv(4096).decode().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def until(self, wanted):
        """What came up to and with the first datagram that is `wanted`."""
        came = []
        end = time.monotonic() + SECONDS
        while not came or not wanted(came[-1]):
            assert time.monotonic() < end, came[-3:]
            came.append(self.next())
        return came

    def waiting(self):
        """All that has come by now."""
        came = []
        self.socket.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while True:
                came.append(self.next())
        self.socket.settimeout(SECONDS)
        return came


@pytest.fixture
def manager():
    # A socket's path is short.
    with tempfile.TemporaryDirectory(prefix="recapd-notify-") as folder:
        made = Manager(Path(folder))
        yield made
        made.socket.close()


@pytest.fixture
def watched(manager, make_node):
    """A node that is to say every 0.2 s that it is well."""
    node = make_node(env={**manager.env, "WATCHDOG_USEC": "400000"})
    assert manager.next()["READY"] == "1"
    yield node
    if node.alive():
        node.stop()


def test_it_is_ready_when_it_listens_and_not_before(manager, make_node):
    with ThreadPoolExecutor() as pool:
        node = pool.submit(make_node, env=manager.env)
        first = manager.next()
        assert first["READY"] == "1"
        url = first["STATUS"].removeprefix("Listening on ")
        assert Client(urlsplit(url).port).get("/readyz").status == 200
        assert node.result().url == url
        node.result().stop()


def test_one_that_cannot_start_is_never_ready(manager):
    code, _, _ = recapd("--database", "postgresql://127.0.0.1:9/none", env=manager.env)
    assert code == 3
    assert manager.waiting() == []


def test_it_says_that_it_ends_and_then_ends(manager, make_node):
    node = make_node(env=manager.env)
    node.stop()
    assert [m.get("STOPPING") for m in manager.waiting()] == [None, "1"]


def test_without_a_watchdog_none_is_fed(manager, make_node):
    node = make_node(env={**manager.env, "WATCHDOG_PID": "1",
                          "WATCHDOG_USEC": "1000"})
    node.stop()
    assert not any("WATCHDOG" in m for m in manager.waiting())


def test_a_watchdog_is_fed_as_long_as_the_node_answers(manager, watched):
    for _ in range(5):
        told = manager.next()
        assert told["WATCHDOG"] == "1"
        assert told["STATUS"].startswith("Listening on " + watched.url)
    watched.stop()
    assert "STOPPING" in manager.waiting()[-1]


SEIZE, INTERRUPT, DETACH, WALL = 0x4206, 0x4207, 17, 0x40000000


@contextlib.contextmanager
def stuck(pid, name):
    """The process's threads of that name stand still, and no others."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long] * 4
    tasks = Path(f"/proc/{pid}/task")
    threads = [int(t.name) for t in tasks.iterdir()
               if (t / "comm").read_text().strip() == name]
    assert threads
    for t in threads:
        if libc.ptrace(SEIZE, t, 0, 0) != 0:
            pytest.skip("no right to trace a process of ours: "
                        + os.strerror(ctypes.get_errno()))
        assert libc.ptrace(INTERRUPT, t, 0, 0) == 0
        os.waitpid(t, WALL)
    yield
    for t in threads:
        assert libc.ptrace(DETACH, t, 0, 0) == 0


def test_no_watchdog_is_fed_while_the_actors_are_stuck(manager, watched):
    manager.until(lambda m: "WATCHDOG" in m)
    with stuck(watched.process.pid, "caf.multiplexer"):
        came = manager.until(lambda m: "do not answer" in m.get("STATUS", ""))
        assert "WATCHDOG" not in came[-1]
        for _ in range(3):
            assert "WATCHDOG" not in manager.next()
    manager.until(lambda m: "WATCHDOG" in m)


def test_a_node_whose_database_is_away_is_well(manager, make_node):
    with databases.private_server() as server:
        node = make_node(database=server("url"), env={
            **manager.env, "WATCHDOG_USEC": "400000",
            "RECAPD_NODE_LEASE_MS": "1000"})
        server("stop")
        # Who needs it notices that it is away.
        Recapctl(node.url).submit(Session(NOW).schedule, status=3)
        came = manager.until(lambda m: "database is away" in m["STATUS"])
        came += [manager.next() for _ in range(5)]
        assert all("WATCHDOG" in m for m in came[1:])
        node.stop()


def installed(folder, prefix):
    """What `cmake --install` there makes of the unit."""
    subprocess.run(["cmake", "--install", BIN.parent, "--prefix", prefix,
                    "--component", "recapd"], check=True,
                   stdout=subprocess.DEVNULL,
                   env={**os.environ, "DESTDIR": str(folder)})
    return Path(f"{folder}{prefix}/lib/systemd/system/recapd.service")


def started(unit):
    """The line of what it starts."""
    line, = [line for line in unit.read_text().splitlines()
             if line.startswith("ExecStart=")]
    return line


@pytest.mark.parametrize("prefix, program", [
    ("/usr", "/usr/bin/recapd"),
    ("/opt/recapd-1", "/opt/recapd-1/bin/recapd"),
    ("/opt/re capd", '"/opt/re capd/bin/recapd"'),
    ('/opt/100% "it', r'"/opt/100%% \"it/bin/recapd"')])
def test_the_unit_starts_what_was_installed(tmp_path, prefix, program):
    assert started(installed(tmp_path, prefix)).startswith(
        f"ExecStart={program} --data ")


@pytest.mark.skipif(not shutil.which("systemd-analyze"),
                    reason="no systemd-analyze here")
@pytest.mark.parametrize("name", ["plain", "re capd"])
def test_the_unit_is_understood(tmp_path, name):
    prefix = tmp_path / name
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin" / "recapd").symlink_to(BIN / "recapd")
    unit = installed("", prefix)
    done = subprocess.run(["systemd-analyze", "verify", unit], text=True,
                          capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")
