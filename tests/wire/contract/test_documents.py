# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI and AsyncAPI documents: valid, complete, served, kept."""
import json
import re
import subprocess

import pytest

import bad_input
import documents
import wire
from lesson import Lesson
from documents import NEEDS
from wire import CODES, accepted, fresh

KINDS = [
    "tutor_recap_due", "tutor_recap_reminder", "student_recap_request",
    "student_recap_reminder", "tutor_remind_student",
    "student_recap_overdue", "session_missed", "support_requested",
    "support_reopened", "support_denied", "session_completed",
    "payout_deposited", "payout_corrected", "payout_reversed",
    "session_cancelled", "session_voided", "session_disputed",
    "dispute_decided", "disbursement_sent", "disbursement_confirmed",
    "disbursement_failed", "disbursement_mismatch"]


@pytest.fixture(scope="module")
def openapi():
    return json.loads(documents.OPENAPI.read_text())


@NEEDS
def test_the_asyncapi_document_is_valid():
    result = documents.run("check", documents.ASYNCAPI)
    assert result.returncode == 0, result.stdout + result.stderr


@NEEDS
def test_the_validator_sees_what_is_wrong(tmp_path, asyncapi):
    broken = tmp_path / "broken.json"
    title = asyncapi["info"]["title"]
    broken.write_text(json.dumps(asyncapi).replace(f'"title": "{title}", ',
                                                   "", 1))
    assert documents.run("check", broken).returncode == 1


def test_every_described_call_is_there(openapi, client):
    # That every call that is there is described: tests/unit/gateway/documents.cpp.
    for path, methods in openapi["paths"].items():
        answer = client.request("PATCH", path.replace("{", "").replace(
            "}", ""))
        assert answer.status == 405, path
        allowed = set(answer.headers["allow"].lower().split(", "))
        assert allowed - {"head"} == set(methods), path


def test_the_signature_of_the_webhook_is_described(openapi, asyncapi):
    header = openapi["webhooks"]["event"]["post"]["parameters"][0]
    assert header["name"] == "recapd-signature"
    assert "HMAC-SHA256" in asyncapi["channels"]["webhook"]["description"]


def test_every_command_is_described(openapi, asyncapi):
    mapping = openapi["components"]["schemas"]["Command"]["discriminator"]
    wanted = {f"recapd.{kind}" for kind in bad_input.KINDS}
    assert set(mapping["mapping"]) == wanted
    names = {m["name"] for m in asyncapi["components"]["messages"].values()}
    assert wanted <= names
    sent = {n for n in names if n.startswith("recapd.notify.")}
    assert sent == {f"recapd.notify.{kind}" for kind in KINDS}


def test_no_default_makes_a_member_required(openapi):
    """Generators take a member with a default for one that is always there."""
    for name, schema in openapi["components"]["schemas"].items():
        for member, one in schema.get("properties", {}).items():
            assert "default" not in one, f"{name}.{member}"


def test_what_is_derived_is_current(openapi):
    tool = documents.HERE.parents[2] / "tools" / "documents"
    result = subprocess.run([str(tool), "--check"], capture_output=True,
                            text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_data_of_every_message_is_typed(asyncapi):
    schemas = asyncapi["components"]["schemas"]
    for name, message in asyncapi["components"]["messages"].items():
        if name == "Outcome":
            continue
        payload = schemas[message["payload"]["$ref"].split("/")[-1]]
        assert payload["properties"]["type"] == {"const": message["name"]}
        data = payload["properties"]["data"]
        data = schemas[data["$ref"].split("/")[-1]] if "$ref" in data else data
        assert data["properties"] or name == "FeedReset", name
        assert set(data["required"]) <= set(data["properties"]), name


def test_every_code_is_described_in_order(openapi, asyncapi):
    for document in (openapi, asyncapi):
        schemas = document["components"]["schemas"]
        assert schemas["RefusalCode"]["enum"] == CODES


def test_both_documents_share_their_schemas(openapi, asyncapi):
    ours = openapi["components"]["schemas"]
    for name, schema in asyncapi["components"]["schemas"].items():
        assert ours.get(name, schema) == schema, name


@pytest.mark.parametrize("name", ["openapi", "asyncapi"])
def test_the_node_serves_the_document(client, name):
    answer = client.get(f"/{name}.json")
    assert answer.status == 200
    assert answer.media == "application/json"
    assert answer.json == json.loads(
        (documents.DOCS / f"{name}.json").read_text())


def examples():
    """Each message's name and example on the page."""
    page = (documents.DOCS / "events.md").read_text()
    return re.findall(r"^### (recapd\.\S+)$.*?^```json\n(.*?)^```$", page,
                      re.M | re.S)


def test_the_examples_of_the_page_can_occur():
    data = {name: json.loads(example) for name, example in examples()}
    to = {name.removeprefix("recapd.notify."): one["to"]
          for name, one in data.items() if name.startswith("recapd.notify.")}
    for kind in ("support_requested", "student_recap_overdue"):
        assert to[kind] == "support"
    for kind in ("student_recap_request", "student_recap_reminder"):
        assert to[kind] == "student:ann"
    assert to["payout_deposited"] == "tutor:t-1"
    reversal = data["recapd.event.session.voided"]["reversal"]
    assert reversal["kind"] == "reversal" and "n" not in reversal
    assert reversal["from"] == "tutor:t-1"
    corrected = data["recapd.event.time.corrected"]
    payment = corrected["payment"]
    assert (payment["kind"], payment["n"]) == ("correction", 1)
    more = corrected["minutes"] - corrected["was"]
    assert [c["amount"] for c in corrected["claims"]] == [more]
    assert corrected["released"] == []
    logged = data["recapd.event.time.logged"]
    assert {c["amount"] for c in logged["claims"]} == {logged["minutes"]}


@NEEDS
def test_the_examples_of_the_page_have_the_form_they_stand_by(asyncapi):
    found = examples()
    sent = [m["name"] for m in asyncapi["components"]["messages"].values()
            if m["name"].startswith(("recapd.event.", "recapd.notify."))]
    found = [one for one in found if one[0] != "recapd.feed.reset"]
    assert [name for name, _ in found] == sent
    result = documents.run("messages", documents.ASYNCAPI, given=json.dumps([{
        "specversion": "1.0", "id": name, "source": "/recapd", "type": name,
        "subject": "s", "time": "2026-11-23T16:00:00Z", "seq": 1,
        "datacontenttype": "application/json", "authid": "system:x",
        "data": json.loads(example)} for name, example in found]))
    assert result.returncode == 0, result.stdout + result.stderr


def tour(client):
    """Every kind of answer once."""
    lesson = Lesson(client, students=2, modality="online",
                    program=fresh("p")).paid()
    accepted(lesson.correct(30))
    accepted(lesson.void())
    early = Lesson(client).scheduled()
    early.log_time(5)
    accepted(early.decline())
    client.send({})
    client.send(wire.command("support.void", fresh("s"), "support:x",
                             {"note": "n"}))
    early.send("support.void", "tutor:x", {"note": "n"})
    client.batch([{}, early.events.cancel("system:x")])
    client.send_text("{}", "text/plain")
    for path in (f"/v1/sessions/{lesson.id}", f"/v1/sessions/{early.id}",
                 f"/v1/sessions/{lesson.id}/history",
                 f"/v1/sessions/{early.id}/refusals",
                 f"/v1/sessions/{early.id}/eligibility",
                 f"/v1/sessions/{fresh('s')}", "/v1/sessions?limit=2",
                 f"/v1/sessions?tutor={lesson.tutor}",
                 f"/v1/tutors/{lesson.tutor}/limits",
                 f"/v1/courses/{lesson.course}/limits"
                 f"?student={lesson.student}",
                 f"/v1/courses/{lesson.course}/limits",
                 f"/v1/accounts/tutor:{lesson.tutor}",
                 f"/v1/accounts/program:{lesson.data['program']}",
                 f"/v1/notifications?session={lesson.id}",
                 "/v1/dead-letters", "/v1/clock"):
        client.get(path)


def test_what_the_node_answers_has_the_published_form(client):
    tour(client)
    client.advance("200h")
    tour(client)
    assert len(wire.EXCHANGES) > 40
    documents.check_exchanges()


@NEEDS
@pytest.mark.parametrize("body, trouble", [
    ({"now": "2026-11-23T16:00:00Z"}, ""),
    ({}, "required"),
    ({"now": "2026-11-23T16:00:00Z", "secret": 1}, "additional properties")])
def test_the_check_of_answers_sees_another_form(body, trouble):
    result = documents.run("answers", documents.OPENAPI, given=json.dumps([{
        "method": "GET", "path": "/v1/clock", "status": 200,
        "media": "application/json", "headers": {}, "body": body}]))
    assert result.returncode == (1 if trouble else 0)
    assert trouble in result.stdout


@NEEDS
def test_the_check_of_answers_sees_a_missing_header():
    problem = {"type": "urn:recapd:problem:unavailable", "title": "t",
               "status": 503, "detail": "d"}
    result = documents.run("answers", documents.OPENAPI, given=json.dumps([{
        "method": "GET", "path": "/v1/sessions", "status": 503,
        "media": "application/problem+json", "headers": {},
        "body": problem}]))
    assert result.returncode == 1
    assert "Retry-After" in result.stdout


@NEEDS
@pytest.mark.parametrize("more, trouble", [
    ({}, ""), ({"secret": 1}, "additional properties"),
    ({"student": "a b"}, "pattern")])
def test_the_check_of_messages_sees_another_form(more, trouble):
    message = {
        "specversion": "1.0", "id": "s:1", "source": "/recapd",
        "type": "recapd.event.participant.invited", "subject": "s",
        "time": "2026-11-23T16:00:00Z", "authid": "system:x", "seq": 1,
        "datacontenttype": "application/json",
        "data": {"v": 1, "student": "ann", **more}}
    result = documents.run("messages", documents.ASYNCAPI,
                           given=json.dumps([message]))
    assert result.returncode == (1 if trouble else 0)
    assert trouble in result.stdout
