# SPDX-License-Identifier: Apache-2.0
"""Transactions that others leave open, and the events that wait for them."""
import psycopg2
import pytest

from lesson import Lesson
from wire import wait_until


@pytest.fixture(scope="module")
def held_node(make_node):
    return make_node()


def test_who_holds_the_events_back_is_named(held_node):
    holder = psycopg2.connect(held_node.database)
    try:
        cursor = holder.cursor()
        cursor.execute("SELECT pg_current_xact_id(), pg_backend_pid()")
        pid = cursor.fetchone()[1]
        Lesson(held_node).scheduled()
        told, = wait_until(lambda: held_node.warned("feed-held"),
                           "the holder's name", 60)
        assert f"process {pid} of user" in told
        assert held_node.log().count(told) == 1
        holder.rollback()
        wait_until(lambda: not held_node.warned("feed-held"), "the end", 60)
    finally:
        holder.close()


def test_a_transaction_of_another_database_holds_nothing(held_node, server):
    with psycopg2.connect(server) as stranger:
        stranger.cursor().execute("SELECT pg_current_xact_id()")
        Lesson(held_node).scheduled()
        assert held_node.metrics()["recapd_feed_held_back_events"] == 0
    stranger.close()
