# SPDX-License-Identifier: Apache-2.0
"""tools/postgres and tools/nats: their owner gets in, and nobody else."""
import os
import pwd
import socket
import stat
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

import databases
from databases import ROOT, run
from run import Run
from wire import wait_until

IS_ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not IS_ROOT, reason="only root has two users")
ODD = "a b'c\"d $HOME %41,é"


def as_nobody(*command):
    return subprocess.run(
        ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups",
         *command], text=True, capture_output=True, cwd="/")


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


@pytest.fixture
def folder():
    """One that everybody reaches, in one that only its owner changes."""
    with databases.open_folder() as made:
        yield made


@pytest.fixture
def start():
    """Starts private servers, which are removed in the end."""
    servers = []

    def begin(folder, *more):
        servers.append(databases.PrivateServer(folder))
        servers[-1]("start", *more)
        return servers[-1]

    yield begin
    for server in servers:
        server("remove")


@pytest.fixture(scope="module")
def postgres():
    with databases.private_server() as server:
        yield server


def test_the_nodes_role_owns_its_database_and_is_no_superuser(postgres):
    url = postgres("url")
    (who, owner, powers), = run(url, """
        SELECT current_user, pg_get_userbyid(datdba), rolsuper OR rolcreatedb
            OR rolcreaterole OR rolreplication OR rolbypassrls
          FROM pg_database, pg_roles
         WHERE datname = current_database() AND rolname = current_user""")
    assert (who, owner, powers) == ("recapd", "recapd", False)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run(url, "COPY (SELECT 1) TO PROGRAM 'true'")
    assert run(postgres.admin_url,
               "SELECT usesuper FROM pg_user"
               " WHERE usename = current_user") == [(True,)]


@as_root
def test_nobody_else_connects_even_through_an_open_folder(postgres):
    sockets = (postgres.folder / "pg.socket").resolve()
    assert mode(sockets) == 0o700
    for url in (postgres("url"), postgres.admin_url):
        told = as_nobody("psql", url, "-c", "SELECT 1")
        assert told.returncode != 0 and "Permission denied" in told.stderr
        os.chmod(sockets, 0o755)
        told = as_nobody("psql", url, "-c", "SELECT 1")
        os.chmod(sockets, 0o700)
        assert "Peer authentication failed" in told.stderr


def test_one_url_lasts_through_stops_and_crashes(postgres):
    url = postgres("url")
    for ending in ("stop", "halt"):
        postgres(ending)
        assert postgres("start") == url
        assert run(url, "SELECT 1") == [(1,)]


def test_no_place_has_a_name_that_could_be_foreseen(postgres):
    before, sockets = postgres("url"), postgres.folder / "pg.socket"
    postgres("stop")
    taken = sockets.resolve()
    taken.mkdir(0o755)
    assert postgres("start") != before
    assert mode(sockets.resolve()) == 0o700
    taken.rmdir()


def test_an_address_wants_the_password(postgres):
    postgres("stop")
    # One of loopback's many, where no other server is.
    address = f"127.0.0.{2 + os.getpid() % 250}"
    postgres("start", address)
    url = postgres("url", address)
    assert mode(postgres.folder / "pg.password") == 0o600
    assert run(url, "SELECT current_user") == [("recapd",)]
    word = urlsplit(url).password
    for wrong in (url.replace(word, "guessed"),
                  url.replace("recapd:", "recapd_admin:")):
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(wrong)


@pytest.mark.parametrize("reach", (0o700, 0o755))
def test_it_runs_in_a_folder_of_any_name(folder, start, reach):
    os.chmod(folder, reach)
    server = start(folder / ODD)
    assert run(server("url"), "SELECT 1") == [(1,)]
    data = (folder / ODD / "pg").resolve()
    server("halt")
    server("start")
    server("remove")
    assert not data.exists() and os.listdir(folder / ODD) == []


def test_a_standby_follows_and_ends_with_all_it_had(folder, postgres):
    url = postgres("start")
    standby = databases.PrivateServer(folder / "another one")
    its = standby("standby", postgres.folder, "second")

    def follows(statement, answer):
        wait_until(lambda: run(its, statement) == [(answer,)], statement)

    try:
        run(url, "CREATE TABLE lesson (what text)")
        follows("SELECT to_regclass('lesson') IS NOT NULL", True)
        run(postgres.admin_url,
            "ALTER SYSTEM SET synchronous_standby_names = 'second'")
        run(postgres.admin_url, "SELECT pg_reload_conf()")
        wait_until(lambda: run(postgres.admin_url, """
            SELECT application_name, sync_state FROM pg_stat_replication""")
            == [("second", "sync")], "the standby that commits wait for")
        run(url, "INSERT INTO lesson VALUES ('one')")
        follows("SELECT what FROM lesson", "one")
        follows("SELECT pg_is_in_recovery()", True)
        standby("stop")
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(its)
        assert standby("start") == its
        # Answered only once the standby has it.
        run(url, "INSERT INTO lesson VALUES ('two')")
        follows("SELECT count(*) FROM lesson", 2)
        pid, data, sockets = (int(standby("pid")), *(
            (standby.folder / link).resolve() for link in ("pg", "pg.socket")))
    finally:
        standby("remove")
        run(postgres.admin_url,
            "ALTER SYSTEM RESET synchronous_standby_names")
        run(postgres.admin_url, "SELECT pg_reload_conf()")
    assert os.listdir(standby.folder) == []
    assert not data.exists() and not sockets.exists()
    # Whoever became its parent may not have asked for its end yet.
    wait_until(lambda: not Path(f"/proc/{pid}/cmdline").is_file()
               or not Path(f"/proc/{pid}/cmdline").read_bytes(),
               "the server's process to be gone")


def test_what_cannot_be_a_standby_is_refused(folder, postgres):
    postgres("start")
    first, second = postgres.folder, folder / "second"
    for place, of, name, said in (
            (second, folder / "none", "second", "no server was started in"),
            (second, first, "Se'cond", "is no name for a standby"),
            (first, first, "second", "does not follow itself"),
            (first, folder / "none", "second", "there is a server in")):
        assert said in refusal("postgres", place, of, name, action="standby")
    postgres("stop")
    assert "does not run; start it" in refusal(
        "postgres", second, first, "second", action="standby")
    assert os.listdir(second) == []


def refusal(tool, place, *more, action="start"):
    done = subprocess.run([ROOT / "tools" / tool, action, place, *more],
                          text=True, capture_output=True)
    assert done.returncode == 1, done.stdout
    assert done.stderr.startswith(f"tools/{tool}: ")
    return done.stderr


@pytest.mark.parametrize("tool", ["postgres", "nats"])
@as_root
def test_what_another_user_could_exchange_is_refused(folder, tool):
    os.chmod(folder, 0o1777)
    victim = folder / "victim"
    victim.mkdir(0o700)
    assert as_nobody("sh", "-c", f"cd '{folder}'; ln -s '{victim}' link;"
                                 " mkdir theirs").returncode == 0
    assert "is a link that nobody made" in refusal(tool, folder / "link")
    assert "belongs to nobody" in refusal(tool, folder / "theirs")
    assert "belongs to nobody" in refusal(tool, folder / "theirs" / "mine")
    assert "everybody may write to" in refusal(tool, folder)
    assert os.listdir(victim) == []
    assert victim.stat().st_uid == 0


@as_root
def test_nothing_is_written_through_another_users_link(folder):
    os.chmod(folder, 0o1777)
    victim = folder / "victim"
    victim.write_text("precious")
    as_nobody("sh", "-c", f"cd '{folder}'; mkdir data;"
                          " ln -s ../victim data/run.lock;"
                          " ln -s ../victim data/nats.lock")
    node = Run(folder, "--ingress", "nats")
    assert (node.process.wait(60), victim.read_text()) == (1, "precious")
    assert "belongs to nobody" in node.text()


def earlier_version(folder):
    """A data folder as version 0.1.0 made it, with something in it."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"),
                   key=lambda p: int(p.parent.name))
    data = folder / "pg"
    data.mkdir(0o700, parents=True)
    who = []
    if IS_ROOT:
        user = pwd.getpwnam("postgres")
        os.chown(data, user.pw_uid, user.pw_gid)
        who = ["setpriv", "--reuid=postgres", "--regid=postgres",
               "--clear-groups"]
    subprocess.run(
        [*who, programs / "initdb", "-D", data, "-U", "recapd", "-A", "trust",
         "-E", "UTF8", "--locale=C.UTF-8"], check=True, cwd="/",
        stdout=subprocess.DEVNULL)
    subprocess.run(
        [*who, programs / "postgres", "--single", "-D", data, "postgres"],
        check=True, cwd="/", text=True, stdout=subprocess.DEVNULL,
        input="CREATE TABLE lessons (id bigserial PRIMARY KEY, what text)\n"
              "INSERT INTO lessons (what) VALUES ('a lesson')\n"
              "CREATE FUNCTION answer() RETURNS int LANGUAGE sql"
              " AS 'SELECT 42'\n")


@pytest.mark.parametrize("reached", [True, False])
def test_an_earlier_versions_data_is_taken_over(folder, start, reached):
    earlier_version(folder / "data")
    if not reached:
        os.chmod(folder, 0o700)
    server = start(folder / "data")
    url = server("url")
    assert run(url, "SELECT what FROM lessons") == [("a lesson",)]
    assert run(url, """
        SELECT tableowner FROM pg_tables WHERE tablename = 'lessons'
        UNION SELECT sequenceowner FROM pg_sequences
        UNION SELECT pg_get_userbyid(proowner) FROM pg_proc
               WHERE proname = 'answer'""") == [("recapd",)]
    assert run(url, "SELECT rolsuper FROM pg_roles"
                    " WHERE rolname = 'recapd'") == [(False,)]
    server("stop")
    assert server("start") == url


def asks(url, options):
    """What a NATS server says to that CONNECT."""
    at = urlsplit(url)
    with socket.create_connection((at.hostname, at.port), 20) as link:
        stream = link.makefile("rb")
        stream.readline()
        link.sendall(b"CONNECT {" + options.encode() + b"}\r\nPING\r\n")
        return stream.readline()


@pytest.fixture
def nats(folder):
    def run(action):
        return subprocess.run([ROOT / "tools/nats", action, folder / ODD],
                              check=True, text=True,
                              stdout=subprocess.PIPE).stdout.strip()
    yield run
    run("stop")


def lets_in_who_has_the_token(url):
    word = f'"verbose":false,"auth_token":"{urlsplit(url).username}"'
    assert asks(url, word) == b"PONG\r\n"
    for wrong in ('"verbose":false',
                  '"verbose":false,"auth_token":"guessed"'):
        assert b"Authorization" in asks(url, wrong)


def test_nats_wants_a_token_that_its_owner_alone_can_read(folder, nats):
    url = nats("start")
    lets_in_who_has_the_token(url)
    assert mode(folder / ODD) == 0o700
    assert {mode(folder / ODD / f) for f in ("url", "nats.conf")} == {0o600}
    nats("stop")
    assert nats("start") == url


def test_an_earlier_versions_nats_gets_a_token(folder, nats):
    url = nats("start")
    nats("stop")
    conf, said = folder / ODD / "nats.conf", folder / ODD / "url"
    conf.write_text("".join(
        line for line in conf.read_text().splitlines(keepends=True)
        if "token" not in line))
    said.write_text("nats://" + url.rpartition("@")[2] + "\n")
    os.chmod(said, 0o644)
    lets_in_who_has_the_token(nats("start"))
    assert mode(said) == 0o600
