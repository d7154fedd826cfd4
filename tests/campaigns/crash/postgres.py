# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL server, to start, kill, halt and pause at will."""
import os
import signal
import threading
import time
from pathlib import Path

import psycopg2

import databases


def stat_of(pid):
    """Returns the fields that follow a process's name in its stat file; none
    when there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        return stat.rpartition(")")[2].split()
    except OSError:
        return []


def state_of(pid):
    """Returns a process's state letter; None when there is no process."""
    return next(iter(stat_of(pid)), None)


def parent_of(pid):
    """Returns the parent's process id, or None when there is no such
    process."""
    stat = stat_of(pid)
    return int(stat[1]) if stat else None


def gone(pid):
    """Returns true once the process has ended; reaps it if it is a child."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass
    return state_of(pid) in (None, "Z", "X")


class Postgres(databases.PrivateServer):
    """Default durability: fsync is on. Safe to use from many threads; what
    takes the server down is done one at a time."""

    def __init__(self, folder, address=None):
        """With an address the server listens there, too."""
        super().__init__(folder)
        self.address = address
        self.lock = threading.Lock()
        os.environ["RECAPD_TEST_ROLE"] = "recapd"

    def start(self):
        self("start", *filter(None, [self.address]))

    @property
    def socket(self):
        """The path of the server's unix socket."""
        return str((self.folder / "pg.socket").resolve() / ".s.PGSQL.5432")

    def url_there(self, name):
        """The URL of a database, at the server's address."""
        return self("url", self.address).rpartition("/")[0] + "/" + name

    @staticmethod
    def family(master):
        """Every process of the server: the postmaster and its children."""
        return [master, *(int(entry) for entry in os.listdir("/proc")
                          if entry.isdigit() and parent_of(entry) == master)]

    def stop_family(self, master, end):
        """Stops the postmaster, so that the family grows no more, and returns
        the family. Between the death of a backend and the server's own restart
        the postmaster is alone: then it goes on for a moment."""
        while True:
            os.kill(master, signal.SIGSTOP)
            family = self.family(master)
            if len(family) > 1:
                return family
            os.kill(master, signal.SIGCONT)
            assert time.monotonic() < end, f"process {master} has no children"
            time.sleep(0.02)

    def kill(self):
        """SIGKILL to the postmaster; its children end by themselves, and the
        next start must wait for that."""
        with self.lock:
            master = int(self("pid"))
            end = time.monotonic() + 60
            family = self.stop_family(master, end)
            os.kill(master, signal.SIGKILL)
            while not all([gone(pid) for pid in family]):
                assert time.monotonic() < end, "PostgreSQL's children live on"
                time.sleep(0.02)
            # Until the postmaster is reaped, the next one takes it for alive.
            while state_of(master) is not None:
                assert time.monotonic() < end, f"nobody reaps process {master}"
                time.sleep(0.02)
            self.start()

    def halt(self):
        """Ends at once without a checkpoint, as pg_ctl -m immediate does."""
        with self.lock:
            self("halt")
            self.start()

    def backends(self):
        """Returns the server's processes that serve the node's connections."""
        try:
            with psycopg2.connect(self.admin_url,
                                  connect_timeout=5) as connection:
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT pid FROM pg_stat_activity WHERE backend_type ="
                        " 'client backend' AND pid <> pg_backend_pid()")
                    return [pid for (pid,) in cursor.fetchall()]
        except psycopg2.Error:
            return []

    def kill_backend(self, rng):
        """SIGKILL to one backend: PostgreSQL then restarts all of itself."""
        with self.lock:
            backends = self.backends()
            if backends:
                signal_to(rng.choice(backends), signal.SIGKILL)

    def pause_backend(self, rng, seconds):
        backends = self.backends()
        if backends:
            self._pause([rng.choice(backends)], lambda: time.sleep(seconds))

    def pause_backends(self, meanwhile):
        """Pauses all backends that there are now; those that come later run."""
        self._pause(self.backends(), meanwhile)

    def _pause(self, pids, meanwhile):
        """Pauses processes. The server must not be ended meanwhile: what stands
        still could not be told to end."""
        with self.lock:
            try:
                for pid in pids:
                    signal_to(pid, signal.SIGSTOP)
                meanwhile()
            finally:
                for pid in pids:
                    signal_to(pid, signal.SIGCONT)


def signal_to(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
