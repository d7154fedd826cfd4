# SPDX-License-Identifier: Apache-2.0
"""Whatever role, database and environment set, a node is right or says why."""
import json

import psycopg2
import pytest

from databases import run
from lesson import Lesson
from node import recapd
from wire import accepted, command, recap, wait_until

TEXT = "Brüche: ½ + ⅓, 日本 🎓 "


def set_for(database, **settings):
    for name, value in settings.items():
        database.run(f"ALTER DATABASE {database.name} SET {name} = %s", value)


def insert(database, text):
    connection = psycopg2.connect(database)
    connection.set_client_encoding("UTF8")
    with connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO inbox (event) VALUES (%s)", (text,))
    connection.close()


@pytest.mark.parametrize("encoding", ["LATIN1", "SJIS", "SQL_ASCII"])
@pytest.mark.parametrize("by", ["environment", "database"])
def test_text_is_kept_in_every_client_encoding(make_node, encoding, by):
    env = {"PGCLIENTENCODING": encoding} if by == "environment" else {}
    node = make_node(start=False, env=env)
    if by == "database":
        set_for(node.database, client_encoding=encoding)
    node.start()
    lesson = Lesson(node).ready()
    told = {part: TEXT + text for part, text in recap().items()}
    accepted(lesson.complete(text=told))
    assert lesson.now()["tutor_recap"] == told
    other = Lesson(node)
    event = command("session.cancel", other.id, "system:x", {"reason": TEXT})
    accepted(other.schedule())
    insert(node.database, json.dumps(event, ensure_ascii=False))
    wait_until(lambda: other.state == "cancelled", "the row to be taken")
    assert any(e["data"].get("reason") == TEXT
               for e in node.history(other.id))


def test_settings_of_the_database_change_nothing(make_node):
    node = make_node(start=False)
    set_for(node.database, synchronous_commit="off",
            default_transaction_isolation="serializable",
            default_transaction_deferrable="on", statement_timeout="2000",
            lock_timeout="2000", idle_session_timeout="5000", DateStyle="German",
            TimeZone="Asia/Kathmandu", search_path="nowhere",
            default_transaction_read_only="on")
    node.start()
    Lesson(node).paid()
    assert node.database.run("SELECT count(*) FROM public.ledger") == [(1,)]


def refused(url):
    """What recapd says when it does not start."""
    status, _, told = recapd("--database", url)
    assert status == 5, told
    return told


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_in_another_encoding_is_refused(make_node, server,
                                                   encoding):
    node = make_node(start=False)
    node.database.drop()
    run(server, f"CREATE DATABASE {node.database.name} ENCODING '{encoding}'"
                " LOCALE 'C' TEMPLATE template0")
    assert f"server_encoding is {encoding}" in refused(node.database)
