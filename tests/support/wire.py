# SPDX-License-Identifier: Apache-2.0
"""A client written from the contract alone: HTTP, command events, time."""
import http.client
import json
import socket
import threading
import time
import uuid
from datetime import datetime, timedelta, timezone

CLOUDEVENT = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
PROBLEM = "application/problem+json"

# The status of a refusal is its first code's.
STATUS = {
    "malformed": 400,
    "not-allowed": 403,
    "unknown-session": 404,
    "id-reused": 422,
    "invalid-minutes": 422,
    "recap-too-short": 422,
    "recap-too-long": 422,
    "unknown-disbursement": 404,
    "amount-mismatch": 422,
}
CODES = [
    "malformed", "id-reused", "unknown-session", "not-allowed",
    "session-exists", "wrong-state", "too-early", "window-closed",
    "student-not-going", "unanswered-invitation", "participants-in-call",
    "invalid-minutes", "recap-too-short", "recap-too-long",
    "recap-already-submitted", "tutor-weekly-limit",
    "student-course-weekly-limit", "course-weekly-limit", "pair-daily-limit",
    "unknown-disbursement", "amount-mismatch",
]

# Every JSON answer that was seen, for the check against openapi.json, and every
# message, for asyncapi.json.
EXCHANGES = []
MESSAGES = []
DOCUMENTS = ("/openapi.json", "/asyncapi.json")
_exchanges_lock = threading.Lock()


def fresh(prefix):
    """An id nobody used before."""
    return f"{prefix}-{uuid.uuid4().hex[:16]}"


def rfc3339(moment):
    text = moment.astimezone(timezone.utc).isoformat(timespec="microseconds")
    text = text.replace("+00:00", "").rstrip("0").rstrip(".")
    return text + "Z"


def parse_time(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def wait_until(condition, what, seconds=60):
    """The first true value of condition(), which is asked until then."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
        threading.Event().wait(0.02)


class Answer:
    """One HTTP answer."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {k.lower(): v for k, v in headers}
        self.body = body

    @property
    def media(self):
        return self.headers.get("content-type", "").split(";")[0].strip()

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.media} {self.body[:2000]!r}"


class Client:
    """HTTP to one node; safe to use from many threads."""
    host = "127.0.0.1"
    base = ""  # what stands before every path

    def __init__(self, port, token=None):
        self.port = port
        self.token = token

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    def connect(self, timeout):
        return http.client.HTTPConnection(self.host, self.port,
                                          timeout=timeout)

    def request(self, method, path, body=None, headers=None, timeout=60):
        headers = dict(headers or {})
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        if isinstance(body, str):
            body = body.encode()
        connection = self.connect(timeout)
        try:
            connection.request(method, self.base + path, body, headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.getheaders(),
                            response.read())
        finally:
            connection.close()
        if answer.media.endswith("json") and path not in DOCUMENTS:
            with _exchanges_lock:
                EXCHANGES.append((method, path, answer))
        return answer

    def get(self, path, **headers):
        return self.request("GET", path, headers=headers)

    def read(self, path):
        """The JSON of a GET that must be answered with 200."""
        answer = self.get(path)
        assert answer.status == 200, (path, answer)
        assert answer.media == "application/json", (path, answer)
        return answer.json

    def metrics(self):
        """Every sample's value by its name with labels."""
        lines = self.get("/metrics").body.decode().splitlines()
        return {name: float(value) for name, value in (
            line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}

    def post(self, path, value):
        return self.request("POST", path, json.dumps(value),
                            {"Content-Type": "application/json"})

    def send(self, event, query=""):
        return self.request("POST", "/v1/commands" + query, json.dumps(event),
                            {"Content-Type": CLOUDEVENT})

    def send_text(self, text, media=CLOUDEVENT):
        return self.request("POST", "/v1/commands", text,
                            {"Content-Type": media})

    def batch(self, events, query=""):
        return self.request("POST", "/v1/commands" + query, json.dumps(events),
                            {"Content-Type": BATCH})

    def session(self, session_id):
        return self.read(f"/v1/sessions/{session_id}")

    def history(self, session_id):
        return self.read(f"/v1/sessions/{session_id}/history")["events"]

    def notifications(self, session_id):
        return self.read(
            f"/v1/notifications?session={session_id}")["notifications"]

    def kinds(self, session_id):
        return [n["kind"] for n in self.notifications(session_id)]

    def now(self):
        return parse_time(self.read("/v1/clock")["now"])

    def set_clock(self, moment):
        answer = self.post("/v1/clock", {"set": rfc3339(moment)})
        assert answer.status == 200, answer
        return parse_time(answer.json["now"])

    def advance(self, duration):
        answer = self.post("/v1/clock", {"advance": duration})
        assert answer.status == 200, answer
        return parse_time(answer.json["now"])

    def wait_state(self, session_id, *states):
        return wait_until(
            lambda: (s := self.session(session_id))["state"] in states and s,
            f"session {session_id} to be {states}, "
            f"is {self.session(session_id)['state']}")

    def raw(self, data, seconds=10):
        """What a node answers to these very bytes ('' when it hangs up)."""
        with socket.create_connection(("127.0.0.1", self.port),
                                      timeout=seconds) as s:
            try:
                s.sendall(data)
                s.shutdown(socket.SHUT_WR)
                received = b""
                while chunk := s.recv(65536):
                    received += chunk
                    if len(received) > 1 << 20:
                        break
            except (ConnectionError, socket.timeout):
                received = b""
            return received


def command(kind, session, by, data=None, **attributes):
    """A command as a structured CloudEvent."""
    event = {
        "specversion": "1.0",
        "id": fresh("c"),
        "source": "/contract",
        "type": f"recapd.{kind}",
        "subject": session,
        "authid": by,
        "data": {} if data is None else data,
    }
    event.update(attributes)
    return {k: v for k, v in event.items() if v is not None}


def accepted(answer):
    """The outcome of an accepted command, after a check of its form."""
    assert answer.status == 200, answer
    outcome = answer.json
    assert outcome["outcome"] == "accepted", outcome
    check_outcome(outcome)
    assert outcome["refusals"] == []
    return outcome


def check_outcome(outcome):
    """docs/contract.md, 3, to the letter."""
    assert set(outcome) >= {"id", "source", "outcome", "duplicate", "session",
                            "refusals"}, outcome
    assert isinstance(outcome["duplicate"], bool)
    assert outcome["session"] is None or "state" in outcome["session"]
    check_refusals(outcome["refusals"])


def check_refusals(refusals):
    codes = [r["code"] for r in refusals]
    assert all(c in CODES for c in codes), codes
    assert codes == sorted(codes, key=CODES.index), f"order of {codes}"
    assert all(isinstance(r["detail"], str) and r["detail"] for r in refusals)
    for refusal in refusals:
        if refusal["code"].endswith("-limit"):
            for member in ("limit", "used", "remaining"):
                assert isinstance(refusal[member], int), refusal
            assert isinstance(refusal["period"], str), refusal


def refused(answer, *codes):
    """The refusals of a refused command: exactly these codes, in order."""
    assert answer.status == STATUS.get(codes[0], 409), (codes, answer)
    problem = problem_of(answer, codes[0])
    assert [r["code"] for r in problem["refusals"]] == list(codes), answer
    check_refusals(problem["refusals"])
    return problem["refusals"]


def is_problem(answer, *statuses):
    """A problem of any kind, with one of these statuses."""
    assert answer.status in statuses, answer
    assert answer.media == PROBLEM, answer


def problem_of(answer, code, *statuses):
    """The problem of that kind; with one of these statuses, if some are given."""
    is_problem(answer, *statuses or [answer.status])
    problem = answer.json
    assert problem["type"] == f"urn:recapd:problem:{code}", answer
    assert problem.get("status", answer.status) == answer.status, answer
    return problem


def recap(length=160, letter="a"):
    """A recap that counts `length` user-perceived characters."""
    third = length // 3
    return {
        "topics_covered": letter * third,
        "how_tutee_did": letter * third,
        "next_steps": letter * (length - 2 * third),
    }


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
