# SPDX-License-Identifier: Apache-2.0
"""The database inbox: rows in, outcomes out, dead letters aside."""
import json

import psycopg2
import pytest

from lesson import Lesson
from wire import DAY, HOUR, accepted, check_outcome, command, fresh, wait_until


@pytest.fixture(scope="module")
def database(node):
    return node.database


def through(database, event):
    """Inserts an event and waits for its outcome."""
    database.insert_event(event)
    outcome = database.wait_outcome(event)
    check_outcome(outcome)
    assert (outcome["id"], outcome["source"]) == (event["id"],
                                                  event["source"])
    return outcome


def dead_letters(client):
    answer = client.read("/v1/dead-letters")
    rows = [v for v in answer.values() if isinstance(v, list)]
    assert len(rows) == 1, answer
    return rows[0]


def is_dead(database, text):
    rows = database.run("SELECT to_jsonb(d)::text FROM dead_letters d")
    return [r[0] for r in rows
            if any(v == text for v in json.loads(r[0]).values())]


def test_an_event_in_the_inbox_is_taken(client, database):
    lesson = Lesson(client)
    outcome = through(database, lesson.events.schedule())
    assert outcome["outcome"] == "accepted"
    assert outcome["duplicate"] is False
    assert lesson.state == "scheduled"


def test_the_outcome_is_the_object_of_http(client, database):
    event = Lesson(client).events.schedule()
    outcome = through(database, event)
    again = accepted(client.send(event))
    assert again["duplicate"] is True
    assert {**again, "duplicate": False} == outcome


def test_the_row_is_gone_once_it_is_decided(client, database):
    event = Lesson(client).events.schedule()
    through(database, event)
    assert database.run("SELECT count(*) FROM inbox WHERE event::text LIKE %s",
                        f"%{event['id']}%") == [(0,)]


def test_a_refused_event_has_an_outcome(client, database):
    outcome = through(database, command("session.log_time", fresh("s"),
                                        "tutor:t", {"minutes": 5}))
    assert outcome["outcome"] == "refused"
    assert outcome["session"] is None
    assert [r["code"] for r in outcome["refusals"]] == ["unknown-session"]


def test_an_outcome_is_shown_for_as_long_as_is_set(make_node):
    node = make_node(config={"retention": {"outcomes": "2s"}})
    event = Lesson(node).events.schedule()
    producer = psycopg2.connect(node.database.server,
                                dbname=node.database.name,
                                options="-c role=recapd_producer")

    def shown():
        with producer, producer.cursor() as cursor:
            cursor.execute("SELECT outcome->>'outcome' FROM outcomes WHERE "
                           "source = %s AND id = %s",
                           (event["source"], event["id"]))
            return cursor.fetchall()

    for _ in range(2):
        node.database.insert_event(event)
        wait_until(lambda: shown() == [("accepted",)], "the outcome")
        wait_until(lambda: shown() == [], "its end")
    producer.close()
    assert len(node.history(event["subject"])) == 1


def test_a_repeat_in_the_inbox_changes_nothing(client, database):
    lesson = Lesson(client)
    event = lesson.events.schedule()
    accepted(client.send(event))
    history = client.history(lesson.id)
    database.insert_event(event)
    database.insert_event(event)
    wait_until(lambda: database.run(
        "SELECT count(*) FROM inbox WHERE event::text LIKE %s",
        f"%{event['id']}%") == [(0,)], "the repeats to be taken")
    assert client.history(lesson.id) == history
    assert database.run("SELECT outcome->>'outcome' FROM outcomes WHERE "
                        "source = %s AND id = %s", event["source"],
                        event["id"]) == [("accepted",)]


def test_many_rows_of_one_transaction_are_all_taken(client, database):
    events = [Lesson(client, start=client.now()).events.schedule()
              for _ in range(200)]
    database.run("INSERT INTO inbox (event) SELECT * FROM unnest(%s)",
                 [json.dumps(e) for e in events])
    for event in events:
        assert database.wait_outcome(event)["outcome"] == "accepted"


def test_rows_about_one_session_are_taken_in_order(client, database):
    lesson = Lesson(client, start=client.now() - 2 * DAY)
    its = lesson.events
    events = [its.schedule(), its.accept(), its.decline(),
              its.cancel("system:x")]
    database.run("INSERT INTO inbox (event) SELECT * FROM unnest(%s)",
                 [json.dumps(e) for e in events])
    outcomes = [database.wait_outcome(e) for e in events]
    assert outcomes[0]["outcome"] == outcomes[1]["outcome"] == "accepted"
    assert outcomes[3]["outcome"] == "accepted"
    assert lesson.state == "cancelled"


def test_the_whole_happy_path_leads_through_the_inbox(make_node):
    node = make_node()
    lesson = Lesson(node, start=node.now() - HOUR)
    its = lesson.events
    for event in (its.schedule(), its.accept(), its.complete(),
                  its.student_recap()):
        assert through(node.database, event)["outcome"] == "accepted"
    lesson.settled()


def test_what_waits_in_the_inbox_is_taken_at_the_next_start(make_node):
    node = make_node()
    event = Lesson(node).events.schedule()
    node.stop()
    node.database.insert_event(event)
    node.start()
    assert node.database.wait_outcome(event)["outcome"] == "accepted"


@pytest.mark.parametrize("text", [
    "", "not json", "{", "[]", "null", "7", '"text"', "{}",
    "\u00ff\u00fe", "<event/>", "'; DROP TABLE inbox; --"])
def test_what_cannot_be_taken_is_a_dead_letter(client, database, text):
    text = text + " " * len(fresh("pad")) if text else text
    database.insert_event(text)
    row = wait_until(lambda: is_dead(database, text), "the dead letter")[-1]
    assert row
    listed = dead_letters(client)
    assert any(text in letter.values() for letter in listed)
    for letter in listed:
        assert any(isinstance(v, str) and v and v != text
                   for v in letter.values()), "a reason"


def test_a_dead_letter_can_be_retried_and_may_die_again(client, database):
    text = f"no event {fresh('x')}"
    database.insert_event(text)
    wait_until(lambda: is_dead(database, text), "the dead letter")
    letter, = [d for d in dead_letters(client) if text in d.values()]
    answer = client.post(f"/v1/dead-letters/{letter['id']}/retry", {})
    assert 200 <= answer.status < 500, answer
    wait_until(lambda: is_dead(database, text), "the dead letter again")


@pytest.mark.parametrize("which", ["999999999", "x", "-1", "0",
                                   "99999999999999999999999", "%27"])
def test_no_other_letter_can_be_retried(client, which):
    answer = client.post(f"/v1/dead-letters/{which}/retry", {})
    assert answer.status in (400, 404), answer


def test_a_letter_stops_nobody_behind_it(client, database):
    event = Lesson(client).events.schedule()
    database.run("INSERT INTO inbox (event) SELECT * FROM unnest(%s)",
                 ["{{{", json.dumps(event), "]]]"])
    assert database.wait_outcome(event)["outcome"] == "accepted"


def test_many_rows_of_one_session_hold_up_no_other(client, database):
    crowded, other = Lesson(client), Lesson(client)
    accepted(crowded.schedule())
    flood = command("participant.invite", crowded.id, "system:x",
                    {"student": fresh("student")})
    source = fresh("flood")
    last = other.events.schedule()
    database.run("INSERT INTO inbox (event) SELECT jsonb_set(jsonb_set("
                 "%s::jsonb, '{source}', to_jsonb(%s::text)), '{id}', "
                 "to_jsonb(n::text))::text FROM generate_series(1, 6000) n; "
                 "INSERT INTO inbox (event) VALUES (%s)",
                 json.dumps(flood), source, json.dumps(last))
    database.wait_outcome(last)
    wait_until(lambda: database.run("SELECT count(*) FROM commands WHERE "
                                    "source = %s", source) == [(6000,)],
               "all of the flood", 60)
    # The other one came last and was decided long before all were.
    before, = database.run(
        "SELECT count(*) FROM journal f, journal o WHERE f.source = %s AND "
        "(o.source, o.id) = (%s, %s) AND f.xmin::text::int8 < "
        "o.xmin::text::int8", source, last["source"], last["id"])
    assert before[0] < 5000
    wait_until(lambda: database.run(
        "SELECT count(*) FROM commands WHERE source = %s", source)
        == [(6000,)], "all of them", 120)
