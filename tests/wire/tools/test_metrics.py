# SPDX-License-Identifier: Apache-2.0
"""The metrics that come from the database."""
import psycopg2

from node import Recapctl
from wire import wait_until


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
