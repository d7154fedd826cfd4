# SPDX-License-Identifier: Apache-2.0
"""Free text is data: kept as it came, in whatever language it pretends."""
import unicodedata

import pytest

from lesson import Lesson
from wire import accepted, command, fresh

TEXTS = [
    "'; DROP TABLE sessions; --", "\" OR 1=1 --", "$1 $2 %s {} {0}",
    "<script>alert('x')</script>", "<img src=x onerror=alert(1)>",
    "{{7*7}} ${7*7} #{7*7}", "\\ \\n \\u0041 \"quoted\"", "../../etc/passwd",
    "NULL", "null", "\\N", "a,b;c\td\ne\r\nf", "\x01\x1f\x7f\x80\x9f",
    "\u202eright to left\u202c", "\ufeffBOM", "\ufffd\ufffe\uffff",
    "Zürich Ελλάδα Кириллица 日本語 العربية हिन्दी",
    "\U0001F468\u200D\U0001F469\u200D\U0001F467 \U0001F1E9\U0001F1EA",
    "e\u0301 é", "\U0010FFFF", "   kept   as   it   is   "]


def padded(text):
    return {"topics_covered": text, "how_tutee_did": text + "x" * 160,
            "next_steps": text[::-1] if text.isascii() else text}


@pytest.mark.parametrize("text", TEXTS)
def test_a_recap_is_returned_as_it_came(client, text):
    lesson = Lesson(client).ready()
    wanted = padded(text)
    accepted(lesson.complete(30, wanted))
    assert lesson.now()["tutor_recap"] == wanted
    accepted(lesson.student_recap(text=wanted))
    assert lesson.settled()["participants"][0]["recap"] == wanted
    assert any(e["data"].get("recap") == wanted
               for e in client.history(lesson.id))


@pytest.mark.parametrize("text", TEXTS)
def test_a_reason_is_kept_in_the_history(client, text):
    lesson = Lesson(client).scheduled()
    accepted(lesson.send("session.cancel", "system:x", {"reason": text}))
    assert text in client.history(lesson.id)[-1]["data"].values()


@pytest.mark.parametrize("text", TEXTS)
def test_the_notes_of_support_are_kept(client, text):
    lesson = Lesson(client).awaiting()
    accepted(lesson.send("support.void", "support:x", {"note": text}))
    assert any(text in e["data"].values() for e in client.history(lesson.id))


# CloudEvents keeps control characters and non-characters out of attributes.
ATTRIBUTES = [t for t in TEXTS if t.strip() == t
              and not any(unicodedata.category(c) in ("Cc", "Cn") for c in t)]


@pytest.mark.parametrize("text", ATTRIBUTES)
def test_an_events_id_and_source_may_be_any_text(client, text):
    lesson = Lesson(client)
    event = lesson.events.schedule(id=text + fresh("c"), source=text)
    outcome = accepted(client.send(event))
    assert (outcome["id"], outcome["source"]) == (event["id"], text)
    assert accepted(client.send(event))["duplicate"] is True
    assert client.history(lesson.id)[0]["command"] == {
        "id": event["id"], "source": text}


@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_through_the_inbox_intact(client, node, text):
    lesson = Lesson(client).scheduled()
    event = command("session.cancel", lesson.id, "system:x",
                    {"reason": text})
    node.database.insert_event(event)
    assert node.database.wait_outcome(event)["outcome"] == "accepted"
    assert text in client.history(lesson.id)[-1]["data"].values()
