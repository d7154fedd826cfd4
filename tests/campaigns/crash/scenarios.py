# SPDX-License-Identifier: Apache-2.0
"""Scenarios: what the people of a session do from its scheduling to its end. A
scenario is a generator: it yields lists of commands that may be sent at once
and receives their outcomes, or yields a moment that it waits for."""
import random
import threading
from datetime import timedelta

from wire import command, recap, rfc3339

# Low enough that weeks run full and sessions race for what is left.
POLICY = {
    "limits": {
        "tutor_minutes_per_week": 500,
        "student_course_minutes_per_week": 150,
        "course_minutes_per_week": 700,
        "pair_sessions_per_day": 1,
    },
    "courses": {
        "auto": {"auto_confirm_after": "72h"},
        "any": {"confirmation": "any_student"},
    },
}
TUTORS = [f"tutor{n}" for n in range(10)]
STUDENTS = [f"student{n}" for n in range(24)]
COURSES = ["auto", "any", "math", "physics", "history"]
SUPPORT = "support:ann"
NOTE = {"note": "as agreed"}


def far_away(campus, session, by, identity):
    """The event that schedules a session which nothing else happens to."""
    start = campus.now + timedelta(days=2000)
    return command("session.schedule", session, by, {
        "tutor": "ann", "course": "math", "modality": "online",
        "students": ["bob"], "starts_at": rfc3339(start)},
        source="/crash", id=identity)


class Session:
    """One session; each of its scenarios is a method."""

    def __init__(self, campus, number):
        self.campus = campus
        self.rng = campus.rng
        self.id = f"s{number}"
        self.tutor = self.rng.choice(TUTORS)
        self.by_tutor = f"tutor:{self.tutor}"
        self.going = []
        self.count = 0

    def make(self, kind, by, data=None):
        self.count += 1
        return command(kind, self.id, by, data, source="/crash",
                       id=f"{self.id}-{self.count}")

    def begins(self):
        """Returns when the session takes place."""
        return self.campus.now - timedelta(
            minutes=self.rng.randrange(1, 1200))

    def past_deadline(self):
        """Returns a moment at which nothing can be logged any more."""
        return self.campus.now + timedelta(hours=74)

    def past_silence(self):
        """Returns a moment at which a silent student may count as confirmed."""
        return self.campus.now + timedelta(hours=100)

    def schedule(self, students, modality="in_person"):
        """Schedules the session; every student answers the invitation."""
        rng = self.rng
        start = self.begins()
        yield [self.make("session.schedule", "system:calendar", {
            "tutor": self.tutor, "course": rng.choice(COURSES),
            "starts_at": rfc3339(start), "modality": modality,
            "students": students, "rate_per_hour": rng.choice([1500, 1999]),
            "program": rng.choice(["north", "south"])})]
        stays = [s for s in students if s == students[0] or rng.random() < .8]
        yield [self.make("participant.accept" if s in stays
                         else "participant.decline", f"student:{s}",
                         {"student": s}) for s in students]
        self.going = stays

    def pupils(self, most=1):
        return self.rng.sample(STUDENTS, self.rng.randint(1, most))

    def complete(self, twice=False):
        """Logs time and the tutor's recap; less time when a limit refuses it.
        With `twice` two devices send at once. Returns true if accepted."""
        for minutes in (self.rng.randint(20, 90), 15):
            done = yield [
                self.make("session.complete", self.by_tutor,
                          {"minutes": minutes, "recap": recap()})
                for _ in range(1 + twice)]
            if any(o["outcome"] == "accepted" for o in done):
                return True
        return False

    def confirm(self):
        students = list(self.going)
        self.rng.shuffle(students)
        yield [self.make("recap.submit", f"student:{s}", {"recap": recap()})
               for s in students]

    # ---- the scenarios -----------------------------------------------------

    def plain(self):
        yield from self.schedule(self.pupils())
        if (yield from self.complete(self.rng.random() < .2)):
            yield from self.confirm()

    def group(self):
        students = self.pupils(4)
        yield from self.schedule(students)
        if len(self.going) > 1 and self.rng.random() < .5:
            absent = self.going.pop()
            yield [self.make("participant.remove", self.by_tutor,
                             {"student": absent})]
        if (yield from self.complete()):
            yield from self.confirm()

    def call(self):
        yield from self.schedule(self.pupils(2), "online")
        people = [self.by_tutor, *(f"student:{s}" for s in self.going)]
        for action in ("call.join", "call.leave"):
            yield [self.make(action, p, {"participant": p}) for p in people]
        yield from self.split_tail()

    def split(self):
        yield from self.schedule(self.pupils())
        yield from self.split_tail()

    def split_tail(self):
        yield [self.make("session.log_time", self.by_tutor, {"minutes": 25})]
        yield [self.make("recap.submit", self.by_tutor, {"recap": recap()})]
        yield from self.confirm()

    def missed(self):
        yield from self.schedule(self.pupils())
        if self.rng.random() < .3:
            yield [self.make("session.log_time", self.by_tutor,
                             {"minutes": 30})]
        yield self.past_deadline()
        yield [self.make("support.request", self.by_tutor,
                         {"message": "I was ill"})]
        if self.rng.random() < .3:
            yield [self.make("support.deny", SUPPORT, NOTE)]
        if self.rng.random() < .7:
            yield [self.make("support.reopen", SUPPORT,
                             {"hours": 200, **NOTE})]
            yield from self.complete()
            yield from self.confirm()

    def voided(self):
        yield from self.schedule(self.pupils())
        yield from self.complete()
        if self.rng.random() < .7:
            yield from self.confirm()
        yield [self.make("support.void", SUPPORT, NOTE) for _ in range(2)]

    def corrected(self):
        yield from self.schedule(self.pupils())
        yield from self.complete()
        if self.rng.random() < .7:
            yield from self.confirm()
        for minutes in self.rng.sample(range(5, 95, 5), 2):
            yield [self.make("support.correct", SUPPORT,
                             {"minutes": minutes, **NOTE})]
        if self.rng.random() < .3:
            yield [self.make("support.void", SUPPORT, NOTE)]

    def silent(self):
        yield from self.schedule(self.pupils(2))
        if (yield from self.complete()):
            yield self.past_silence()
            yield from self.confirm()

    def cancelled(self):
        yield from self.schedule(self.pupils())
        yield [self.make("session.cancel", self.by_tutor, {"reason": "rain"}),
               *([self.make("session.complete", self.by_tutor,
                            {"minutes": 30, "recap": recap()})])]


# The weight of each: how many sessions of about a hundred play it.
SCENARIOS = {Session.plain: 40, Session.group: 16, Session.call: 8,
             Session.split: 8, Session.missed: 10, Session.voided: 8,
             Session.corrected: 8, Session.silent: 6, Session.cancelled: 4}


class Campus:
    """Gives scenarios to the drivers that play them. Thread safe."""
    session_class, scenarios = Session, SCENARIOS

    def __init__(self, seed, now):
        self.rng = random.Random(seed)
        self.now = now  # the last known time of the nodes' clock
        self.lock = threading.Lock()
        self.open = False    # new sessions may begin
        self.moving = False  # scenarios that wait may go on
        self.parked = []     # (moment, scenario)
        self.begun = self.ended = 0

    def next(self):
        """Returns a scenario to play, or None when there is none now."""
        with self.lock:
            if self.moving:
                for i, (until, scenario) in enumerate(self.parked):
                    if until <= self.now:
                        del self.parked[i]
                        return scenario
            if not self.open:
                return None
            self.begun += 1
            play = self.rng.choices(list(self.scenarios),
                                    list(self.scenarios.values()))[0]
            return play(self.session_class(self, self.begun))

    def park(self, until, scenario):
        with self.lock:
            self.parked.append((until, scenario))

    def end(self):
        with self.lock:
            self.ended += 1

    def running(self):
        """Returns how many scenarios are being played."""
        with self.lock:
            return self.begun - self.ended - len(self.parked)
