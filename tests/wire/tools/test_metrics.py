# SPDX-License-Identifier: Apache-2.0
"""The metrics that come from the database."""
import json

import psycopg2

from node import Recapctl
from session import Session
from wire import wait_until


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
    wait_until(lambda: node.metrics()[held] == 3, "the events to be counted")
    writer.rollback()
    writer.close()
    wait_until(lambda: node.metrics()[held] == 0, "the events to be let go")


def test_each_of_several_nodes_counts_the_sessions_of_the_database(make_node):
    first = make_node()
    second = make_node(database=first.database)
    schedule(first, 5)
    schedule(second, 2)
    for node in (first, second):
        assert node.metrics()['recapd_sessions{state="scheduled"}'] == 7


def test_a_malformed_inbox_row_is_counted(make_node):
    node = make_node()
    node.database.insert_event("{}")
    counted = 'recapd_refusals_total{code="malformed"}'
    wait_until(lambda: node.metrics()[counted] == 1, "it to be counted")
