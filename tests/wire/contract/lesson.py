# SPDX-License-Identifier: Apache-2.0
"""One session as a test drives it, with fresh ids unless told otherwise."""
import copy
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

from wire import accepted, command, fresh, parse_time, recap, rfc3339


class Lesson:
    """Commands about one session; each sender returns the HTTP answer."""

    def __init__(self, client, students=1, start=None, **data):
        self.client = client
        self.id = data.pop("id", None) or fresh("s")
        self.start = start or client.now()
        if isinstance(students, int):
            students = [fresh("student") for _ in range(students)]
        self.students = list(students)
        self.data = {
            "tutor": data.pop("tutor", None) or fresh("tutor"),
            "course": data.pop("course", None) or fresh("course"),
            "starts_at": rfc3339(self.start),
            "modality": data.pop("modality", "in_person"),
            "students": self.students,
            **data,
        }
        self.tutor = self.data["tutor"]
        self.course = self.data["course"]
        self.by_tutor = f"tutor:{self.tutor}"

    @property
    def student(self):
        return self.students[0]

    @property
    def events(self):
        """The same lesson, but its senders return their events unsent."""
        unsent = copy.copy(self)
        unsent.client = SimpleNamespace(send=lambda event: event)
        return unsent

    def send(self, kind, by, data=None, **attributes):
        return self.client.send(command(kind, self.id, by, data, **attributes))

    def schedule(self, by="system:calendar", **attributes):
        return self.send("session.schedule", by, self.data, **attributes)

    def accept(self, student=None):
        student = student or self.student
        return self.send("participant.accept", f"student:{student}",
                         {"student": student})

    def decline(self, student=None):
        student = student or self.student
        return self.send("participant.decline", f"student:{student}",
                         {"student": student})

    def call(self, action, who):
        return self.send(f"call.{action}", who, {"participant": who})

    def log_time(self, minutes, **data):
        return self.send("session.log_time", self.by_tutor,
                         {"minutes": minutes, **data})

    def complete(self, minutes=60, text=None, **data):
        return self.send("session.complete", self.by_tutor,
                         {"minutes": minutes, "recap": text or recap(),
                          **data})

    def tutor_recap(self, text=None):
        return self.send("recap.submit", self.by_tutor,
                         {"recap": text or recap()})

    def student_recap(self, student=None, text=None):
        return self.send("recap.submit", f"student:{student or self.student}",
                         {"recap": text or recap()})

    def cancel(self, by=None):
        return self.send("session.cancel", by or self.by_tutor,
                         {"reason": "rain"})

    def request(self):
        return self.send("support.request", self.by_tutor,
                         {"message": "I was ill"})

    def reopen(self, hours=24):
        return self.send("support.reopen", "support:ann",
                         {"hours": hours, "note": "fair"})

    def deny(self):
        return self.send("support.deny", "support:ann", {"note": "no"})

    def correct(self, minutes, by="support:ann"):
        return self.send("support.correct", by,
                         {"minutes": minutes, "note": "seen"})

    def remove(self, student=None, by="support:ann"):
        return self.send("participant.remove", by,
                         {"student": student or self.student})

    def void(self):
        return self.send("support.void", "support:ann", {"note": "mistake"})

    def now(self):
        """The session as GET shows it."""
        return self.client.session(self.id)

    @property
    def state(self):
        return self.now()["state"]

    def settled(self):
        """The session, which what completed it has paid."""
        shown = self.now()
        assert shown["state"] == "paid", shown
        return shown

    def scheduled(self):
        accepted(self.schedule())
        return self

    def ready(self):
        """Scheduled, and every student is going."""
        self.scheduled()
        for student in self.students:
            accepted(self.accept(student))
        return self

    def awaiting(self, minutes=60):
        accepted(self.ready().complete(minutes))
        return self

    def paid(self, minutes=60):
        self.awaiting(minutes)
        for student in self.students:
            accepted(self.student_recap(student))
        self.settled()
        return self

    def missed(self):
        """Scheduled long ago, so that its deadline has passed."""
        self.ready()
        self.client.set_clock(max(self.deadline_and(seconds=1),
                                  self.client.now()))
        assert self.state == "missed"
        return self

    def deadline_and(self, **delta):
        return parse_time(self.now()["deadline"]) + timedelta(**delta)

    def balance(self, account, currency="USD"):
        balances = self.client.read(f"/v1/accounts/{account}")["balances"]
        return balances.get(currency, 0)


def limit(client, path, code):
    """What the answer about limits says of one of them, and of its period."""
    answer = client.read(f"/v1/{path}")
    row, = [x for x in answer["limits"] if x["code"] == code]
    return {**row, "period": answer["period"]}


def tutor_week(client, tutor, moment):
    return limit(client, f"tutors/{tutor}/limits?at={rfc3339(moment)}",
                 "tutor-weekly-limit")


def at_once(jobs, threads=24):
    with ThreadPoolExecutor(threads) as pool:
        return [f.result() for f in [pool.submit(job) for job in jobs]]
