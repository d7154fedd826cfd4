# SPDX-License-Identifier: Apache-2.0
"""tools/run, with the programs that are built already."""
import signal
import subprocess
import urllib.request

import pytest

import databases
from node import Recapctl
from run import Run


@pytest.fixture
def folder():
    # Not pytest's own: those only this user may enter, and PostgreSQL runs as
    # another one when this runs as root.
    with databases.open_folder() as made:
        yield made


def postgres_runs(data):
    return (data / "pg/postmaster.pid").exists()


def table_of(text, title):
    """The rows of a printed table, without its heading."""
    lines = text.split(f"\n{title}\n", 1)[1].split("\n\n", 1)[0]
    return [line.split() for line in lines.splitlines()][1:]


def test_the_sample_plays_a_whole_campus_and_keeps_serving(folder):
    run = Run(folder, "--sample")
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
    run = Run(folder)
    Recapctl(run.url())("list")
    assert postgres_runs(data)
    assert run.end(ending) == 0
    assert not postgres_runs(data)
    assert "drained" in run.text()


def test_the_printed_commands_work(folder):
    run = Run(folder)
    run.url()
    tried = run.text().split("Try:\n")[1].split("Stop it")[0]
    commands = [line.strip() for line in tried.splitlines() if line.strip()]
    assert len(commands) == 3
    for command in commands:
        assert subprocess.run(["bash", "-c", command], text=True, check=True,
                              capture_output=True).stdout
    run.end()


@pytest.mark.parametrize("public", [None, "https://people.example/recapd"])
def test_it_ends_by_naming_the_address_to_open(folder, public):
    run = Run(folder, env={"RECAPD_HTTP_PUBLIC_URL": public} if public else {})
    url = run.url()
    last = run.text().splitlines()[-1]
    assert last == f"Open {public or url}/ in a browser."
    with urllib.request.urlopen(url) as page:
        assert "<html" in page.read().decode()
    run.end()


def test_a_second_run_finds_the_first_ones_data(folder):
    first = Run(folder, "--clock", "manual", data="data", cwd=folder)
    stood = Recapctl(first.url()).json("clock", "advance", "500h")["now"]
    first.end()
    second = Run(folder, "--clock", "manual", data="data", cwd=folder)
    assert Recapctl(second.url()).now() == stood
    second.end()


def test_a_named_database_is_used_and_none_is_started(folder, make_database):
    run = Run(folder, env={"RECAPD_DATABASE_URL": make_database()})
    run.url()
    assert not (folder / "data" / "pg").exists()
    assert run.end() == 0


def test_wrong_options_end_it_before_anything_is_started(folder):
    run = Run(folder, listen="nowhere")
    assert run.process.wait(60) == 2
    assert "--listen: expected HOST:PORT" in run.text()
    assert not (folder / "data").exists()


def test_a_crashed_runs_postgresql_is_taken_over_and_stopped(folder):
    first = Run(folder)
    first.url()
    first.process.kill()
    first.process.wait()
    second = Run(folder)
    second.url()
    assert second.end() == 0
    assert not postgres_runs(folder / "data")
