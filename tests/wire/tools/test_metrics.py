# SPDX-License-Identifier: Apache-2.0
"""The metrics, and the log of requests."""
import json

import psycopg2

from node import Recapctl
from session import Session
from wire import Client, fresh, wait_until


def test_an_open_transaction_shows_in_what_the_feed_holds_back(make_node):
    node = make_node()
    writer = psycopg2.connect(node.database)
    with writer.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
    Recapctl(node.url).schedule(3)
    held = "recapd_feed_held_back_events"
    wait_until(lambda: node.metrics()[held] == 3, "the events to be counted")
    writer.rollback()
    writer.close()
    wait_until(lambda: node.metrics()[held] == 0, "the events to be let go")


def test_each_of_several_nodes_counts_the_sessions_of_the_database(make_node):
    first = make_node()
    second = make_node(database=first.database)
    Recapctl(first.url).schedule(5)
    Recapctl(second.url).schedule(2)
    for node in (first, second):
        assert node.metrics()['recapd_sessions{state="scheduled"}'] == 7


def test_a_malformed_inbox_row_is_counted(make_node):
    node = make_node()
    node.database.insert_event("{}")
    counted = 'recapd_refusals_total{code="malformed"}'
    wait_until(lambda: node.metrics()[counted] == 1, "it to be counted")


def test_what_waits_is_counted(make_node):
    node = make_node(clock="manual")
    recapctl = Recapctl(node.url)
    early = Session(recapctl.now())
    recapctl("clock", "advance", "10h")
    late = Session(recapctl.now())
    for one in (late, early):
        recapctl.submit(one.schedule, one.accept)
    recapctl("clock", "advance", "73h")
    recapctl.submit(*(one.event("support.request", one.tutor,
                                {"message": "It took place"})
                      for one in (late, early)))
    node.database.insert_event("{}")
    wait_until(lambda: recapctl.json("queues")["dead_letters"] == 1, "a letter")
    found = node.metrics()
    assert found['recapd_queue_sessions{queue="asked"}'] == 2
    assert 83 * 3600 <= found['recapd_queue_oldest_seconds{queue="asked"}'] \
        < 84 * 3600
    assert found['recapd_queue_sessions{queue="disputed"}'] == 0
    assert found["recapd_dead_letters_open"] == 1
    assert found["recapd_inbox_rows"] == found["recapd_inbox_oldest_seconds"] \
        == 0


def test_reminders_that_helped_and_money_are_counted(make_node):
    node = make_node(clock="manual")
    recapctl = Recapctl(node.url)
    helped, in_time = Session(recapctl.now()), Session(recapctl.now())
    for one in (helped, in_time):
        recapctl.submit(one.schedule, one.accept)
    recapctl.submit(in_time.complete(), in_time.student_recap())
    recapctl("clock", "advance", "2h")
    recapctl.submit(helped.complete(), helped.student_recap())
    found = node.metrics()
    assert found['recapd_reminders_total{kind="tutor_recap_due"}'] == 1
    assert found['recapd_reminders_helped_total{kind="tutor_recap_due"}'] == 1
    # It was not sent, so it helped nobody.
    assert not any("helped" in name and "tutor_recap_reminder" in name
                   for name in found)
    assert found['recapd_ledger_minor_units_total'
                 '{currency="USD",kind="settlement"}'] == 3000


def test_the_process_and_its_leases_are_told(make_node):
    node = make_node()
    held = "recapd_leases_held"
    wait_until(lambda: node.metrics()[held] == 64, "the shards to be leased")
    found = node.metrics()
    assert found["recapd_leases_lost_total"] == 0
    assert found["process_cpu_seconds_total"] > 0
    assert found["process_resident_memory_bytes"] > 1 << 20
    assert 0 < found["process_open_fds"] < found["process_max_fds"]
    assert any(name.startswith('recapd_build_info{') for name in found)


def requests_of(node):
    """The lines of the log about requests."""
    lines = [json.loads(line) for line in node.log().splitlines()]
    return [line for line in lines if line["message"] == "request"]


def test_a_request_is_a_line_of_the_log(make_node):
    token = fresh("secret")
    node = make_node(config={
        "log": {"requests": "all"},
        "auth": {"mode": "token",
                 "tokens": [{"token": token, "as": "support:ann"}]}})
    answer = Client(node.port, token).get("/v1/sessions?limit=1",
                                          **{"X-Request-Id": "proxy-7"})
    assert answer.headers["x-request-id"] == "proxy-7"
    for wrong in ("", "a b", "ä", "x" * 129):
        given = node.get("/nothing?code=secret",
                         **{"X-Request-Id": wrong}).headers["x-request-id"]
        assert len(given) == 16 and given != wrong
    wait_until(lambda: len([r for r in requests_of(node)
                            if r["path"] == "/nothing"]) == 4, "the lines")
    first, = [r for r in requests_of(node) if r["request_id"] == "proxy-7"]
    assert {k: first[k] for k in ("method", "path", "status", "who", "from")} \
        == {"method": "GET", "path": "/v1/sessions", "status": "200",
            "who": "support:ann", "from": "127.0.0.1"}
    assert float(first["seconds"]) > 0 and int(first["bytes"]) > 0
    assert "secret" not in node.log()
    ids = [r["request_id"] for r in requests_of(node)]
    assert len(set(ids)) == len(ids)


def test_requests_are_not_logged_unless_asked_for(make_node):
    node = make_node()
    assert len(node.get("/healthz").headers["x-request-id"]) == 16
    assert requests_of(node) == []
