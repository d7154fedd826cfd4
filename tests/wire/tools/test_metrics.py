# SPDX-License-Identifier: Apache-2.0
"""The metrics that come from the database."""
import json
import urllib.request

import psycopg2

from conftest import Recapctl, Session, wait_until


def metrics(node):
    """Every sample's value by its name with labels."""
    with urllib.request.urlopen(node.url + "/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, value in (
        line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def schedule(node, count):
    sessions = [Session("2099-11-23T09:00:00-05:00") for _ in range(count)]
    Recapctl(node.url)("submit", stdin="\n".join(
        json.dumps(s.schedule) for s in sessions))


def test_an_open_transaction_shows_in_what_the_feed_holds_back(make_node):
    node = make_node()
    writer = psycopg2.connect(node.database)
    with writer.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
    schedule(node, 3)
    held = "recapd_feed_held_back_events"
    wait_until(lambda: metrics(node)[held] == 3, "the events to be counted")
    writer.rollback()
    writer.close()
    wait_until(lambda: metrics(node)[held] == 0, "the events to be let go")


def test_each_of_several_nodes_counts_the_sessions_of_the_database(make_node):
    first = make_node()
    second = make_node(database=first.database)
    schedule(first, 5)
    schedule(second, 2)
    for node in (first, second):
        assert metrics(node)['recapd_sessions{state="scheduled"}'] == 7


def test_a_malformed_inbox_row_is_counted(make_node):
    node = make_node()
    connection = psycopg2.connect(node.database)
    with connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO inbox (event) VALUES ('{}')")
    connection.close()
    counted = 'recapd_refusals_total{code="malformed"}'
    wait_until(lambda: metrics(node)[counted] == 1, "it to be counted")
