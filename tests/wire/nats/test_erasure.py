# SPDX-License-Identifier: Apache-2.0
"""What a person wrote goes from the NATS stream of events, too."""
import base64

from nats_wire import Nats
from session import Session
from wire import fresh, wait_until

STREAM = "RECAPD_EVENTS"


def recap():
    """A recap in words of its own."""
    return {part: " ".join(fresh("w").replace("-", "") for _ in range(8))
            for part in ("topics_covered", "how_tutee_did", "next_steps")}


def messages(url):
    """All messages of the stream: subject, and what it has as text."""
    found = []
    with Nats(url) as client:
        try:
            state = client.api(f"STREAM.INFO.{STREAM}")["state"]
        except AssertionError as error:
            assert "stream not found" in str(error)
            return []
        for seq in range(max(state["first_seq"], 1), state["last_seq"] + 1):
            try:
                answer = client.api(f"STREAM.MSG.GET.{STREAM}", seq=seq)
            except AssertionError as error:
                assert "no message found" in str(error)
                continue
            found.append((answer["message"]["subject"], base64.b64decode(
                answer["message"]["data"]).decode()))
    return found


def texts(url):
    return "\n".join(text for _, text in messages(url))


def of(url, session):
    return [subject for subject, _ in messages(url)
            if subject.endswith("." + session.id)]


def play(place, session, tutors, students):
    node = place.nodes[-1]
    by_student = session.event("recap.submit", session.student,
                               {"recap": students})
    for event in (session.schedule, session.accept,
                  session.complete(recap=tutors), by_student):
        answer = node.send(event)
        assert answer.status == 200, answer
    wait_until(lambda: "payout_deposited" in str(of(place.nats.url, session)),
               "all to be published")


def erase(node, who):
    answer = node.post(f"/v1/people/{who}/erase", {"note": "as asked"})
    assert answer.status == 200, answer
    return answer.json["sessions"]


def gone(url, recap_of):
    left = texts(url)
    return not any(words in left for words in recap_of.values())


def stands(url, recap_of):
    left = texts(url)
    return all(words in left for words in recap_of.values())


def test_a_persons_messages_go_and_others_stay(own_place):
    node, url = own_place.start(), own_place.nats.url
    own_place.wait_stream()
    first, second = Session(), Session()
    tutors, students, others = recap(), recap(), recap()
    play(own_place, first, tutors, students)
    play(own_place, second, others, recap())
    before = of(url, first)
    cancelled, reason = Session(), fresh("reason")
    for event in (cancelled.schedule, cancelled.event(
            "session.cancel", cancelled.tutor, {"reason": reason})):
        assert node.send(event).status == 200
    wait_until(lambda: texts(url).count(reason) == 2,
               "an event and a notification with the reason")
    for session in (first, cancelled):
        assert erase(node, session.tutor) == 1
        wait_until(lambda: f"recapd.event.person.erased.{session.id}"
                   in of(url, session), "the event")
    wait_until(lambda: gone(url, tutors) and reason not in texts(url),
               "the texts to go")
    assert stands(url, students) and stands(url, others)
    assert sorted(of(url, first)) == sorted(
        [s for s in before if "tutor_recap.submitted" not in s]
        + ["recapd.event.person.erased." + first.id])


def test_messages_go_when_the_node_that_erased_is_gone(own_place):
    """The node is killed before it comes to the stream: the next one does."""
    node, url = own_place.start(), own_place.nats.url
    own_place.wait_stream()
    session, secret = Session(), recap()
    play(own_place, session, secret, recap())
    own_place.nats("stop")
    assert erase(node, session.tutor) == 1
    node.kill()
    own_place.nats("start")
    assert stands(url, secret)
    own_place.start()
    wait_until(lambda: gone(url, secret), "the recap to go")
