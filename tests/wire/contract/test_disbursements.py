# SPDX-License-Identifier: Apache-2.0
"""What was settled is paid out: runs, results, and what is told of them."""
import hmac
import http.server
import json
import threading
from datetime import timedelta

import pytest

from lesson import Lesson
from node import Recapctl
from wire import (Client, accepted, command, fresh, problem_of, refused,
                  wait_until)

RULES = {"every": "week", "on": "friday", "at": "06:00",
         "after_settled": "1h", "minimum": 0, "by": None}


def policy(**more):
    return {"timezone": "UTC", "disbursements": {**RULES, **more},
            "limits": {"pair_sessions_per_day": None}}


def next_friday(now):
    day = now.replace(hour=6, minute=0, second=0, microsecond=0)
    while day.weekday() != 4 or day <= now:
        day += timedelta(days=1)
    return day


def run(node):
    """Moves the clock to the next run, which has ended then."""
    return node.set_clock(next_friday(node.now()))


def of(node, **filters):
    query = "&".join(f"{k}={v}" for k, v in filters.items())
    return node.read(f"/v1/disbursements?{query}")["disbursements"]


def result(node, one, what, amount=None, by="system:bank", **more):
    data = {"result": what, "amount": one["amount"] if amount is None
            else amount, "currency": one["currency"], **more}
    return node.send(command("disbursement.result", one["id"], by, data))


def balance(node, account):
    return node.read(f"/v1/accounts/{account}")["balances"].get("USD", 0)


def kinds(node, one):
    return [(n["kind"], n["to"]) for n in node.read(
        f"/v1/notifications?disbursement={one['id']}")["notifications"]]


@pytest.fixture(scope="module")
def node(make_node):
    return make_node(config={"policy": policy()})


def paid_out(node, **more):
    """A tutor's lesson, and the one disbursement that pays it out."""
    lesson = Lesson(node, program=fresh("p"), **more).paid(60)
    at = run(node)
    (one,) = of(node, tutor=lesson.tutor)
    return lesson, one, at


def test_a_run_pays_out_what_was_settled_long_enough_ago(node):
    program = fresh("p")
    first = Lesson(node, program=program).paid(60)
    second = Lesson(node, program=program, tutor=first.tutor).paid(30)
    at = run(node)
    (one,) = of(node, tutor=first.tutor)
    assert one["amount"] == 2250 and one["currency"] == "USD"
    assert one["state"] == "open" and one["transfers"] == 2
    assert one["run"] == f"{program}-{at:%Y-%m-%d}-0600"
    assert one["program"] == program
    assert balance(node, f"tutor:{first.tutor}") == 0
    assert balance(node, f"clearing:{program}") == 2250
    assert balance(node, f"program:{program}") == -2250
    run(node)
    assert of(node, tutor=first.tutor) == [one]
    assert node.read(f"/v1/disbursements/{one['id']}") == one
    assert second.now()["payout"]["amount"] == 750


def test_what_was_settled_too_late_goes_with_the_next_run(node):
    node.set_clock(next_friday(node.now()) - timedelta(minutes=30))
    lesson = Lesson(node, program=fresh("p")).paid(60)
    run(node)
    assert of(node, tutor=lesson.tutor) == []
    run(node)
    assert [d["amount"] for d in of(node, tutor=lesson.tutor)] == [1500]


def test_results_move_it_on_and_are_told(node):
    lesson, one, _ = paid_out(node)
    outcome = accepted(result(node, one, "sent"))
    assert outcome["duplicate"] is False and outcome["session"] is None
    assert accepted(result(node, one, "sent"))["duplicate"] is True
    accepted(result(node, one, "confirmed"))
    shown = node.read(f"/v1/disbursements/{one['id']}")
    assert shown["state"] == "confirmed"
    tutor = f"tutor:{lesson.tutor}"
    assert kinds(node, one) == [("disbursement_sent", tutor),
                                ("disbursement_confirmed", tutor)]
    refused(result(node, one, "failed"), "wrong-state")
    assert shown == node.read(f"/v1/disbursements/{one['id']}")


@pytest.mark.parametrize("what", ["failed", "returned"])
def test_what_failed_gives_the_money_back_and_goes_with_the_next_run(node,
                                                                     what):
    lesson, one, _ = paid_out(node)
    tutor = f"tutor:{lesson.tutor}"
    accepted(result(node, one, "sent"))
    accepted(result(node, one, what, reason="no such account"))
    assert balance(node, tutor) == 1500
    assert balance(node, f"clearing:{lesson.data['program']}") == 0
    assert kinds(node, one)[1:] == [("disbursement_failed", tutor),
                                    ("disbursement_failed", "support")]
    run(node)
    again, = [d for d in of(node, tutor=lesson.tutor) if d["state"] == "open"]
    assert again["id"] != one["id"] and again["amount"] == 1500
    assert balance(node, tutor) == 0


def test_another_amount_is_refused_and_support_is_told_once(node):
    lesson, one, _ = paid_out(node)
    accepted(result(node, one, "sent"))
    refused(result(node, one, "confirmed", 1400), "amount-mismatch")
    refused(result(node, one, "confirmed", 1400), "amount-mismatch")
    assert node.read(f"/v1/disbursements/{one['id']}")["state"] == "sent"
    assert kinds(node, one)[1:] == [("disbursement_mismatch", "support")]
    accepted(result(node, one, "confirmed"))


def test_a_correction_after_it_nets_into_the_next(node):
    program = fresh("p")
    lesson = Lesson(node, program=program).paid(60)
    run(node)
    accepted(lesson.correct(30))
    run(node)
    # 750 to be taken back: it waits for what is earned.
    assert [d["amount"] for d in of(node, tutor=lesson.tutor)] == [1500]
    Lesson(node, program=program, tutor=lesson.tutor).paid(60)
    run(node)
    amounts = sorted(d["amount"] for d in of(node, tutor=lesson.tutor))
    assert amounts == [750, 1500]
    assert balance(node, f"tutor:{lesson.tutor}") == 0


def test_the_route_takes_the_same_command(node):
    _, one, _ = paid_out(node)
    path = f"/v1/disbursements/{one['id']}/result"
    said = {"result": "confirmed", "amount": 1500, "currency": "USD"}
    assert accepted(node.post(path, said))["duplicate"] is False
    assert accepted(node.post(path, said))["duplicate"] is True
    problem_of(node.post(path, {**said, "amount": 1}), "amount-mismatch", 422)
    problem_of(node.post(path, {"result": "open"}), "malformed", 400)
    problem_of(node.post("/v1/disbursements/none/result", said),
               "unknown-disbursement", 404)


def test_a_dry_run_says_what_a_result_would_bring(node):
    lesson, one, _ = paid_out(node)
    event = command("disbursement.result", one["id"], "system:bank",
                    {"result": "failed", "amount": 1500, "currency": "USD"})
    answer = node.send(event, "?dry_run=true")
    assert answer.status == 200, answer
    assert answer.json["effects"]["notifications"] == [
        {"kind": "disbursement_failed", "to": f"tutor:{lesson.tutor}"},
        {"kind": "disbursement_failed", "to": "support"}]
    assert node.read(f"/v1/disbursements/{one['id']}") == one


def test_a_sum_below_the_minimum_waits(make_node):
    node = make_node(config={"policy": policy(minimum=2000)})
    lesson = Lesson(node).paid(60)
    run(node)
    assert of(node, tutor=lesson.tutor) == []
    Lesson(node, tutor=lesson.tutor).paid(20)
    run(node)
    assert [d["amount"] for d in of(node, tutor=lesson.tutor)] == [2000]


def test_without_the_policy_nothing_is_paid_out(make_node):
    node = make_node()
    Lesson(node).paid(60)
    run(node)
    assert of(node) == []


def test_a_new_policy_is_followed_and_a_missed_run_made_once(make_node):
    node = make_node(config={"policy": {"timezone": "UTC"}})
    lesson = Lesson(node).paid(60)
    node.advance("336h")
    made = node.post("/v1/policies", {"policy": policy(), "note": ""})
    assert made.status == 200, made
    # What was before the policy is not made up for.
    node.advance("1m")
    assert of(node) == []
    run(node)
    assert [d["tutor"] for d in of(node)] == [lesson.tutor]
    node.set_clock(node.now() + timedelta(days=21))
    assert len({d["run"] for d in of(node)}) == 1
    Lesson(node).paid(60)
    node.restart()
    assert len(of(node)) == 1


def test_each_sees_their_own(make_node):
    tokens = [{"token": "t-system", "as": "system:campus"},
              {"token": "t-ann", "as": "tutor:ann"},
              {"token": "t-bob", "as": "tutor:bob"},
              {"token": "t-cal", "as": "student:cal"},
              {"token": "t-eve", "as": "support:eve"},
              {"token": "t-night", "as": "support:sue",
               "programs": ["night"]}]
    node = make_node(config={"policy": policy(),
                             "auth": {"mode": "token", "tokens": tokens}})
    campus, ann, bob, cal, eve, sue = (
        Client(node.port, t["token"]) for t in tokens)
    lesson = Lesson(campus, tutor="ann", students=["cal"])
    accepted(lesson.schedule("system:campus"))
    accepted(lesson.send("participant.accept", "system:campus",
                         {"student": "cal"}))
    lesson.client = ann
    accepted(lesson.complete(60))
    lesson.client = cal
    accepted(lesson.student_recap("cal"))
    campus.set_clock(next_friday(campus.now()))
    (one,) = ann.read("/v1/disbursements")["disbursements"]
    path = f"/v1/disbursements/{one['id']}"
    assert ann.read(path)["amount"] == 1500
    assert "trouble" not in ann.read(path) and "trouble" in eve.read(path)
    for other in (bob, cal, sue):
        problem_of(other.get(path), "unknown-disbursement", 404)
        problem_of(other.get(f"/v1/notifications?disbursement={one['id']}"),
                   "unknown-disbursement", 404)
    assert bob.read("/v1/disbursements")["disbursements"] == []
    assert sue.read("/v1/disbursements")["disbursements"] == []
    problem_of(cal.get("/v1/disbursements"), "not-allowed", 403)
    problem_of(bob.get("/v1/disbursements?tutor=ann"), "not-allowed", 403)
    said = {"result": "sent", "amount": 1500, "currency": "USD"}
    for other in (ann, cal, eve):
        problem_of(other.post(path + "/result", said), "not-allowed", 403)
    accepted(campus.post(path + "/result", said))
    mine = ann.read("/v1/notifications?to=tutor:ann")["notifications"]
    assert mine[-1]["kind"] == "disbursement_sent"
    assert mine[-1]["disbursement"] == one["id"]
    assert mine[-1]["session"] is None


def test_a_run_has_a_file_that_is_complete(make_node, tmp_path):
    folder = tmp_path / "runs"
    node = make_node(config={"policy": policy(by="file"),
                             "disbursements": {"folder": str(folder)}})
    lessons = [Lesson(node).paid(60) for _ in range(3)]
    at = run(node)
    (file,) = folder.iterdir()
    assert file.name == f"default-{at:%Y-%m-%d}-0600.csv"
    head, *lines = file.read_text().splitlines()
    assert head == "id,run,program,tutor,amount,currency"
    assert {line.split(",")[3] for line in lines} == {
        lesson.tutor for lesson in lessons}
    answer = node.get(f"/v1/disbursements?run={file.stem}", Accept="text/csv")
    assert answer.media == "text/csv"
    assert len(answer.body.decode().splitlines()) == 4


def test_the_database_takes_results_too(make_node, tmp_path):
    node = make_node(config={"policy": policy()})
    _, one, _ = paid_out(node)
    events = [command("disbursement.result", one["id"], "system:bank",
                      {"result": what, "amount": 1500, "currency": "USD"})
              for what in ("sent", "sent", "confirmed")]
    for event in events:
        node.database.insert_event(event)
    told = [node.database.wait_outcome(event) for event in events]
    assert [o["outcome"] for o in told] == ["accepted"] * 3
    assert told[1]["duplicate"] is True
    wait_until(lambda: node.read(f"/v1/disbursements/{one['id']}")["state"]
               == "confirmed", "the result to be taken")


class Provider:
    """Who pays: keeps what was posted, by the key that it came with."""

    def __init__(self):
        self.keys, self.bodies, self.signed, self.status = [], [], [], 204
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                provider.keys.append(self.headers["Idempotency-Key"])
                provider.bodies.append(json.loads(body))
                given = dict(part.split("=") for part in
                             self.headers["recapd-signature"].split(","))
                provider.signed.append(given["v1"] == hmac.new(
                    b"hush", given["t"].encode() + b"." + body,
                    "sha256").hexdigest())
                self.send_response(provider.status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/pay"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def test_each_is_posted_until_it_is_taken(make_node):
    bank = Provider()
    bank.status = 503
    node = make_node(config={
        "policy": policy(by="http"),
        "disbursements": {"http_url": bank.url, "http_secret": "hush"}})
    lesson, one, _ = paid_out(node)
    wait_until(lambda: node.read(f"/v1/disbursements/{one['id']}")["tries"],
               "a try")
    shown = node.read(f"/v1/disbursements/{one['id']}")
    assert shown["trouble"] == "answered 503" and shown["state"] == "open"
    assert node.warned("disbursements-unsent")
    node.crash()
    bank.status = 204
    node.advance("1h")
    wait_until(lambda: node.read(f"/v1/disbursements/{one['id']}")["state"]
               == "sent", "the post to be taken")
    assert set(bank.keys) == {one["id"]} and len(bank.keys) >= 2
    assert all(bank.signed) and bank.bodies[0] == bank.bodies[-1]
    assert bank.bodies[0]["type"] == "recapd.disbursement.pay"
    assert bank.bodies[0]["data"] == {
        "run": one["run"], "program": one["program"], "tutor": lesson.tutor,
        "amount": 1500, "currency": "USD"}
    wait_until(lambda: not node.warned("disbursements-unsent"), "its end")
    assert kinds(node, one) == [("disbursement_sent",
                                 f"tutor:{lesson.tutor}")]
    bank.server.shutdown()


def test_a_statement_stands_between_two_balances(make_node):
    node = make_node(config={"policy": policy()})
    lesson, one, at = paid_out(node)
    account = f"/v1/accounts/tutor:{lesson.tutor}/statement"
    whole = node.read(account)
    assert whole["opening"] == {} and whole["closing"] == {"USD": 0}
    assert [e["kind"] for e in whole["entries"]] == ["settlement",
                                                     "disbursement"]
    assert whole["entries"][1]["disbursement"] == one["id"]
    assert whole["entries"][1]["session"] is None
    since = at.isoformat().replace("+00:00", "Z")
    later = node.read(f"{account}?from={since}")
    assert later["opening"] == {"USD": 1500}
    assert [e["amount"] for e in later["entries"]] == [-1500]
    until = node.read(f"{account}?to={since}")
    assert until["closing"] == {"USD": 1500}
    lines = node.get(f"{account}?from={since}", Accept="text/csv").body
    assert [line.split(",")[5] for line in lines.decode().splitlines()] == [
        "kind", "opening", "disbursement", "closing"]


def test_a_run_outlasts_a_crash(make_node):
    node = make_node(config={"policy": policy()})
    lessons = [Lesson(node).paid(60) for _ in range(5)]
    # The run is begun, and is broken off before anything is paid out.
    at = next_friday(node.now())
    node.database.run(
        "INSERT INTO disbursement_runs (id, program, at, until, minimum) "
        "VALUES (%s, 'default', %s, %s, 0)",
        f"default-{at:%Y-%m-%d}-0600", at, at - timedelta(hours=1))
    node.crash()
    node.set_clock(at)
    assert {d["tutor"] for d in of(node)} == {x.tutor for x in lessons}
    assert node.database.run("SELECT complete FROM disbursement_runs") == [
        (True,)]


def test_events_are_for_the_tutor_and_staff(make_node):
    node = make_node(config={"policy": policy()})
    _, one, _ = paid_out(node)
    accepted(result(node, one, "sent"))
    rows = node.database.run(
        "SELECT session_id, type FROM session_events WHERE session_id LIKE "
        "'disbursement:%%' ORDER BY seq")
    assert [t for _, t in rows] == ["disbursement.opened", "disbursement.sent"]


def test_a_terminal_marks_a_run_as_sent(make_node):
    node = make_node(config={"policy": policy()})
    recapctl = Recapctl(node.url)
    lesson, one, _ = paid_out(node)
    listed = recapctl.json("disbursements", "list", "--state", "open")
    assert [d["id"] for d in listed["disbursements"]] == [one["id"]]
    assert "1 marked as sent." in recapctl("disbursements", "sent", one["run"])
    assert "0 marked as sent." in recapctl("disbursements", "sent", one["run"])
    assert "sent" in recapctl("disbursements", "show", one["id"])
    assert one["id"] in recapctl("account", f"tutor:{lesson.tutor}")
