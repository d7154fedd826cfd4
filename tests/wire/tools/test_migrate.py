# SPDX-License-Identifier: Apache-2.0
"""recapd migrate, and a node whose role owns nothing."""
import json
import re
import subprocess

import psycopg2
import pytest

from databases import ROOT, run
from node import Recapctl, recapd
from session import Session
from test_outage import schedule
from tls_server import Server
from wire import wait_until

NODE = "recapd_node"
REFUSED, BEHIND = 5, 6


def psql(url, text, *options):
    return subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", *options,
                           "-d", url, "-o", "/dev/null"], input=text,
                          check=True, text=True, capture_output=True)


def schema(url):
    """All objects with their owners and rights, and the versions."""
    dump = subprocess.run(["pg_dump", "--schema-only", "-d", url], text=True,
                          check=True, capture_output=True).stdout
    lines = [line for line in dump.splitlines()
             if not re.match(r"\\(un)?restrict ", line)]
    return lines, run(url, "SELECT version, name, checksum "
                           "FROM schema_migrations ORDER BY version")


def test_what_is_printed_makes_what_migrate_makes(make_database):
    one, other = make_database(), make_database()
    status, printed, _ = recapd("migrate", "--print", "--database", one)
    assert status == 0
    assert recapd("migrate", "--check", "--database", one)[0] == BEHIND
    psql(one, printed, "-1")
    status, _, told = recapd("migrate", "--database", other)
    assert status == 0 and "made 001_initial" in told
    assert "up to date already" in recapd("migrate", "--database", other)[2]
    assert schema(one) == schema(other)
    for url in (one, other):
        status, printed, told = recapd("migrate", "--check", "--database", url)
        assert (status, printed, told) == (0, "", "")
    status, printed, _ = recapd("migrate", "--print", "--database", one)
    assert status == 0
    assert all(line.startswith("--") for line in printed.splitlines())


def test_check_and_print_change_nothing(make_database):
    url = make_database()
    before = subprocess.run(["pg_dump", "-d", url], capture_output=True).stdout
    status, _, told = recapd("migrate", "--check", "--database", url)
    assert status == BEHIND and "001_initial" in told
    recapd("migrate", "--print", "--database", url)
    after = subprocess.run(["pg_dump", "-d", url], capture_output=True).stdout
    without = re.compile(rb"^\\(un)?restrict .*$", re.M)
    assert without.sub(b"", before) == without.sub(b"", after)


def test_a_script_for_another_version_changes_nothing(make_database):
    url = make_database()
    _, printed, _ = recapd("migrate", "--print", "--database", url)
    assert recapd("migrate", "--database", url)[0] == 0
    before = schema(url)
    with pytest.raises(subprocess.CalledProcessError):
        psql(url, printed, "-1")
    assert schema(url) == before


def test_print_and_check_exclude_each_other():
    status, _, told = recapd("migrate", "--print", "--check", "--database", "x")
    assert status == 2 and "--check" in told


@pytest.mark.parametrize("statement, name", [
    ("DROP TABLE held_deliveries", "held_deliveries"),
    ("DROP TABLE usage CASCADE", "usage"),
    ("DROP TABLE feed_epoch CASCADE", "feed_epoch"),
    ("DROP VIEW waiting", "waiting")])
def test_a_schema_that_is_not_whole_is_refused(make_database, statement, name):
    url = make_database()
    assert recapd("migrate", "--database", url)[0] == 0
    psql(url, statement)
    for command in ([], ["migrate"], ["migrate", "--check"],
                    ["migrate", "--print"]):
        status, printed, told = recapd(*command, "--database", url)
        assert (status, printed) == (REFUSED, "")
        assert f"there is no table or view {name};" in told
        assert "restore the database" in told and "ERROR" not in told


def test_a_schema_without_a_function_is_refused(make_database):
    url = make_database()
    assert recapd("migrate", "--database", url)[0] == 0
    psql(url, "DROP FUNCTION recapd_refuse(text, text) CASCADE")
    status, _, told = recapd("migrate", "--check", "--database", url)
    assert status == REFUSED
    assert "there is no function recapd_refuse(text, text);" in told


def statements(whose):
    """The blocks of SQL in docs/operations.md, as whom they are run."""
    text = (ROOT / "docs/operations.md").read_text()
    return re.findall(rf"```sql as {whose}\n(.*?)```", text, re.S)


def grants():
    """What a node's role needs."""
    return statements("owner")[0]


@pytest.fixture(scope="module")
def own_server():
    with Server.somewhere() as made:
        made.admit(f"host all {NODE},recapd_auditor 127.0.0.0/8 scram-sha-256")
        made.sql(f"CREATE ROLE {NODE} LOGIN PASSWORD 'served'")
        assert recapd("migrate", "--database", made.own)[0] == 0
        made.sql("CREATE ROLE recapd_auditor LOGIN PASSWORD 'reads'")
        for block in statements("owner"):
            psql(made.own, block)
        yield made


@pytest.fixture
def served(own_server):
    """The URL of the role that serves and owns nothing."""
    return own_server.url(user=NODE, password="served")


def play(node):
    """A session to its pay, a correction and a void; one by the inbox, one
    refused, one dead letter."""
    recapctl = Recapctl(node.url)
    why = ("--note", "a mistake", "--as", "ann")
    for paid_then in ("correct", "void"):
        s = Session(recapctl.now())
        recapctl.submit(s.schedule, s.accept, s.complete(), s.student_recap())
        recapctl("support", "correct", s.id, "--minutes", "30", *why)
        if paid_then == "void":
            recapctl("support", "void", s.id, *why)
    refused = Session(recapctl.now())
    recapctl.submit(refused.complete(), status=1)
    return recapctl


def test_an_auditor_reads_what_the_documents_show(own_server, served, make_node):
    node = make_node(clock="manual", database=served)
    recapctl = Recapctl(node.url)
    session = Session(recapctl.now())
    recapctl.submit(session.schedule, session.accept)
    recapctl.submit(session.complete(minutes=91), status=1)
    auditor = own_server.url(user="recapd_auditor", password="reads")
    [queries] = statements("auditor")
    events, refused, accepted, serves = (
        run(auditor, q) for q in
        queries.replace("'s-1'", f"'{session.id}'").split(";")[:-1])
    assert [e[1] for e in events] == ["session.scheduled", "participant.accepted"]
    history = node.read(f"/v1/sessions/{session.id}/history")["events"]
    assert [e[4] for e in events] == [e["data"] for e in history]
    [[_, who, _, _, refusals, command]] = refused
    assert who == session.tutor
    assert "invalid-minutes" in [r["code"] for r in refusals]
    assert command["type"] == "session.complete"
    assert command["data"]["recap"].keys() == {"characters", "words"}
    assert len(accepted) == 2
    assert len(serves) == 1
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run(auditor, "SELECT secret FROM nodes")
    node.stop()


def test_a_role_without_create_serves(own_server, served, make_node):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run(served, "CREATE TABLE mine ()")
    node = make_node(clock="manual", database=served)
    recapctl = play(node)
    by_inbox = Session(recapctl.now())
    for event in (json.dumps(by_inbox.schedule), "no event at all"):
        psql(own_server.own, f"INSERT INTO inbox (event) VALUES ($${event}$$)")
    wait_until(lambda: "scheduled" in recapctl("show", by_inbox.id)
               if run(own_server.own, "SELECT FROM sessions WHERE id = "
                      f"'{by_inbox.id}'") else False, "the inbox's session")
    letters = wait_until(
        lambda: recapctl.json("dead-letters", "list")["dead_letters"],
        "the dead letter")
    recapctl("dead-letters", "retry", str(letters[0]["id"]))
    recapctl.submit(by_inbox.event("session.cancel", by_inbox.tutor,
                                   {"reason": "ill"}))
    recapctl("person", "name", by_inbox.tutor, "Ann")
    assert "in 1 session." in recapctl("person", "erase", by_inbox.tutor,
                                       "--note", "n", "--yes")
    recapctl("shards", "32", "--database", served)
    recapctl("nodes", "--database", served)
    node.stop()
    assert "ermission" not in node.log()
    make_node(clock="manual", database=served)


def reads(session, account):
    """A path of each GET that answers once, and of statistics one each."""
    paths = json.loads((ROOT / "docs/openapi.json").read_text())["paths"]
    values = {"session": session.id, "tutor": session.tutor[6:], "account": account,
              "course": session.schedule["data"]["course"], "who": session.tutor,
              "version": "1"}
    for path, item in paths.items():
        if ("get" not in item or path.startswith(("/auth/", "/mail/"))
                or path in ("/v1/events", "/v1/people", "/v1/stats",
                            "/v1/disbursements/{id}")):
            continue
        kind, = re.findall("/(\\w+)s/{id}", path) or [None]
        yield re.sub("{(\\w+)}", lambda at: values[kind if at[1] == "id" else at[1]],
                     path)
    for by in ("state", "day", "week", "course", "tutor", "program", "refusal",
               "reminder"):
        yield f"/v1/stats?by={by}"
    for query in (f"tutor={session.tutor[6:]}", f"student={session.student[8:]}",
                  "state=paid", "program=default", "flag=corrected",
                  "support=asked", "order=starts_at"):
        yield f"/v1/sessions?{query}"
    yield f"/v1/notifications?session={session.id}"
    yield f"/v1/people?who={session.tutor}"
    yield "/v1/people?unreachable=true"


def test_a_role_with_these_rights_alone_reads_everything(own_server, served, make_node):
    node = make_node(clock="manual", database=served)
    recapctl = Recapctl(node.url)
    session = Session(recapctl.now())
    recapctl.submit(session.schedule, session.accept, session.complete(),
                    session.student_recap())
    recapctl("person", "name", session.tutor, "Ann")
    failed = {path: answer for path in reads(session, session.tutor)
              if (answer := node.get(path)).status != 200}
    assert failed == {}
    recapctl("report", "--by", "week")
    policy = node.read("/v1/policies/1")["policy"]
    answer = node.post("/v1/policies/whatif", {
        "policy": policy, "from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"})
    assert answer.status == 200, answer
    node.stop()
    assert "ermission" not in node.log()


def test_a_read_without_its_right_says_so(own_server, served, make_node):
    node = make_node(clock="manual", database=served)
    with own_server.changed(f"REVOKE SELECT ON session_standings FROM {NODE}",
                            f"GRANT SELECT ON session_standings TO {NODE}"):
        answer = node.get("/v1/stats?by=week")
        assert answer.status == 500
        assert answer.json["detail"] == ("The node lacks a right in the database;"
                                         " its log says which.")
        assert "permission denied for view session_standings" in node.log()
    assert node.get("/v1/stats?by=week").status == 200
    node.stop()


def test_every_right_that_is_granted_is_needed(own_server, served):
    tables = {table: set(rights.split(", "))
              for rights, names in re.findall(r"GRANT ([A-Z, ]+) ON ([a-z_, ]+) TO",
                                              grants())
              for table in names.split(", ") if rights != "USAGE"}
    del tables["schema_migrations"]
    psql(own_server.own, f"REVOKE ALL ON {', '.join(tables)} FROM {NODE};"
         f"REVOKE ALL ON FUNCTION recapd_now(), recapd_refuse(text, text) FROM {NODE}")
    try:
        status, _, told = recapd("--database", served)
        assert status == REFUSED and f"a right is missing: role {NODE} has not" in told
        named = {table: set(rights.split(", ")) for rights, table in
                 re.findall(r"([A-Z, ]+) on table (\w+)", told.replace("has not", ","))}
        assert {t: {r.strip(" ,") for r in named[t]} - {""} for t in named} == tables
        assert told.count("EXECUTE on function") == 2
        assert "operations.md" in told
    finally:
        psql(own_server.own, grants())


@pytest.mark.parametrize("taken, given, told", [
    (f"REVOKE USAGE ON SCHEMA public FROM PUBLIC, {NODE}",
     f"GRANT USAGE ON SCHEMA public TO PUBLIC, {NODE}",
     "GRANT USAGE ON SCHEMA public"),
    (f"REVOKE SELECT ON schema_migrations FROM {NODE}",
     f"GRANT SELECT ON schema_migrations TO {NODE}",
     "permission denied for table schema_migrations"),
])
def test_a_right_to_look_is_named(own_server, served, taken, given, told):
    with own_server.changed(taken, given):
        status, _, said = recapd("--database", served)
        assert status == REFUSED and told in said


def test_who_may_not_migrate_is_told_who_may(own_server, served):
    last, = run(own_server.own, "SELECT version, name, checksum FROM"
                " schema_migrations ORDER BY version DESC LIMIT 1")
    with own_server.changed(
            f"DELETE FROM schema_migrations WHERE version = {last[0]}",
            "INSERT INTO schema_migrations (version, name, checksum)"
            " VALUES ({}, '{}', '{}')".format(*last)):
        for arguments in ([], ["migrate"]):
            status, _, told = recapd(*arguments, "--database", served)
            assert status == REFUSED and f"lacks migrations {last[1]}" in told
            assert "`recapd migrate` as recapd," in told
        status, _, told = recapd("migrate", "--check", "--database", served)
        assert status == BEHIND and last[1] in told


def test_another_schema_is_found_by_the_search_path(own_server):
    own_server.sql("CREATE DATABASE elsewhere OWNER recapd")
    of_owner = own_server.url(dbname="elsewhere")
    psql(of_owner, "CREATE SCHEMA app")
    path = "-csearch_path=app"
    assert recapd("migrate", "--database", f"{of_owner} options={path}")[0] == 0
    psql(of_owner, "SET search_path = app;"
         + grants().replace("SCHEMA public", "SCHEMA app"))
    served = own_server.url(user=NODE, password="served", dbname="elsewhere")
    assert recapd("migrate", "--database", f"{served} options={path}")[0] == 0
    status, _, told = recapd("migrate", "--database", served)
    assert status == REFUSED and "recapd's tables are in schema app" in told


def test_an_empty_database_names_its_owner(own_server):
    own_server.sql("CREATE DATABASE nothing OWNER recapd")
    status, _, told = recapd("--database", own_server.url(
        user=NODE, password="served", dbname="nothing"))
    assert status == REFUSED and "`recapd migrate` as recapd," in told


def test_a_running_node_names_a_right_that_was_taken(own_server, served, make_node):
    node = make_node(clock="manual", database=served)
    with own_server.changed(f"REVOKE INSERT ON sessions FROM {NODE}",
                            f"GRANT INSERT ON sessions TO {NODE}"):
        cause = f"a right is missing: role {NODE} has not INSERT on table sessions"
        # As long as a node that is gone holds the session's lease, nothing is
        # written here.
        wait_until(lambda: node.send(schedule(1)).status == 503
                   and cause in str(node.get("/readyz").json.get("reasons")),
                   "the cause to be named")
    node.wait_ready()
