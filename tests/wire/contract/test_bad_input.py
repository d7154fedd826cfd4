# SPDX-License-Identifier: Apache-2.0
"""The battery: whatever is sent, the contract's answer, and nothing moves."""
import json

import pytest

import bad_input
from lesson import Lesson
from wire import CLOUDEVENT, accepted, is_problem, refused, wait_until

# Tables that may change although nothing happened to a session: what was
# answered, and what the nodes tell one another.
PASSING = ("outcome", "command", "dead_letter", "inbox", "lease", "node",
           "shard", "clock", "heartbeat", "migration", "member")


class Still:
    """Sessions that nothing in this file may move, and their fingerprint."""

    def __init__(self, node):
        self.node = node
        self.paid = Lesson(node).paid()
        self.voided = Lesson(node).awaiting()
        accepted(self.voided.void())
        self.missed = Lesson(node)
        accepted(self.missed.schedule())
        node.advance("73h")
        self.lesson = Lesson(node, modality="online").ready()
        self.again = Lesson(node, modality="online").ready()
        self.cases = list(bad_input.cases(self.lesson))

    def tables(self):
        rows = self.node.database.run(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' AND table_schema NOT IN "
            "('pg_catalog', 'information_schema') ORDER BY 1, 2")
        return [f'"{schema}"."{name}"' for schema, name in rows
                if not any(word in name for word in PASSING)]

    def fingerprint(self):
        """Rows and checksum of each table, and what a client sees. What is
        refused is a row of the journal that has no version before it."""
        seen = {t: self.node.database.run(
            f"SELECT count(*), md5(string_agg(md5(t::text), '' "
            f"ORDER BY md5(t::text))) FROM {t} t "
            + ("WHERE before IS NOT NULL" if "journal" in t else ""))[0]
            for t in self.tables()}
        assert len(seen) >= 4, seen
        for lesson in (self.lesson, self.paid, self.voided, self.missed):
            seen[lesson.id] = (lesson.now(), self.node.history(lesson.id),
                               self.node.notifications(lesson.id))
        seen["program"] = self.node.read("/v1/accounts/program:default")
        return seen


@pytest.fixture(scope="module")
def still(make_node):
    return Still(make_node())


@pytest.fixture(scope="module", autouse=True)
def nothing_moves(still):
    """Every table is as it was once the whole battery has been sent."""
    stable = None
    while stable != (stable := still.fingerprint()):
        pass  # until the outbox has sent what the preparation caused
    yield
    assert still.node.alive(), still.node.log()[-4000:]
    assert still.node.get("/healthz").status == 200
    assert still.fingerprint() == stable
    accepted(still.again.complete())


class Shape:
    """Stands for a lesson while the cases are counted and named."""
    id, student, tutor, by_tutor = "s", "p", "t", "tutor:t"
    data = {"tutor": "t", "course": "c", "students": ["p"],
            "starts_at": "2026-11-25T10:00:00Z", "modality": "online"}


LABELS = [label for label, _ in bad_input.cases(Shape())]


def test_there_are_at_least_150_cases():
    assert len(LABELS) >= 150


@pytest.mark.parametrize("number", range(len(LABELS)), ids=[
    f"{n}-{ascii(label)[1:-1][:40]}" for n, label in enumerate(LABELS)])
def test_a_wrong_command_is_malformed(still, number):
    label, body = still.cases[number]
    answer = still.node.send_text(body)
    problem = refused(answer, "malformed")
    assert len(problem[0]["detail"]) < 500, label
    assert b"\x00" not in answer.body


def test_a_wrong_command_is_malformed_in_the_inbox(still):
    """Each case of the table ends in an outcome that says malformed, or in a
    dead letter."""
    database, sent = still.node.database, []
    for label, body in bad_input.cases(still.lesson):
        try:
            text = body.decode()
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            continue  # no SQL text holds it
        database.insert_event(text)
        sent.append((label, text))
    wait_until(lambda: database.run("SELECT count(*) FROM inbox") == [(0,)],
               "the inbox to be empty", 60)
    letters = {value for row, in database.run(
        "SELECT to_jsonb(d) FROM dead_letters d") for value in row.values()
        if isinstance(value, str)}
    assert len(sent) >= 150
    for label, text in sent:
        if text in letters:
            continue
        event = json.loads(text)
        outcome = database.outcome(event)
        assert outcome, (label, text[:300])
        assert [r["code"] for r in outcome["refusals"]] == ["malformed"], (
            label, outcome)


@pytest.mark.parametrize("literal", [
    "99999999999999999999999", "-99999999999999999999999",
    "9223372036854775808", "-9223372036854775809", "18446744073709551616",
    "4294967301", "-4294967291", "1e30", "1e400"])
def test_minutes_beyond_all_bounds_are_refused(still, literal):
    """Such a number is no number of minutes, or it is out of range."""
    event = bad_input.valid("session.log_time", still.lesson)
    answer = still.node.send_text(json.dumps(event).replace(
        '"minutes": 5', f'"minutes": {literal}'))
    assert answer.status in (400, 422), answer
    assert answer.json["refusals"][0]["code"] in ("malformed",
                                                  "invalid-minutes")


@pytest.mark.parametrize("kind,by", [
    ("session.log_time", "tutor:somebody"),
    ("session.complete", "tutor:somebody"),
    ("recap.submit", "student:somebody"),
    ("session.cancel", "tutor:somebody"),
    ("support.request", "tutor:somebody"),
    ("support.void", "system:somebody")])
@pytest.mark.parametrize("whose", ["lesson", "paid", "missed"])
def test_a_stranger_gets_nowhere(still, kind, by, whose):
    event = bad_input.valid(kind, getattr(still, whose))
    refused(still.node.send({**event, "authid": by}), "not-allowed")


@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", "nonsense"])
def test_another_charset_is_refused(still, charset):
    event = bad_input.valid("session.log_time", still.lesson)
    answer = still.node.send_text(json.dumps(event),
                                  f"{CLOUDEVENT}; charset={charset}")
    is_problem(answer, 400, 415)


@pytest.mark.parametrize("media", ["text/html", "application/octet-stream",
                                   "image/png", "garbage", "a/b/c", ";", "/"])
def test_another_media_type_is_refused(still, media):
    event = bad_input.valid("session.log_time", still.lesson)
    answer = still.node.send_text(json.dumps(event), media)
    is_problem(answer, 400, 415)


def test_64_kib_and_a_byte_is_too_large(still):
    event = bad_input.valid("support.request", still.missed)
    event["data"]["message"] = ""
    event["data"]["message"] = "x" * (65537 - len(json.dumps(event)))
    answer = still.node.send(event)
    is_problem(answer, 413)


HEAD = b"POST /v1/commands HTTP/1.1\r\nHost: localhost\r\n"
RAW = {
    "nothing": b"",
    "one byte": b"\x00",
    "garbage": bytes(range(256)) * 20,
    "a line feed": b"\n\n\n\n",
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 99,
    "no version": b"GET /\r\n\r\n",
    "a strange version": b"GET / HTTP/9.9\r\n\r\n",
    "no method": b" / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a strange method": b"FLY /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "half a request line": b"POST /v1/comm",
    "half the headers": HEAD + b"Content-Type: appl",
    "half the body": HEAD + b"Content-Type: application/cloudevents+json\r\n"
                            b"Content-Length: 500\r\n\r\n{\"id\":",
    "a negative length": HEAD + b"Content-Length: -5\r\n\r\n{}",
    "a length that is no number": HEAD + b"Content-Length: five\r\n\r\n{}",
    "a huge length": HEAD + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "two lengths": HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a bad chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}",
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{}",
    "length and chunks": HEAD + b"Content-Length: 2\r\nTransfer-Encoding: "
                                b"chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "an endless header": HEAD + b"X: " + b"a" * 200000 + b"\r\n\r\n",
    "too many headers": HEAD + b"X: a\r\n" * 20000 + b"\r\n",
    "an endless path": b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n",
    "a header without colon": HEAD + b"nonsense\r\n\r\n",
    "NUL in a header": HEAD + b"X: a\x00b\r\n\r\n",
    "NUL in the path": b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a proxy request": b"GET http://example.com/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "CONNECT": b"CONNECT example.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "bad percent": b"GET /v1/sessions/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "half a percent": b"GET /v1/sessions/%4 HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("name", RAW)
def test_bytes_that_are_no_request_harm_nobody(still, name):
    received = still.node.raw(RAW[name])
    assert not received or received.startswith(b"HTTP/1.1 4") \
        or received.startswith(b"HTTP/1.1 5"), received[:300]
    assert not received.startswith(b"HTTP/1.1 500"), received[:300]
    assert still.node.get("/healthz").status == 200


def test_callers_that_say_nothing_keep_nobody_waiting(still):
    import socket
    silent = [socket.create_connection(("127.0.0.1", still.node.port))
              for _ in range(100)]
    for n, s in enumerate(silent):
        s.sendall(HEAD[:n % len(HEAD)])
    assert still.node.get("/healthz").status == 200
    assert still.node.session(still.lesson.id)
    for s in silent:
        s.close()


def test_callers_that_hang_up_harm_nobody(still):
    import socket
    import struct
    for n in range(50):
        s = socket.create_connection(("127.0.0.1", still.node.port))
        s.sendall(b"GET /v1/sessions HTTP/1.1\r\nHost: localhost\r\n\r\n")
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))
        s.close()
    assert still.node.get("/healthz").status == 200


@pytest.mark.parametrize("path", [
    "/v1/sessions?tutor=%27%20OR%201%3D1--", "/v1/sessions?after=%27%3B--",
    "/v1/sessions?limit=1%3BDROP%20TABLE%20sessions",
    "/v1/notifications?session=%27%20OR%20%27%27%3D%27",
    "/v1/accounts/tutor:%27%20OR%201%3D1", "/v1/tutors/%27/limits",
    "/v1/courses/%22/limits?student=%27", "/v1/sessions/%27/history",
    "/v1/accounts/%00", "/v1/tutors/%FF/limits",
    "/v1/sessions?after=" + "A" * 3000])
def test_a_wrong_question_is_answered_as_one(still, path):
    answer = still.node.get(path)
    is_problem(answer, 400, 404)
    assert b"syntax error" not in answer.body
