# SPDX-License-Identifier: Apache-2.0
"""A recapd on a manual clock, on a database to leave or to find."""
import sys
import urllib.parse
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "support"))

import databases  # noqa: E402
import node  # noqa: E402
import wire  # noqa: E402

RECAP = {"topics_covered": "Limits, and what they are good for. " * 3,
         "how_tutee_did": "Very well indeed, with a little help.",
         "next_steps": "Derivatives \u2013 \u201cby the book\u201d."}


@contextmanager
def database():
    """A fresh database; dropped in the end."""
    with databases.test_server() as server:
        made = databases.create(server)
        yield made
        made.drop()


class Node(node.Node):
    def __init__(self, url, folder, config=None):
        super().__init__(folder, url, config=config, clock="manual")

    def find(self, path, **query):
        return self.read(path + "?" + urllib.parse.urlencode(query))

    def do(self, kind, session, by, **data):
        """Sends a command that has to be accepted; gives the session."""
        return wire.accepted(self.send(command(kind, session, by, **data)))[
            "session"]

    def time(self):
        return self.read("/v1/clock")["now"]

    def move(self, **to):
        answer = self.post("/v1/clock", to)
        assert answer.status == 200, answer

    def sessions(self):
        """The ids of all, in order."""
        ids, after = [], ""
        while True:
            page = self.find("/v1/sessions", after=after, limit=1000)
            ids += [s["id"] for s in page["sessions"]]
            after = page["next"]
            if not after:
                return ids


def command(kind, session, by, **data):
    return wire.command(kind, session, by, data, source="/old")
