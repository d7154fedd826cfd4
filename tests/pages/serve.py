# SPDX-License-Identifier: Apache-2.0
"""A node on a manual clock and a database of its own, for tests that are not written
in Python. The first line of its input is the config file (an object); each further one
names what is done: start, stop, kill, or `inbox TEXT`, which puts the text into the
database's inbox. Each is answered by a line with the node's address; the end of the
input ends the node."""
import json
import sys
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import databases  # noqa: E402
from node import Node  # noqa: E402


def serve(node, lines):
    """Does what the lines say until there are no more."""
    try:
        for line in chain(["start"], lines):
            word, _, text = line.partition(" ")
            if word == "inbox":
                node.database.insert_event(text)
            elif word != "start":
                getattr(node, word)()
            elif not node.alive():
                node.start().wait_ready()
            print(json.dumps({"url": f"http://127.0.0.1:{node.port}"}), flush=True)
    finally:
        if node.alive():
            node.stop()


def main():
    lines = (line.strip() for line in sys.stdin)
    config = json.loads(next(lines))
    with databases.test_server() as server, databases.open_folder() as folder:
        database = databases.create(server)
        try:
            serve(Node(folder, database, config=config, clock="manual"), lines)
        finally:
            database.drop()


if __name__ == "__main__":
    main()
