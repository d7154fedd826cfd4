# SPDX-License-Identifier: Apache-2.0
"""The record of what the client sent: every command, and its first answer."""
import json
import threading


def essence(outcome):
    """What of an answer must be the same however often it is asked for."""
    return {name: outcome.get(name)
            for name in ("id", "source", "outcome", "session", "refusals")}


class Command:
    """One command; `answer` is None until it was acknowledged, by `channel`.
    `begun` and `ended` are the numbers of its first sending and its answer in
    the order of all; `stored` is the number of a broker's acknowledgement."""
    __slots__ = ("event", "answer", "channel", "sent", "begun", "ended",
                 "stored")

    def __init__(self, event):
        self.event = event
        self.answer = None
        self.channel = None
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
        """Notes an attempt to send these, which has not begun."""
        with self.lock:
            for event in events:
                command = self.commands.setdefault(event["id"],
                                                   Command(event))
                command.sent += 1
                if command.sent == 1:
                    command.begun = self.tick()
                self.resent += command.sent > 1

    def store(self, event, where):
        """Notes that a broker has the command, at the place `where`."""
        with self.lock:
            self.file.write(json.dumps({"id": event["id"], "at": where}) + "\n")
            command = self.commands[event["id"]]
            if command.stored is None:
                command.stored = self.tick()

    def acknowledge(self, event, outcome, channel):
        """Notes an answer; a later one must say the same."""
        known = self.commands[event["id"]]
        with self.lock:
            self.file.write(json.dumps({"channel": channel, **outcome}) + "\n")
            if known.answer is None:
                known.answer, known.channel = essence(outcome), channel
                known.ended = self.tick()
                self.acknowledged += 1
                if outcome.get("duplicate") and known.sent == 1:
                    self.changed.append(
                        f"{event['id']} was sent once, its answer says "
                        f"duplicate")
            elif known.answer != essence(outcome):
                self.changed.append(
                    f"{event['id']} was answered {known.answer} by "
                    f"{known.channel}, then {essence(outcome)} by {channel}")

    def unanswered(self):
        with self.lock:
            return [c for c in self.commands.values() if c.answer is None]

    def close(self):
        self.file.close()
