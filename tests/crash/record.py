# SPDX-License-Identifier: Apache-2.0
"""What the client knows: every command, and the first answer it had."""
import json
import threading


def essence(outcome):
    """What of an answer must be the same however often it is asked for."""
    return {name: outcome.get(name)
            for name in ("id", "source", "outcome", "session", "refusals")}


class Command:
    """One command; `answer` is None until it was acknowledged. `begun` and
    `ended` are its first sending and answer in the order of all; `stored` is
    when a broker acknowledged it."""
    __slots__ = ("event", "answer", "way", "sent", "begun", "ended", "stored")

    def __init__(self, event):
        self.event = event
        self.answer = None
        self.way = None
        self.sent = 0
        self.begun = self.ended = self.stored = None


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
        self.moment = 0
        self.poison = {}  # texts that no command is; true: acknowledged

    def tick(self):
        self.moment += 1
        return self.moment

    def sending(self, events):
        """Before every attempt to send these."""
        with self.lock:
            for event in events:
                command = self.commands.setdefault(event["id"],
                                                   Command(event))
                command.sent += 1
                if command.sent == 1:
                    command.begun = self.tick()
                self.resent += command.sent > 1

    def store(self, event, where):
        """A broker has it there, and will see to it that it is taken."""
        with self.lock:
            self.file.write(json.dumps({"id": event["id"], "at": where}) + "\n")
            command = self.commands[event["id"]]
            if command.stored is None:
                command.stored = self.tick()

    def acknowledge(self, event, outcome, way):
        """Notes an answer; a later one must say the same."""
        known = self.commands[event["id"]]
        with self.lock:
            self.file.write(json.dumps({"way": way, **outcome}) + "\n")
            if known.answer is None:
                known.answer, known.way = essence(outcome), way
                known.ended = self.tick()
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
