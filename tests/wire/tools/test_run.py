# SPDX-License-Identifier: Apache-2.0
"""tools/run, with the programs that are built already."""
import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from databases import ROOT
from node import BIN, Recapctl
from wire import wait_until


class Run:
    """A tools/run; what it prints is in `text()`."""

    def __init__(self, folder, *arguments, cwd="/", env=None):
        self.printed = folder / "run.out"
        with open(self.printed, "w") as out:
            self.process = subprocess.Popen(
                [ROOT / "tools/run", *arguments], cwd=cwd, stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "RECAPD_TEST_BIN": str(BIN),
                     **(env or {})})

    def text(self):
        return self.printed.read_text()

    def url(self):
        wait_until(lambda: "Stop it with" in self.text()
                   or self.process.poll() is not None, "tools/run")
        assert self.process.poll() is None, self.text()
        return re.search(r"listens on (\S+)", self.text())[1]

    def end(self, ending=signal.SIGTERM):
        self.process.send_signal(ending)
        return self.process.wait(60)


@pytest.fixture
def folder():
    # Not pytest's own: those only this user may enter, and PostgreSQL runs as
    # another one when this runs as root.
    with tempfile.TemporaryDirectory(prefix="recapd-run-") as made:
        os.chmod(made, 0o755)
        yield Path(made)


def postgres_runs(data):
    return (data / "pg/postmaster.pid").exists()


def table_of(text, title):
    """The rows of a printed table, without its heading."""
    lines = text.split(f"\n{title}\n", 1)[1].split("\n\n", 1)[0]
    return [line.split() for line in lines.splitlines()][1:]


def test_the_sample_plays_a_whole_campus_and_keeps_serving(folder):
    run = Run(folder, "--sample", "--data", str(folder / "data"), "--listen",
              "127.0.0.1:0")
    listed = Recapctl(run.url()).json("list", "--all")["sessions"]
    assert len(listed) >= 300
    assert len({s["tutor"] for s in listed}) >= 40
    assert len({s["course"] for s in listed}) >= 12
    text = run.text()
    assert "The sum over all accounts is 0." in text
    # Minutes and pay by tutor and course, of everybody who was paid.
    paid = [s for s in listed if s["state"] == "paid"]
    for title, who in [("Tutors", "tutor"), ("Courses", "course")]:
        rows = table_of(text, title)
        assert {row[0] for row in rows} == {s[who] for s in paid}
        assert sum(int(row[1]) for row in rows) == len(paid)
        assert all("USD" in " ".join(row) for row in rows)
    assert run.end() == 0


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_node_and_its_postgresql(folder, ending):
    data = folder / "data"
    run = Run(folder, "--data", str(data), "--listen", "127.0.0.1:0")
    Recapctl(run.url())("list")
    assert postgres_runs(data)
    assert run.end(ending) == 0
    assert not postgres_runs(data)
    assert "drained" in run.text()


def test_the_printed_commands_work(folder):
    run = Run(folder, "--data", str(folder / "data"), "--listen",
              "127.0.0.1:0")
    run.url()
    tried = run.text().split("Try:\n")[1].split("Stop it")[0]
    commands = [line.strip() for line in tried.splitlines() if line.strip()]
    assert len(commands) == 3
    for command in commands:
        assert subprocess.run(["bash", "-c", command], text=True, check=True,
                              capture_output=True).stdout
    run.end()


def test_a_second_run_finds_the_first_ones_data(folder):
    arguments = ["--data", "data", "--listen", "127.0.0.1:0", "--clock",
                 "manual"]
    first = Run(folder, *arguments, cwd=folder)
    stood = Recapctl(first.url()).json("clock", "advance", "500h")["now"]
    first.end()
    second = Run(folder, *arguments, cwd=folder)
    assert Recapctl(second.url()).json("clock")["now"] == stood
    second.end()


def test_a_named_database_is_used_and_none_is_started(folder, make_database):
    data = folder / "data"
    run = Run(folder, "--data", str(data), "--listen", "127.0.0.1:0",
              env={"RECAPD_DATABASE_URL": make_database()})
    run.url()
    assert not (data / "pg").exists()
    assert run.end() == 0


def test_wrong_options_end_it_before_anything_is_started(folder):
    data = folder / "data"
    run = Run(folder, "--data", str(data), "--listen", "nowhere")
    assert run.process.wait(60) == 2
    assert "--listen: expected HOST:PORT" in run.text()
    assert not data.exists()


def test_a_crashed_runs_postgresql_is_taken_over_and_stopped(folder):
    data = folder / "data"
    first = Run(folder, "--data", str(data), "--listen", "127.0.0.1:0")
    first.url()
    first.process.kill()
    first.process.wait()
    second = Run(folder, "--data", str(data), "--listen", "127.0.0.1:0")
    second.url()
    assert second.end() == 0
    assert not postgres_runs(data)
