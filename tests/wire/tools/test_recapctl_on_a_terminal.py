# SPDX-License-Identifier: Apache-2.0
"""recapctl as somebody at a terminal sees it: width, pages, times, typos."""
import json
import os
import re

import pytest

from node import BIN, Recapctl
from session import Session
from terminal import Terminal

REASON = ("The boiler burst, and the room was under water when we came, so that "
          "nobody could work there.")


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r", "")


def shown(recapctl, *arguments, columns=80, rows=24, **env):
    """What a terminal of that size shows, and the exit code."""
    with Terminal([BIN / "recapctl", "--url", recapctl.url, *arguments], columns,
                  rows, {**os.environ, "TERM": "xterm", "PAGER": "cat", **env}
                  ) as terminal:
        code = terminal.finish()
        return plain(terminal.text), code


@pytest.mark.parametrize("columns", [60, 80, 132])
def test_tables_fit_the_terminal(recapctl, session, columns):
    recapctl.submit(session.event("session.cancel", session.tutor,
                                   {"reason": REASON}))
    for command in (["history", session.id], ["list"], ["explain", session.id],
                    ["notifications", session.id]):
        text, code = shown(recapctl, *command, columns=columns)
        assert code == 0
        assert not [line for line in text.splitlines() if len(line) > columns]


def test_wide_characters_take_two_columns_and_marks_none(recapctl, session):
    ids = ["\u85cf" * 4, "e\u0301" * 8, "k" * 8]
    for name in ids:
        recapctl("submit", "-", status=1, stdin=json.dumps(
            {**session.complete(minutes=0), "id": name}))
    text, _ = shown(recapctl, "explain", session.id, columns=132)
    behind = [line[line.index(name) + len(name):]
              for name in ids for line in text.splitlines() if name in line]
    assert len(behind) == 3
    assert len(set(behind)) == 1, behind


def test_a_dumb_terminal_gets_no_colours(recapctl, session):
    for term, coloured in (("dumb", False), ("xterm", True)):
        with Terminal([BIN / "recapctl", "--url", recapctl.url, "list"], 80, 24,
                      {**os.environ, "TERM": term, "PAGER": "cat"}) as terminal:
            assert terminal.finish() == 0
            assert ("\x1b[" in terminal.text) == coloured


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_help_fits_the_terminal(recapctl, columns):
    whole = recapctl("submit", "--help").split()
    for command in ([], ["submit"], ["shards"]):
        text, code = shown(recapctl, *command, "--help", columns=columns)
        assert code == 0
        assert not [line for line in text.splitlines() if len(line) > columns]
        assert command != ["submit"] or text.split() == whole


@pytest.mark.parametrize("columns", [60, 70, 80, 90])
def test_a_list_of_values_is_folded_between_them(recapctl, columns):
    text, _ = shown(recapctl, "list", "--help", columns=columns)
    for state in ("scheduled", "time_logged", "awaiting_student_recap",
                  "completed", "paid", "missed", "update_denied", "cancelled",
                  "voided", "disputed"):
        assert state in text


@pytest.mark.parametrize("columns", [40, 80])
def test_explain_fits_the_terminal_and_leaves_nothing_out(recapctl, session,
                                                          columns):
    text, _ = shown(recapctl, "explain", session.id, columns=columns)
    assert not [line for line in text.splitlines() if len(line) > columns]
    why = text[text.index("Why"):text.index("What was refused")].split()
    told = recapctl("explain", session.id)
    assert why == told[told.index("Why"):told.index("What was refused")].split()


def test_what_does_not_fit_goes_on_below(recapctl, session):
    recapctl.submit(session.event("session.cancel", session.tutor,
                                   {"reason": "short enough for one cell here"}))
    text, _ = shown(recapctl, "history", session.id, columns=80)
    row = text[text.index("session.cancelled"):]
    for word in "short enough for one cell here".split():
        assert word in row


def test_nothing_is_folded_without_a_terminal(recapctl, session):
    recapctl.submit(session.event("session.cancel", session.tutor,
                                   {"reason": "short enough for one cell here"}))
    told = recapctl("history", session.id)
    assert "short enough for one cell here" in told


def test_long_output_goes_through_the_pager(recapctl, tmp_path):
    pager = tmp_path / "pager"
    pager.write_text('#!/bin/sh\necho PAGED; cat\n')
    pager.chmod(0o755)
    recapctl.schedule(10, "2031-07-01T12:00:00Z")
    text, code = shown(recapctl, "list", rows=10, PAGER=str(pager))
    assert code == 0 and "PAGED" in text and "session" in text
    text, _ = shown(recapctl, "list", "-o", "json", rows=10, PAGER=str(pager))
    assert "PAGED" not in text
    text, _ = shown(recapctl, "list", rows=10, PAGER="nothing-of-that-name")
    assert "session" in text
    assert "PAGED" not in recapctl("list", env={"PAGER": str(pager)})


def test_only_what_is_longer_than_the_terminal_is_paged(recapctl, session):
    lines = len(shown(recapctl, "show", session.id)[0].splitlines())
    paged = {"PAGER": "sed s/^/PAGED:/", "LESS": "-R"}
    for rows in (lines + 1, 100):
        text, _ = shown(recapctl, "show", session.id, rows=rows, **paged)
        assert session.id in text and "PAGED" not in text
    text, _ = shown(recapctl, "show", session.id, rows=lines, **paged)
    assert text.count("PAGED:") == lines
    text, code = shown(recapctl, "show", "nobody", PAGER="wc -l")
    assert code == 1 and text == "recapctl: " + text[len("recapctl: "):]
    text, code = shown(recapctl, "clock", PAGER="less", LESS="-R")
    assert code == 0 and "UTC" in text


def test_a_line_that_goes_on_below_is_as_many_as_it_takes(recapctl, session):
    # An id of 34 columns takes two lines of 20.
    wide = shown(recapctl, "show", session.id, columns=20)[0].splitlines()
    text, _ = shown(recapctl, "show", session.id, columns=20,
                    rows=len(wide) + 1, PAGER="sed s/^/PAGED:/")
    assert "PAGED" in text


@pytest.mark.parametrize("reader", ["head -3", "head -c 1", "true"])
def test_a_pager_that_reads_no_further_is_no_error(recapctl, reader):
    # More than a pipe takes.
    recapctl.schedule(600, recapctl.now())
    text, code = shown(recapctl, "list", "--all", RECAPCTL_PAGER=reader)
    assert code == 0 and "recapctl:" not in text


def test_less_is_left_early_without_a_word(recapctl):
    recapctl.schedule(600, recapctl.now())
    env = {**os.environ, "TERM": "xterm", "PAGER": "less", "LESS": "-R"}
    command = [BIN / "recapctl", "--url", recapctl.url, "list", "--all"]
    with Terminal(command, rows=10, env=env) as terminal:
        terminal.until(":")
        terminal.write("q")
        assert terminal.finish() == 0
        assert "recapctl:" not in plain(terminal.text)


def test_less_shows_a_page_and_ends_with_q(recapctl):
    recapctl.schedule(40, recapctl.now())
    env = {**os.environ, "TERM": "xterm", "PAGER": "less"}
    command = [BIN / "recapctl", "--url", recapctl.url, "list"]
    with Terminal(command, rows=10, env=env) as terminal:
        terminal.until(":")
        assert plain(terminal.text).count("scheduled") < 12
        terminal.write("q")
        assert terminal.finish() == 0


def test_a_failure_keeps_its_exit_code_behind_the_pager(recapctl):
    text, code = shown(recapctl, "show", "nobody", PAGER="less")
    assert code == 1 and "nobody" in text


def test_times_are_those_of_the_sessions_zone(recapctl):
    lesson = Session("2031-07-01T12:00:00Z", timezone="Asia/Kathmandu")
    recapctl.submit(lesson.schedule)
    for command in (["show", lesson.id], ["explain", lesson.id],
                    ["list", "--tutor", lesson.tutor[6:]]):
        assert "2031-07-01 17:45 +0545" in recapctl(*command)
        assert "2031-07-01 12:00 UTC" in recapctl(*command, "--utc")
        assert "17:45" not in recapctl("--utc", *command)


def test_the_times_of_a_column_have_seconds_or_not_alike(make_node):
    ctl = Recapctl(make_node(clock="manual").url)
    minute, second = (Session(f"2031-07-01T12:00:{s}Z", timezone="UTC")
                      for s in ("00", "07"))
    ctl.submit(minute.schedule)
    assert "2031-07-01 12:00 UTC" in ctl("list")
    ctl.submit(second.schedule)
    shown = ctl("list")
    assert "12:00:00 UTC" in shown and "12:00:07 UTC" in shown
    assert "12:00 UTC" in ctl("list", "--tutor", minute.tutor[6:])


@pytest.mark.parametrize("words,meant", [
    (["lst"], "list"), (["shwo", "s"], "show"), (["expl"], "explain"),
    (["support", "reopne", "s"], "reopen"), (["dead-leters"], "dead-letters"),
    (["clock", "advnace", "1h"], "advance"), (["list", "--stat", "paid"],
                                              "--state"),
    (["--ouput", "json", "list"], "--output"),
    (["list", "--limti=3"], "--limit")])
def test_typos_are_answered_with_what_was_meant(recapctl, words, meant):
    told = recapctl(*words, status=2)
    assert f"did you mean {meant}?" in told


def test_the_hint_names_the_whole_command(recapctl):
    told = recapctl("limits", "course", "c", "--studnet", "s", status=2)
    assert "did you mean --student?" in told
    assert "recapctl limits course --help" in told


def test_an_option_before_its_command_is_told_where_it_belongs(recapctl):
    told = recapctl("--state", "paid", "list", status=2)
    assert "--state stands behind its command: recapctl list --state" in told


@pytest.mark.parametrize("words", [
    ["list", "--state", "payd"], ["list", "--tutor", "a b"],
    ["limits", "tutor", "t", "--at", "bad"], ["account", "nobody's"]])
def test_what_the_node_calls_malformed_is_wrong_usage(recapctl, words):
    assert recapctl(*words, status=2)


@pytest.mark.parametrize("words", [["frobnicate"], ["support", "frobnicate"],
                                   ["list", "--frobnicate"]])
def test_what_is_like_nothing_is_answered_with_where_to_look(recapctl, words):
    told = recapctl(*words, status=2)
    assert "did you mean" not in told and "--help" in told
