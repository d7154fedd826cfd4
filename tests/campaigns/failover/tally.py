# SPDX-License-Identifier: Apache-2.0
"""The last line of a run, and of many runs together."""
import json
from collections import Counter

from takeover import p99

COUNTED = ("rounds", "acknowledged", "lost", "undelivered", "double_paid",
           "limit_passed")


class Tally:
    """Counts, seconds of silence, and each round's outage in seconds."""

    def __init__(self):
        self.counts = Counter()
        self.silent = 0.0
        self.outages = []
        self.failed = False

    def line(self):
        counts = " ".join(f"{name}={self.counts[name]}" for name in COUNTED)
        slowest = p99(self.outages)
        return (f"failover {counts} silent={round(self.silent)} outage_p99_s="
                f"{'none' if slowest is None else f'{slowest:.1f}'}")

    def keep(self, path, seed, asynchronous):
        """One more line of the file; the seed is the first round's."""
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps({
                "seed": seed, "async": asynchronous, "failed": self.failed,
                "silent": round(self.silent, 1),
                "outages": [round(s, 2) for s in self.outages],
                **{name: self.counts[name] for name in COUNTED}}) + "\n")

    @classmethod
    def of_file(cls, path, asynchronous):
        """Returns the tally of a file's runs with one kind of replication."""
        tally = cls()
        with open(path, encoding="utf-8") as file:
            for line in file:
                run = json.loads(line)
                if run["async"] != asynchronous:
                    continue
                tally.counts.update({name: run[name] for name in COUNTED})
                tally.silent += run["silent"]
                tally.outages += run["outages"]
                tally.failed = tally.failed or run["failed"]
        return tally
