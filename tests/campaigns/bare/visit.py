# SPDX-License-Identifier: Apache-2.0
"""visit.py URL PID: waits until the node there is ready, as long as that process
lives, and has a session paid."""
import json
import os
import sys
import time
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone

HOURS = 3600
RECAP = {"topics_covered": "Limits, and what they are good for, by examples.",
         "how_tutee_did": "Very well indeed, with a little help at the end, "
                          "and better than the week before; asked a lot.",
         "next_steps": "Derivatives, by the book, and ten of its exercises."}


def ask(url, event=None):
    request = urllib.request.Request(
        url, None if event is None else json.dumps(event).encode(),
        {"Content-Type": "application/cloudevents+json"} if event else {})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def wait_ready(url, pid):
    end = time.monotonic() + 2 * HOURS
    while time.monotonic() < end and os.path.exists(f"/proc/{pid}"):
        try:
            return ask(url + "/readyz")
        except OSError:
            time.sleep(0.5)
    sys.exit("the node did not come up")


def pay(url):
    session = uuid.uuid4().hex

    def send(kind, by, **data):
        return ask(url + "/v1/commands", {
            "specversion": "1.0", "id": uuid.uuid4().hex, "source": "/bare",
            "type": "recapd." + kind, "subject": session, "authid": by,
            "data": data})["session"]

    began = datetime.now(timezone.utc) - timedelta(hours=2)
    send("session.schedule", "system:calendar", tutor="ann", course="MATH101",
         starts_at=began.isoformat(timespec="seconds"), modality="in_person",
         students=["bob"])
    send("participant.accept", "student:bob", student="bob")
    send("session.complete", "tutor:ann", minutes=60, recap=RECAP)
    shown = send("recap.submit", "student:bob", recap=RECAP)
    assert shown["state"] == "paid", shown
    print(f"ready, and paid {shown['payout']['amount']} {shown['currency']}")


wait_ready(sys.argv[1], sys.argv[2])
pay(sys.argv[1])
