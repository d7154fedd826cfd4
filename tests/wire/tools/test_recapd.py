# SPDX-License-Identifier: Apache-2.0
"""recapd's options, signals and exit codes."""
import json
import signal
import socket

import psycopg2
import pytest

from databases import ROOT
from node import Recapctl, recapd
from session import Session


def test_help_tells_the_exit_codes():
    status, printed, _ = recapd("--help")
    assert status == 0 and "Exit codes" in printed


@pytest.mark.parametrize("arguments, told", [
    (["--listen", "nowhere"], "--listen: expected HOST:PORT"),
    (["--clock", "sundial"], "--clock: expected"),
    (["--ingress", "kafka"], "--ingress: expected"),
    (["--ingress", "nats", "--database", "postgresql:///x"], "nats_url is empty"),
    (["--config", "/nowhere/at/all"], "/nowhere/at/all: expected a readable"),
    (["--nonsense"], "--nonsense"),
    ([], "database.url is empty"),
])
def test_wrong_options_are_exit_code_2(arguments, told):
    status, _, printed = recapd(*arguments, env={"RECAPD_DATABASE_URL": ""})
    assert status == 2 and told in printed


def test_a_wrong_file_is_named_with_the_path_in_it(tmp_path):
    file = tmp_path / "my.json"
    file.write_text('{ "policy": { "log_window": 72 } } // hours')
    status, _, printed = recapd("--config", str(file))
    assert status == 2
    assert f"{file}: policy.log_window: expected a duration" in printed


def test_a_wrong_variable_is_named():
    status, _, printed = recapd(env={"RECAPD_ENGINE_SHARDS": "0"})
    assert status == 2 and "RECAPD_ENGINE_SHARDS: expected" in printed


def test_no_other_user_sees_a_password_among_the_arguments(make_database,
                                                           make_node):
    database = make_database()
    parts = psycopg2.extensions.parse_dsn(database)
    given = " ".join(f"{k}={v}" for k, v in parts.items()) + " password=s3cret"
    node = make_node(database=given)
    with open(f"/proc/{node.process.pid}/cmdline") as shown:
        arguments = shown.read()
    assert "s3cret" not in arguments
    assert "password=***" in arguments


def test_check_prints_settings_and_starts_nothing(tmp_path):
    file = tmp_path / "my.json"
    file.write_text('{ "database": { "url": "postgresql://a:b@c/d" } }')
    status, printed, _ = recapd("--check", "--config", str(file), "--listen",
                                "[::1]:9")
    assert status == 0
    assert "node.listen=[::1]:9\n" in printed
    assert "database.url=postgresql://a:***@c/d\n" in printed


def test_defaults_prints_the_default_file():
    assert recapd("--defaults") == (0, (ROOT / "config/recapd.json").read_text(), "")


def test_a_missing_database_is_exit_code_3_with_advice():
    status, _, printed = recapd("--database", "postgresql:///x?host=/nowhere")
    assert status == 3 and "does not answer" in printed
    assert "--database" in printed


def test_a_newer_database_is_exit_code_5(make_node, make_database):
    database = make_database()
    make_node(database=database).stop()
    database.run("INSERT INTO schema_migrations "
                 "SELECT version + 1000, name, checksum, applied_at "
                 "FROM schema_migrations LIMIT 1")
    status, _, printed = recapd("--database", database)
    assert status == 5 and "newer" in printed
    status, _, printed = recapd("migrate", "--check", "--database", database)
    assert status == 5 and "newer" in printed


def test_another_policy_than_the_databases_is_not_used_and_said(make_node):
    node = make_node()
    node.restart({"policy": {"week_starts_on": "sunday"}})
    assert "the policy is version 1 of the database, and the config's " \
        "differs from it and is not used" in node.log()
    assert node.read("/v1/policies/1")["policy"]["week_starts_on"] == "monday"
    assert len(node.read("/v1/policies")["policies"]) == 1


def test_an_address_in_use_is_exit_code_4_with_advice(make_database):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        status, _, printed = recapd("--database", make_database(), "--listen",
                                    address)
    assert status == 4 and address in printed and "--listen" in printed


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_and_ends_with_0(make_node, ending):
    node = make_node()
    node.process.send_signal(ending)
    assert node.process.wait(30) == 0
    assert "drained" in node.log()
    assert f"listens on {node.url}" in node.process.stdout.read()


def test_the_log_is_one_json_object_a_line(make_node):
    node = make_node()
    node.stop()
    for line in node.log().splitlines():
        assert {"time", "level", "message"} <= set(json.loads(line))


def test_an_unknown_variable_is_warned_of(make_node):
    node = make_node(env={"RECAPD_NODE_LISEN": "x"})
    assert "RECAPD_NODE_LISEN" in node.log()


def test_a_manual_clock_goes_on_where_it_stood(make_node, make_database):
    database = make_database()
    node = make_node(clock="manual", database=database)
    stood = Recapctl(node.url).json("clock", "advance", "1000h")["now"]
    node.stop()
    again = make_node(clock="manual", database=database)
    assert Recapctl(again.url).now() == stood


def test_what_was_answered_survives_a_kill(make_node, make_database):
    database = make_database()
    node = make_node(clock="manual", database=database)
    recapctl = Recapctl(node.url)
    session = Session(recapctl.now())
    recapctl.submit(session.schedule)
    node.kill()
    again = Recapctl(make_node(clock="manual", database=database).url)
    assert again.json("show", session.id)["state"] == "scheduled"
