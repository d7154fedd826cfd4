# SPDX-License-Identifier: Apache-2.0
"""Clients of the inbox, one of them hostile: nobody is stopped or forged."""
import io
import json
import subprocess
import threading

import psycopg2
import pytest

from lesson import Lesson
from node import Recapctl, recapd
from wire import DAY, HOUR, accepted, wait_until


@pytest.fixture(scope="module")
def own(make_node):
    """A node whose database may be treated badly."""
    return make_node()


@pytest.fixture
def database(own):
    return own.database


def schedule(client):
    return Lesson(client).events.schedule()


def completes(client):
    """The event that completes a lesson of a week ago, too late."""
    return Lesson(client, start=client.now() - 7 * DAY).scheduled() \
        .events.complete()


def copy_in(database, columns, *rows):
    connection = psycopg2.connect(database)
    with connection, connection.cursor() as cursor:
        cursor.copy_expert(f"COPY inbox ({columns}) FROM STDIN",
                           io.StringIO("".join(
                               "\t".join(r) + "\n" for r in rows)))
    connection.close()


def is_late(database, event):
    codes = [r["code"] for r in is_decided(database, event)["refusals"]]
    assert "window-closed" in codes and "too-early" not in codes


def is_decided(database, event):
    outcome = database.wait_outcome(event)
    assert outcome["outcome"] in ("accepted", "refused")
    return outcome


@pytest.mark.parametrize("moment", [
    "infinity", "-infinity", "294276-01-01", "4713-01-01 BC", "2020-01-01"])
def test_a_moment_that_a_client_gives_is_not_taken(own, database, moment):
    late = completes(own)
    for way in ("insert", "copy"):
        if way == "insert":
            database.run("INSERT INTO inbox (event, received_at) VALUES "
                         "(%s, %s)", json.dumps(late), moment)
        else:
            late = completes(own)
            copy_in(database, "event, received_at",
                    (json.dumps(late), moment))
        is_late(database, late)
    event = schedule(own)
    database.insert_event(event)
    assert is_decided(database, event)["outcome"] == "accepted"


@pytest.mark.parametrize("settings", [
    "SET search_path = ''", "SET search_path = nowhere, pg_temp",
    "SET client_encoding = LATIN1", "SET TimeZone = 'Asia/Kathmandu'",
    "SET DateStyle = 'German'", "SET bytea_output = escape",
    "SET session_replication_role = replica",
    "SET default_transaction_isolation = serializable",
    "SET plpgsql.extra_errors = 'all'", "SET row_security = off",
    "SET standard_conforming_strings = off; SET backslash_quote = off",
    "SET synchronous_commit = off", "SET enable_indexscan = off",
    "CREATE TEMP TABLE manual_clock (now timestamptz, active bool);"
    " INSERT INTO manual_clock VALUES ('infinity', true)"])
def test_whatever_a_client_sets_its_event_is_taken(own, database, settings):
    event = completes(own)
    event["data"]["recap"]["next_steps"] += " Brüche ½"
    # What only a superuser may set, a superuser sets.
    superuser = "replication_role" in settings
    connection = psycopg2.connect(database.server if superuser else database,
                                  dbname=database.name)
    with connection, connection.cursor() as cursor:
        cursor.execute(settings)
        cursor.execute("INSERT INTO public.inbox (event) VALUES (%s)",
                       (json.dumps(event, ensure_ascii=False),))
    is_late(database, event)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT outcome->>'outcome' FROM public.outcomes"
                       " WHERE source = %s AND id = %s",
                       (event["source"], event["id"]))
        assert cursor.fetchall() == [("refused",)]
    connection.close()


def test_rows_that_were_forced_in_stop_nobody(own, database):
    """The rows come from a role that may switch triggers and constraints
    off."""
    event = schedule(own)
    database.run(
        "ALTER TABLE inbox DISABLE TRIGGER USER;"
        "ALTER TABLE inbox DROP CONSTRAINT inbox_event_at_most_64_kib;"
        "INSERT INTO inbox (seq, event, received_at, bucket) VALUES"
        " (-9223372036854775808, '{}', 'infinity', 0),"
        " (-4, '{}', '-infinity', -1),"
        " (0, '{}', '294276-12-31 23:59:59+00', 32767),"
        " (nextval('inbox_seq_seq'), repeat('x', 20000000), now(), 0),"
        " (9223372036854775807, '{}', now(), 5000);"
        "ALTER TABLE inbox ENABLE TRIGGER USER;"
        "INSERT INTO inbox (event) VALUES (%s);"
        "NOTIFY recapd_inbox", json.dumps(event))
    assert is_decided(database, event)["outcome"] == "accepted"
    wait_until(lambda: database.run("SELECT count(*) FROM inbox") == [(0,)],
               "everything to be taken")
    letters = database.run("SELECT octet_length(event), reason"
                           " FROM dead_letters ORDER BY id DESC LIMIT 5")
    assert max(size for size, _ in letters) <= 65536
    assert all(reason for _, reason in letters)
    # What comes after all of them, too.
    event = schedule(own)
    database.insert_event(event)
    assert is_decided(database, event)["outcome"] == "accepted"
    assert own.read("/v1/dead-letters")


def test_thousands_that_cannot_be_read_stop_nobody(own, database):
    event = schedule(own)
    database.run("INSERT INTO inbox (event)"
                 " SELECT CASE n WHEN 5000 THEN %s ELSE '{' || n END"
                 " FROM generate_series(1, 5000) AS n", json.dumps(event))
    assert is_decided(database, event)["outcome"] == "accepted"


def test_who_keeps_a_row_open_holds_up_nobody_and_is_not_missed(own,
                                                                database):
    slow = psycopg2.connect(database)
    first = schedule(own)
    slow.cursor().execute("INSERT INTO inbox (event) VALUES (%s)",
                          (json.dumps(first),))
    gone = psycopg2.connect(database)
    gone.cursor().execute("INSERT INTO inbox (event) SELECT 'x'"
                          " FROM generate_series(1, 500)")
    gone.rollback()
    gone.close()
    for _ in range(3):
        event = schedule(own)
        database.insert_event(event)
        assert is_decided(database, event)["outcome"] == "accepted"
    assert database.outcome(first) is None
    slow.commit()
    slow.close()
    assert is_decided(database, first)["outcome"] == "accepted"


def test_a_flood_of_notifications_stops_nobody(own, database):
    stop = threading.Event()

    def flood():
        connection = psycopg2.connect(database)
        connection.autocommit = True
        while not stop.is_set():
            connection.cursor().execute("NOTIFY recapd_inbox")
        connection.close()

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        for _ in range(5):
            event = schedule(own)
            database.insert_event(event)
            assert is_decided(database, event)["outcome"] == "accepted"
    finally:
        stop.set()
        thread.join()


def test_data_alone_can_be_restored(make_node, server, tmp_path):
    """Into a database that is set up already: a void's ledger too."""
    node = make_node()
    lesson = Lesson(node, start=node.now() - HOUR).paid()
    accepted(lesson.void())
    event = schedule(node)
    node.stop()
    node.database.insert_event(event)
    dump = str(tmp_path / "dump")
    subprocess.run(["pg_dump", "--format=custom", f"--file={dump}", node.database],
                   check=True)
    ledger = "SELECT * FROM ledger ORDER BY kind"
    before = node.database.run(ledger)
    assert [row[1] for row in before] == ["reversal", "settlement"]
    other = make_node(start=False)
    assert recapd("migrate", "--database", other.database)[0] == 0
    subprocess.run(["pg_restore", "--data-only", "--exit-on-error", "--dbname",
                    other.database, dump], check=True)
    assert other.database.run(ledger) == before
    other.start()
    assert other.session(lesson.id)["state"] == "voided"
    assert is_decided(other.database, event)["outcome"] == "accepted"
    other.stop()
    Recapctl()("check", "--database", other.database)


def test_migrate_sets_up_a_database_and_ends(make_node):
    node = make_node(start=False)
    code, told, _ = recapd("migrate", "--database", node.database)
    assert code == 0
    assert node.database.run("SELECT count(*) FROM sessions") == [(0,)]
    assert "CREATE ROLE" not in told
    node.start()
