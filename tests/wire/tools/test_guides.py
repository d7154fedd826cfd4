# SPDX-License-Identifier: Apache-2.0
"""What the tutorial and the guides say to type does what they say."""
import pytest

from guides import type_in
from node import Recapctl
from session import Session
from wire import command


def test_the_tutorial_on_any_day(make_node, tmp_path):
    # On the system's clock, as a newcomer's node is.
    node = make_node()
    printed = "".join(type_in("tutorial.md", tmp_path,
                              RECAPCTL_URL=node.url))
    assert "made 7.50 USD for the tutor" in printed
    assert "Version 2 is in force" in printed
    recapctl = Recapctl(node.url)
    states = {s["id"]: s["state"] for s in recapctl.json("list")["sessions"]}
    assert states == {"first": "paid", "second": "scheduled",
                      "third": "awaiting_student_recap"}


class Algebra(Session):
    """A session of the guide's, under the name that it has there."""

    def __init__(self, number, starts_at, students):
        super().__init__(starts_at, tutor="ann", students=students)
        self.id, self.tutor = f"algebra-{number}", "tutor:ann"
        self.student = "student:" + students[0]
        self.schedule["subject"] = self.id

    def accepts(self, student):
        return command("participant.accept", self.id, "student:" + student,
                       {"student": student})


@pytest.fixture
def waiting(make_node):
    """A node with what waits for support in the guide."""
    node = make_node(clock="manual", config={
        "policy": {"pay": {"settle_after": "24h"}}})
    recapctl = Recapctl(node.url)
    students = {3: ["bob"], 4: ["kim", "zoe"], 5: ["max"], 1: ["eli"],
                2: ["joe"]}
    made = {n: Algebra(n, recapctl.now(), them)
            for n, them in students.items()}
    for number, them in students.items():
        recapctl.submit(made[number].schedule,
                        *map(made[number].accepts, them))
    recapctl.submit(made[3].complete(), made[3].student_recap())
    recapctl("clock", "advance", "71h")
    recapctl.submit(
        made[4].complete(), made[4].student_recap(),
        made[5].complete(), made[5].student_recap(),
        made[5].event("session.dispute", made[5].student,
                      {"reason": "It was half an hour"}))
    recapctl("clock", "advance", "2h")
    recapctl.submit(made[1].event(
        "support.request", "tutor:ann", {"message": "The network was down"}))
    return node


def test_a_day_in_support(waiting, tmp_path):
    printed = "".join(type_in("how-to/support.md", tmp_path,
                              RECAPCTL_URL=waiting.url))
    assert "The network was down" in printed
    assert "It was half an hour" in printed
    recapctl = Recapctl(waiting.url)
    states = {s["id"]: s["state"] for s in recapctl.json("list")["sessions"]}
    assert states == {"algebra-1": "scheduled", "algebra-2": "update_denied",
                      "algebra-3": "voided",
                      "algebra-4": "awaiting_student_recap",
                      "algebra-5": "completed"}
    assert recapctl.json("account", "tutor:ann")["balances"] == {"USD": 0}
