# SPDX-License-Identifier: Apache-2.0
"""recapctl for support: what waits, what a decision would do, and what it did."""
import os
import re

import pytest

from node import BIN, Recapctl
from receiver import Receiver
from session import Session
from terminal import Terminal
from wire import wait_until

EVE = ("--as", "eve", "--note", "It never took place.")


@pytest.fixture
def paid(recapctl, session):
    recapctl.submit(session.complete(), session.student_recap())
    return session


def money(recapctl, session):
    return recapctl.json("account", session.tutor)["balances"]


def test_a_dry_run_shows_what_would_come_of_it_and_does_nothing(recapctl, paid):
    before = recapctl.json("show", paid.id)
    told = recapctl("support", "void", paid.id, *EVE, "--dry-run")
    assert "The session would be voided." in told
    assert re.search(r"minutes that count +-60\n", told)
    assert re.search(r"pay +-15\.00 USD\n", told)
    assert re.search(rf"{paid.tutor} +session_voided\n", told)
    assert re.search(rf"{paid.student} +session_voided\n", told)
    assert "Nothing was done." in told
    told = recapctl("support", "correct", paid.id, "--minutes", "90", *EVE,
                    "--dry-run")
    assert re.search(r"minutes that count +\+30\n", told)
    assert re.search(r"pay +\+7\.50 USD\n", told)
    shown = recapctl.json("support", "void", paid.id, *EVE, "--dry-run")
    assert shown["effects"]["money"] == -1500
    assert recapctl.json("show", paid.id) == before


def test_a_dry_run_of_what_would_be_refused_says_why(recapctl, paid):
    told = recapctl("support", "deny", paid.id, *EVE, "--dry-run", status=1)
    assert "It would be refused: Wrong state" in told
    told = recapctl("support", "deny", "nobody", *EVE, "--dry-run", status=1)
    assert "There is no session nobody" in told


def test_what_was_paid_or_taken_back_is_told(recapctl, paid):
    told = recapctl("support", "correct", paid.id, "--minutes", "90", *EVE)
    assert ("Pay was 15.00 USD and is 22.50 USD: 7.50 USD was paid." in told)
    assert money(recapctl, paid) == {"USD": 2250}
    told = recapctl("support", "void", paid.id, *EVE)
    assert ("Pay was 22.50 USD and is 0.00 USD: 22.50 USD was taken back."
            in told)
    assert money(recapctl, paid) == {"USD": 0}


def test_a_dispute_is_upheld(recapctl, session):
    recapctl.submit(session.complete(), session.event(
        "session.dispute", session.tutor, {"reason": "The wrong figure"}))
    assert re.search(r"\ndisputed +1 .*list --state disputed",
                     recapctl("queues"))
    listed = recapctl.json("list", "--state", "disputed")["sessions"]
    assert [s["id"] for s in listed] == [session.id]
    told = recapctl("explain", session.id)
    assert "The wrong figure" in told and "Support decides" in told
    told = recapctl("support", "uphold", session.id, *EVE, "--dry-run")
    assert re.search(rf"{session.tutor} +dispute_decided\n", told)
    recapctl("support", "uphold", session.id, *EVE)
    assert (recapctl.json("show", session.id)["state"]
            == "awaiting_student_recap")


def test_a_denial_says_that_no_pay_is_touched(recapctl, session):
    recapctl("clock", "advance", "73h")
    told = recapctl("support", "deny", session.id, *EVE)
    assert "No pay was given or taken back." in told


@pytest.mark.parametrize("typed", ["", "yes", None])
def test_a_void_is_asked_for_on_a_terminal(recapctl, paid, typed):
    with Terminal([BIN / "recapctl", "--url", recapctl.url, "support", "void",
                   paid.id, *EVE], 80, 24,
                  {**os.environ, "TERM": "dumb", "PAGER": "cat"}) as terminal:
        terminal.until("to take it back: ")
        assert "is paid" in terminal.text and "15.00 USD" in terminal.text
        terminal.write((paid.id if typed is None else typed) + "\n")
        assert terminal.finish() == (0 if typed is None else 1)
        assert ("Nothing is taken back." in terminal.text) == (
            typed is not None)
    assert (recapctl.json("show", paid.id)["state"] == "voided") == (
        typed is None)


def test_yes_voids_on_a_terminal_without_a_question(recapctl, paid):
    with Terminal([BIN / "recapctl", "--url", recapctl.url, "support", "void",
                   paid.id, *EVE, "--yes"], 80, 24,
                  {**os.environ, "TERM": "dumb", "PAGER": "cat"}) as terminal:
        assert terminal.finish() == 0
        assert "to take it back" not in terminal.text


@pytest.mark.parametrize("note", ["", "  "])
def test_an_empty_note_is_wrong_usage(recapctl, paid, note):
    told = recapctl("support", "void", paid.id, "--as", "eve", "--note", note,
                    status=2)
    assert "--note: expected some text" in told
    assert recapctl.json("show", paid.id)["state"] == "paid"


def test_queues_say_how_much_waits_and_lists_show_it(recapctl, session):
    before = recapctl.json("queues")
    recapctl("clock", "advance", "80h")
    recapctl.submit(session.event("support.request", session.tutor,
                                  {"message": "m"}))
    queues = recapctl.json("queues")
    assert queues["asked"] == before["asked"] + 1
    assert re.search(rf"\nasked +{queues['asked']} ", recapctl("queues"))
    asked = recapctl.json("list", "--support", "asked", "--all")["sessions"]
    assert session.id in [s["id"] for s in asked]
    assert len(asked) == queues["asked"]


def test_lists_are_cut_by_flag_and_sorted(recapctl):
    program = "sorted" + os.urandom(4).hex()
    now = recapctl.now()
    late, early = (Session(start, program=program) for start in
                   ("2031-07-02T12:00:00Z", now))
    recapctl.submit(late.schedule, early.schedule, early.accept,
                    early.complete(minutes=60))
    of = ("list", "--program", program)

    def ids(*more):
        return [s["id"] for s in recapctl.json(*of, *more)["sessions"]]
    assert ids("--order", "starts_at") == [early.id, late.id]
    assert ids("--order", "-starts_at") == [late.id, early.id]
    assert ids("--flag", "logged-before-end") == [early.id]
    assert ids("--flag", "corrected") == []


def test_receivers_are_shown_with_how_far_they_are_behind(recapctl, make_node):
    assert recapctl("receivers") == "No receivers.\n"
    with Receiver() as receiver:
        ctl = Recapctl(make_node(
            config={"webhook": {"url": receiver.url}}).url)
        ctl.schedule(1)
        wait_until(lambda: re.search(r"\nwebhook +0 +0 +0\n",
                                     ctl("receivers")), "the webhook")
        assert ctl.json("receivers")["receivers"][0]["name"] == "webhook"
