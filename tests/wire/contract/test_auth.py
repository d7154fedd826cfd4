# SPDX-License-Identifier: Apache-2.0
"""Mode `token`: the bearer token says who acts."""
import pytest

from lesson import Lesson
from wire import Client, accepted, command, fresh, problem_of, recap, refused

WHO = {"tutor": fresh("tutor"), "student": fresh("student"), "support": "ann",
       "system": "calendar", "other-tutor": fresh("tutor"),
       "other-student": fresh("student")}
TOKENS = {name: f"secret-{name}-{fresh('k')}" for name in WHO}
AS = {name: f"{name.removeprefix('other-')}:{who}"
      for name, who in WHO.items()}


@pytest.fixture(scope="module")
def guarded(make_node):
    node = make_node(config={
        "auth": {"mode": "token", "tokens": [
            {"token": TOKENS[name], "as": AS[name]} for name in WHO]},
        "policy": {"limits": {"pair_sessions_per_day": None}}})
    return {name: Client(node.port, TOKENS[name]) for name in WHO} | {
        None: Client(node.port), "wrong": Client(node.port, "secret-nobody")}


def lesson_of(guarded):
    """A session whose commands carry no authid: the token decides."""
    lesson = Lesson(guarded["system"], [WHO["student"]],
                    tutor=WHO["tutor"])
    accepted(lesson.schedule(None))
    return lesson


def send(guarded, who, lesson, kind, data, by=None):
    return guarded[who].send(command(kind, lesson.id, by, data))


def test_the_token_decides_who_acts(guarded):
    lesson = lesson_of(guarded)
    accepted(send(guarded, "student", lesson, "participant.accept",
                  {"student": WHO["student"]}))
    accepted(send(guarded, "tutor", lesson, "session.complete",
                  {"minutes": 5, "recap": recap()}))
    accepted(send(guarded, "student", lesson, "recap.submit",
                  {"recap": recap()}))
    by = [e["by"] for e in guarded["support"].history(lesson.id)]
    assert by[0] == AS["system"]
    assert AS["student"] in by and AS["tutor"] in by


def test_the_same_authid_may_be_named(guarded):
    lesson = lesson_of(guarded)
    accepted(send(guarded, "student", lesson, "participant.accept",
                  {"student": WHO["student"]}, by=AS["student"]))


@pytest.mark.parametrize("by", [AS["student"], AS["system"],
                                AS["other-tutor"]])
def test_another_authid_is_not_allowed(guarded, by):
    lesson = lesson_of(guarded)
    refused(send(guarded, "tutor", lesson, "session.cancel",
                 {"reason": "r"}, by=by), "not-allowed")
    assert guarded["support"].session(lesson.id)["state"] == "scheduled"


def test_malformed_comes_before_another_authid(guarded):
    lesson = lesson_of(guarded)
    refused(send(guarded, "tutor", lesson, "session.cancel",
                 {"reason": "r", "more": 1}, by=AS["system"]), "malformed")
    refused(send(guarded, "tutor", lesson, "session.cancel",
                 {"reason": "r"}, by=AS["system"]), "not-allowed")


def test_a_refusal_shows_a_session_to_who_asks_and_may_read_it(guarded):
    lesson = lesson_of(guarded)

    def shown(who, kind, data, query="?session=true"):
        event = command(kind, lesson.id, None, data)
        answer = guarded[who].send(event, query)
        assert answer.status in (403, 409), answer
        outcome = guarded[who].batch([event], query).json[0]
        assert outcome["duplicate"]
        assert outcome["session"] == answer.json["session"]
        return answer.json["session"]

    taken = {**lesson.data, "tutor": WHO["other-tutor"]}
    assert shown("other-tutor", "session.schedule", taken) is None
    own = shown("tutor", "session.schedule", lesson.data)
    assert own == guarded["tutor"].session(lesson.id)
    void = {"note": "n"}
    for who in ("tutor", "student", "system"):
        assert shown(who, "support.void", void)["id"] == lesson.id
        for query in ("", "?session=false"):
            assert shown(who, "support.void", void, query) is None
    for who in ("other-tutor", "other-student"):
        assert shown(who, "support.void", void) is None


def test_a_repeated_refusal_shows_the_session_as_it_is_then(guarded):
    lesson = lesson_of(guarded)
    event = command("support.void", lesson.id, None, {"note": "n"})

    def state():
        answer = guarded["tutor"].send(event, "?session=true")
        return answer.json["duplicate"], answer.json["session"]["state"]

    assert state() == (False, "scheduled")
    accepted(send(guarded, "tutor", lesson, "session.cancel", {"reason": "r"}))
    assert state() == (True, "cancelled")


@pytest.mark.parametrize("who,kind,data", [
    ("student", "session.log_time", {"minutes": 5}),
    ("other-tutor", "session.log_time", {"minutes": 5}),
    ("support", "session.log_time", {"minutes": 5}),
    ("other-student", "participant.accept", {"student": WHO["student"]}),
    ("tutor", "support.void", {"note": "n"}),
    ("tutor", "support.reopen", {"hours": 5, "note": "n"})])
def test_a_token_acts_for_nobody_else(guarded, who, kind, data):
    refused(send(guarded, who, lesson_of(guarded), kind, data), "not-allowed")


@pytest.mark.parametrize("who", [None, "wrong"])
def test_without_a_known_token_nothing_is_taken(guarded, who):
    lesson = Lesson(guarded["system"], tutor=WHO["tutor"])
    answer = guarded[who].send(lesson.events.schedule(AS["system"]))
    problem_of(answer, "unauthenticated", 401)
    assert guarded["system"].get(
        f"/v1/sessions/{lesson.id}").status == 404


@pytest.mark.parametrize("who", [None, "wrong"])
@pytest.mark.parametrize("path", [
    "/v1/sessions", "/v1/sessions/x", "/v1/sessions/x/history",
    "/v1/sessions/x/eligibility", "/v1/sessions/x/refusals",
    "/v1/tutors/x/limits", "/v1/courses/x/limits", "/v1/accounts/tutor:x",
    "/v1/notifications?session=x", "/v1/dead-letters", "/v1/events"])
def test_without_a_known_token_nothing_is_read(guarded, who, path):
    answer = guarded[who].get(path)
    problem_of(answer, "unauthenticated", 401)


@pytest.mark.parametrize("header", [
    "Basic dTpw", "Bearer", "Bearer ", "bearer", "Token x",
    TOKENS["support"], "Bearer " + TOKENS["support"] + "x",
    "Bearer " + TOKENS["support"][:-1], "Bearer x" + TOKENS["support"]])
def test_another_authorization_is_none(guarded, header):
    answer = guarded[None].get("/v1/sessions", Authorization=header)
    assert answer.status == 401, answer


def test_a_batch_needs_a_token_too(guarded):
    event = Lesson(guarded["system"]).events.schedule(AS["system"])
    assert guarded[None].batch([event]).status == 401


@pytest.mark.parametrize("who", ["tutor", "student", "support", "system"])
def test_whoever_has_to_do_with_a_session_reads_it(guarded, who):
    lesson = lesson_of(guarded)
    assert guarded[who].session(lesson.id)["id"] == lesson.id


def test_the_probes_need_no_token(guarded):
    assert guarded[None].get("/healthz").status == 200
    assert guarded[None].get("/readyz").status == 200


def test_the_tokens_are_never_shown(guarded):
    for path in ("/metrics", "/openapi.json"):
        body = guarded["support"].get(path).body.decode()
        assert not any(token in body for token in TOKENS.values())


def test_a_student_hears_of_others_hours_only_that_a_limit_holds(guarded):
    tutor, full, other = (WHO["tutor"], WHO["student"], WHO["other-student"])
    course, start = fresh("course"), guarded["system"].now()

    def logged(students, minutes):
        lesson = Lesson(guarded["system"], students, start, tutor=tutor,
                        course=course)
        accepted(lesson.schedule(None))
        for student in students:
            accepted(send(guarded, "system", lesson, "participant.accept",
                          {"student": student}))
        return lesson, send(guarded, "tutor", lesson, "session.log_time",
                            {"minutes": minutes})

    for _ in range(2):
        accepted(logged([full], 90)[1])
    lesson, answer = logged([full, other], 30)
    refusal, = refused(answer, "student-course-weekly-limit")
    assert refusal["student"] == full

    def shown(who):
        row, = guarded[who].read(
            f"/v1/sessions/{lesson.id}/refusals")["refusals"]
        told, = row["refusals"]
        return told

    for who in ("tutor", "student", "system"):
        assert shown(who) == refusal
    assert shown("other-student") == {
        "code": refusal["code"],
        "detail": "A limit of another student of the session is reached."}
