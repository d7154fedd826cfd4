# SPDX-License-Identifier: Apache-2.0
"""What stops a start is named, by a server that does each of it."""
import os
import re
import signal
import socket
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg2
import pytest

import databases
from databases import run
from node import recapd
from test_outage import schedule
from tls_server import Certificates, Server
from wire import wait_until

NOT_YET, REFUSED = 3, 5
HBA = ("hostssl all certified 127.0.0.0/8 cert",
       "host all recapd_node 127.0.0.0/8 scram-sha-256")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    made = Certificates(tmp_path_factory.mktemp("certificates"))
    made.make("server", "db.test")
    made.make("expired", "db.test", days=0)
    made.make("strange", "recapd", by="other")
    return made


@pytest.fixture(scope="module")
def own_server(certificates):
    with Server.somewhere() as made:
        for name in ("server.key", "server.crt", "expired.key", "expired.crt",
                     "ca.crt"):
            made.give(certificates[name], name)
        made.admit(*HBA)
        made.sql("CREATE DATABASE closed OWNER recapd",
                 "REVOKE CONNECT ON DATABASE closed FROM PUBLIC, recapd",
                 "CREATE DATABASE shut ALLOW_CONNECTIONS false",
                 "CREATE ROLE certified LOGIN",
                 "CREATE ROLE recapd_node LOGIN PASSWORD 'first'")
        made.reload(ssl="on", ssl_ca_file="ca.crt")
        yield made


def start(url, *arguments, env=None):
    """Starts recapd, which has to fail with one line. Returns its status and
    the line."""
    status, _, told = recapd(*arguments, "--database", url,
                             env={"PGPASSFILE": "/nowhere", **(env or {})})
    assert len(told.splitlines()) == 1, told
    return status, told


@pytest.mark.parametrize("changes, status, cause", [
    ({"password": "wrong"}, REFUSED,
     'the password is refused: password authentication failed for user "recapd"'),
    ({"password": None}, REFUSED, "the server asks for a password"),
    ({"user": "nobody"}, REFUSED,
     "the server does not let this role in: no pg_hba.conf entry"),
    ({"user": "certified", "sslmode": "require"}, REFUSED,
     "the server does not let this role in: connection requires a valid client"),
    ({"dbname": "nothing"}, REFUSED,
     'there is no such database: database "nothing" does not exist'),
    ({"dbname": "closed"}, REFUSED,
     'a right is missing: permission denied for database "closed"'),
    ({"dbname": "shut"}, REFUSED, "the database takes no connections"),
    ({"options": "-cnonsense=1"}, REFUSED,
     "the server refuses an option of the URL"),
    ({"sslmode": "verify-full", "sslrootcert": "{other.crt}"}, REFUSED,
     "the server's certificate is not trusted"),
    ({"sslmode": "verify-full", "sslrootcert": "{ca.crt}", "host": "wrong.test"},
     REFUSED, "the server's certificate is for another name"),
    ({"sslmode": "verify-full", "sslrootcert": "/nowhere"}, REFUSED,
     "the authority's certificate cannot be read"),
    ({"sslmode": "require", "sslcert": "{strange.crt}",
      "sslkey": "{strange.key}", "user": "certified"}, REFUSED,
     "the server ends the TLS handshake"),
    ({"sslmode": "require", "sslcert": "{server.crt}", "sslkey": "/nowhere"},
     REFUSED, "the client certificate's key cannot be used"),
    ({"sslmode": "nonsense"}, REFUSED, "the database's URL is wrong"),
    ({"host": "nowhere.invalid", "hostaddr": None}, NOT_YET,
     "the host's name is unknown"),
    ({"port": "1"}, NOT_YET, "the database does not answer"),
])
def test_what_refuses_a_connection_is_named(own_server, certificates, changes,
                                            status, cause):
    changes = {k: re.sub(r"\{(.*)\}", lambda m: str(certificates[m[1]]), v)
               if v else v for k, v in changes.items()}
    code, told = start(own_server.url(**changes))
    assert cause in told and "; " in told
    assert code == status
    assert ("does not answer" in told) == ("does not answer" in cause)


def test_an_expired_certificate_is_named(own_server, certificates):
    own_server.reload(ssl_cert_file="expired.crt", ssl_key_file="expired.key")
    try:
        code, told = start(own_server.url(sslmode="verify-full",
                                      sslrootcert=certificates["ca.crt"]))
        assert code == REFUSED and "certificate is not trusted" in told
        assert "expired" in told
    finally:
        own_server.reload(ssl_cert_file="server.crt", ssl_key_file="server.key")


def test_tls_that_is_not_offered_is_named(own_server):
    own_server.reload(ssl="off")
    try:
        code, told = start(own_server.url(sslmode="require"))
        assert code == REFUSED and "the server offers no TLS" in told
    finally:
        own_server.reload(ssl="on")


def test_a_server_without_a_free_connection_may_have_one_later(own_server):
    with own_server.changed("ALTER ROLE recapd CONNECTION LIMIT 0",
                            "ALTER ROLE recapd CONNECTION LIMIT -1"):
        code, told = start(own_server.url())
        assert code == NOT_YET and "no connection left" in told


def test_a_server_that_is_not_ready_may_be_later(own_server):
    first = int(own_server("pid"))
    open_session = psycopg2.connect(own_server.admin)
    os.kill(first, signal.SIGTERM)  # ends when the last session has ended
    try:
        said = []
        wait_until(lambda: said.append(start(own_server.url())) or "is not ready"
                   in said[-1][1], "the server to turn sessions away")
        assert said[-1][0] == NOT_YET
    finally:
        open_session.close()
        wait_until(lambda: not Path(f"/proc/{first}").exists(), "its end")
        restart(own_server)


def restart(own_server):
    own_server("start", own_server.address)
    own_server.admit(*HBA)


def test_a_standby_may_be_promoted_later(own_server, tmp_path):
    own_server("stop")
    nothing = tmp_path / "nothing"
    nothing.touch()
    own_server.give(nothing, "standby.signal")
    try:
        own_server("start")
        code, told = start(own_server.own)
        assert code == NOT_YET and "takes no writes" in told
        assert "primary" in told
    finally:
        own_server("stop")
        (own_server.data / "standby.signal").unlink()
        restart(own_server)


def test_a_full_disk_is_named(own_server):
    own_server.sql("CREATE DATABASE full_disk OWNER recapd")
    run(own_server.admin.replace("/recapd?", "/full_disk?"), """
        CREATE FUNCTION fill() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file "base/1/2"'
              USING ERRCODE = 'disk_full'; END $$;
        CREATE EVENT TRIGGER fill ON ddl_command_start EXECUTE FUNCTION fill()""")
    code, told = start(own_server.url(dbname="full_disk"))
    assert code == NOT_YET
    assert 'disk of the database is full: could not extend file' in told


@contextmanager
def pooler(own_server, folder, mode):
    """A pgbouncer before the server; gives the URL through it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "pgbouncer.ini").write_text(f"""
[databases]
recapd = host={own_server.address} user=recapd password={own_server.password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 5
""")
    process = subprocess.Popen(
        ["/usr/sbin/pgbouncer", "-q",
         *(["-u", "postgres"] if os.getuid() == 0 else []),
         str(folder / "pgbouncer.ini")], stderr=subprocess.DEVNULL)
    try:
        def listens():
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                return True
        wait_until(listens, "pgbouncer to listen")
        yield f"postgresql://recapd@127.0.0.1:{port}/recapd"
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.skipif(not os.path.exists("/usr/sbin/pgbouncer"),
                    reason="pgbouncer is not installed")
@pytest.mark.parametrize("mode", ["transaction", "statement", "session"])
def test_a_pooler_gives_each_connection_a_session(own_server, mode):
    with databases.open_folder() as folder, pooler(own_server, folder, mode) as url:
        if mode == "session":
            assert recapd("migrate", "--database", url)[0] == 0
        else:
            code, told = start(url)
            assert code == REFUSED and "pool_mode" in told


def test_a_running_node_names_a_password_that_was_changed(own_server, make_node):
    assert recapd("migrate", "--database", own_server.own)[0] == 0
    own_server.sql("GRANT recapd TO recapd_node",
               "ALTER ROLE recapd_node PASSWORD 'first'")
    node = make_node(database=own_server.url(user="recapd_node", password="first"))
    own_server.sql("ALTER ROLE recapd_node PASSWORD 'second'")
    cause = "the password is refused"

    def fails():
        # A connection that was being made has the first one.
        own_server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                       "WHERE usename = 'recapd_node'")
        return (cause in str(node.get("/readyz").json.get("reasons"))
                and node.send(schedule(1)).status == 503)

    wait_until(fails, "the cause to be named")
    own_server.sql("ALTER ROLE recapd_node PASSWORD 'first'")
    node.wait_ready()
    told = [line for line in node.log().splitlines()
            if cause in line and "takes no commands" in line
            and "settled" not in line]
    assert len(told) == 1, told
    node.stop()
    own_server.sql("REVOKE recapd FROM recapd_node")
