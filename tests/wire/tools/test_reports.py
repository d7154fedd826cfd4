# SPDX-License-Identifier: Apache-2.0
"""recapctl report and export, against a real node."""
import csv
import fcntl
import json
import re
import stat
import subprocess
from datetime import timedelta

import pytest

from node import BIN, Recapctl
from session import Session
from wire import fresh, parse_time


@pytest.fixture
def paid(recapctl, session):
    recapctl.submit(session.complete(), session.student_recap())
    return recapctl.json("show", session.id)


def day(moment):
    return moment.date().isoformat()


def rows_of(folder, kind, date):
    """The rows of the CSV, which are those of the JSON lines, too."""
    with open(folder / f"{kind}-{date}.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [json.loads(line) for line in
             (folder / f"{kind}-{date}.jsonl").read_text().splitlines()]
    assert [{k: "" if v is None else str(v) for k, v in line.items()}
            for line in lines] == rows
    return rows


def test_a_report_is_a_table_or_json(recapctl, paid):
    groups = recapctl.json("report", "--by", "tutor")["groups"]
    mine = next(g for g in groups if g["key"] == paid["tutor"])
    assert mine["minutes"] == paid["minutes"]
    assert mine["pay"] == {"USD": paid["payout"]["amount"]}
    line = next(line for line in
                recapctl("report", "--by", "tutor").splitlines()
                if line.startswith(paid["tutor"]))
    assert f"{paid['payout']['amount'] / 100:.2f} USD" in line
    assert "2" in recapctl("report")  # by week: a year begins with it
    assert recapctl.json("report", "--program", "nowhere")["groups"] == []
    recapctl.schedule(1)
    everything = recapctl("report", "--by", "tutor")
    assert "confirmed after (median)" in everything
    total = recapctl.json("report", "--by", "tutor")["groups"]
    assert re.search(rf"\ntotal +{sum(g['sessions'] for g in total)} ",
                     everything)


def test_figures_are_as_people_and_programs_read_them(recapctl, session):
    recapctl.submit(session.complete(minutes=90))
    recapctl("clock", "advance", "4h")
    recapctl.submit(session.student_recap())
    line, = [line for line in recapctl("report", "--by", "tutor").splitlines()
             if line.startswith(session.tutor[6:])]
    assert re.search(r" 1 +1 h 30 min +22\.50 USD +4 h$", line)
    printed = recapctl("report", "--by", "tutor", "-o", "json")
    assert '"median_confirm_seconds":14400}' in printed


def test_a_report_a_list_and_an_account_are_csv_as_the_api_gives_it(
        recapctl, node, paid):
    tutor = paid["tutor"]
    for command, path in (
            (["report", "--by", "tutor"], "/v1/stats?by=tutor"),
            (["report", "--by", "refusal"], "/v1/stats?by=refusal"),
            (["list", "--tutor", tutor], f"/v1/sessions?tutor={tutor}"),
            (["account", "tutor:" + tutor], f"/v1/accounts/tutor:{tutor}")):
        printed = subprocess.run(
            [BIN / "recapctl", "--url", recapctl.url, "-o", "csv", *command],
            check=True, capture_output=True).stdout
        assert printed == node.get(path, Accept="text/csv").body, command
        assert paid["id"].encode() in printed or command[0] == "report"


def test_days_are_taken_where_times_are(recapctl, paid):
    first = parse_time(paid["starts_at"])
    today, next_day = day(first), day(first + timedelta(days=1))
    for command, member, key in (("report", "groups", "key"),
                                 ("list", "sessions", "tutor")):
        by = ["--by", "tutor"] if command == "report" else ["--all"]
        def found(*cut):
            return paid["tutor"] in [
                g[key] for g in recapctl.json(command, *by, *cut)[member]]
        assert found("--from", today, "--to", next_day)
        assert not found("--from", next_day) and not found("--to", today)
        told = recapctl(command, *by, "--from", "2026-11", status=2)
        assert "--from: expected a day such as 2026-11-23" in told
        assert "%2B" not in told


def test_a_programme_without_sessions_is_told_from_an_unknown_one(
        make_node, tmp_path):
    ctl = Recapctl(make_node(config={"policy": {
        "programs": {"night": {"log_window": "48h"}}}}).url)
    lesson = Session(program="evening")
    ctl.submit(lesson.schedule)
    for command in ("list", "report"):
        assert ctl(command, "--program", "nigth") == (
            "No sessions of programme nigth: no such programme is known.\n")
        assert ctl(command, "--program", "night") == (
            "No sessions of programme night.\n")
    assert ctl("list", "--program", "evening", "--state", "paid") == (
        "No sessions of programme evening.\n")
    assert lesson.id in ctl("list", "--program", "evening")


def test_reports_of_refusals_and_reminders_are_counts(recapctl, session):
    recapctl.submit(session.complete(minutes=500), status=1)
    assert "invalid-minutes" in recapctl("report", "--by", "refusal")
    recapctl("clock", "advance", "2h")
    printed = recapctl("report", "--by", "reminder")
    assert "tutor_recap_due" in printed and "answered within 24 h" in printed


def test_an_export_has_the_sessions_and_entries_of_each_day(recapctl, paid,
                                                             tmp_path):
    now = parse_time(recapctl.now())
    since, until = day(now - timedelta(days=1)), day(now + timedelta(days=1))
    recapctl("export", "--since", since, "--until", until, "--dir",
             str(tmp_path / "out"))
    out = tmp_path / "out"
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in out.iterdir()} == {0o600}
    state = json.loads((out / "export.json").read_text())
    assert state["complete"] is True
    assert not list(out.glob("*.partial"))
    assert len(list(out.glob("sessions-*.csv"))) == 2
    found = {r["id"]: r for r in rows_of(out, "sessions", paid["starts_at"][:10])}
    row = found[paid["id"]]
    assert row["state"] == "paid"
    assert row["payout_amount"] == str(paid["payout"]["amount"])
    assert row["students"] == " ".join(
        f"{p['student']}:{p['status']}" for p in paid["participants"])
    assert paid["tutor_recap"]["topics_covered"] not in (
        out / f"sessions-{paid['starts_at'][:10]}.jsonl").read_text()
    entries = rows_of(out, "entries", paid["payout"]["settled_at"][:10])
    assert [(e["account"], e["amount"], e["kind"]) for e in entries
            if e["session"] == paid["id"]] == [
                ("program:default", str(-paid["payout"]["amount"]),
                 "settlement")]


def test_an_exports_minutes_add_up_to_the_reports(recapctl, tmp_path):
    program = fresh("p")
    counts, given_back, missed = (Session(recapctl.now(), program=program)
                                  for _ in range(3))
    for s in (counts, given_back):
        recapctl.submit(s.schedule, s.accept, s.complete(), s.student_recap())
    recapctl("support", "void", given_back.id, "--note", "n", "--as", "ann")
    log_time = missed.event("session.log_time", missed.tutor, {"minutes": 35})
    recapctl.submit(missed.schedule, missed.accept, log_time)
    recapctl("clock", "advance", "73h")
    since = parse_time(recapctl.json("show", counts.id)["starts_at"])
    recapctl("export", "--since", day(since), "--until",
             day(since + timedelta(days=1)), "--dir", str(tmp_path))
    rows = {r["id"]: r for r in rows_of(tmp_path, "sessions", day(since))
            if r["program"] == program}
    assert {i: (r["state"], r["minutes"], r["counted_minutes"])
            for i, r in rows.items()} == {
                counts.id: ("paid", "60", "60"),
                given_back.id: ("voided", "60", "0"),
                missed.id: ("missed", "35", "0")}
    reported, = recapctl.json("report", "--by", "program", "--program",
                              program)["groups"]
    assert reported["minutes"] == sum(int(r["counted_minutes"])
                                      for r in rows.values())


def test_an_export_that_was_interrupted_goes_on(recapctl, paid, tmp_path):
    now = parse_time(recapctl.now())
    first, second = day(now - timedelta(days=1)), day(now)
    given = ("export", "--since", first, "--until",
             day(now + timedelta(days=1)), "--dir", str(tmp_path))
    in_the_way = tmp_path / f"sessions-{second}.csv.partial"
    in_the_way.mkdir()
    recapctl(*given, status=5)
    done = tmp_path / f"sessions-{first}.csv"
    written = done.stat().st_ino
    assert not (tmp_path / f"sessions-{second}.csv").exists()
    assert json.loads(
        (tmp_path / "export.json").read_text())["complete"] is False
    in_the_way.rmdir()
    recapctl(*given)
    assert done.stat().st_ino == written
    assert (tmp_path / f"entries-{second}.jsonl").exists()
    # One that is complete begins anew.
    recapctl(*given)
    assert done.stat().st_ino != written


def test_a_folder_is_written_by_one_export_at_a_time(recapctl, paid, tmp_path):
    start = parse_time(paid["starts_at"])
    first = day(start)
    given = ("export", "--since", first, "--until",
             day(start + timedelta(days=1)), "--dir", str(tmp_path))
    with open(tmp_path / ".lock", "w") as held:
        held.write("process 1 on elsewhere")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        told = recapctl(*given, status=5)
        assert f"the folder {tmp_path} is held by process 1 on elsewhere" in told
        assert [p.name for p in tmp_path.iterdir()] == [".lock"]
    recapctl(*given)
    assert (tmp_path / f"sessions-{first}.csv").exists()
    assert (tmp_path / ".lock").read_text() != "process 1 on elsewhere"


@pytest.mark.parametrize("since, until", [
    ("yesterday", "2026-11-24"), ("2026-11-24", "2026-11-24"),
    ("2026-11-24", "2026-13-01")])
def test_a_wrong_day_is_wrong_usage(recapctl, tmp_path, since, until):
    recapctl("export", "--since", since, "--until", until, "--dir",
             str(tmp_path / "out"), status=2)
    assert not (tmp_path / "out").exists()


def test_a_first_day_after_today_is_told_by_the_nodes_clock(recapctl, tmp_path):
    today = parse_time(recapctl.now())
    first = day(today + timedelta(days=1))
    told = recapctl("export", "--since", first, "--dir", str(tmp_path / "out"),
                    status=2)
    assert told == (f"recapctl: --since: {first} is after today, which is "
                    f"{day(today)} by the node's clock\n")
    assert not (tmp_path / "out").exists()
    recapctl("export", "--since", day(today), "--dir", str(tmp_path / "out"))
    assert (tmp_path / "out" / f"sessions-{day(today)}.csv").exists()
