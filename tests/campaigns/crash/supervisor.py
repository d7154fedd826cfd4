# SPDX-License-Identifier: Apache-2.0
"""Keeps a node running, as a service manager would."""
import os
import random
import signal
import socket
import threading
import time

from node import Node

# What a node may end with: asked to; killed; no database at its start.
EXPECTED = {0, -signal.SIGKILL, 3}


def quiet_port():
    """A free port that no outgoing connection is ever given: while the node
    is down the proxy would connect to itself."""
    while True:
        port = random.randrange(20000, 30000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Supervised(Node):
    """The node, which is started again whenever it has ended."""

    def __init__(self, folder, url, config):
        super().__init__(folder, url, config=config, clock="manual")
        self.port = quiet_port()
        self.over = False
        self.lock = threading.Lock()  # held by whoever does something to it
        self.starts = 0
        self.ends = []  # exit codes that were not expected
        self.thread = threading.Thread(target=self._watch, daemon=True,
                                       name="supervisor")

    def begin(self):
        self._start()
        self.thread.start()
        return self

    def _start(self):
        self.starts += 1
        self.launch()

    def _watch(self):
        while not self.over:
            code = self.process.poll()
            if code is not None:
                if code not in EXPECTED:
                    self.ends.append(code)
                time.sleep(random.uniform(0, 0.3))
                if not self.over:
                    self._start()
            time.sleep(0.02)

    def kill_it(self):
        with self.lock:
            self.process.kill()

    def end_it(self):
        """Sends SIGTERM. The node must drain within a bound, whatever its
        database does."""
        with self.lock:
            process = self.process
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except Exception:
                self.ends.append("no end within 30 s of SIGTERM")
                process.kill()

    def pause_it(self, seconds):
        with self.lock:
            process = self.process
            process.send_signal(signal.SIGSTOP)
            time.sleep(seconds)
            process.send_signal(signal.SIGCONT)

    def finish(self):
        """Ends the node for good."""
        self.over = True
        if self.thread.is_alive():
            self.thread.join()
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGCONT)
            self.process.kill()
            self.process.wait()
