# SPDX-License-Identifier: Apache-2.0
"""Static tokens: programmes, expiry, hashes, and reading them again."""
import hashlib
import http.client
import json
import os
import signal
from datetime import timedelta

import pytest

from lesson import Lesson
from wire import (Client, accepted, command, fresh, problem_of, refused,
                  rfc3339, wait_until)


def token(name):
    return f"secret-{name}-{fresh('k')}"


TUTOR, STUDENT = fresh("tutor"), fresh("student")
SYSTEM, NIGHT, DAY, BOB = (token(n) for n in ("sis", "night", "day", "bob"))
HASHED, BRIEF = token("hashed"), token("brief")


@pytest.fixture(scope="module")
def guarded(make_node):
    return make_node(config={"auth": {"mode": "token", "tokens": [
        {"token": SYSTEM, "as": "system:sis"},
        {"token": DAY, "as": f"tutor:{TUTOR}"},
        {"token": NIGHT, "as": f"tutor:{TUTOR}", "programs": ["night"]},
        {"token": BOB, "as": f"student:{STUDENT}"},
        {"token": "sha256:" + hashlib.sha256(HASHED.encode()).hexdigest(),
         "as": "support:eve"}]}})


def by(node, secret):
    return Client(node.port, secret)


def lesson_of(node, program, secret=SYSTEM):
    lesson = Lesson(by(node, SYSTEM), [STUDENT], tutor=TUTOR, program=program)
    return lesson, by(node, secret).send(lesson.events.schedule(None))


def test_a_hash_stands_for_its_token(guarded):
    assert by(guarded, HASHED).get("/v1/dead-letters").status == 200
    digest = hashlib.sha256(HASHED.encode()).hexdigest()
    for wrong in (digest, "sha256:" + digest):
        assert by(guarded, wrong).get("/v1/dead-letters").status == 401


@pytest.mark.parametrize("secret, program, taken", [
    (DAY, "default", True), (DAY, "night", False), (NIGHT, "night", True),
    (NIGHT, "default", False), (SYSTEM, "night", True)])
def test_a_token_schedules_in_its_programmes_only(guarded, secret, program,
                                                  taken):
    _, answer = lesson_of(guarded, program, secret)
    accepted(answer) if taken else refused(answer, "not-allowed")


def test_a_session_of_another_programme_is_unknown(guarded):
    lesson, answer = lesson_of(guarded, "night")
    accepted(answer)
    accept = command("participant.accept", lesson.id, None,
                     {"student": STUDENT})
    refused(by(guarded, BOB).send(accept), "unknown-session")
    cancel = command("session.cancel", lesson.id, None, {"reason": "r"})
    refused(by(guarded, DAY).send(cancel), "unknown-session")
    for path in ("", "/history", "/eligibility"):
        for secret in (BOB, DAY):
            answer = by(guarded, secret).get(f"/v1/sessions/{lesson.id}{path}")
            assert answer.status == 404, (secret, path)
        assert by(guarded, HASHED).get(
            f"/v1/sessions/{lesson.id}{path}").status == 200
    for secret, listed in ((DAY, False), (NIGHT, True)):
        page = by(guarded, secret).get(f"/v1/sessions?tutor={TUTOR}").json
        assert (lesson.id in [s["id"] for s in page["sessions"]]) == listed
    again = command("session.schedule", lesson.id, None,
                    {**lesson.data, "program": "default"})
    answer = by(guarded, DAY).send(again)
    refused(answer, "session-exists")
    assert answer.json["session"] is None
    answer = by(guarded, DAY).send({**again, "id": fresh("c")},
                                   "?session=true")
    refused(answer, "session-exists")
    assert answer.json["session"] is None
    accepted(by(guarded, NIGHT).send({**cancel, "id": fresh("c")}))


@pytest.mark.parametrize("named", [{"rate_per_hour": 1501},
                                   {"rate_per_hour": 0}, {"currency": "EUR"}])
def test_a_tutor_names_no_other_rate_or_currency(guarded, client, named):
    lesson = Lesson(by(guarded, SYSTEM), [STUDENT], tutor=TUTOR, **named)
    refused(by(guarded, DAY).send(lesson.events.schedule(None)), "not-allowed")
    trusted = Lesson(client, **named)
    refused(trusted.schedule(by=trusted.by_tutor), "not-allowed")
    accepted(trusted.schedule())


def test_the_rate_and_currency_of_the_policy_may_be_named(guarded):
    lesson = Lesson(by(guarded, SYSTEM), [STUDENT], tutor=TUTOR,
                    rate_per_hour=1500, currency="USD")
    accepted(by(guarded, DAY).send(lesson.events.schedule(None)))


def test_an_expired_token_is_told_so(make_node):
    brief = {"token": BRIEF, "as": "system:sis"}
    node = make_node(config={"auth": {"mode": "token", "tokens": [
        {"token": SYSTEM, "as": "system:sis"}, brief]}})
    now = by(node, SYSTEM).now()
    node.configure({"auth": {"mode": "token", "tokens": [
        {"token": SYSTEM, "as": "system:sis"},
        {**brief, "expires": rfc3339(now + timedelta(hours=1))}]}})
    node.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "read again" in node.log(), "the tokens")
    assert by(node, BRIEF).get("/v1/dead-letters").status == 200
    by(node, SYSTEM).set_clock(now + timedelta(hours=1))
    answer = by(node, BRIEF).get("/v1/dead-letters")
    problem_of(answer, "unauthenticated", 401)
    assert "expired" in answer.json["detail"]


def test_tokens_are_read_again_on_sighup(make_node, tmp_path):
    file = tmp_path / "tokens.json"
    old, new, lasting = token("old"), token("new"), token("lasting")

    def write(*secrets):
        file.write_text(json.dumps(
            [{"token": s, "as": "support:eve"} for s in secrets]))
        os.chmod(file, 0o600)

    write(old)
    node = make_node(config={"auth": {
        "mode": "token", "tokens_file": str(file),
        "tokens": [{"token": lasting, "as": "system:sis"}]}})
    stream = http.client.HTTPConnection("127.0.0.1", node.port, timeout=20)
    stream.request("GET", "/v1/events",
                   headers={"Authorization": f"Bearer {old}"})
    events = stream.getresponse()
    assert events.status == 200
    write(new)
    assert by(node, new).get("/v1/dead-letters").status == 401
    node.process.send_signal(signal.SIGHUP)
    wait_until(lambda: by(node, new).get("/v1/dead-letters").status == 200,
               "the new token")
    assert by(node, old).get("/v1/dead-letters").status == 401
    assert by(node, lasting).get("/v1/dead-letters").status == 200
    # Ends: reading on comes to its end.
    events.read()

    for broken in ("[{", '[{"token": "a"}]', ""):
        file.write_text(broken)
        told = node.log().count("stay as they were")
        node.process.send_signal(signal.SIGHUP)
        wait_until(lambda: node.log().count("stay as they were") > told,
                   "a word about the broken file")
        assert by(node, new).get("/v1/dead-letters").status == 200
    # A file of another mode has no tokens to read.
    write(new)
    node.config.write_text("{}")
    node.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "auth.mode is another now" in node.log(), "a word")
    assert by(node, new).get("/v1/dead-letters").status == 200
    assert not any(s in node.log() for s in (old, new, lasting))


def test_wrong_tokens_are_told_in_the_log_and_not_shown(guarded):
    guess = token("guess")
    for _ in range(5):
        assert by(guarded, guess).get("/v1/dead-letters").status == 401
    assert "wrong bearer tokens" in guarded.log()
    assert guess not in guarded.log()
    assert by(guarded, SYSTEM).get("/v1/dead-letters").status == 200
