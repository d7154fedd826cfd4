# SPDX-License-Identifier: Apache-2.0
"""Processes that are found by their folder, and ended by their ids."""
import contextlib
import os
import signal
import threading
import time
from pathlib import Path

from postgres import signal_to, state_of


@contextlib.contextmanager
def uninterrupted():
    """While what was started is ended, nobody interrupts that."""
    known = {number: signal.signal(number, signal.SIG_IGN)
             for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in known.items():
            signal.signal(number, handler)


def all_ids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def working_in(folder):
    """The processes whose working folder this is."""
    here, found = str(Path(folder).resolve()), []
    for pid in all_ids():
        try:
            if os.readlink(f"/proc/{pid}/cwd") == here:
                found.append(pid)
        except OSError:
            continue
    return found


def title(pid):
    try:
        text = Path(f"/proc/{pid}/cmdline").read_bytes()
        return text.replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def send(pids, number):
    for pid in pids:
        signal_to(pid, number)


def kill_until_none(find, seconds=20):
    """SIGKILL to all that `find` finds, and to those they began meanwhile."""
    end = time.monotonic() + seconds
    while alive := [p for p in find() if state_of(p) not in (None, "Z", "X")]:
        send(alive, signal.SIGKILL)
        assert time.monotonic() < end, f"the processes {alive} do not end"
        time.sleep(0.02)


class Reaper(threading.Thread):
    """Reaps orphans by the names of their programs; what this program itself
    started is left to who waits for it."""

    def __init__(self, names):
        super().__init__(daemon=True, name="reaper")
        self.names = names
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(0.1):
            self.reap()

    def reap(self):
        for pid in self.children():
            if state_of(pid) == "Z" and self.name_of(pid) in self.names:
                try:
                    os.waitpid(pid, os.WNOHANG)
                except ChildProcessError:
                    pass

    @staticmethod
    def children():
        found = []
        for task in os.listdir("/proc/self/task"):
            try:
                text = Path(f"/proc/self/task/{task}/children").read_text()
                found += map(int, text.split())
            except OSError:
                continue
        return found

    @staticmethod
    def name_of(pid):
        try:
            return Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            return ""

    def stop(self):
        self.over.set()
        self.join()
        self.reap()
