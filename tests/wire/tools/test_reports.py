# SPDX-License-Identifier: Apache-2.0
"""recapctl report and export, against a real node."""
import csv
import fcntl
import json
from datetime import timedelta

import pytest

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
    assert "No sessions." in recapctl("report", "--program", "nowhere")


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
