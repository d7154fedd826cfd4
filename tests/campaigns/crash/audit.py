# SPDX-License-Identifier: Apache-2.0
"""Compares the client's record with the database. Nothing here comes from the
program: limits, weeks and pay are worked out again from the contract."""
import json
import random
import threading
import time
from collections import Counter, defaultdict
from datetime import datetime

from calendar_weeks import day, week
from event_ids import EVENT_ID
from histories import read_sessions
from load import Over, Wire
from scenarios import COURSES, POLICY
from record import essence
from wire import BATCH

COUNTED = {"time_logged", "awaiting_student_recap", "completed", "disputed",
           "paid"}
KINDS = ("lost", "double_paid", "limit_passed", "stuck", "other")


class Findings:
    """Sentences by kind."""

    def __init__(self):
        self.said = defaultdict(list)

    def say(self, kind, sentence):
        self.said[kind].append(sentence)

    def count(self, kind):
        return len(self.said[kind])


def check_settled(world, found, seconds, overdue):
    """Waits until nothing is left to do and the SQL table `overdue` is empty;
    says what is left when time is up."""
    left = {
        "{} inbox rows are left over":
            "SELECT count(*) FROM waiting",
        "{} sessions are completed and not paid":
            "SELECT count(*) FROM standings WHERE state = 'completed'",
        "{} timers are overdue":
            f"SELECT count(*) FROM {overdue}",
    }
    end = time.monotonic() + seconds
    while True:
        waiting = [what.format(count) for what, sql in left.items()
                   if (count := world.sql(sql)[0][0])]
        if not waiting or time.monotonic() > end:
            break
        time.sleep(0.05)
    for sentence in waiting:
        found.say("stuck", sentence)


def check_dead_letters(world, found):
    """No command became a dead letter but what nobody can take, and each was
    answered."""
    for event, reason in world.sql("SELECT event, reason FROM dead_letters"):
        if event in world.record.poison:
            continue
        found.say("stuck", f"a dead letter, {reason}: {event[:200]}")
    for command in world.record.unanswered():
        found.say("stuck", f"never answered: {command.event}")


def check_repeats(world, found):
    """Commands that were answered get that answer again: the last ones, and
    some of the others."""
    known = [c.event for c in world.record.commands.values() if c.answer]
    some = known[-300:] + random.sample(known[:-300],
                                        min(200, len(known[:-300])))
    over = threading.Event()
    timer = threading.Timer(world.patience / 2, over.set)
    timer.start()
    wire = Wire(world.load.places, over, world.load.timeout)
    try:
        for first in range(0, len(some), 100):
            events = some[first:first + 100]
            _, outcomes = wire.post("/v1/commands", events, BATCH)
            for event, outcome in zip(events, outcomes, strict=True):
                answer = world.record.commands[event["id"]].answer
                if essence(outcome) != answer or not outcome["duplicate"]:
                    found.say("lost", f"{event['id']} was answered {answer}, "
                                      f"then {outcome}")
    except Over:
        found.say("stuck", "commands that were sent again got no answer in "
                           f"{world.patience / 2} s")
    finally:
        timer.cancel()


def check_commands(world, found):
    """Every acknowledged answer stands in the database, and nothing else.
    check_effects compares the events of what was accepted."""
    stored = {identity: (session, version, json.loads(outcome or "null"))
              for identity, session, version, outcome in world.sql(
                  "SELECT id, session_id, version, outcome FROM commands")}
    commands = world.record.commands
    for identity, command in commands.items():
        answer = command.answer
        if answer is None:
            continue
        if identity not in stored:
            found.say("lost", f"{identity} was {answer['outcome']} by "
                              f"{command.channel}; the database has no outcome")
            continue
        session, version, outcome = stored[identity]
        told = answer["session"]
        if told and (told["id"], told["version"]) != (session, version):
            found.say("lost", f"{identity} was answered {answer} by "
                              f"{command.channel}; the database has version "
                              f"{version} of {session}")
        if (outcome or answer["outcome"] == "refused") and (
                essence(outcome or {}) != answer):
            found.say("lost", f"{identity} was answered {answer} by "
                              f"{command.channel}; the database has {outcome}")
    for identity in stored.keys() - commands.keys():
        found.say("lost", f"an outcome of {identity}, which nobody sent")
    for sentence in world.record.changed:
        found.say("lost", sentence)


def check_effects(world, found):
    """An accepted command's events are there once, up to the version it was
    told, with the payment that follows from them; a refused one has none."""
    ends, sizes = {}, Counter()
    for session, seq, identity in world.sql(
            "SELECT session_id, seq, CASE type WHEN 'session.paid'"
            " THEN lag(command_id) OVER (PARTITION BY session_id ORDER BY seq)"
            " ELSE command_id END FROM session_events"
            " ORDER BY session_id, seq"):
        sizes[session] += 1
        if seq != sizes[session]:
            found.say("lost", f"{session} has no event {sizes[session]}")
            sizes[session] = seq
        if identity is not None:
            before = ends.get(identity)
            if before not in (None, (session, seq - 1)):
                found.say("lost", f"{identity} took effect at {before} and "
                                  f"again at {(session, seq)}")
            ends[identity] = (session, seq)
    for (session,) in world.sql("SELECT id FROM sessions"):
        if not sizes[session]:
            found.say("lost", f"{session} has no events")
    for identity, command in world.record.commands.items():
        if command.answer is None:
            continue
        end, session = ends.get(identity), command.answer["session"]
        if command.answer["outcome"] == "refused":
            if end is not None:
                found.say("lost", f"{identity} was refused, yet has {end}")
        elif end is None:
            found.say("lost", f"{identity} was accepted and has no event")
        elif session is None or end != (session["id"], session["version"]):
            found.say("lost", f"{identity} was told {session}; its last "
                              f"event is {end}")


def check_clock(world, found):
    (stands,), = world.sql("SELECT now FROM manual_clock")
    known = world.record.clock
    if known is not None and stands < known:
        found.say("lost", f"the clock was at {known}, it is at {stands}")


def check_pay(world, found):
    """Checks what was paid, by the ledger's rows and by the sessions' events,
    each by itself."""
    net, paid, has = Counter(), defaultdict(list), Counter()
    for session, kind, amount, gets in world.sql(
            "SELECT session_id, kind, amount, to_account LIKE 'tutor:%'"
            " FROM ledger"):
        if kind != "correction":
            net[session] += 1 if kind == "settlement" else -1
        has[session] += amount if gets else -amount
        paid[session].append((kind, amount))
    settled = Counter(s for (s,) in world.sql(
        "SELECT session_id FROM session_events WHERE type = 'session.paid'"))
    for session, count in (net | settled).items():
        if count > 1:
            found.say("double_paid", f"{session} was paid {count} times: "
                                     f"{paid[session]}")
    sessions = read_sessions(world.sql)
    for session, state in world.sql("SELECT id, state FROM session_standings"):
        expected = 1 if state == "paid" else 0
        if net[session] != expected and net[session] <= 1:
            found.say("lost", f"{session} is {state}, its ledger has "
                              f"{paid[session]}")
        facts = sessions.get(session)
        if facts and facts["minutes"] is not None and paid[session]:
            due = (facts["minutes"] * facts["rate_per_hour"] * 2 + 60) // 120
            if has[session] != (due if state == "paid" else 0):
                found.say("other", f"{session} is worth {due}, paid "
                                   f"{paid[session]}")


def check_limits(world, found):
    """What each limit's window holds, summed from the sessions."""
    used = Counter()
    sessions = read_sessions(world.sql)
    for session, state in world.sql("SELECT id, state FROM session_standings"):
        s = sessions.get(session)
        if state not in COUNTED or s is None or s["minutes"] is None:
            continue
        start = datetime.fromisoformat(s["starts_at"].replace("Z", "+00:00"))
        its_week, its_day = week(start), day(start)
        used["tutor_minutes_per_week", s["tutor"], its_week] += s["minutes"]
        used["course_minutes_per_week", s["course"], its_week] += s["minutes"]
        for p in s["going"]:
            used["student_course_minutes_per_week",
                 (s["course"], p), its_week] += s["minutes"]
            used["pair_sessions_per_day", (s["tutor"], p), its_day] += 1
    near = 0
    for (name, who, when), amount in used.items():
        limit = POLICY["limits"][name]
        near += amount * 10 >= limit * 9
        if amount > limit:
            found.say("limit_passed", f"{name} of {who} in {when}: {amount} "
                                      f"of {limit}")
    total = Counter()
    for (name, _, _), amount in used.items():
        total[name] += amount
    kinds = ["tutor_minutes_per_week", "student_course_minutes_per_week",
             "course_minutes_per_week", "pair_sessions_per_day"]
    counted = dict(world.sql("SELECT kind, sum(used) FROM usage GROUP BY 1"))
    for kind, name in enumerate(kinds):
        if int(counted.get(kind, 0)) != total[name]:
            found.say("limit_passed", f"{name}: {counted.get(kind, 0)} are "
                                      f"counted, sessions hold {total[name]}")
    assert set(COURSES) > {"auto", "any"}  # no course has limits of its own
    return near


def check_feed(world, found):
    """No event missed, none twice, in the order of the log."""
    log = world.sql(f"SELECT position, {EVENT_ID}"
                    " FROM session_events ORDER BY position")
    seconds = world.patience / 4
    end = time.monotonic() + seconds
    feed = world.feed
    while len(feed.received) < len(log) and time.monotonic() < end:
        time.sleep(0.05)
    if len(feed.received) < len(log):
        found.say("stuck", f"the feed brought {len(feed.received)} of "
                           f"{len(log)} events in {seconds} s")
    for seen, stored in zip(feed.received, log):
        if tuple(seen) != tuple(stored):
            found.say("lost", f"the feed brought {seen}, the log has {stored}")
            break
    if len(feed.received) > len(log):
        found.say("lost", f"the feed brought {len(feed.received)} events, "
                          f"the log has {len(log)}")


def check_hook(world, found):
    """Every event and notification came, first arrivals in each session's
    order."""
    expected = []
    for identity, notifications in world.sql(
            f"SELECT {EVENT_ID}, notifications FROM session_events"
            " ORDER BY session_id, seq"):
        expected.append(identity)
        expected += [f"{identity}:{n}" for n in
                     range(len(json.loads(notifications or "[]")))]
    end = time.monotonic() + world.patience / 2
    while len(world.hook.received) < len(expected) and time.monotonic() < end:
        time.sleep(0.05)
    received = list(world.hook.received)
    if len(received) < len(expected):
        found.say("stuck", f"the webhook had {len(received)} of "
                           f"{len(expected)} messages")
    # Ids begin with their session's; what came of each keeps its order.
    received.sort(key=lambda identity: identity.split(":")[0])
    for came, due in zip(received, expected):
        if came != due:
            found.say("lost", f"the webhook had {came} where {due} was due")
            break
    for sentence in world.hook.changed:
        found.say("lost", sentence)


def audit(world, found):
    """Makes all checks. Returns how many limits were nearly used up."""
    check_settled(world, found, world.patience / 4,
                  "standings s, manual_clock c WHERE s.next_timer <= c.now")
    check_dead_letters(world, found)
    check_commands(world, found)
    check_effects(world, found)
    check_repeats(world, found)
    check_clock(world, found)
    check_pay(world, found)
    check_feed(world, found)
    check_hook(world, found)
    return check_limits(world, found)
