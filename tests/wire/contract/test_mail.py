# SPDX-License-Identifier: Apache-2.0
"""Mail, by a real server: what goes, when, to whom, and what follows from what
the server says."""
import json
import re
import ssl
import subprocess
from datetime import datetime, timezone

import pytest

from lesson import Lesson
from mail_server import MailServer
from node import Recapctl
from wire import DAY, HOUR, MINUTE, SECOND, accepted, fresh, problem_of, \
    wait_until

# Noon in New York, where sessions are that name no zone.
NOON = datetime(2027, 3, 1, 17, tzinfo=timezone.utc)
SITE = "https://recap.example/app/"


@pytest.fixture
def mail_server():
    with MailServer() as made:
        yield made


def settings(server, **more):
    return {"http": {"public_url": SITE[:-1]},
            "mail": {"smtp_url": server.url, "from": "Recaps <r@recap.example>",
                     "address": {"tutor": "{id}@t.example",
                                 "student": "{id}@s.example",
                                 "support": "help@recap.example"}, **more}}


@pytest.fixture
def campus(make_node, mail_server):
    node = make_node(config=settings(mail_server))
    node.server = mail_server
    node.set_clock(NOON)
    return node


def put(client, who, **body):
    answer = client.request("PUT", f"/v1/people/{who}", json.dumps(body), {"Content-Type": "application/json"})
    assert answer.status == 200, answer
    return answer.json


def tutor_of(lesson):
    return f"{lesson.tutor}@t.example"


def student_of(lesson):
    return f"{lesson.student}@s.example"


def mails(node, address, count=1, seconds=30):
    """What was taken for an address, once there are so many."""
    wait_until(lambda: len(node.server.of(address)) >= count,
               f"{count} mails to {address}", seconds)
    found = node.server.of(address)
    assert len(found) == count, [mail.subject for mail in found]
    return found


def read_all(node):
    """Waits until the feed is read to its end."""
    def behind():
        found = [r for r in node.read("/v1/receivers")["receivers"]
                 if r["name"] == "mail"]
        return found and found[0]["behind"] == found[0]["held_back"] == 0
    wait_until(behind, "the end of the feed")


def waiting(node):
    return node.database.run("SELECT count(*) FROM mails")[0][0]


def nothing_waits(node):
    wait_until(lambda: waiting(node) == 0, "mail to be done")


def letters(node):
    return node.read("/v1/dead-letters")["dead_letters"]


def completed(node, **data):
    """A session whose students are asked for their recap."""
    lesson = Lesson(node, **data).ready()
    accepted(lesson.complete())
    return lesson


def test_a_mail_has_all_it_needs(campus):
    put(campus, f"tutor:{fresh('x')}", name="nobody")
    lesson = Lesson(campus, students=["bob-1"], tutor="ann-1", course="MATH")
    put(campus, "tutor:ann-1", name="Ann Ö'Hara")
    put(campus, "student:bob-1", name="Bob <b>&amp; {{site}}")
    accepted(lesson.schedule())
    accepted(lesson.accept())
    accepted(lesson.complete())
    read_all(campus)
    campus.advance("30m")
    mail, = mails(campus, "bob-1@s.example")
    head = mail.parsed
    assert mail.sender == "r@recap.example"
    assert head["From"].addresses[0].display_name == "Recaps"
    assert head["To"].addresses[0].display_name == "Bob <b>&amp; {{site}}"
    assert head["Auto-Submitted"] == "auto-generated"
    assert head["Date"].datetime.year >= 2026
    note, = [n for n in campus.notifications(lesson.id)
             if n["kind"] == "student_recap_request"]
    assert mail.id == f"<recapd.{note['id'].replace(':', '.')}@recap.example>"
    assert mail.subject == "Your recap of the MATH session"
    page = f"{SITE}sessions/{lesson.id}/recap"
    assert page in mail.text and f'href="{page}"' in mail.html
    assert "Ann Ö'Hara" in mail.text
    assert "Hello Bob <b>&amp; {{site}}," in mail.text
    assert "Hello Bob &lt;b&gt;&amp;amp; {{site}}," in mail.html
    assert "Mon 2027-03-01 12:00 EST" in mail.text
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    content = mail.content.decode("ascii")
    assert all(len(line) <= 78 or line.startswith("List-Unsubscribe")
               for line in content.split("\r\n"))
    assert "\n" not in content.replace("\r\n", "")
    nothing_waits(campus)


def test_several_within_the_time_are_one_mail(campus):
    lesson = completed(campus)
    other = completed(campus, students=[lesson.student], start=campus.now(),
                      course=fresh("c"))
    read_all(campus)
    assert campus.server.taken == []
    campus.advance("30m")
    mail, = mails(campus, student_of(lesson))
    assert mail.subject == "2 messages about your sessions"
    for one in (lesson, other):
        assert f"sessions/{one.id}/recap" in mail.text
        assert f"sessions/{one.id}/recap" in mail.html
    nothing_waits(campus)


def test_what_is_done_meanwhile_is_not_asked_for(campus):
    lesson = completed(campus, students=2)
    read_all(campus)
    accepted(lesson.student_recap())
    campus.advance("30m")
    mails(campus, f"{lesson.students[1]}@s.example")
    nothing_waits(campus)
    assert campus.server.of(student_of(lesson)) == []


def test_mail_waits_for_the_morning_of_who_gets_it(campus):
    campus.set_clock(NOON + 9 * HOUR + 45 * MINUTE)  # 21:45
    lesson = completed(campus, students=2)
    put(campus, f"student:{lesson.students[1]}", timezone="Asia/Kolkata")
    read_all(campus)
    campus.advance("30m")
    mails(campus, f"{lesson.students[1]}@s.example")
    wait_until(lambda: campus.database.run(
        "SELECT count(*) FROM mails WHERE due_at = %s",
        NOON + 19 * HOUR)[0][0] == 1, "the morning")
    campus.set_clock(NOON + 19 * HOUR - SECOND)
    assert campus.server.of(student_of(lesson)) == []
    campus.set_clock(NOON + 19 * HOUR)
    mails(campus, student_of(lesson))


def test_a_deadline_before_the_morning_does_not_wait(campus):
    """71 hours after the start is in the night, and an hour is left."""
    lesson = Lesson(campus, start=NOON - 61 * HOUR).ready()
    campus.set_clock(NOON + 10 * HOUR)  # 22:00
    read_all(campus)
    campus.advance("30m")
    found = mails(campus, tutor_of(lesson), 1)
    assert "Still to log" in found[-1].text or "is not logged yet" in found[-1].text


def test_what_is_muted_does_not_come_and_money_does(campus):
    lesson = Lesson(campus)
    put(campus, f"tutor:{lesson.tutor}", mute=["session_completed"])
    lesson.ready()
    accepted(lesson.complete())
    accepted(lesson.student_recap())
    read_all(campus)
    campus.advance("30m")
    mail, = mails(campus, tutor_of(lesson))
    assert mail.subject.startswith("Paid: 15.00 USD")
    assert mail.parsed["List-Unsubscribe"] is None
    nothing_waits(campus)


def test_an_own_address_goes_before_the_pattern(campus):
    lesson = completed(campus)
    own = f"{fresh('own')}@elsewhere.example"
    put(campus, f"student:{lesson.student}", address=own)
    read_all(campus)
    campus.advance("30m")
    mails(campus, own)
    assert campus.server.of(student_of(lesson)) == []


def test_a_student_hears_no_pay_and_no_other_students_words(campus):
    lesson = Lesson(campus, students=2).ready()
    one, other = lesson.students
    accepted(lesson.complete(60))
    accepted(lesson.send("session.dispute", f"student:{other}",
                         {"reason": "it was never like that"}))
    read_all(campus)
    campus.advance("30m")
    mail, = mails(campus, f"{one}@s.example")
    assert "Something is said to be wrong" in mail.html
    assert "never like that" not in mail.text + mail.html
    assert "USD" not in mail.text
    own, = mails(campus, f"{other}@s.example")
    assert "never like that" in own.text
    told, = mails(campus, "help@recap.example")
    assert "never like that" in told.text and "settings" not in told.text


@pytest.mark.parametrize("says", ["450 4.2.1 busy", "451 later"])
def test_refused_for_now_comes_later(campus, says):
    lesson = completed(campus)
    campus.server.says[student_of(lesson)] = says
    other = completed(campus)
    read_all(campus)
    campus.advance("30m")
    mails(campus, student_of(other))
    tries = lambda: campus.server.tried.count(student_of(lesson))
    wait_until(lambda: tries() >= 2, "a second try")
    campus.server.says.clear()
    mails(campus, student_of(lesson))
    nothing_waits(campus)
    assert letters(campus) == []


def test_refused_for_good_is_a_dead_letter_and_support_sees_who(campus):
    lesson = completed(campus)
    who, address = f"student:{lesson.student}", student_of(lesson)
    campus.server.says[address] = f"550 5.1.1 <{address}>: no such user"
    read_all(campus)
    campus.advance("30m")
    letter, = wait_until(lambda: letters(campus), "the letter")
    assert (letter["direction"], letter["ingress"], letter["code"]) == (
        "out", "mail", "refused")
    assert letter["session"] == lesson.id
    assert "5.1.1 <the recipient>: no such user" in letter["reason"]
    assert address not in letter["reason"]
    nothing_waits(campus)
    shown = campus.read(f"/v1/people/{who}")
    assert "no such user" in shown["unreachable"]["words"]
    assert who in [p["who"] for p in campus.read(
        "/v1/people?unreachable=true")["items"]]
    # What comes next is not tried.
    campus.set_clock(campus.now() + DAY)
    read_all(campus)
    campus.advance("30m")
    wait_until(lambda: len(letters(campus)) == 2, "the next")
    assert campus.server.tried.count(address) == 1
    # Another address is taken to reach them.
    campus.server.says.clear()
    assert "unreachable" not in put(campus, who, address=address)
    campus.set_clock(campus.now() + DAY)
    read_all(campus)
    campus.advance("30m")
    mails(campus, address)


def test_what_is_refused_for_what_it_says_leaves_the_person_reached(campus):
    lesson = completed(campus)
    campus.server.says_of_content[student_of(lesson)] = "554 too odd"
    read_all(campus)
    campus.advance("30m")
    letter, = wait_until(lambda: letters(campus), "the letter")
    assert "too odd" in letter["reason"]
    assert "unreachable" not in campus.read(f"/v1/people/student:{lesson.student}")


@pytest.mark.parametrize("where, says", [
    ("sender", "530 5.7.0 sign in first"), ("sender", "451 not now"),
    ("recipient", "554 5.7.1 relay access denied")])
def test_what_concerns_the_sender_is_tried_again_with_a_warning(campus, where,
                                                                says):
    lesson = completed(campus)
    if where == "sender":
        campus.server.says_of_sender = says
    else:
        campus.server.says[student_of(lesson)] = says
    read_all(campus)
    campus.advance("30m")
    wait_until(lambda: any(says[4:] in told for told
                           in campus.warned("mail-failing")), "the warning")
    campus.server.says_of_sender = None
    campus.server.says.clear()
    mails(campus, student_of(lesson))
    wait_until(lambda: not campus.warned("mail-failing"), "its end")
    assert letters(campus) == []
    assert campus.read("/v1/people?unreachable=true")["items"] == []


def test_nothing_is_lost_while_the_server_is_away(campus):
    campus.server.close()
    lesson = completed(campus)
    read_all(campus)
    campus.advance("30m")
    wait_until(lambda: campus.warned("mail-failing"), "the warning")
    assert campus.metrics()["recapd_mails_waiting"] == 1
    campus.kill()
    campus.server.start()
    campus.start()
    mails(campus, student_of(lesson))
    nothing_waits(campus)


def test_what_is_sent_again_after_a_crash_is_told_as_the_same(campus):
    lesson = completed(campus)
    other = completed(campus, students=[lesson.student], course=fresh("c"))
    read_all(campus)
    campus.server.on_taken = lambda mail: campus.kill()
    try:
        campus.advance("30m")
    except OSError:
        pass
    first, = mails(campus, student_of(lesson))
    campus.server.on_taken = lambda mail: None
    campus.start()
    first, again = mails(campus, student_of(lesson), 2)
    assert first.id == again.id
    for mail in (first, again):
        assert lesson.id in mail.text and other.id in mail.text
    nothing_waits(campus)
    assert len(campus.server.of(student_of(lesson))) == 2


def test_who_wants_no_more_needs_no_sign_in(campus):
    lesson = completed(campus)
    who = f"student:{lesson.student}"
    read_all(campus)
    campus.advance("30m")
    mail, = mails(campus, student_of(lesson))
    link = re.fullmatch("<(.*)>", mail.parsed["List-Unsubscribe"]).group(1)
    assert link.startswith(SITE) and link in mail.text
    path = link.removeprefix("https://recap.example")
    assert who not in link
    page = campus.get(path)
    assert page.status == 200 and b"<button>" in page.body
    assert "mute" not in campus.read(f"/v1/people/{who}")
    for wrong in (path[:-1], path + "a", path.replace("?t=", "?t=a"),
                  path.split("?")[0]):
        assert campus.request("POST", wrong).status == 400, wrong
    done = campus.request("POST", path, "List-Unsubscribe=One-Click", {
        "Content-Type": "application/x-www-form-urlencoded"})
    assert done.status == 200
    assert campus.read(f"/v1/people/{who}")["mute"] == ["student_recap_request"]
    assert campus.request("POST", path).status == 200
    assert campus.read(f"/v1/people/{who}")["mute"] == ["student_recap_request"]


def test_a_report_of_a_failed_delivery_counts_as_a_refusal(campus):
    lesson = completed(campus)
    who, address = f"student:{lesson.student}", student_of(lesson)
    read_all(campus)
    campus.advance("30m")
    mail, = mails(campus, address)
    nothing_waits(campus)
    report = {"message_id": mail.id, "recipient": address, "action": "delayed",
              "words": "4.4.1 smtp; no answer"}
    send = lambda **change: campus.post("/v1/mail/reports", {**report, **change})
    assert send().json == {"to": who}
    assert "unreachable" not in campus.read(f"/v1/people/{who}")
    for wrong in ({"recipient": "other@s.example"}, {"message_id": "<x@y>"},
                  {"message_id": mail.id.replace("recapd.s", "recapd.x")},
                  {"message_id": "<recapd.a.b.c@y>"}, {"message_id": ""}):
        problem_of(send(action="failed", **wrong), "not-found", 404)
    problem_of(send(more=1), "malformed", 400)
    for _ in range(2):
        assert send(action="failed", words=f"5.1.1 smtp; 550 <{address}>?"
                    ).json == {"to": who}
    letter, = letters(campus)
    assert letter["session"] == lesson.id and "came back" in letter["reason"]
    assert address not in letter["reason"]
    assert "5.1.1" in campus.read(f"/v1/people/{who}")["unreachable"]["words"]


REPORT = """\
From: MAILER-DAEMON@mx.example
To: r@recap.example
Message-ID: <report@mx.example>
Content-Type: multipart/report; report-type=delivery-status;
 boundary="b"

--b
Content-Type: text/plain

It did not go: Action: failed, says the server.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Original-Recipient: rfc822;{address}
Final-Recipient: rfc822; elsewhere@mx.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1
 <elsewhere@mx.example> user unknown

--b
Content-Type: text/rfc822-headers

From: Recaps <r@recap.example>
message-id:
 {id}

--b--
"""


def test_recapctl_reports_what_a_server_says_later(campus):
    lesson = completed(campus)
    address = student_of(lesson)
    read_all(campus)
    campus.advance("30m")
    mail, = mails(campus, address)
    recapctl = Recapctl(campus.url)
    report = lambda action: recapctl("mail", "report", stdin=REPORT.format(
        address=address, action=action, id=mail.id))
    assert report("delayed") == f"student:{lesson.student}: delayed\n"
    assert letters(campus) == []
    report("Failed")
    letter, = letters(campus)
    assert "5.1.1" in letter["reason"] and "user unknown" in letter["reason"]
    assert recapctl("mail", "report", stdin="Subject: hello\n\nhello\n",
                    status=2) is not None


def test_a_password_goes_by_tls_and_a_wrong_one_loses_nothing(make_node,
                                                             tmp_path):
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", key, "-out", cert], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    with MailServer(tls_context=context, require_starttls=True,
                    auth_required=True) as server:
        url = lambda word: f"smtp://ann:{word}@localhost:{server.port}"
        config = settings(server, smtp_url=url("wrong"), ca=str(cert))
        node = make_node(config=config)
        node.server = server
        node.set_clock(NOON)
        lesson = completed(node)
        read_all(node)
        node.advance("30m")
        wait_until(lambda: node.warned("mail-failing"), "the warning")
        assert server.logins[-1] == ("ann", "wrong") and waiting(node) == 1
        config["mail"]["smtp_url"] = url("right")
        node.restart(config=config)
        mails(node, student_of(lesson))
        assert server.logins[-1] == ("ann", "right")
        assert letters(node) == []


def test_mail_begins_where_it_is_switched_on(make_node, mail_server):
    node = make_node()
    node.set_clock(NOON)
    before = completed(node)
    node.restart(config=settings(mail_server))
    node.server = mail_server
    after = completed(node)
    read_all(node)
    node.advance("30m")
    mails(node, student_of(after))
    assert mail_server.of(student_of(before)) == []


def test_without_a_server_nothing_is_written(client):
    lesson = completed(client)
    assert lesson.state == "awaiting_student_recap"
    for method, path in (("GET", "/mail/unsubscribe?t=x"),
                         ("POST", "/mail/unsubscribe?t=x")):
        problem_of(client.request(method, path), "not-found", 404)


def test_no_more_than_so_many_a_minute(make_node, mail_server):
    node = make_node(config=settings(mail_server, per_minute=2))
    node.server = mail_server
    node.set_clock(NOON)
    lessons = [completed(node) for _ in range(3)]
    read_all(node)
    node.advance("30m")
    wait_until(lambda: len(mail_server.taken) == 2, "two mails")
    wait_until(lambda: node.database.run(
        "SELECT count(*) FROM mails WHERE letter IS NOT NULL")[0][0] == 1,
        "one that waits")
    assert len(mail_server.taken) == 2 and len(lessons) == 3


def test_templates_of_the_installation_go_before_those_of_the_program(
        make_node, mail_server, tmp_path):
    own = "Récap für {{course}}\n--- text\n.dot {{tutor}}\n{{link}}\n--- html\n<p>{{tutor}}</p>\n"
    (tmp_path / "student_recap_request.mustache").write_text("A\n--- text\nB\n--- html\nC\n")
    (tmp_path / "student_recap_request.de.mustache").write_text(own)
    node = make_node(config=settings(mail_server, templates=str(tmp_path)))
    node.server = mail_server
    node.set_clock(NOON)
    lesson = completed(node, course="MATH", students=2)
    put(node, f"student:{lesson.student}", language="de-CH")
    read_all(node)
    node.advance("30m")
    mail, = mails(node, student_of(lesson))
    assert mail.subject == "Récap für MATH"
    assert f"\n.dot {lesson.tutor}\n" in "\n" + mail.text.replace("\r", "")
    other, = mails(node, f"{lesson.students[1]}@s.example")
    assert other.subject == "A"


@pytest.mark.parametrize("name, content, said", [
    ("nothing.mustache", "A\n--- text\nB\n--- html\nC\n",
     "there is no kind of notification `nothing`"),
    ("session_missed.mustache", "A\n--- text\nB\n", "--- html"),
    ("session_missed.mustache", "A {{who}}\n--- text\nB\n--- html\nC\n",
     "there is no variable `who`"),
    ("session_missed.mustache", "A\n--- text\n{{#note}}\n--- html\nC\n",
     "session_missed.mustache")])
def test_a_wrong_template_stops_the_start(make_node, mail_server, tmp_path, name,
                                          content, said):
    (tmp_path / name).write_text(content)
    with pytest.raises(AssertionError) as failed:
        make_node(config=settings(mail_server, templates=str(tmp_path)))
    assert name in str(failed.value) and said in str(failed.value)
