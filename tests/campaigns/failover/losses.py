# SPDX-License-Identifier: Apache-2.0
"""What a database without synchronous replication lost, told by a table of
marks: a failover cuts the log off at one place, so what was acknowledged before
a mark that is still there was begun is still there, too."""
import threading
import time

import psycopg2

from databases import run

PAUSE = 0.1
# A mark's number, and the timeline in which it is written.
MARK = ("INSERT INTO mark VALUES (%s) RETURNING"
        " left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)")


class Marks(threading.Thread):
    """Writes a mark every tenth of a second, all the time. `cuts`: times
    between which what was committed may be lost."""

    def __init__(self, url):
        super().__init__(daemon=True, name="marks")
        self.url = (url + "&keepalives_idle=2&keepalives_interval=1"
                          "&keepalives_count=3")
        self.over = threading.Event()
        self.lock = threading.Lock()
        # Of acknowledged ones: number: when its writing began, and its timeline.
        self.begun = {}
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
                cursor = self.connection.cursor()
                cursor.execute(MARK, (self.number,))
                (timeline,), = cursor.fetchall()
            except psycopg2.Error:
                if self.connection is not None:
                    self.connection.close()
                self.connection = None
                continue
            with self.lock:
                self.begun[self.number] = began, timeline

    def compare(self):
        """Adds the cuts that came since the last call; all is healed."""
        there = {n for n, in run(self.url, "SELECT number FROM mark")}
        with self.lock:
            known = sorted(self.begun.items())
            self.begun = {n: mark for n, mark in known if n in there}
            before = None
            for _, (began, timeline) in sorted(self.begun.items()):
                if before is not None and before[1] != timeline:
                    self.cuts.append((before[0], began))
                before = began, timeline
            lost = [n for n, _ in known if n not in there]
            if lost and (not self.begun or max(self.begun) < max(lost)):
                self.cuts.append((before[0] if before else 0.0,
                                  time.monotonic()))

    def may_be_lost(self, asked, answered):
        """Returns true if the log was cut at any time between a request and
        its answer, which may come long after the commit."""
        return any(since <= answered and asked <= until
                   for since, until in self.cuts)

    def stop(self):
        self.over.set()
        self.join(5)
