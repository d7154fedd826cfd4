# SPDX-License-Identifier: Apache-2.0
"""Sessions, accounts and statistics as CSV, and 406 where there is none."""
import csv
import io
import re

import pytest

from lesson import Lesson
from wire import fresh, is_problem

CSV = "text/csv"


def read(client, path, accept=CSV):
    answer = client.get(path, Accept=accept)
    assert answer.status == 200, answer
    assert answer.headers["content-type"].startswith(CSV)
    text = answer.body.decode()
    assert text.endswith("\r\n")
    return answer, list(csv.DictReader(io.StringIO(text, newline="")))


def next_target(answer):
    found = re.fullmatch('<(.+)>; rel="next"', answer.headers.get("link", ""))
    return found and found[1]


def test_a_list_of_sessions_goes_on_by_its_link(client):
    tutor = fresh("tutor")
    lessons = [Lesson(client, tutor=tutor).scheduled() for _ in range(5)]
    target = f"/v1/sessions?tutor={tutor}&limit=2&order=-starts_at"
    shown = []
    while target:
        answer, rows = read(client, target)
        shown += rows
        target = next_target(answer)
    assert {r["id"] for r in shown} == {x.id for x in lessons}
    assert len(shown) == 5
    by_json = client.read(f"/v1/sessions?tutor={tutor}&order=-starts_at")
    assert [r["id"] for r in shown] == [s["id"] for s in by_json["sessions"]]


def test_a_line_says_what_the_session_shows_but_its_texts(client):
    lesson = Lesson(client, 2).paid()
    shown = lesson.now()
    answer, (row,) = read(client, f"/v1/sessions?tutor={lesson.tutor}")
    assert row["students"] == " ".join(f"{s}:going" for s in lesson.students)
    assert row["flags"] == " ".join(shown["flags"])
    assert row["payout_amount"] == str(shown["payout"]["amount"])
    assert row["next_timer"] == ""
    for name in ("id", "state", "starts_at", "minutes", "version"):
        assert row[name] == str(shown[name])
    assert shown["tutor_recap"]["topics_covered"] not in answer.body.decode()


def test_accounts_and_statistics_have_csv(client):
    lesson = Lesson(client, program=fresh("program")).paid()
    _, entries = read(client, f"/v1/accounts/tutor:{lesson.tutor}")
    paid = lesson.now()["payout"]
    assert [(e["session"], e["amount"], e["at"]) for e in entries] == [
        (lesson.id, str(paid["amount"]), paid["settled_at"])]
    _, groups = read(
        client, f"/v1/stats?by=state&program={lesson.data['program']}")
    assert groups == [{"key": "paid", "sessions": "1", "minutes": "60",
                       "median_confirm_seconds": "0",
                       "pay_USD": str(paid["amount"])}]
    _, refusals = read(client, "/v1/stats?by=refusal&program=none")
    assert refusals == []


def test_accounts_are_cut_by_time(client):
    lesson = Lesson(client).paid()
    at = lesson.now()["payout"]["settled_at"]
    account = f"/v1/accounts/tutor:{lesson.tutor}"

    def count(query):
        return len(client.read(f"{account}?{query}")["entries"])

    assert count(f"from={at}") == 1
    assert count(f"to={at}") == 0
    client.advance("1h")
    after = client.now().isoformat().replace("+00:00", "Z")
    assert count(f"from={after}") == 0
    assert count(f"from={at}&to={after}") == 1


def test_what_looks_like_a_formula_is_a_text(client):
    lesson = Lesson(client, tutor="-" + fresh("tutor")).paid()
    _, (row,) = read(client, f"/v1/sessions?tutor={lesson.tutor}")
    assert row["tutor"] == "'" + lesson.tutor
    _, (entry,) = read(client, f"/v1/accounts/tutor:{lesson.tutor}")
    assert entry["amount"].isdigit()


@pytest.mark.parametrize("accept, media", [
    ("text/csv", CSV), ("text/csv, */*;q=0.1", CSV), ("text/*", CSV),
    ("text/csv;q=0.5, application/json;q=0.4", CSV),
    ("application/json", "application/json"), ("*/*", "application/json"),
    ("text/csv;q=0.2, application/json", "application/json"),
    ("text/csv, application/json", "application/json"),
    ("text/csv;q=0", "application/json"), ("text/html", "application/json")])
def test_the_form_is_the_one_that_is_preferred(client, accept, media):
    answer = client.get("/v1/sessions?limit=1", Accept=accept)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith(media)


@pytest.mark.parametrize("path", ["/v1/queues", "/v1/notifications",
                                  "/v1/sessions/none", "/readyz"])
def test_a_route_without_csv_says_so(client, path):
    is_problem(client.get(path, Accept=CSV), 406)
    assert client.get(path, Accept="text/csv, */*;q=0.1").status != 406
