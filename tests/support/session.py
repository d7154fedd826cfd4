# SPDX-License-Identifier: Apache-2.0
"""A session's events, for tests that look at something else."""
from datetime import datetime, timezone

from wire import command, fresh, rfc3339

RECAP = {"topics_covered": "Fractions. " * 10, "how_tutee_did": "Well. " * 10,
         "next_steps": "Practice. " * 10}


class Session:
    """Makes the events of one session, with ids of its own; it begins now,
    unless a time is given."""

    def __init__(self, starts_at=None, **data):
        self.id = fresh("s")
        self.tutor = "tutor:t-" + self.id
        self.student = "student:u-" + self.id
        self.schedule = self.event("session.schedule", "system:sis", {
            "tutor": self.tutor[6:], "course": "C-" + self.id,
            "starts_at": starts_at or rfc3339(
                datetime.now(timezone.utc).replace(microsecond=0)),
            "modality": "in_person", "students": [self.student[8:]], **data})
        self.accept = self.event("participant.accept", self.student,
                                 {"student": self.student[8:]})

    def event(self, kind, by, data):
        return command(kind, self.id, by, data)

    def complete(self, minutes=60, recap=None):
        return self.event("session.complete", self.tutor,
                          {"minutes": minutes, "recap": recap or RECAP})

    def student_recap(self):
        return self.event("recap.submit", self.student, {"recap": RECAP})
