# SPDX-License-Identifier: Apache-2.0
"""Wrong commands: a table of (what is wrong, the bytes that are sent).

Every one of them is to be refused as `malformed`. They are made anew for each
use, with fresh ids, so that no case meets its own repeat.
"""
import json

from wire import command, recap

BAD_IDS = ["", " ", "a b", "x" * 65, "ä", "a/b", "a.b", "a:b", "a\n", "\u0000",
           "a\u0000b", "<script>alert(1)</script>",
           "'; DROP TABLE sessions; --", "\U0001F600", 7, None, [], {}, True]
BAD_TIMES = ["", "yesterday", "2026-11-25", "2026-11-25T10:00:00",
             "2026-02-30T10:00:00Z", "2026-11-25T25:00:00Z",
             "2026-11-25T10:61:00Z", "2026-11-25T10:00:00+25:00",
             "2026-13-01T10:00:00Z", "10:00:00Z", 1764064800, None, [], True,
             "2026-11-25T10:00:00Z; DROP TABLE sessions"]
BAD_NUMBERS = ["5", 1.5, None, [], {}, True]
BAD_TEXTS = [7, None, [], {}, True, "a\u0000b"]
NUMBER_LITERALS = ["NaN", "Infinity", "-Infinity", "0x10", "05",
                   "+5", "5.", ".5", "1e", "5-5"]


def valid(kind, lesson):
    """A command of that kind which only a mutation makes wrong."""
    who = f"student:{lesson.student}"
    by, data = {
        "session.schedule": ("system:x", {**lesson.data,
                                          "program": "p", "currency": "USD",
                                          "rate_per_hour": 1500,
                                          "timezone": "Europe/Berlin"}),
        "participant.invite": ("system:x", {"student": "s-new"}),
        "participant.accept": (who, {"student": lesson.student}),
        "participant.decline": (who, {"student": lesson.student}),
        "participant.remove": ("support:x", {"student": lesson.student}),
        "call.join": (who, {"participant": who}),
        "call.leave": (who, {"participant": who}),
        "session.log_time": (lesson.by_tutor, {"minutes": 5}),
        "session.complete": (lesson.by_tutor, {"minutes": 5,
                                               "recap": recap()}),
        "recap.submit": (lesson.by_tutor, {"recap": recap()}),
        "session.cancel": ("system:x", {"reason": "r"}),
        "session.dispute": (lesson.by_tutor, {"reason": "r"}),
        "support.request": (lesson.by_tutor, {"message": "m"}),
        "support.reopen": ("support:x", {"hours": 1, "note": "n"}),
        "support.deny": ("support:x", {"note": "n"}),
        "support.correct": ("support:x", {"minutes": 30, "note": "n"}),
        "support.uphold": ("support:x", {"note": "n"}),
        "support.void": ("support:x", {"note": "n"}),
        "disbursement.result": ("system:x", {"result": "sent", "amount": 5,
                                             "currency": "USD"}),
    }[kind]
    return command(kind, lesson.id, by, data)


KINDS = ["session.schedule", "participant.invite", "participant.accept",
         "participant.decline", "participant.remove", "call.join",
         "call.leave", "session.log_time", "session.complete",
         "recap.submit", "session.cancel", "session.dispute",
         "support.request", "support.reopen", "support.deny",
         "support.correct", "support.uphold", "support.void",
         "disbursement.result"]
OPTIONAL = {"program", "currency", "rate_per_hour", "timezone"}


def attribute_cases(lesson):
    base = valid("session.log_time", lesson)
    for name in ("specversion", "id", "source", "type", "subject", "authid",
                 "data"):
        yield f"no {name}", {k: v for k, v in base.items() if k != name}
        for wrong in (7, [], {} if name != "data" else "x", None, True, ""):
            yield f"{name} is {wrong!r}", {**base, name: wrong}
    for wrong in ("0.3", "1", "1.1", "2.0", " 1.0", 1.0):
        yield f"specversion is {wrong!r}", {**base, "specversion": wrong}
    for wrong in ("session.log_time", "recapd.", "recapd.session",
                  "recapd.session.explode", "RECAPD.session.log_time",
                  "recapd.session.log_time ", "recapd.event.time_logged"):
        yield f"type is {wrong!r}", {**base, "type": wrong}
    for wrong in BAD_IDS:
        yield f"subject is {wrong!r}", {**base, "subject": wrong}
    for wrong in ("tutor", "tutor:", ":x", "boss:x", "Tutor:x", "tutor:a b",
                  "tutor:" + "x" * 65, "tutor:a:b", " tutor:x", "tutor:x ",
                  "tutor:'--", "tutor:\u0000", "x"):
        yield f"authid is {wrong!r}", {**base, "authid": wrong}
    for name in ("id", "source"):
        yield f"NUL in {name}", {**base, name: "a\u0000b"}
    yield "data_base64", {**{k: v for k, v in base.items() if k != "data"},
                          "data_base64": "eyJtaW51dGVzIjo1fQ=="}
    yield "data and data_base64", {**base, "data_base64": "e30="}


def member_cases(lesson):
    for kind in KINDS:
        base = valid(kind, lesson)
        data = base["data"]
        for wrong in ([], "x", 7, [data], None):
            yield f"{kind}: data is {str(wrong)[:12]}", {**base,
                                                         "data": wrong}
        yield f"{kind}: unknown member", {**base,
                                          "data": {**data, "extra": 1}}
        for name in data:
            if name not in OPTIONAL:
                yield f"{kind}: no {name}", {**base, "data": {
                    k: v for k, v in data.items() if k != name}}
            yield f"{kind}: {name} in capitals", {**base, "data": {
                **{k: v for k, v in data.items() if k != name},
                name.upper(): data[name]}}


def value_cases(lesson):
    def of(kind, label, wrong, **changes):
        base = valid(kind, lesson)
        return (f"{kind}: {label} is {str(wrong)[:40]!r}",
                {**base, "data": {**base["data"], **changes}})

    for name in ("tutor", "course", "program"):
        for wrong in BAD_IDS:
            yield of("session.schedule", name, wrong, **{name: wrong})
    for wrong in BAD_IDS:
        yield of("session.schedule", "a student", wrong, students=[wrong])
        yield of("participant.invite", "student", wrong, student=wrong)
        yield of("call.join", "participant", wrong, participant=wrong)
    for wrong in ("support:x", "system:x", "tutor:", "student:a b"):
        yield of("call.join", "participant", wrong, participant=wrong)
    for wrong in BAD_TIMES:
        yield of("session.schedule", "starts_at", wrong, starts_at=wrong)
    for wrong in ([], "s", {}, None, ["a", "a"], [["a"]],
                  [f"s{n}" for n in range(51)]):
        yield of("session.schedule", "students", wrong, students=wrong)
    for wrong in ("phone", "", "ONLINE", 1, None, ["online"]):
        yield of("session.schedule", "modality", wrong, modality=wrong)
    for wrong in (-1, 1.5, "1500", 10**30, True, [], {}):
        yield of("session.schedule", "rate", wrong, rate_per_hour=wrong)
    for wrong in ("", "US", "dollars", "U$D", 840, [], True, "\u0000"):
        yield of("session.schedule", "currency", wrong, currency=wrong)
    for wrong in ("", "Mars/Base", "../../etc/passwd", 5, [], "a\u0000",
                  "x" * 5000):
        yield of("session.schedule", "timezone", wrong, timezone=wrong)
    for kind in ("session.log_time", "session.complete", "support.correct"):
        for wrong in BAD_NUMBERS:
            yield of(kind, "minutes", wrong, minutes=wrong)
    for kind in ("session.log_time", "session.complete"):
        for wrong in ("yes", 1, [], {}):
            yield of(kind, "leave_call", wrong, leave_call=wrong)
    for wrong in BAD_NUMBERS + [0, -1, 721, 10**30]:
        yield of("support.reopen", "hours", wrong, hours=wrong)
    for kind, name in (("session.cancel", "reason"),
                       ("session.dispute", "reason"),
                       ("support.uphold", "note"), ("support.deny", "note"),
                       ("support.reopen", "note"), ("support.void", "note"),
                       ("support.correct", "note"),
                       ("support.request", "message")):
        for wrong in BAD_TEXTS:
            yield of(kind, name, wrong, **{name: wrong})


def recap_cases(lesson):
    for kind in ("session.complete", "recap.submit"):
        base = valid(kind, lesson)

        def of(label, wrong):
            return f"{kind}: {label}", {**base, "data": {**base["data"],
                                                         "recap": wrong}}

        for wrong in ("text", 7, [], None, True, {}):
            yield of(f"recap is {wrong!r}", wrong)
        yield of("recap with a member more", {**recap(), "mood": "fine"})
        for name in recap():
            yield of(f"recap without {name}", {
                k: v for k, v in recap().items() if k != name})
            for wrong in BAD_TEXTS:
                yield of(f"{name} is {wrong!r}", {**recap(), name: wrong})


def text_cases(lesson):
    """Yields texts that are wrong before there is an event."""
    event = valid("session.log_time", lesson)
    text = json.dumps(event)
    with_recap = json.dumps(valid("session.complete", lesson))
    for cut in (1, 2, len(text) // 2, len(text) - 1):
        yield f"cut after {cut} bytes", text[:cut]
    for label, wrong in (
            ("empty", ""), ("blank", "   "), ("a word", "recapd"),
            ("null", "null"), ("true", "true"), ("a number", "7"),
            ("a string", '"text"'), ("an array", "[]"), ("no member", "{}"),
            ("xml", "<event/>"), ("two events", text + text),
            ("garbage behind", text + "x"), ("a comma behind", text + ","),
            ("a trailing comma", text[:-1] + ",}"),
            ("a comment", text[:-1] + "/* hi */}"),
            ("single quotes", text.replace('"', "'")),
            ("a bare key", text.replace('"data"', "data")),
            ("an array around it", f"[{text}]"),
            ("a raw newline in a string", text.replace("/contract", "a\nb")),
            ("a bad escape", text.replace("/contract", "\\x41")),
            ("half an escape", text.replace("/contract", "\\u12")),
            ("a lone high surrogate", text.replace("/contract", "\\ud800")),
            ("a lone low surrogate", text.replace("/contract", "\\udc00")),
            ("surrogates turned round",
             text.replace("/contract", "\\udc00\\ud800")),
            ("a surrogate in a recap",
             with_recap.replace("aaa", "\\ud83d", 1)),
            ("a twin key", text[:-1] + ', "subject": "other"}'),
            ("the same twin key",
             text[:-1] + f', "id": {json.dumps(event["id"])}}}'),
            ("a twin key in data",
             text.replace('"minutes": 5', '"minutes": 5, "minutes": 10')),
            ("a twin key by escape",
             text.replace('"minutes": 5',
                          '"minutes": 5, "\\u006dinutes": 10')),
            ("a twin key in the recap",
             with_recap.replace('"next_steps":',
                                '"next_steps": "x", "next_steps":')),
            ("arrays without end", "[" * 30000),
            ("objects without end", '{"a":' * 10000),
            ("deep data", text.replace('"minutes": 5', '"minutes": ' +
                                       "[" * 5000 + "]" * 5000)),
            ("a deep extension", text[:-1] + ', "x": ' + '{"a":' * 5000 +
             "1" + "}" * 5001)):
        yield label, wrong
    for literal in NUMBER_LITERALS:
        yield (f"minutes: {literal}",
               text.replace('"minutes": 5', f'"minutes": {literal}'))


def byte_cases(lesson):
    text = json.dumps(valid("session.log_time", lesson)).encode()
    for label, wrong in (
            ("0xff", b"\xff"), ("a lone continuation byte", b"\x80"),
            ("a cut sequence", b"\xe2\x82"), ("an overlong slash",
                                              b"\xc0\xaf"),
            ("a surrogate in UTF-8", b"\xed\xa0\x80"),
            ("beyond Unicode", b"\xf4\x90\x80\x80"),
            ("Latin-1", "ü".encode("latin-1")), ("a raw NUL", b"\x00")):
        yield label, text.replace(b"/contract", wrong)
    yield "UTF-16", text.decode().encode("utf-16")
    yield "random bytes", bytes(range(256)) * 4
    yield "a NUL behind", text + b"\x00"


def cases(lesson):
    """All of them, as (label, bytes)."""
    for make in (attribute_cases, member_cases, value_cases, recap_cases):
        for label, event in make(lesson):
            yield label, json.dumps(event).encode()
    for label, text in text_cases(lesson):
        yield label, text.encode()
    yield from byte_cases(lesson)
