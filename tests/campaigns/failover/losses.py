# SPDX-License-Identifier: Apache-2.0
"""What a database without synchronous replication lost, told by a table of
marks: the log is cut off at one place, so what was acknowledged before a mark
that is still there was begun is still there, too."""
import threading
import time

import psycopg2

from databases import run

PAUSE = 0.1


class Marks(threading.Thread):
    """Writes a mark every tenth of a second, all the time. `cuts`: times
    between which what was committed may be lost."""

    def __init__(self, url):
        super().__init__(daemon=True, name="marks")
        self.url = (url + "&keepalives_idle=2&keepalives_interval=1"
                          "&keepalives_count=3")
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.begun = {}  # number: when its writing began; acknowledged ones
        self.cuts = []
        self.connection = None
        self.number = 0

    def prepare(self):
        run(self.url, "CREATE TABLE mark (number bigint)")

    def run(self):
        while not self.over.wait(PAUSE):
            self.number += 1
            began = time.monotonic()
            try:
                if self.connection is None:
                    self.connection = psycopg2.connect(self.url)
                    self.connection.autocommit = True
                self.connection.cursor().execute(
                    "INSERT INTO mark VALUES (%s)", (self.number,))
            except psycopg2.Error:
                if self.connection is not None:
                    self.connection.close()
                self.connection = None
                continue
            with self.lock:
                self.begun[self.number] = began

    def compare(self):
        """Adds the cuts that came since the last call; all is healed."""
        there = {n for n, in run(self.url, "SELECT number FROM mark")}
        with self.lock:
            known = sorted(self.begun.items())
            began, lost = 0.0, False
            for number, moment in known:
                if number not in there and number <= max(there, default=0):
                    lost = True
                    del self.begun[number]
                elif number in there:
                    if lost:
                        self.cuts.append((began, moment))
                    began, lost = moment, False
            if lost:
                self.cuts.append((began, time.monotonic()))

    def may_be_lost(self, asked, answered):
        """Returns true if the log was cut at any time between a request and
        its answer, which may come long after the commit."""
        return any(since <= answered and asked <= until
                   for since, until in self.cuts)

    def stop(self):
        self.over.set()
        self.join(5)
