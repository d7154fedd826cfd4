# SPDX-License-Identifier: Apache-2.0
"""recapctl as an operator uses it, against a real node."""
import json
import re
import subprocess
from datetime import datetime, timedelta

import pytest

from node import BIN, Recapctl
from session import RECAP, Session
from wire import wait_until

ROLES = {"eve": "support", "ann": "tutor", "bob": "student", "sis": "system"}


def pay(recapctl, session):
    recapctl.submit(session.complete(), session.student_recap())
    assert recapctl.json("show", session.id)["state"] == "paid"


def test_submitted_events_print_an_outcome_each(recapctl, session):
    printed = recapctl.submit(session.complete())
    assert "accepted" in printed
    assert "awaiting_student_recap" in printed


def test_a_refused_event_gives_exit_code_1_and_says_why(recapctl, session):
    printed = recapctl.submit(session.complete(minutes=500), status=1)
    assert "invalid-minutes" in printed


def test_json_outcomes_are_in_the_events_order(recapctl, session):
    events = [session.complete(minutes=500), session.complete(),
              session.complete()]
    outcomes = recapctl.json("submit", stdin=json.dumps(events), status=1)
    assert [o["id"] for o in outcomes] == [e["id"] for e in events]
    assert [o["outcome"] for o in outcomes] == ["refused", "accepted",
                                                "refused"]


def test_more_than_one_batch_is_sent_in_order(recapctl):
    now = recapctl.now()
    sessions = [Session(now) for _ in range(1100)]
    events = [s.schedule for s in sessions] + [s.accept for s in sessions]
    outcomes = recapctl.json("submit", stdin="\n".join(map(json.dumps, events)))
    assert [o["id"] for o in outcomes] == [e["id"] for e in events]


def test_a_pretty_printed_event_in_a_file_is_taken(recapctl, session, tmp_path):
    file = tmp_path / "event.json"
    file.write_text(json.dumps(session.complete(), indent=2))
    assert "accepted" in recapctl("submit", str(file))


def test_what_a_terminal_would_act_on_is_printed_as_an_escape(recapctl,
                                                              session):
    event = session.complete(minutes=500)
    event["id"] = "a\u009b31mb\u202ec"
    event["source"] = "/\u200bd\u2066"
    for output in ("table", "json"):
        printed = recapctl.submit(event, status=1) if output == "table" else \
            recapctl("explain", session.id, "-o", "json")
        assert "\\u009b31mb\\u202ec" in printed
        assert not set("\u009b\u202e\u200b\u2066") & set(printed)
    assert "/\\u200bd\\u2066" in recapctl("explain", session.id)
    refused = recapctl.json("explain", session.id)["refusals"]
    assert [r["id"] for r in refused] == [event["id"]]


def test_input_that_is_not_json_is_wrong_usage(recapctl):
    printed = recapctl("submit", stdin='{"id": "a"}\n{"id": ', status=2)
    assert "line 2" in printed


@pytest.mark.parametrize("arguments", [
    [], ["nonsense"], ["show"], ["show", "a", "b"], ["list", "--limit", "0"],
    ["-o", "xml", "list"], ["support", "reopen", "s", "--note", "n"],
    ["support", "reopen", "s", "--note", "n", "--as", "not an id"],
    ["support", "reopen", "s", "--note", "n", "--as", "e", "--hours", "721"],
    ["limits"], ["clock", "advance"], ["dead-letters", "retry"], ["check"],
    ["completion", "tcsh"], ["submit", "/nowhere/at/all"],
    ["show", "s", "-o", "csv"], ["support", "void", "s", "--as", "e", "--note",
                                 ""], ["list", "--support", "answered"]])
def test_wrong_usage_is_exit_code_2(recapctl, arguments):
    assert recapctl(*arguments, status=2,
                    env={"RECAPD_DATABASE_URL": "", "RECAPCTL_AS": ""})


def test_help_and_version_are_exit_code_0(recapctl):
    assert "Exit codes" in recapctl("--help")
    assert recapctl("--version").startswith("recapctl ")


def test_a_node_that_is_not_there_is_exit_code_3_with_advice():
    printed = Recapctl("http://127.0.0.1:1")("list", status=3)
    assert "--url" in printed


def test_a_database_that_is_not_there_is_exit_code_3_with_advice(recapctl):
    printed = recapctl("check", "--database", "postgresql:///x?host=/nowhere",
                       status=3)
    assert "--database" in printed


@pytest.mark.parametrize("command", [
    ["check"], ["nodes"], ["drain", "a"], ["shards", "64"]])
def test_a_database_without_tables_is_exit_code_2_with_advice(
        recapctl, make_database, command):
    printed = recapctl(*command, "--database", make_database(), status=2)
    assert "no tables of recapd" in printed and "recapd migrate" in printed
    assert "--database" in printed and "ERROR" not in printed


def test_an_unknown_session_is_exit_code_1(recapctl):
    assert "nobody" in recapctl("show", "nobody", status=1)


def test_show_and_history_tell_a_session(recapctl, session):
    pay(recapctl, session)
    shown = recapctl("show", session.id)
    assert "paid" in shown and "15.00 USD" in shown
    assert recapctl.json("show", session.id)["payout"]["amount"] == 1500
    told = recapctl("history", session.id)
    assert "session.scheduled" in told and "session.paid" in told
    seqs = [e["seq"] for e in recapctl.json("history", session.id)["events"]]
    assert seqs == list(range(1, len(seqs) + 1))


def test_list_filters_and_follows_pages(recapctl):
    sessions = [Session(recapctl.now(), course="LISTED") for _ in range(7)]
    recapctl.submit(*[s.schedule for s in sessions])
    page = recapctl.json("list", "--course", "LISTED", "--limit", "3")
    assert len(page["sessions"]) == 3 and page["next"]
    rest = recapctl.json("list", "--course", "LISTED", "--all", "--after",
                         page["next"])
    ids = [s["id"] for s in page["sessions"] + rest["sessions"]]
    assert ids == sorted(s.id for s in sessions)
    assert rest["next"] is None
    assert "--all" in recapctl("list", "--course", "LISTED", "--limit", "3")


def test_limits_show_what_is_used(recapctl, session):
    recapctl.submit(session.complete(minutes=61))
    limits = recapctl.json("limits", "tutor", session.tutor[6:])["limits"]
    used = {l["code"]: l["used"] for l in limits}
    assert used["tutor-weekly-limit"] == 65
    course = recapctl("limits", "course", "C-" + session.id, "--student",
                      session.student[8:])
    assert "student-course-weekly-limit" in course and "115" in course


def test_account_shows_balance_and_entries(recapctl, session):
    pay(recapctl, session)
    account = recapctl.json("account", session.tutor)
    assert account["balances"] == {"USD": 1500}
    assert [e["session"] for e in account["entries"]] == [session.id]
    assert "15.00 USD" in recapctl("account", session.tutor, "--all")


def test_notifications_are_listed(recapctl, session):
    recapctl.submit(session.complete())
    assert "student_recap_request" in recapctl("notifications", session.id)


def test_notifications_go_on_past_a_page(recapctl, session):
    recapctl("clock", "advance", "80h")  # missed
    recapctl.submit(*[session.event("support.request", session.tutor,
                                     {"message": "m"}) for _ in range(1001)])
    sent = recapctl.json("notifications", session.id)
    assert sent["next"] is None
    asked = [n["id"] for n in sent["notifications"]
             if n["kind"] == "support_requested"]
    assert len(asked) == len(set(asked)) == 1001


def test_explain_shows_the_newest_refusals(recapctl, session):
    old, new = ([session.complete(minutes=500) for _ in range(count)]
                for count in (3, 100))
    recapctl.submit(*old, status=1)
    recapctl("clock", "advance", "1s")
    recapctl.submit(*new, status=1)
    told = recapctl.json("explain", session.id)
    assert {r["id"] for r in told["refusals"]} == {e["id"] for e in new}
    assert "The newest 100:" in recapctl("explain", session.id)


def test_submit_sends_the_bytes_as_they_are(recapctl, session):
    # A member twice is for the node to see, and refused.
    twins = json.dumps(session.complete()).replace(
        '"minutes": 60', '"minutes": 60, "minutes": 30')
    for text in (twins, f"[{twins}]", f" [ {twins} ,{twins}]\n"):
        outcomes = recapctl.json("submit", stdin=text, status=1)
        assert [r["code"] for o in outcomes for r in o["refusals"]] == [
            "malformed"] * len(outcomes)
        assert "twice" in outcomes[0]["refusals"][0]["detail"]
    assert len(outcomes) == 2


def test_explain_says_why_what_was_refused_and_what_is_next(recapctl, session):
    recapctl.submit(session.complete(minutes=0), status=1)
    text = recapctl("explain", session.id)
    assert session.id + " is scheduled" in text
    assert "has not logged its time" in text
    assert "invalid-minutes" in text
    refused, = (line for line in text.splitlines() if "invalid-minutes" in line)
    assert session.tutor in refused and " ago" not in refused
    assert "at most 90 minutes" in text
    assert "tutor_recap_due" in text
    told = recapctl.json("explain", session.id)
    assert told["eligibility"]["eligible"] is True
    assert told["refusals"][0]["refusals"][0]["code"] == "invalid-minutes"


def test_explain_names_the_students_whose_recap_is_missing(recapctl, session):
    recapctl.submit(session.complete())
    text = recapctl("explain", session.id)
    assert "60 minutes were logged by " + session.tutor in text
    assert session.student[8:] in text


def test_explain_says_what_was_paid(recapctl, session):
    pay(recapctl, session)
    assert "60 minutes at 15.00 USD an hour made 15.00 USD" in recapctl(
        "explain", session.id)


def test_what_a_voided_session_was_paid_is_shown(recapctl, session):
    pay(recapctl, session)
    why = ("--note", "n", "--as", "ann")
    recapctl("support", "correct", session.id, "--minutes", "30", *why)
    recapctl("support", "void", session.id, *why)
    shown = re.sub(" +", " ", recapctl("show", session.id))
    for line in ("settlement 15.00 USD", "correction -7.50 USD",
                 "reversal -7.50 USD", "paid 0.00 USD"):
        assert f"\n{line}, " in shown
    explained = " ".join(recapctl("explain", session.id).split())
    for text in ("The settlement gave the tutor 15.00 USD",
                 "A correction took from the tutor 7.50 USD",
                 "The reversal took from the tutor 7.50 USD",
                 "the net is 0.00 USD"):
        assert text in explained
    assert ("correction of 7.50 USD to program:default"
            in recapctl("history", session.id))


def test_explain_quotes_why_a_session_was_cancelled(recapctl, session):
    recapctl.submit(session.event("session.cancel", session.tutor,
                                   {"reason": "The boiler burst."}))
    text = recapctl("explain", session.id)
    assert "The boiler burst." in text and session.tutor in text
    assert "Nothing fires by itself" in text


def test_support_reopens_denies_and_voids(recapctl, session):
    recapctl("clock", "advance", "73h")
    assert recapctl.json("show", session.id)["state"] == "missed"
    assert "passed without" in recapctl("explain", session.id)
    recapctl("support", "deny", session.id, "--as", "eve", "--note", "No.")
    assert "An update was denied by support:eve" in recapctl(
        "explain", session.id)
    recapctl("support", "reopen", session.id, "--as", "eve", "--hours", "2",
             "--note", "Well.")
    pay(recapctl, session)
    recapctl("support", "void", session.id, "--note", "It never took place.",
             env={"RECAPCTL_AS": "eve"})
    assert "It never took place." in recapctl("explain", session.id)
    refused = recapctl("support", "deny", session.id, "--as", "eve", "--note",
                       "Again.", status=1)
    assert "wrong-state" in refused


def test_the_same_support_command_id_acts_once(recapctl, session):
    recapctl("clock", "advance", "73h")
    command = ["support", "reopen", session.id, "--as", "eve", "--note", "n",
               "--id", "once-" + session.id]
    recapctl(*command)
    assert "accepted before" in recapctl(*command)


def test_dead_letters_are_listed_and_retried(recapctl, node):
    lesson = Session()
    node.database.insert_event({**lesson.complete(), "type": "recapd.no-command"})

    def letters():
        return {letter["session"]: letter for letter in
                recapctl.json("dead-letters")["dead_letters"]}

    first = wait_until(lambda: letters().get(lesson.id), "the dead letter")
    line, = (line for line in recapctl("dead-letters", "list").splitlines()
             if lesson.id in line)
    assert "malformed" in line and lesson.tutor in line
    recapctl("clock", "advance", "1s")
    assert "inbox again" in recapctl("dead-letters", "retry", str(first["id"]))
    again = wait_until(lambda: letters().get(lesson.id), "the letter again")
    assert again["id"] == first["id"] and again["at"] > first["at"]
    assert recapctl("dead-letters", "retry", "999999", status=1)


def test_the_clock_moves_forward_only(recapctl):
    before = recapctl.now()
    after = recapctl.json("clock", "advance", "1h")["now"]
    assert after > before
    assert recapctl("clock", "set", before, status=1)
    assert recapctl("clock", "advance", "soon", status=2)


def test_a_system_clock_cannot_be_moved(make_node):
    printed = Recapctl(make_node().url)("clock", status=1)
    assert "--clock manual" in printed


def guarded(make_node, clock=None, **tokens):
    """recapctl of a node that knows these people's tokens."""
    return Recapctl(make_node(clock=clock, env={
        "RECAPD_AUTH_MODE": "token", "RECAPD_AUTH_TOKENS": json.dumps(
            [{"token": token, "as": ROLES[who] + ":" + who}
             for who, token in tokens.items()])}).url)


def test_a_token_is_asked_for_and_taken(make_node):
    recapctl = guarded(make_node, eve="open")
    assert "RECAPCTL_TOKEN" in recapctl("list", status=4)
    assert "RECAPCTL_TOKEN" in recapctl("list", "--token", "shut", status=4)
    recapctl("list", "--token", "open")
    recapctl("list", env={"RECAPCTL_TOKEN": "open"})


def test_what_a_token_may_not_do_is_exit_code_4(make_node):
    recapctl = guarded(make_node, ann="a-tutors-own-token")
    assert "recapctl:" in recapctl("dead-letters", "--token",
                                   "a-tutors-own-token", status=4)


def test_with_a_token_support_need_not_say_who_it_is(make_node):
    recapctl = guarded(make_node, eve="eves-own-token-here")
    act = ("support", "deny", "nobody", "--note", "n")
    told = recapctl(*act, "--token", "eves-own-token-here", status=1)
    assert "unknown-session" in told
    assert "not-allowed" in recapctl(*act, "--as", "ann", "--token",
                                     "eves-own-token-here", status=4)


def test_only_what_the_token_may_not_do_is_exit_code_4(make_node):
    recapctl = guarded(make_node, clock="manual", ann="a-tutors-own-token")
    lesson = Session("2031-07-01T12:00:00Z", students=["bob"])
    mine = {**lesson.schedule, "authid": "tutor:ann"}
    mine["data"]["tutor"] = "ann"
    denial = {**lesson.event("support.deny", "tutor:ann", {"note": "n"})}
    early = lesson.event("session.log_time", "tutor:ann", {"minutes": 60})
    token = {"env": {"RECAPCTL_TOKEN": "a-tutors-own-token"}}
    recapctl.submit(mine, **token)
    assert "not-allowed" in recapctl.submit(denial, status=4, **token)
    recapctl("support", "deny", lesson.id, "--note", "n", status=4, **token)
    recapctl.json("submit", stdin=json.dumps(denial), status=4, **token)
    recapctl.submit(denial, early, status=1, **token)


def to_a_full_disk(recapctl, *arguments, given=None):
    """Its exit code, and what it says beside what it cannot print."""
    with open("/dev/full", "w") as full:
        done = subprocess.run([BIN / "recapctl", "--url", recapctl.url,
                               *arguments], stdout=full, text=True,
                              stderr=subprocess.PIPE, input=given)
    return done.returncode, done.stderr


@pytest.mark.parametrize("arguments", [
    ["show"], ["list", "--limit", "2"], ["-o", "json", "show"], ["history"],
    ["explain"], ["--help"], ["--version"], ["completion", "bash"]])
def test_output_that_cannot_be_written_is_exit_code_5(recapctl, session,
                                                      arguments):
    if arguments[-1] in ("show", "history", "explain"):
        arguments = [*arguments, session.id]
    code, told = to_a_full_disk(recapctl, *arguments)
    assert code == 5
    assert told == ("recapctl: the output could not be written: "
                    "No space left on device\n")


@pytest.mark.parametrize("arguments", [["show"], ["-o", "json", "list"]])
def test_a_closed_standard_output_is_exit_code_5(recapctl, session, arguments):
    if arguments[-1] == "show":
        arguments = [*arguments, session.id]
    done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", BIN / "recapctl",
                           "--url", recapctl.url, *arguments], text=True,
                          stderr=subprocess.PIPE)
    assert done.returncode == 5
    assert "could not be written" in done.stderr


def test_much_output_that_cannot_be_written_is_exit_code_5(recapctl, session):
    recapctl.submit(*[session.complete(minutes=0) for _ in range(200)],
           status=1)
    code, told = to_a_full_disk(recapctl, "-o", "json", "explain", session.id)
    assert code == 5
    assert "could not be written: No space left" in told


def test_a_refusal_whose_output_cannot_be_written_stays_one(recapctl, session):
    code, told = to_a_full_disk(recapctl, "submit", given=json.dumps(
        session.complete(minutes=0)))
    assert code == 1
    assert "could not be written" in told


def test_a_folder_is_no_file_of_events(recapctl, tmp_path):
    told = recapctl("submit", str(tmp_path), status=2)
    assert told == f"recapctl: {tmp_path} is a directory, not a file of events\n"
    with open("/proc/self/mem") as unreadable:
        done = subprocess.run([BIN / "recapctl", "submit"], stdin=unreadable,
                              text=True, capture_output=True)
    assert done.returncode == 2
    assert "cannot read the standard input" in done.stderr


def test_explain_goes_by_the_nodes_time_for_everybody(make_node):
    recapctl = guarded(make_node, clock="manual", eve="eves-own-token-here",
                       ann="a-tutors-own-token", bob="a-students-own-token",
                       sis="the-systems-own-token")
    eve, ann, bob, sis = (
        {"env": {"RECAPCTL_TOKEN": token}} for token in (
            "eves-own-token-here", "a-tutors-own-token",
            "a-students-own-token", "the-systems-own-token"))
    recapctl("clock", "advance", "1000h", **sis)
    starts = datetime.fromisoformat(
        recapctl.json("clock", **eve)["now"].replace("Z", "+00:00"))
    lesson = Session((starts + timedelta(minutes=5)).isoformat(), tutor="ann",
                     students=["bob"])
    recapctl.submit(lesson.schedule, **sis)
    for who in (eve, ann, bob):
        assert "It has not begun" in recapctl("explain", lesson.id, **who)
    recapctl("clock", "advance", "10m", **sis)
    for who in (eve, ann, bob):
        told = recapctl("explain", lesson.id, **who)
        assert "has not logged its time" in told
        assert "(in 2 d 23 h)" in told


def test_what_happens_at_this_moment_is_now(recapctl, session):
    recapctl.submit(session.complete())
    told = recapctl("explain", session.id)
    assert "(now)" in told and "0 s" not in told


def test_a_message_ends_once(make_node, recapctl, session):
    assert ".;" not in guarded(make_node, eve="open")("list", status=4)
    two = session.complete(minutes=0, recap={
        "topics_covered": "", "how_tutee_did": "", "next_steps": ""})
    told = recapctl.submit(two, status=1)
    assert "invalid-minutes" in told and "recap-too-short" in told
    assert ".;" not in told


def test_history_tells_claims_money_and_times(recapctl):
    lesson = Session(recapctl.now(), timezone="Asia/Kathmandu",
                     students=["a", "b"])
    recapctl.submit(lesson.schedule, *[
        lesson.event("participant.accept", "student:" + who, {"student": who})
        for who in ("a", "b")], lesson.complete())
    recapctl.submit(*[lesson.event("recap.submit", "student:" + who,
                                    {"recap": RECAP}) for who in ("a", "b")])
    told = recapctl("history", lesson.id)
    assert "tutor_week 60" in told and "2 × student_course_week 60" in told
    assert "payment: settlement of 15.00 USD to tutor:" in told
    scheduled, = (line for line in told.splitlines()
                  if "session.scheduled" in line)
    assert "deadline: " in scheduled and "Z" not in scheduled
    assert scheduled.count("+0545") == 3
    assert "+0545" not in recapctl("--utc", "history", lesson.id)


def test_explain_tells_the_request_of_this_window_only(recapctl, session):
    recapctl("clock", "advance", "73h")
    recapctl.submit(session.event("support.request", session.tutor,
                                   {"message": "I was ill."}))
    assert "I was ill." in recapctl("explain", session.id)
    recapctl("support", "reopen", session.id, "--as", "eve", "--hours", "1",
             "--note", "Well.")
    recapctl("clock", "advance", "2h")
    again = recapctl("explain", session.id)
    assert "I was ill." not in again
    assert "Nobody has asked support" in again


def test_check_finds_nothing_wrong_then_a_changed_row(make_node):
    node = make_node(clock="manual")
    recapctl = Recapctl(node.url)
    session = Session(recapctl.now())
    recapctl.submit(session.schedule, session.accept)
    pay(recapctl, session)
    sound = recapctl("check", "--database", node.database)
    assert "Every invariant holds." in sound
    node.database.run("UPDATE usage SET used = used + 5 WHERE cap IS NULL")
    found = recapctl.json("check", "--database", node.database, status=1)
    assert found["violations"]
    assert all(isinstance(v, str) for v in found["violations"])


def test_no_colours_without_a_terminal(recapctl):
    assert "\033" not in recapctl("list")
