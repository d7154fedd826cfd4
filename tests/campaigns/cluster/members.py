# SPDX-License-Identifier: Apache-2.0
"""The nodes: each in a namespace of its own, kept running while it is wanted."""
import random
import signal
import time

from supervisor import EXPECTED, Supervised

PORT = 8080


class Member(Supervised):
    """A node of the cluster. `strikes` has the times in which something was
    done to the node."""

    def __init__(self, folder, network, number, url, config):
        super().__init__(folder, url, config)
        self.number = number
        self.name = f"n{number}"
        self.network = network
        self.host = network.services["clients"].of_node(number)
        self.port = PORT
        self.wanted = True
        self.strikes = []  # [from, until or None]

    @property
    def place(self):
        return self.host, self.port

    def arguments(self):
        return ["ip", "netns", "exec", self.network.namespace(self.number),
                *super().arguments()]

    def _watch(self):
        while not self.over:
            code = self.process.poll() if self.process else 0
            if code is not None:
                if code not in EXPECTED:
                    self.ends.append(code)
                self.process = None
                while not self.wanted and not self.over:
                    time.sleep(0.02)
                time.sleep(random.uniform(0, 0.3))
                if self.wanted and not self.over:
                    self._start()
            time.sleep(0.02)

    def begin(self, wanted=True):
        self.wanted = wanted
        if wanted:
            self._start()
        self.thread.start()
        return self

    def runs(self):
        process = self.process
        return process is not None and process.poll() is None

    def send(self, number):
        process = self.process
        if process is not None:
            process.send_signal(number)

    def kill_it(self):
        self.send(signal.SIGKILL)

    def end_it(self, seconds=40):
        """Sends SIGTERM. The node must drain within a bound, whatever its
        database does."""
        process = self.process
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except Exception:
            self.ends.append(f"no end within {seconds} s of SIGTERM")
            process.kill()

    def struck(self):
        """A context in which this node is not to be counted on."""
        return Strike(self)

    def quiet_since(self, moment):
        """Returns true if nothing was done to the node since."""
        return all(until is not None and until < moment
                   for _, until in self.strikes)

    def quiet(self):
        return all(until is not None for _, until in self.strikes)


class Strike:
    def __init__(self, member):
        self.member = member

    def __enter__(self):
        self.entry = [time.monotonic(), None]
        self.member.strikes.append(self.entry)
        return self.entry[0]

    def __exit__(self, *_):
        self.entry[1] = time.monotonic()
