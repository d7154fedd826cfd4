# SPDX-License-Identifier: Apache-2.0
"""recapctl person: names, and an erasure that is asked for twice."""
import json
import os

import pytest

from node import BIN
from terminal import Terminal
from wire import fresh


@pytest.fixture
def cancelled(recapctl, session):
    """A session that its tutor has cancelled, with a reason."""
    session.reason = fresh("reason")
    recapctl.submit(session.event("session.cancel", session.tutor,
                                  {"reason": session.reason}))
    return session


def test_a_name_is_shown_as_it_was_set(recapctl):
    who = f"tutor:{fresh('t')}"
    assert recapctl("person", "show", who) == "No name.\n"
    assert recapctl.json("person", "show", who) == {"who": who, "name": None}
    name = "Änn O'Hara 🙂"
    assert recapctl("person", "name", who, name) == name + "\n"
    assert recapctl.json("person", "name", who, name) == {"who": who,
                                                          "name": name}
    assert recapctl("person", "show", who) == name + "\n"


@pytest.mark.parametrize("words, told", [
    (["show", "ann"], "tutor:ann or student:bob"),
    (["name", "tutor:ann", "a\nb"], "control characters"),
    (["name", "tutor:ann"], "NAME is required"),
    (["erase", "tutor:ann"], "--note is required"),
    (["erase", "ann", "--note", "n", "--yes"], "tutor:ann or student:bob"),
    (["erase", "tutor:ann", "--note", "n"], "--yes")])
def test_wrong_usage_is_told(recapctl, words, told):
    assert told in recapctl("person", *words, status=2, stdin="")


def test_without_a_terminal_yes_erases(recapctl, cancelled):
    arguments = ("person", "erase", cancelled.tutor, "--note", "asked", "--yes")
    told = recapctl(*arguments, stdin="")
    assert (f"{cancelled.tutor} is in 1 session; what they wrote there becomes "
            "[erased]") in told
    assert "Erased in 1 session." in told
    history = recapctl("history", cancelled.id)
    assert "[erased]" in history and cancelled.reason not in history
    again = recapctl("-o", "json", *arguments, stdin="")
    assert json.loads(again.splitlines()[0]) == {"sessions": 0}


@pytest.mark.parametrize("typed, agreed", [
    ("", False), ("y", False), ("yes", False), (None, True)])
def test_at_a_terminal_the_person_is_typed(recapctl, cancelled, typed, agreed):
    recapctl("person", "name", cancelled.tutor, "Ann")
    with Terminal([BIN / "recapctl", "--url", recapctl.url, "person", "erase",
                   cancelled.tutor, "--note", "asked"], 80, 24,
                  {**os.environ, "TERM": "xterm", "PAGER": "cat"}) as terminal:
        terminal.until("to erase it: ")
        shown = terminal.text
        assert f"{cancelled.tutor} (Ann) is in 1 session; what" in shown
        terminal.write((cancelled.tutor if typed is None else typed) + "\n")
        assert terminal.finish() == (0 if agreed else 1)
        assert ("Erased in 1 session." in terminal.text) == agreed
        assert ("Nothing is erased." in terminal.text) != agreed
    assert (cancelled.reason in recapctl("history", cancelled.id)) != agreed
    assert ("Ann" in recapctl("person", "show", cancelled.tutor)) != agreed


def test_a_supporters_sessions_are_searched_for(recapctl, session):
    told = recapctl("person", "erase", "support:nobody", "--note", "n", "--yes",
                    stdin="")
    assert "in sessions that a search will find" in told
    assert "Erased in 0 sessions." in told
