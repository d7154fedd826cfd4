# SPDX-License-Identifier: Apache-2.0
"""Transactions that others leave open, and the events that wait for them."""
import psycopg2
import pytest

from lesson import Lesson
from wire import accepted, command, wait_until


@pytest.fixture(scope="module")
def held_node(make_node):
    return make_node()


def schedule(node):
    client = node
    lesson = Lesson(client)
    accepted(client.send(command("session.schedule", lesson.id, "system:x",
                                 lesson.data)))


def warnings(node):
    answer = node.get("/readyz")
    assert answer.status == 200
    return [w for w in answer.json["warnings"] if w["code"] == "feed-held"]


def test_who_holds_the_events_back_is_named(held_node):
    holder = psycopg2.connect(held_node.database)
    try:
        cursor = holder.cursor()
        cursor.execute("SELECT pg_current_xact_id(), pg_backend_pid()")
        pid = cursor.fetchone()[1]
        schedule(held_node)
        told, = wait_until(lambda: warnings(held_node),
                           "the holder's name", 60)
        assert f"process {pid} of user" in told["detail"]
        assert held_node.log().count(told["detail"]) == 1
        holder.rollback()
        wait_until(lambda: not warnings(held_node), "the end of it", 60)
    finally:
        holder.close()


def test_a_transaction_of_another_database_holds_nothing(held_node, server):
    with psycopg2.connect(server) as stranger:
        stranger.cursor().execute("SELECT pg_current_xact_id()")
        schedule(held_node)
        assert held_node.metrics()["recapd_feed_held_back_events"] == 0
    stranger.close()
