# SPDX-License-Identifier: Apache-2.0
"""What was sent, as its receivers know it, beside what the database holds. A
message is known by what it says, not by its id: that is the program's own."""
import json
import time
from collections import Counter, defaultdict

from feed import Feed
from nats_audit import Published
from nats_servers import TROUBLE
from wire import parse_time

RESET = "recapd.feed.reset"


def key_of(message):
    """Returns what two messages share only where they tell of the same thing,
    whatever their ids."""
    return (message["subject"], message["type"], parse_time(message["time"]),
            message.get("authid"), message["data"].get("to"))


def first_arrivals(messages):
    """Keys in order; each id counts once. Resets tell of no session."""
    by_id = {}
    for message in messages:
        if message["type"] != RESET:
            by_id.setdefault(message["id"], message)
    return [key_of(m) for m in by_id.values()]


def stored_keys(world, notifications=True):
    """Keys of what is to be sent, in the order of each session's history."""
    keys = []
    for session, kind, at, by, told in world.recover_sql(
            "SELECT session_id, type, at, by, notifications"
            " FROM session_events ORDER BY session_id, seq"):
        keys.append((session, "recapd.event." + kind, at, by, None))
        if notifications:
            keys += [(session, "recapd.notify." + n["kind"], at, by, n["to"])
                     for n in json.loads(told or "[]")]
    return keys


def missing(stored, came, forgiven=frozenset()):
    left = Counter(stored)
    left.subtract(Counter(came))
    return [key for key, count in left.items()
            if count > 0 and key not in forgiven]


def check_receiver(world, found, name, read, stored, forgiven=frozenset()):
    """`read` gives the messages that came so far, `stored` the keys of all that
    are due: timers add to them meanwhile. Where the database replicates
    synchronously nothing is sent that it has not."""
    due = stored()
    end = time.monotonic() + world.patience / 2
    while absent := missing(due, came := first_arrivals(read()), forgiven):
        if time.monotonic() > end:
            break
        time.sleep(0.3)
    for key in absent:
        found.say("undelivered", f"{name} never had {sentence(key)}")
    due = stored()
    if not world.may_lose:
        for key in missing(came, due):
            found.say("lost", f"{name} had {sentence(key)}; the database has "
                              f"not, or not so often")
    check_order(found, name, came, due)


def check_order(found, name, came, stored):
    def by_session(keys, within):
        sessions = defaultdict(dict)
        for key in keys:
            if key in within:
                sessions[key[0]].setdefault(key)
        return sessions

    due, had = by_session(stored, set(came)), by_session(came, set(stored))
    for session in due:
        if list(due[session]) != list(had[session]):
            found.say("other", f"{name} had the messages of {session} in the "
                               f"order {[k[1] for k in had[session]]}, stored "
                               f"are {[k[1] for k in due[session]]}")


def sentence(key):
    session, kind, at, by, to = key
    return f"{kind} of {session} at {at} by {by}" + (f" to {to}" if to else "")


class FailoverFeed(Feed):
    """A feed that keeps the messages that came, and counts the resets."""

    def __init__(self, clients, seconds):
        self.messages, self.resets = [], 0
        super().__init__(clients, seconds)

    def take(self, place, event):
        self.resets += event.get("type") == RESET
        if "subject" in event and "type" in event:
            self.messages.append(event)


class FailoverPublished(Published):
    """The stream of events, of which it keeps the messages. A deleted stream
    begins again; what nobody had read of it by then is forgiven."""

    def __init__(self, world):
        super().__init__()
        self.world = world
        self.messages = []
        self.forgiven = set()

    def take(self, head, body):
        message = json.loads(body)
        self.messages.append(message)
        if message["type"] != RESET:
            super().take(head, body)

    def now(self):
        """Reads on while the servers answer. Returns all messages so far."""
        try:
            with self.world.nats.connect() as client:
                self.read(client)
        except TROUBLE:
            pass
        return self.messages

    def delete_stream(self):
        """Reads the stream to its end and deletes it. What is stored and was
        not read may be gone with the stream, and is forgiven."""
        with self.world.nats.connect() as client:
            self.read(client)
            client.api("STREAM.DELETE.RECAPD_EVENTS")
            self.read_to = 0
        had = set(first_arrivals(self.messages))
        self.forgiven |= set(stored_keys(self.world)) - had
