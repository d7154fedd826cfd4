# SPDX-License-Identifier: Apache-2.0
"""Every message that asyncapi.json has is sent, in the form that it has there.

The form is checked at the end of the run, of all that was received.
"""
from lesson import Lesson
from receiver import Receiver
from wire import accepted, command, fresh, refused, wait_until

# A command that was received in time and is processed after the deadline:
# nothing here can make a node that slow.
UNSEEN = {"recapd.event.session.miss_lifted"}


def happy(client):
    """Plays a lesson from its invitations to pay that is corrected and taken
    back."""
    lesson = Lesson(client, students=3, modality="online").scheduled()
    more = fresh("student")
    accepted(lesson.send("participant.invite", "system:x", {"student": more}))
    accepted(lesson.send("participant.remove", "system:x", {"student": more}))
    accepted(lesson.accept())
    accepted(lesson.accept(lesson.students[1]))
    accepted(lesson.decline(lesson.students[2]))
    accepted(lesson.call("join", lesson.by_tutor))
    accepted(lesson.call("leave", lesson.by_tutor))
    accepted(lesson.complete())
    for student in lesson.students[:2]:
        accepted(lesson.student_recap(student))
    lesson.settled()
    accepted(lesson.correct(30))
    accepted(lesson.void())


def unhappy(client):
    """Cancelled and erased; disputed, and waited for in vain; missed, asked for, reopened, denied."""
    cancelled, silent, missed = (Lesson(client) for _ in range(3))
    for lesson in (cancelled, silent, missed):
        lesson.ready()
    accepted(cancelled.cancel())
    assert client.post(f"/v1/people/{cancelled.by_tutor}/erase",
                       {"note": "n"}).json == {"sessions": 1}
    accepted(silent.complete())
    accepted(silent.send("session.dispute", silent.by_tutor, {"reason": "r"}))
    accepted(silent.send("support.uphold", "support:ann", {"note": "n"}))
    client.advance("200h")
    accepted(missed.request())
    accepted(missed.reopen(48))
    client.advance("49h")
    accepted(missed.deny())


def paid_out(client, lessons):
    """Confirmed, and come back; and one that failed."""
    def result(lesson, what, amount=1500):
        (one,) = client.read(f"/v1/disbursements?tutor={lesson.tutor}"
                             )["disbursements"]
        return client.send(command(
            "disbursement.result", one["id"], "system:bank",
            {"result": what, "amount": amount, "currency": "USD"}))

    good, bad = lessons
    accepted(result(good, "sent"))
    refused(result(good, "confirmed", 1400), "amount-mismatch")
    accepted(result(good, "confirmed"))
    accepted(result(good, "returned"))
    accepted(result(bad, "failed"))


def test_every_message_of_the_document_is_sent(make_node, asyncapi):
    wanted = {m["name"] for m in asyncapi["components"]["messages"].values()
              if m["name"].startswith(("recapd.event.", "recapd.notify."))}
    with Receiver() as receiver:
        node = make_node(config={
            "webhook": {"url": receiver.url},
            "policy": {"disbursements": {
                "every": "week", "on": "friday", "at": "06:00",
                "after_settled": "1h", "minimum": 0, "by": None}}})
        happy(node)
        settled = [Lesson(node).paid(60) for _ in range(2)]
        unhappy(node)  # more than a week passes
        paid_out(node, settled)
        wait_until(lambda: receiver.types() >= wanted - UNSEEN,
                   "all messages")
        node.stop()
    assert receiver.types() <= wanted


def test_a_trace_is_in_the_form_of_a_message(make_node):
    with Receiver() as receiver:
        node = make_node(config={"webhook": {"url": receiver.url}})
        accepted(Lesson(node).schedule(
            traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"
                        "-01"))
        wait_until(lambda: receiver.messages, "the event")
        node.stop()
    assert "traceparent" in receiver.messages[0]
