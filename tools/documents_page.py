# Writes docs/events.md from docs/asyncapi.json (called by tools/documents).
# SPDX-License-Identifier: Apache-2.0
import json

HEAD = """# Events and notifications

<!-- Made by tools/documents from docs/asyncapi.json; edit docs/openapi.json. -->

Everything here is a [CloudEvent](https://cloudevents.io) 1.0 as JSON, sent at least
once, in order per session. The webhook posts each, NATS has each in the stream
`RECAPD_EVENTS`; `GET /v1/events` streams the session events, `GET
/v1/sessions/{id}/history` and `GET /v1/notifications` list what there was.

A receiver drops an `id` it has had: the same message comes with the same `id`
however often it is sent. A new member or a new type may come with any release: pass
over what you do not know.

An *id* is 1 to 64 of `A-Z a-z 0-9 _ -`, a *time* RFC 3339 with an offset, a *currency*
ISO 4217; amounts are in minor units.

## What each has
"""

# Schemas that the head explains once for all tables.
WORDS = {"Id": "id", "Time": "time", "Currency": "currency"}

SAMPLES = {
    "tutor": "t-1", "student": "ann", "course": "algebra",
    "program": "default", "starts_at": "2026-11-23T21:00:00Z",
    "deadline": "2026-11-26T21:00:00Z", "modality": "online",
    "students": ["ann"], "participant": "student:ann", "timezone":
    "America/New_York", "policy_version": 1, "minutes": 60, "given": 58,
    "hours": 24, "amount": 1500, "currency": "USD", "reason": "Snow.",
    "message": "I was ill.", "note": "Agreed by telephone.",
    "owner": "t-1", "period": 20781, "cap": 900, "item": "",
    "topics_covered": "Fractions with unlike denominators.",
    "how_tutee_did": "Well; slow with signs.",
    "next_steps": "Percentages.", "id": "s-1:7", "subject": "s-1",
    "time": "2026-11-23T22:03:11.5Z", "authid": "tutor:t-1", "seq": 7, "count": 1,
    "from": "program:default", "to": "tutor:t-1",
    "was": 45, "change": 375, "run": "default-2026-12-04-0600",
    "disbursement": "d-5f2b7c91e04a8d36", "said_amount": 1400,
    "said_currency": "USD"}

# Whom a notification is for, by how its description begins; else the tutor.
RECEIVERS = {"To support": "support", "To each": "student:ann"}


class Page:
    """The lines of the page, and how its schemas are read."""

    def __init__(self, document):
        self.document = document
        self.schemas = document["components"]["schemas"]
        self.lines = [HEAD]

    def followed(self, schema):
        """A schema with what it refers to; what stands beside a $ref wins."""
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        return {**self.followed(self.schemas[name]), **schema} if name \
            else schema

    def kind(self, schema):
        """A property's type in a word or two."""
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        if name in WORDS:
            return WORDS[name]
        schema = self.followed(schema)
        if "const" in schema:
            return f"`{json.dumps(schema['const'])}`"
        if "enum" in schema:
            return ", ".join(f"`{v}`" for v in schema["enum"])
        if "oneOf" in schema:
            return " or ".join(self.kind(s) for s in schema["oneOf"])
        types = schema.get("type", "any")
        if types == "array":
            return f"array of {self.kind(schema['items'])}"
        if isinstance(types, list):
            return " or ".join(types)
        return types

    def table(self, schema, prefix=""):
        for name, one in schema["properties"].items():
            whole = self.followed(one)
            told = one if self.kind(one) in WORDS.values() else whole
            words = told.get("description", "")
            if name not in schema.get("required", []):
                words = f"{words} May be absent.".strip()
            self.lines.append(f"| `{prefix}{name}` | {self.kind(one)} | "
                              f"{' '.join(words.split())} |")
            inner = self.inner(whole)
            if inner:
                self.table(inner[1], f"{prefix}{name}{inner[0]}.")

    def inner(self, schema):
        """The object in a property, and how its members are named."""
        if schema.get("type") == "array":
            inside = self.inner(self.followed(schema["items"]))
            return inside and ("[]" + inside[0], inside[1])
        for one in schema.get("oneOf", [schema]):
            one = self.followed(one)
            if "properties" in one:
                return "", one
        return None

    def sample(self, name, schema):
        schema = self.followed(schema)
        if "const" in schema:
            return schema["const"]
        if "examples" in schema:
            return schema["examples"][0]
        if "oneOf" in schema:
            return self.sample(name, schema["oneOf"][0])
        if "properties" in schema:
            return {n: self.sample(n, s)
                    for n, s in schema["properties"].items()
                    if n in schema.get("required", [])}
        if name in SAMPLES:
            return SAMPLES[name]
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") == "array":
            return [self.sample(name, schema["items"])]
        return {"boolean": False, "integer": schema.get("minimum", 0)}.get(
            schema.get("type"), "")

    def head(self, schema):
        self.lines += ["| member | type | meaning |", "| --- | --- | --- |"]
        self.table({**schema, "properties": {
            n: s for n, s in schema["properties"].items() if n != "data"}})
        self.lines.append("| `data` | object | By `type`, below. |")

    def message(self, message):
        payload = self.followed(message["payload"])
        data = self.followed(payload["properties"]["data"])
        self.lines += ["", f"### {message['name']}", "",
                       payload["description"], ""]
        if data["properties"]:
            self.lines += ["| member of `data` | type | meaning |",
                           "| --- | --- | --- |"]
            self.table(data)
        sample = self.sample("data", data)
        for begin, receiver in RECEIVERS.items():
            if "to" in sample and payload["description"].startswith(begin):
                sample["to"] = receiver
        self.lines += ["", "```json", json.dumps(sample, ensure_ascii=False),
                       "```"]


def page(document):
    """The text of docs/events.md."""
    out = Page(document)
    messages = document["components"]["messages"].values()
    chapters = {"recapd.event.": "Session events",
                "recapd.notify.": "Notifications",
                "recapd.feed.": "The event stream alone"}
    some = next(m for m in messages if m["name"].startswith("recapd.event."))
    envelope = out.followed(some["payload"])
    envelope = {**envelope, "properties": {
        **envelope["properties"],
        "type": {"type": "string", "description": "The heading below."}}}
    out.head(envelope)
    for prefix, title in chapters.items():
        out.lines += ["", f"## {title}"]
        for message in messages:
            if message["name"].startswith(prefix):
                out.message(message)
    return "\n".join(out.lines) + "\n"
