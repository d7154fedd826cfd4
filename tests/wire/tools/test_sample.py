# SPDX-License-Identifier: Apache-2.0
"""The sample: a small campus plays its week."""
import json
import subprocess

import pytest

from databases import ROOT
from node import BIN, Recapctl

POLICY = str(ROOT / "tools/sample/campus.json")

STATES = {"paid", "cancelled", "missed", "update_denied", "voided",
          "awaiting_student_recap", "completed", "disputed"}
REFUSALS = {"not-allowed", "wrong-state", "too-early", "window-closed",
            "unanswered-invitation", "participants-in-call", "invalid-minutes",
            "recap-too-short", "tutor-weekly-limit",
            "student-course-weekly-limit", "course-weekly-limit",
            "pair-daily-limit"}
KINDS = {"tutor_recap_due", "tutor_recap_reminder", "student_recap_request",
         "student_recap_reminder", "tutor_remind_student",
         "student_recap_overdue", "session_missed", "support_requested",
         "support_reopened", "support_denied", "session_completed",
         "payout_deposited", "payout_corrected", "payout_reversed",
         "session_cancelled", "session_voided", "session_disputed",
         "dispute_decided"}


def sample(url, *arguments):
    return subprocess.run([BIN / "recapd-sample", "--url", url, "--tutors",
                           "5", *arguments], text=True, capture_output=True)


@pytest.fixture(scope="module")
def played(make_node):
    node = make_node("--config", POLICY, clock="manual")
    done = sample(node.url, "-o", "json")
    assert done.returncode == 0, done.stderr
    return node, json.loads(done.stdout)


def test_every_state_refusal_and_notification_occurs(played):
    _, report = played
    assert STATES <= set(report["states"])
    assert REFUSALS <= set(report["refusals"])
    assert set(report["notifications"]) == KINDS


def test_the_ledger_sums_to_zero(played):
    _, report = played
    assert report["ledger_sum"] == 0
    assert sum(t["pay"] for t in report["tutors"].values()) > 0


def test_tutors_and_courses_add_up_alike(played):
    _, report = played
    for figure in ["sessions", "minutes", "pay"]:
        of_tutors = sum(t[figure] for t in report["tutors"].values())
        of_courses = sum(c[figure] for c in report["courses"].values())
        assert of_tutors == of_courses
    assert report["states"]["paid"] == sum(
        t["sessions"] for t in report["tutors"].values())


def test_no_limit_was_passed(played):
    _, report = played
    assert max(t["minutes"] for t in report["tutors"].values()) == 900


def test_a_course_pays_by_its_own_rules(played):
    _, report = played
    paid = {name: c["sessions"] for name, c in report["courses"].items()}
    assert paid["LAB100"] == 2  # of three: the course's week is full
    assert paid["WELL100"] == 1  # without the student's recap
    assert paid["TEAM100"] == 1  # with one recap of three


def test_commands_sent_twice_were_taken_once(played):
    _, report = played
    assert report["commands"]["duplicates"] > 0


def test_the_database_keeps_every_invariant(played):
    node, _ = played
    Recapctl(node.url)("check", "--database", node.database)


def test_the_policy_that_was_gives_what_was(played):
    node, report = played
    answer = Recapctl(node.url).json(
        "whatif", "--policy", POLICY, "--from", "1970-01-01T00:00:00Z", "--to",
        "9999-01-01T00:00:00Z")
    assert answer["sessions"] == sum(report["states"].values())
    assert answer["paid"]["was"] == report["states"]["paid"]
    assert answer["missed"]["was"] == report["states"]["missed"]
    for name in ("paid", "pay", "minutes", "missed", "reminders"):
        assert answer[name]["was"] == answer[name]["would"], name
    assert {r["code"] for r in answer["refused"]} >= REFUSALS
    assert all(r["was"] == r["would"] for r in answer["refused"])
    assert answer["differing"] == []


def test_the_table_names_what_a_manager_asks_for(make_node):
    done = sample(make_node(clock="manual").url)
    assert done.returncode == 0, done.stderr
    for title in ["Sessions by state", "Tutors", "Courses",
                  "Refusals by code", "Notifications by kind",
                  "The sum over all accounts is 0."]:
        assert title in done.stdout


def test_a_node_on_the_systems_clock_is_refused_with_advice(make_node):
    done = sample(make_node().url)
    assert done.returncode == 1 and "--clock manual" in done.stderr


def test_a_node_with_tokens_is_refused_before_its_clock_moves(make_node):
    node = make_node(clock="manual", config={"auth": {
        "mode": "token", "tokens": [{"token": "t-system", "as": "system:sis"}]}})
    recapctl = Recapctl(node.url)
    as_system = {"RECAPCTL_TOKEN": "t-system"}
    before = recapctl("clock", env=as_system)
    done = sample(node.url)
    assert done.returncode == 1 and "auth.mode trusted" in done.stderr
    assert recapctl("clock", env=as_system) == before


def test_there_is_no_token_to_give():
    done = sample("http://127.0.0.1:9", "--help")
    assert done.returncode == 0 and "token" not in done.stdout
