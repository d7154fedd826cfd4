# SPDX-License-Identifier: Apache-2.0
"""Whose a command's source and id are."""
import pytest

from lesson import Lesson
from wire import Client, accepted, command, fresh, recap, refused, wait_until

TUTOR, STUDENT = fresh("tutor"), fresh("student")
TOKENS = {who: f"secret-{fresh('k')}" for who in
          (f"tutor:{TUTOR}", f"student:{STUDENT}", "system:sis")}


def config(mode):
    return {"auth": {"mode": mode, "tokens": [
        {"token": secret, "as": who} for who, secret in TOKENS.items()]}}


@pytest.fixture(scope="module")
def guarded(make_node):
    return make_node(config=config("token"))


def by(node, who):
    return Client(node.port, TOKENS[who])


def ready(node):
    """A session scheduled and accepted by tokens."""
    lesson = Lesson(by(node, "system:sis"), [STUDENT], tutor=TUTOR)
    accepted(lesson.schedule(None))
    accepted(by(node, f"student:{STUDENT}").send(
        command("participant.accept", lesson.id, None,
                {"student": STUDENT})))
    return lesson


def test_nobody_can_use_up_anothers_source_and_id(guarded):
    lesson = ready(guarded)
    same = {"source": "/tutors/app", "id": fresh("cmd")}
    theirs = command("recap.submit", lesson.id, None, {"recap": recap()},
                     **same)
    refused(by(guarded, f"student:{STUDENT}").send(theirs), "wrong-state")
    own = command("session.cancel", lesson.id, None, {"reason": "ill"}, **same)
    tutor = by(guarded, f"tutor:{TUTOR}")
    assert accepted(tutor.send(own))["duplicate"] is False
    assert accepted(tutor.send(own))["duplicate"] is True
    refused(tutor.send({**own, "data": {"reason": "other"}}), "id-reused")
    again = by(guarded, f"student:{STUDENT}").send(theirs)
    refused(again, "wrong-state")
    assert again.json["duplicate"] is True


def test_in_the_inbox_the_authid_is_who_sent_it(guarded):
    lesson = ready(guarded)
    same = {"source": "/inbox", "id": fresh("cmd")}
    database = guarded.database
    for who in ("system:sis", f"tutor:{TUTOR}"):
        database.insert_event(command("session.log_time", lesson.id, who,
                                      {"minutes": 500}, **same))

    def outcomes():
        rows = database.run(
            "SELECT who, outcome FROM outcomes WHERE source = %s AND id = %s"
            " ORDER BY who", same["source"], same["id"])
        return dict(rows) if len(rows) == 2 else None

    found = wait_until(outcomes, "both outcomes")
    assert found["system:sis"]["refusals"][0]["code"] == "not-allowed"
    assert found[f"tutor:{TUTOR}"]["refusals"][0]["code"] == "invalid-minutes"
    # One's own command, sent again by HTTP, is a duplicate.
    answer = by(guarded, f"tutor:{TUTOR}").send(
        command("session.log_time", lesson.id, None, {"minutes": 500}, **same))
    refused(answer, "invalid-minutes")
    assert answer.json["duplicate"] is True


def test_where_everybody_is_trusted_another_authid_is_other_content(client):
    lesson = Lesson(client).ready()
    event = lesson.events.cancel()
    accepted(client.send(event))
    refused(client.send({**event, "authid": "system:x"}), "id-reused")


def test_what_was_taken_in_one_mode_is_no_duplicate_in_the_other(make_node):
    node = make_node(config=config("trusted"))
    lesson = Lesson(node, [STUDENT], tutor=TUTOR)
    event = lesson.events.schedule("system:sis")
    accepted(node.send(event))
    node.restart(config("token"))
    refused(by(node, "system:sis").send(event), "session-exists")
    node.restart(config("trusted"))
    assert accepted(node.send(event))["duplicate"] is True


def test_the_outcomes_tell_who_sent_it(client, node):
    event = Lesson(client).events.schedule("system:x")
    node.database.insert_event(event)
    node.database.wait_outcome(event)
    assert node.database.run(
        "SELECT who FROM outcomes WHERE source = %s AND id = %s",
        event["source"], event["id"]) == [("system:x",)]


def test_participants_see_no_stranger_in_what_was_refused(guarded):
    lesson = ready(guarded)
    ids = {who: fresh("cmd") for who in TOKENS}
    for who in TOKENS:
        by(guarded, who).send(command("support.void", lesson.id, None,
                                      {"note": "n"}, id=ids[who]))
    path = f"/v1/sessions/{lesson.id}/refusals"
    everything = by(guarded, "system:sis").read(path)["refusals"]
    assert {r["id"] for r in everything} == {ids[who] for who in TOKENS}
    for who in (f"tutor:{TUTOR}", f"student:{STUDENT}"):
        shown = by(guarded, who).read(path)["refusals"]
        assert len(shown) == 3
        assert [r["id"] for r in shown if r["id"]] == [ids[who]]
        assert len([r for r in shown if r["source"]]) == 1
