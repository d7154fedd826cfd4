# SPDX-License-Identifier: Apache-2.0
"""What can be read: sessions by filter and page, accounts, probes."""
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from lesson import Lesson
from wire import accepted, fresh, is_problem, rfc3339


def pages(client, query, key, limit, path="/v1/sessions"):
    """All pages of a listing; no page is longer than the limit."""
    found, after = [], None
    for _ in range(1000):
        more = f"&after={after}" if after else ""
        page = client.read(f"{path}?{query}&limit={limit}{more}")
        assert len(page[key]) <= limit
        found += page[key]
        after = page["next"]
        if not after:
            return found
    raise AssertionError("the pages never end")


def test_sessions_are_found_by_tutor(client):
    tutor = fresh("tutor")
    lessons = [Lesson(client, tutor=tutor).scheduled() for _ in range(3)]
    rows = client.read(f"/v1/sessions?tutor={tutor}")
    assert sorted(s["id"] for s in rows["sessions"]) == sorted(
        x.id for x in lessons)
    assert not rows["next"]
    for row in rows["sessions"]:
        assert row == client.session(row["id"])


def test_sessions_are_found_by_student_course_and_state(client):
    student, course = fresh("student"), fresh("course")
    one = Lesson(client, [student, fresh("x")], course=course)
    two = Lesson(client, [student])
    three = Lesson(client, course=course)
    for lesson in (one, two, three):
        accepted(lesson.schedule())
    accepted(three.cancel())

    def ids(query):
        rows = client.read(f"/v1/sessions?{query}")["sessions"]
        return sorted(s["id"] for s in rows)

    assert ids(f"student={student}") == sorted([one.id, two.id])
    assert ids(f"course={course}") == sorted([one.id, three.id])
    assert ids(f"course={course}&state=cancelled") == [three.id]
    assert ids(f"student={student}&course={course}") == [one.id]
    assert ids(f"student={student}&state=paid") == []
    assert ids(f"tutor={one.tutor}&student={student}&course={course}"
               "&state=scheduled") == [one.id]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_show_each_session_once(client, limit):
    tutor = fresh("tutor")
    lessons = [Lesson(client, tutor=tutor).scheduled() for _ in range(7)]
    rows = pages(client, f"tutor={tutor}", "sessions", limit)
    assert len(rows) == 7
    assert {r["id"] for r in rows} == {x.id for x in lessons}


def test_a_page_is_not_moved_by_what_comes_in_between(client):
    tutor = fresh("tutor")
    lessons = [Lesson(client, tutor=tutor).scheduled() for _ in range(6)]
    first = client.read(f"/v1/sessions?tutor={tutor}&limit=3")
    for lesson in lessons:
        accepted(lesson.cancel())
    accepted(Lesson(client, tutor=tutor).schedule())
    rest = pages(client, f"tutor={tutor}&after={first['next']}", "sessions",
                 100)
    seen = [s["id"] for s in first["sessions"]] + [s["id"] for s in rest]
    assert len(seen) == len(set(seen))
    assert {x.id for x in lessons} <= set(seen)


@pytest.mark.parametrize("query", [
    "state=nothing", "limit=0", "limit=-1", "limit=x", "limit=1.5",
    "limit=99999999999999999999", "tutor=a%20b", "student=%27", "course=%00",
    "after=%FF%FE", "state=PAID"])
def test_a_wrong_filter_is_refused(client, query):
    answer = client.get(f"/v1/sessions?{query}")
    is_problem(answer, 400)


@pytest.mark.parametrize("path", [
    "/v1/sessions/{}", "/v1/sessions/{}/history", "/v1/sessions/{}/eligibility",
    "/v1/sessions/{}/refusals"])
def test_an_unknown_session_is_not_found(client, path):
    answer = client.get(path.format(fresh("s")))
    is_problem(answer, 404)


@pytest.mark.parametrize("name", [
    "a%20b", "%27%3B--", "x" * 65, "%00", "%FF", "a.b", "%3Cscript%3E"])
def test_what_is_no_id_is_no_session(client, name):
    answer = client.get(f"/v1/sessions/{name}")
    is_problem(answer, 400, 404)


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01T00:00:00Z",
                                    "0", "%00"])
def test_a_wrong_moment_is_refused(client, moment):
    answer = client.get(f"/v1/tutors/{fresh('t')}/limits?at={moment}")
    assert answer.status == 400, answer


def test_limits_are_those_of_now_unless_asked(client):
    tutor = fresh("t")
    assert client.read(f"/v1/tutors/{tutor}/limits") == client.read(
        f"/v1/tutors/{tutor}/limits?at={rfc3339(client.now())}")


def test_an_account_without_entries_is_empty(client):
    account = client.read(f"/v1/accounts/tutor:{fresh('t')}")
    assert account["entries"] == []
    assert not any(account["balances"].values())
    assert not account["next"]


def test_the_entries_of_an_account_come_in_pages(client):
    program = fresh("program")
    lessons = [Lesson(client, program=program, rate_per_hour=60 * n)
               .paid(60) for n in range(1, 6)]
    path = f"/v1/accounts/program:{program}"
    entries = pages(client, "", "entries", 2, path)
    assert sorted(-e["amount"] for e in entries) == [60, 120, 180, 240, 300]
    assert {e["session"] for e in entries} == {x.id for x in lessons}
    assert client.read(path)["balances"] == {"USD": -900}


@pytest.mark.parametrize("account", ["nobody", "tutor:", "bank:x",
                                     "tutor:a%20b", ":", "program:%27"])
def test_what_is_no_account_is_refused(client, account):
    answer = client.get(f"/v1/accounts/{account}")
    is_problem(answer, 400, 404)


def test_notifications_of_a_silent_session_are_none(client):
    lesson = Lesson(client, start=client.now()).scheduled()
    assert client.notifications(lesson.id) == []


def test_the_probes_answer(client):
    assert client.get("/healthz").status == 200
    assert client.get("/readyz").status == 200


def test_the_metrics_can_be_scraped(client):
    answer = client.get("/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    families = {f.name: f for f in text_string_to_metric_families(answer.body.decode())}
    assert families["recapd_commands"].type == "counter"
    assert families["recapd_commit_seconds"].type == "histogram"


def test_a_head_request_has_no_body(client):
    answer = client.request("HEAD", "/healthz")
    assert answer.status in (200, 405)
    assert answer.body == b""


def test_several_requests_share_a_connection(client):
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert client.raw(request + request + last).count(b"HTTP/1.1 200") == 3
