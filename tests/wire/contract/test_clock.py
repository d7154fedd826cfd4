# SPDX-License-Identifier: Apache-2.0
"""The manual clock, and that the system's clock cannot be moved."""
from datetime import datetime, timedelta, timezone

import pytest

from lesson import Lesson
from wire import DAY, HOUR, PROBLEM, SECOND, accepted, parse_time, rfc3339


@pytest.fixture(scope="module")
def own(make_node):
    return make_node()


def test_the_clock_begins_at_the_real_time(make_node):
    node = make_node()
    real = datetime.now(timezone.utc)
    assert abs(node.now() - real) < timedelta(minutes=2)


def test_the_clock_stands_still_until_it_is_moved(own):
    before = own.now()
    accepted(Lesson(own).schedule())
    assert own.now() == before


@pytest.mark.parametrize("text,delta", [
    ("72h", 72 * HOUR), ("90m", 90 * timedelta(minutes=1)), ("1s", SECOND)])
def test_the_clock_is_advanced(own, text, delta):
    before = own.now()
    assert own.advance(text) == before + delta
    assert own.now() == before + delta


def test_the_clock_is_set(own):
    moment = own.now().replace(microsecond=0) + 5 * DAY
    assert own.set_clock(moment) == moment
    later = moment + HOUR
    offset = rfc3339(later + 2 * HOUR)[:-1] + "+02:00"
    answer = own.post("/v1/clock", {"set": offset})
    assert parse_time(answer.json["now"]) == later


@pytest.mark.parametrize("value", [
    {}, [], None, 7, "72h", {"advance": 72}, {"advance": "72"},
    {"advance": ""}, {"advance": "-1h"}, {"advance": "h"},
    {"advance": "1 fortnight"}, {"advance": None}, {"set": "tomorrow"},
    {"set": 0}, {"set": None}, {"set": "2000-01-01T00:00:00Z"},
    {"set": "2030-02-30T00:00:00Z"}, {"move": "1h"},
    {"advance": "9" * 30 + "h"}, {"set": "2999-01-01"}])
def test_the_clock_is_not_moved_by_anything_else(own, value):
    before = own.now()
    answer = own.post("/v1/clock", value)
    assert 400 <= answer.status < 500, answer
    assert answer.media == PROBLEM
    assert own.now() == before


def test_the_answer_comes_after_every_timer(own):
    lessons = [Lesson(own, start=own.now()).scheduled() for _ in range(50)]
    own.set_clock(lessons[0].start + 73 * HOUR)
    for lesson in lessons:
        assert lesson.state == "missed"
        assert own.kinds(lesson.id)[-1] == "session_missed"


def test_timers_fire_in_the_order_of_time(own):
    early = Lesson(own, start=own.now())
    late = Lesson(own, start=own.now() + HOUR)
    for lesson in (late, early):
        accepted(lesson.schedule())
    own.advance("100h")
    missed = {x.id: x.client.history(x.id)[-1]["at"] for x in (early, late)}
    assert parse_time(missed[early.id]) <= parse_time(missed[late.id])


def test_the_clock_goes_on_from_where_it_stood(make_node):
    node = make_node()
    node.advance("1000h")
    before = node.now()
    node.restart()
    assert node.now() == before
    node.crash()
    assert node.now() == before


def test_the_clock_of_the_system_is_not_served(make_node):
    node = make_node(clock="system")
    assert node.get("/v1/clock").status in (404, 405)
    assert node.post("/v1/clock", {"advance": "1h"}).status in (404, 405)
    assert node.get("/readyz").status == 200
