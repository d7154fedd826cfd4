# SPDX-License-Identifier: Apache-2.0
"""Erasure: what a person wrote is nowhere, and all else is as it was."""
import json
import subprocess
import threading
from datetime import datetime, timezone

import psycopg2
import pytest

from lesson import Lesson
from node import Recapctl
from stream import Stream
from wire import DAY, HOUR, accepted, command, fresh, wait_until

ERASED = "[erased]"


def words(name):
    """A recap of words that nobody else writes, by which it is found again."""
    return {part: " ".join(fresh(name).replace("-", "") for _ in range(8))
            for part in ("topics_covered", "how_tutee_did", "next_steps")}


def dump(database):
    """All that stands in the database, as text."""
    done = subprocess.run(["pg_dump", "--data-only", "-d", database],
                          capture_output=True, text=True, check=True)
    assert "COPY" in done.stdout
    return done.stdout


def erase(client, who, sessions=None):
    answer = client.post(f"/v1/people/{who}/erase", {"note": "as asked"})
    assert answer.status == 200, answer
    if sessions is not None:
        assert answer.json == {"sessions": sessions}
    return answer.json["sessions"]


class Writers:
    """Sends commands with texts, and knows whose words they are."""

    def __init__(self, client):
        self.client = client
        self.sent = []  # (command, words of it)

    def text(self, who):
        return fresh(who.split(":")[0]).replace("-", "")

    def send(self, kind, lesson, by, data, how=None):
        event = command(kind, lesson.id, by, data)
        said = [data[n] for n in ("reason", "message", "note") if n in data]
        said += data.get("recap", {}).values()
        self.sent.append((event, by, said))
        return how(event) if how else self.client.send(event)

    def by(self, who):
        return [w for _, by, said in self.sent if by == who for w in said]

    def by_others(self, who):
        return [w for _, by, said in self.sent if by != who for w in said]


@pytest.fixture
def own_node(make_node):
    return make_node()


class Campus:
    """Sessions in every state, in which everybody wrote in every way."""

    def __init__(self, node):
        self.node, self.client = node, node
        self.w = Writers(node)
        self.tutor, self.student, self.other = (
            fresh(n) for n in ("tutor", "student", "other"))
        self.ann, self.bob, self.eve = (f"tutor:{self.tutor}",
                                        f"student:{self.student}",
                                        "support:eve")
        self.lessons = {}
        start = node.now()
        # One a day: a pair's and the weeks' limits stand in nobody's way.
        for i, name in enumerate(("voided", "paid", "inbox", "awaiting",
                                  "logged", "cancelled", "asked", "reopened",
                                  "denied")):
            self.lessons[name] = Lesson(node, [self.student, self.other],
                                        start + i * 8 * DAY, tutor=self.tutor)
            self.lessons[name].ready()
        for name, lesson in self.lessons.items():
            node.set_clock(lesson.start)
            getattr(self, name)(lesson)
        self.write_refused()
        self.write_letters()

    def recap(self, lesson, by, how=None):
        accepted_or = self.w.send("recap.submit", lesson, by,
                                  {"recap": words("recap")}, how)
        if how is None:
            accepted(accepted_or)

    def complete(self, lesson, how=None):
        return self.w.send("session.complete", lesson, self.ann,
                           {"minutes": 30, "recap": words("tutor")}, how)

    def note(self, kind, lesson, **more):
        accepted(self.w.send(kind, lesson, self.eve,
                             {**more, "note": self.w.text("note")}))

    def awaiting(self, lesson):
        accepted(self.complete(lesson))
        self.recap(lesson, self.bob)

    def paid(self, lesson):
        self.awaiting(lesson)
        self.recap(lesson, f"student:{self.other}")
        self.note("support.correct", lesson, minutes=45)

    def voided(self, lesson):
        self.paid(lesson)
        self.note("support.void", lesson)

    def inbox(self, lesson):
        def insert(event):
            self.node.database.insert_event(event)
            outcome = self.node.database.wait_outcome(event)
            assert outcome["outcome"] == "accepted", outcome

        self.complete(lesson, insert)
        self.recap(lesson, self.bob, insert)
        self.recap(lesson, f"student:{self.other}", insert)

    def logged(self, lesson):
        accepted(lesson.log_time(30))

    def cancelled(self, lesson):
        accepted(self.w.send("session.cancel", lesson, self.ann,
                             {"reason": self.w.text("reason")}))

    def asked(self, lesson):
        self.client.set_clock(lesson.start + 73 * HOUR)
        accepted(self.w.send("support.request", lesson, self.ann,
                             {"message": self.w.text("message")}))

    def reopened(self, lesson):
        self.asked(lesson)
        self.note("support.reopen", lesson, hours=5)

    def denied(self, lesson):
        self.asked(lesson)
        self.note("support.deny", lesson)

    def write_refused(self):
        """Refused: wrong states, by HTTP and by the inbox."""
        lesson = self.lessons["cancelled"]
        for how in (None, self.node.database.insert_event):
            self.w.send("session.cancel", lesson, self.ann,
                        {"reason": self.w.text("refused")}, how)
            event, _, _ = self.w.sent[-1]
            if how:
                self.node.database.wait_outcome(event)
            self.w.send("recap.submit", lesson, self.bob,
                        {"recap": words("refused")}, how)
            event, _, _ = self.w.sent[-1]
            if how:
                self.node.database.wait_outcome(event)

    def write_letters(self):
        """What cannot be taken: of a wrong form, and no JSON at all."""
        lesson, before = self.lessons["paid"], len(self.letters())
        for by in (self.ann, self.bob):
            self.w.send("session.cancel", lesson, by,
                        {"reason": self.w.text("letter"), "more": "x"},
                        self.node.database.insert_event)
            self.w.send("session.cancel", lesson, by,
                        {"reason": self.w.text("broken")},
                        lambda e: self.node.database.insert_event(
                            json.dumps(e) + "}"))
        wait_until(lambda: len(self.letters()) == before + 4, "the letters")

    def letters(self):
        return self.client.read("/v1/dead-letters?limit=1000")["dead_letters"]

    def shown(self):
        """All that is shown of the sessions, as one text."""
        all_of = [self.client.read("/v1/notifications?limit=1000"),
                  self.letters()]
        for lesson in self.lessons.values():
            path = f"/v1/sessions/{lesson.id}"
            all_of += [self.client.read(path),
                       self.client.read(path + "/history?limit=1000"),
                       self.client.read(path + "/refusals"),
                       self.client.notifications(lesson.id)]
        return json.dumps(all_of, ensure_ascii=False)

    def facts(self):
        """What an erasure leaves as it was."""
        sessions = [self.client.session(x.id) for x in self.lessons.values()]
        for s in sessions:
            del s["version"], s["tutor_recap"]
            for p in s["participants"]:
                del p["recap"]
        history = [[(e["seq"], e["type"], e["at"], e["by"], e["command"],
                     e["data"].get("figures"), e["data"].get("flags"))
                    for e in self.client.history(x.id)
                    if e["type"] != "person.erased"]
                   for x in self.lessons.values()]
        return (sessions, history,
                self.client.read(f"/v1/accounts/tutor:{self.tutor}"),
                self.client.read(f"/v1/tutors/{self.tutor}/limits"))


def found(texts, where):
    return [t for t in texts if t in where]


def test_nothing_a_person_wrote_stands_anywhere(own_node):
    campus = Campus(own_node)
    for who in (campus.ann, campus.bob, campus.eve):
        name = fresh("Name")
        assert own_node.request("PUT", f"/v1/people/{who}",
                                json.dumps({"name": name}),
                                {"Content-Type": "application/json"}
                                ).status == 200
        campus.w.sent.append((None, who, [name]))
    facts = campus.facts()
    stood = dump(own_node.database)
    for who in (campus.ann, campus.bob, campus.eve):
        theirs, others = campus.w.by(who), campus.w.by_others(who)
        others_stood = found(others, stood)
        assert len(found(theirs, stood)) > 4
        assert erase(own_node, who) > 2
        stood, shown = dump(own_node.database), campus.shown()
        assert found(theirs, stood) == []
        assert found(theirs, shown) == []
        assert found(others, stood) == others_stood
        assert ERASED in shown
        assert own_node.read(f"/v1/people/{who}")["name"] is None
        assert campus.facts() == facts
        assert erase(own_node, who, 0) == 0
    theirs = [w for who in (campus.ann, campus.bob, campus.eve)
              for w in campus.w.by(who)]
    left = sum(len(own_node.history(x.id)) for x in campus.lessons.values())
    with Stream(own_node, last_event_id="0") as stream:
        for _, _, message in stream.frames():
            assert found(theirs, json.dumps(message)) == []
            left -= message["type"] != "recapd.feed.reset"
            if left == 0:
                break
    printed = Recapctl(own_node.url)("check", "--database", own_node.database)
    assert "Every invariant holds." in printed


def test_an_erased_command_is_a_duplicate_still(own_node):
    campus = Campus(own_node)
    erase(own_node, campus.ann)
    erase(own_node, campus.bob)
    taken = 0
    for event, by, said in campus.w.sent:
        if by == campus.eve or "more" in event["data"]:
            continue
        answer = own_node.send(event, "?session=true").json
        if "duplicate" not in answer or not answer["duplicate"]:
            continue
        taken += 1
        if by in (campus.ann, campus.bob):
            assert found(said, json.dumps(answer)) == []
    assert taken >= 15
    lesson, event = campus.lessons["inbox"], campus.w.sent
    told = [e for e, by, _ in event if e["subject"] == lesson.id]
    for one in told:
        outcome = own_node.database.outcome(one)
        assert outcome["outcome"] == "accepted"
        texts = json.dumps(outcome)
        assert ERASED in texts
        assert found(campus.w.by(campus.ann) + campus.w.by(campus.bob),
                     texts) == []


def test_the_feed_shows_what_is_left(own_node):
    lesson = Lesson(own_node).ready()
    with Stream(own_node) as stream:
        secret = words("tutor")
        accepted(lesson.complete(text=secret))
        accepted(lesson.student_recap())
        seen = stream.about(lesson.id, 2)
        place = seen[0][0]
    assert erase(own_node, lesson.by_tutor, 1) == 1
    with Stream(own_node, last_event_id=place) as stream:
        later = stream.about(lesson.id, 5)
    assert [f[1].removeprefix("recapd.event.") for f in later] == [
        "tutor_recap.submitted", "student_recap.submitted", "session.completed",
        "session.paid", "person.erased"]
    assert later[-1][2]["data"] == {"v": 1, "who": lesson.by_tutor}
    assert later[0][2]["data"]["recap"]["next_steps"] == ERASED
    assert later[1][2]["data"]["recap"]["next_steps"] != ERASED


def test_a_session_goes_on_behind_an_erasure(own_node):
    lesson = Lesson(own_node, 2).awaiting()
    secret = words("bob")
    accepted(lesson.student_recap(text=secret))
    erase(own_node, lesson.by_tutor, 1)
    erase(own_node, f"student:{lesson.students[0]}", 1)
    outcome = accepted(lesson.student_recap(lesson.students[1]))
    shown = outcome["session"]
    assert shown["state"] == "paid"
    assert shown["tutor_recap"]["next_steps"] == ERASED
    assert shown["participants"][0]["recap"]["next_steps"] == ERASED
    assert shown["participants"][1]["recap"]["next_steps"] != ERASED
    seqs = [e["seq"] for e in own_node.history(lesson.id)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert lesson.now() == shown


def test_an_erasure_that_was_interrupted_is_finished_by_a_repeat(own_node):
    tutor, secret = fresh("tutor"), []
    for _ in range(6):
        lesson = Lesson(own_node, tutor=tutor).scheduled()
        said = fresh("reason").replace("-", "")
        secret.append(said)
        accepted(lesson.send("session.cancel", f"tutor:{tutor}",
                             {"reason": said}))
    ids = sorted(r[0] for r in own_node.database.run(
        "SELECT id FROM sessions WHERE tutor = %s", tutor))
    holder = psycopg2.connect(own_node.database)
    with holder.cursor() as cursor:
        cursor.execute("SELECT FROM journal WHERE session_id = %s FOR UPDATE",
                       (ids[3],))

    def ask():
        try:
            own_node.post(f"/v1/people/tutor:{tutor}/erase", {"note": "n"})
        except OSError:
            pass

    asking = threading.Thread(target=ask)
    asking.start()
    wait_until(lambda: own_node.database.run(
        "SELECT count(*) FROM journal WHERE events LIKE 'person.erased%%'"
    ) == [(3,)], "half of the erasure")
    own_node.kill()
    asking.join()
    holder.close()
    assert len(found(secret, dump(own_node.database))) == 3
    own_node.start()
    own_node.wait_ready()
    assert erase(own_node, f"tutor:{tutor}", 3) == 3
    assert found(secret, dump(own_node.database)) == []


@pytest.fixture
def two_nodes(make_node, make_database):
    """Two nodes that share the sessions, and their database."""
    database = make_database()
    nodes = [make_node(clock=None, database=database, env={
        "RECAPD_NODE_NAME": name, "RECAPD_NODE_LEASE_MS": "30000"})
             for name in "ab"]

    def shares():
        found = Recapctl(nodes[0].url).shares(database)
        return len(found) == 2 and min(found.values()) > 10

    wait_until(shares, "two shares")
    return *nodes, database


def now():
    return datetime.now(timezone.utc)


def test_what_another_node_has_in_memory_is_not_shown(two_nodes):
    """The other node has just decided commands of half of the sessions."""
    first, second, _ = two_nodes
    lessons = [Lesson(second, 2, now()).awaiting() for _ in range(8)]
    for lesson in lessons:
        assert erase(first, lesson.by_tutor, 1) == 1
    for lesson in lessons:
        for student, state in zip(lesson.students,
                                  ("awaiting_student_recap", "paid")):
            shown = accepted(lesson.student_recap(student))["session"]
            assert shown["state"] == state
            assert shown["tutor_recap"]["next_steps"] == ERASED


def test_what_waits_for_another_node_is_erased(two_nodes):
    """The second is killed and its lease runs on, so that rows for its
    sessions wait."""
    first, second, database = two_nodes
    tutor, secret = fresh("tutor"), []
    lessons = [Lesson(first, 1, now(), tutor=tutor).scheduled()
               for _ in range(24)]

    def cancel(lesson):
        secret.append(fresh("reason").replace("-", ""))
        return command("session.cancel", lesson.id, f"tutor:{tutor}",
                       {"reason": secret[-1]})

    for lesson in lessons[:8]:
        accepted(first.send(cancel(lesson)))
    second.kill()
    for lesson in lessons[8:]:
        database.insert_event(cancel(lesson))

    def waiting():
        return [row[0] for row in database.run("SELECT event FROM inbox")]

    def taken():
        return database.run("SELECT id FROM journal WHERE told_until IS NOT NULL")

    wait_until(lambda: 0 < len(waiting()) and len(waiting()) + len(taken()) == 16
               and taken(), "each to be taken or to wait")
    rows = waiting()
    assert found(secret, str(rows))
    assert erase(first, f"tutor:{tutor}") == 24 - len(rows)
    assert found(secret, dump(database)) == []
    assert len(waiting()) == len(rows)
    assert all(ERASED in row for row in waiting())
