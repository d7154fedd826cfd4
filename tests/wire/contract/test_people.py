# SPDX-License-Identifier: Apache-2.0
"""People's names."""
import json

import pytest

from lesson import Lesson
from wire import Client, accepted, fresh, problem_of

ANN, BOB, CAL, ZOE = (fresh(n) for n in ("ann", "bob", "cal", "zoe"))
AS = {"ann": f"tutor:{ANN}", "bob": f"student:{BOB}", "cal": f"student:{CAL}",
      "zoe": f"tutor:{ZOE}", "eve": "support:eve", "mia": "manager:mia",
      "ada": "admin:ada", "sis": "system:sis"}


@pytest.fixture(scope="module")
def people(make_node):
    """Clients by name. ann teaches bob and cal, and zoe nobody."""
    tokens = {name: f"{name}-{fresh('secret')}" for name in AS}
    node = make_node(config={"auth": {"mode": "token", "tokens": [
        {"token": tokens[name], "as": AS[name]} for name in AS]}})
    clients = {name: Client(node.port, tokens[name]) for name in AS}
    accepted(Lesson(clients["sis"], [BOB, CAL], tutor=ANN).schedule(None))
    return clients


def put(client, who, body, media="application/json"):
    text = body if isinstance(body, str) else json.dumps(body)
    return client.request("PUT", f"/v1/people/{who}", text,
                          {"Content-Type": media})


def test_a_name_is_what_was_put_last(client):
    who = f"tutor:{fresh('t')}"
    assert client.read(f"/v1/people/{who}") == {"who": who, "name": None}
    for name in ("Ann O'Hara", "Ann O'Hara", "Änn 李 🙂"):
        answer = put(client, who, {"name": name})
        assert (answer.status, answer.json) == (200, {"who": who, "name": name})
        assert client.read(f"/v1/people/{who}") == answer.json
    escaped = who.replace(":", "%3A")
    assert client.read(f"/v1/people/{escaped}")["name"] == "Änn 李 🙂"
    other = who.replace("tutor", "student")
    assert client.read(f"/v1/people/{other}")["name"] is None


@pytest.mark.parametrize("body", [
    "", "{", "[]", '"Ann"', "{}", {"name": 7}, {"name": None}, {"name": ""},
    {"name": " "}, {"name": "a\nb"}, {"name": "a\x1b[1m"}, {"name": "a" * 201},
    {"name": "\u200b"}, {"name": "Ann", "more": 1}, {"who": "x"},
    '{"name":"a","name":"b"}', '{"name":"\\ud800"}', '{"name":"a\\u0000"}'])
def test_what_is_no_name_changes_nothing(client, body):
    who = f"student:{fresh('s')}"
    assert put(client, who, {"name": "before"}).status == 200
    problem_of(put(client, who, body), "malformed", 400)
    assert client.read(f"/v1/people/{who}")["name"] == "before"


def test_a_name_has_200_characters_as_people_count_them(client):
    who, family = f"tutor:{fresh('t')}", "👩‍👩‍👧"
    assert put(client, who, {"name": family * 200}).status == 200
    assert client.read(f"/v1/people/{who}")["name"] == family * 200
    problem_of(put(client, who, {"name": family * 201}), "malformed", 400)


@pytest.mark.parametrize("who", ["ann", "tutor:", "tutor:a%20b", "boss:ann",
                                 "tutor:ann:x"])
def test_who_is_nobody_is_refused(client, who):
    problem_of(client.get(f"/v1/people/{who}"), "malformed", 400)
    problem_of(put(client, who, {"name": "x"}), "malformed", 400)
    problem_of(client.post(f"/v1/people/{who}/erase", {"note": "x"}),
               "malformed", 400)


def test_what_is_no_json_is_not_taken(client):
    for media in ("text/plain", "application/cloudevents+json"):
        problem_of(put(client, "tutor:x", {"name": "x"}, media),
                   "unsupported-media-type", 415)
        answer = client.request("POST", "/v1/people/tutor:x/erase",
                                '{"note":"x"}', {"Content-Type": media})
        problem_of(answer, "unsupported-media-type", 415)


@pytest.mark.parametrize("who, may", [
    ("ann", {"ann", "bob", "cal", "eve", "mia", "ada", "sis"}),
    ("bob", {"ann", "bob", "cal", "eve", "mia", "ada", "sis"}),
    ("zoe", {"zoe", "eve", "mia", "ada", "sis"}),
    ("eve", {"eve", "mia", "ada", "sis"})])
def test_a_name_is_shown_to_whom_it_concerns(people, who, may):
    for name, client in people.items():
        answer = client.get(f"/v1/people/{AS[who]}")
        if name in may:
            assert answer.status == 200, (name, answer)
        else:
            problem_of(answer, "not-allowed", 403)


def test_a_name_is_set_by_its_owner_and_those_who_keep_it(people):
    for name, client in people.items():
        answer = put(client, AS["bob"], {"name": f"by {name}"})
        if name in ("bob", "ada", "sis"):
            assert answer.status == 200, (name, answer)
            assert people["eve"].read(
                f"/v1/people/{AS['bob']}")["name"] == f"by {name}"
        else:
            problem_of(answer, "not-allowed", 403)


def test_only_administrators_erase(people):
    for name, client in people.items():
        answer = client.post(f"/v1/people/{AS['zoe']}/erase", {"note": "asked"})
        if name == "ada":
            assert (answer.status, answer.json) == (200, {"sessions": 0})
        else:
            problem_of(answer, "not-allowed", 403)


def test_the_one_who_erases_is_named(people):
    lesson = Lesson(people["sis"], [BOB], tutor=ZOE)
    accepted(lesson.schedule(None))
    lesson.client = people["zoe"]
    accepted(lesson.send("session.cancel", None, {"reason": "ill"}))
    answer = people["ada"].post(f"/v1/people/{AS['zoe']}/erase", {"note": "n"})
    assert answer.json == {"sessions": 1}
    last = people["bob"].history(lesson.id)[-1]
    assert (last["type"], last["by"], last["command"], last["data"]["who"]) == (
        "person.erased", AS["ada"], None, AS["zoe"])


SETTINGS = {"address": f"ann@{fresh('x')}.example", "timezone": "Asia/Kolkata",
            "language": "es-MX", "mute": ["session_completed", "tutor_recap_due"]}


def test_settings_stay_until_they_are_taken_away(client):
    who = f"tutor:{fresh('t')}"
    assert put(client, who, SETTINGS).json == {
        "who": who, "name": None, **SETTINGS}
    named = put(client, who, {"name": "Ann"}).json
    assert named == {"who": who, "name": "Ann", **SETTINGS}
    assert client.read(f"/v1/people/{who}") == named
    del named["timezone"], named["mute"]
    assert put(client, who, {"timezone": None, "mute": []}).json == named
    assert put(client, who, {"address": None, "language": None,
                             "mute": None}).json == {"who": who, "name": "Ann"}


@pytest.mark.parametrize("body", [
    {"address": "ann"}, {"address": "a@b@c"}, {"address": "a b@c.example"},
    {"address": "<a@b.example>"}, {"address": "a@b.example,c@d.example"},
    {"address": "a@b.example\nBcc: c@d.example"}, {"address": "änn@b.example"},
    {"address": "a" * 65 + "@b.example"}, {"address": ""}, {"address": ["a@b.c"]},
    {"address": ".a@b.example"}, {"address": "a@-b.example"},
    {"timezone": "Mars/Base"}, {"timezone": ""}, {"timezone": 1},
    {"language": "english, please"}, {"language": "e"}, {"language": "en-"},
    {"mute": "session_completed"}, {"mute": ["nothing"]}, {"mute": [1]},
    {"mute": ["session_missed"]}, {"mute": ["payout_deposited"]},
    {"mute": ["session_completed", "payout_reversed"]},
    {"name": "Ann", "address": "x"}, {"unreachable": None}])
def test_what_is_no_setting_changes_nothing(client, body):
    who = f"student:{fresh('s')}"
    before = put(client, who, {"name": "before", **SETTINGS}).json
    problem_of(put(client, who, body), "malformed", 400)
    assert client.read(f"/v1/people/{who}") == before


def test_settings_are_for_their_owner_and_those_who_keep_them(people):
    assert put(people["ann"], AS["ann"], SETTINGS).status == 200
    for name, client in people.items():
        answer = client.get(f"/v1/people/{AS['ann']}")
        if answer.status == 200:
            shown = set(answer.json) - {"who", "name"}
            assert shown == (set(SETTINGS) if name in ("ann", "ada", "sis")
                             else set()), name
        listed, = client.read(f"/v1/people?who={AS['ann']}")["items"]
        assert set(listed) == {"who", "name"}


def test_settings_go_with_an_erasure(people):
    who = f"tutor:{fresh('t')}"
    assert put(people["ada"], who, SETTINGS).status == 200
    assert people["ada"].post(f"/v1/people/{who}/erase",
                              {"note": "asked"}).status == 200
    assert people["ada"].read(f"/v1/people/{who}") == {"who": who, "name": None}


def test_staff_see_whom_no_mail_reaches(people):
    for name, client in people.items():
        answer = client.get("/v1/people?unreachable=true")
        if name in ("ann", "bob", "cal", "zoe"):
            problem_of(answer, "not-allowed", 403)
        else:
            assert (answer.status, answer.json) == (200, {"items": []}), name
    problem_of(people["eve"].get(f"/v1/people?unreachable=true&who={AS['ann']}"),
               "malformed", 400)
