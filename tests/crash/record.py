# SPDX-License-Identifier: Apache-2.0
"""What the client knows: every command, and the first answer it had."""
import json
import threading


def essence(outcome):
    """What of an answer must be the same however often it is asked for."""
    return {name: outcome.get(name)
            for name in ("id", "source", "outcome", "session", "refusals")}


class Command:
    """One command; `answer` is None until it was acknowledged."""
    __slots__ = ("event", "answer", "way", "sent")

    def __init__(self, event):
        self.event = event
        self.answer = None
        self.way = None
        self.sent = 0


class Record:
    """Thread safe. The file is for whoever looks into a failure."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.file = open(path, "w", encoding="utf-8")
        self.commands = {}
        self.changed = []  # sentences about answers that were not the same
        self.clock = None  # how far the clock was acknowledged to be
        self.acknowledged = 0
        self.resent = 0

    def sending(self, events):
        """Before every attempt to send these."""
        with self.lock:
            for event in events:
                command = self.commands.setdefault(event["id"],
                                                   Command(event))
                command.sent += 1
                self.resent += command.sent > 1

    def acknowledge(self, event, outcome, way):
        """Notes an answer; a later one must say the same."""
        known = self.commands[event["id"]]
        with self.lock:
            self.file.write(json.dumps({"way": way, **outcome}) + "\n")
            if known.answer is None:
                known.answer, known.way = essence(outcome), way
                self.acknowledged += 1
                if outcome.get("duplicate") and known.sent == 1:
                    self.changed.append(
                        f"{event['id']} was sent once, its answer says "
                        f"duplicate")
            elif known.answer != essence(outcome):
                self.changed.append(
                    f"{event['id']} was answered {known.answer} by "
                    f"{known.way}, then {essence(outcome)} by {way}")

    def unanswered(self):
        with self.lock:
            return [c for c in self.commands.values() if c.answer is None]

    def close(self):
        self.file.close()
