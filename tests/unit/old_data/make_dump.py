#!/usr/bin/python3
"""Makes the dump that a release leaves to the tests of all later ones.

Plays a small campus and then sessions that rest in every state on a database
of the programs in RECAPD_TEST_BIN (default build/release/tools), kills the
node with work left, and writes release_X_Y_Z.sql.gz and what the node showed,
release_X_Y_Z.json. Run it once a release, from the release's own build:

    tests/unit/old_data/make_dump.py

SPDX-License-Identifier: Apache-2.0
"""
import gzip
import json
import subprocess
import tempfile

from old_world import HERE, RECAP, Node, command, database

from node import BIN
from receiver import Receiver
from wire import wait_until

START = "2026-11-20T09:00:00Z"
POLICIES = [{}, {"limits": {"tutor_minutes_per_week": 600},
                 "courses": {"BIO1": {"confirmation": "any_student"}}},
            {"auto_confirm_after": "240h", "pay": {"rate_per_hour": 1700}}]
REFUSE_SETTLEMENTS = """
CREATE FUNCTION refuse_for_now() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'not now'; END $$;
CREATE TRIGGER refuse_for_now BEFORE INSERT ON ledger FOR EACH ROW
EXECUTE FUNCTION refuse_for_now()"""


def book(node, session, tutor, students=("bob",), **more):
    node.do("session.schedule", session, "system:registrar", tutor=tutor,
            course=more.pop("course", f"c-{tutor}"), starts_at=node.time(),
            students=list(students),
            modality=more.pop("modality", "in_person"), **more)
    for student in students:
        node.do("participant.accept", session, f"student:{student}",
                student=student)


def log_time(node, session, tutor):
    node.do("session.log_time", session, f"tutor:{tutor}", minutes=58)


def complete(node, session, tutor, **more):
    node.do("session.complete", session, f"tutor:{tutor}", minutes=60,
            recap=RECAP, **more)


def student_recap(node, session, student="bob"):
    node.do("recap.submit", session, f"student:{student}", recap=RECAP)


def give_up(node, session, tutor):
    node.do("support.request", session, f"tutor:{tutor}", message="I was ill")


def play_missed(node):
    """Sessions that nobody logs, and what support makes of them; one whose
    tutor was in time, by a row that came late."""
    for name in ("missed", "denied", "reopened", "lifted"):
        book(node, f"rest-{name}", f"t-{name}")
    in_time = node.time()
    node.move(advance="73h")
    late = command("session.complete", "rest-lifted", "tutor:t-lifted",
                   minutes=60, recap=RECAP)
    node.database.run("INSERT INTO forwarded (event, received_at, taken)"
        " VALUES (%s, %s, false)", json.dumps(late), in_time)
    wait_until(lambda: node.session("rest-lifted")["tutor_recap"], "the late row")
    give_up(node, "rest-denied", "t-denied")
    node.do("support.deny", "rest-denied", "support:max", note="no proof")
    give_up(node, "rest-reopened", "t-reopened")
    node.do("support.reopen", "rest-reopened", "support:max", hours=240,
            note="proof came")


def play_open(node):
    """Sessions that wait for somebody when the node dies."""
    book(node, "rest-invited", "t-invited", modality="online",
         timezone="Europe/Berlin", currency="EUR", rate_per_hour=2000)
    node.do("participant.invite", "rest-invited", "tutor:t-invited",
            student="dan")
    book(node, "rest-call", "t-call", ["bob", "eve"], modality="online")
    for who in ("tutor:t-call", "student:bob", "student:eve"):
        node.do("call.join", "rest-call", who, participant=who)
    node.move(advance="17m")
    node.do("call.leave", "rest-call", "student:eve", participant="student:eve")
    book(node, "rest-scheduled", "t-scheduled", ["bob", "eve"])
    book(node, "rest-declined", "t-declined")
    node.do("participant.invite", "rest-declined", "system:x", student="dan")
    node.do("participant.decline", "rest-declined", "student:dan",
            student="dan")
    book(node, "rest-logged", "t-logged")
    log_time(node, "rest-logged", "t-logged")
    book(node, "rest-awaiting", "t-awaiting")
    complete(node, "rest-awaiting", "t-awaiting")


def play_ended(node):
    book(node, "rest-cancelled", "t-cancelled")
    node.do("session.cancel", "rest-cancelled", "tutor:t-cancelled",
            reason="rain")
    book(node, "rest-unpaid", "t-unpaid")
    log_time(node, "rest-unpaid", "t-unpaid")
    node.do("support.void", "rest-unpaid", "support:max", note="a mistake")
    for name in ("paid", "reversed"):
        book(node, f"rest-{name}", f"t-{name}")
        complete(node, f"rest-{name}", f"t-{name}")
        student_recap(node, f"rest-{name}")
        wait_until(lambda: node.session(f"rest-{name}")["state"] == "paid",
                   "the settlement")
    node.do("support.void", "rest-reversed", "support:max", note="twice")


def play_completed(node):
    """A settlement that the database refuses until the node is dead."""
    node.database.run(REFUSE_SETTLEMENTS)
    book(node, "rest-completed", "t-completed")
    complete(node, "rest-completed", "t-completed")
    student_recap(node, "rest-completed")
    assert node.session("rest-completed")["state"] == "completed"


def leave_inbox(url):
    """Rows that came while nothing ran: two good ones, two dead letters."""
    events = [command("participant.accept", "rest-invited", "student:dan",
                      student="dan"),
              command("session.cancel", "rest-declined", "system:x",
                      reason="nobody comes"),
              {"specversion": "1.0"}]
    for event in events:
        url.insert_event(event)
    url.insert_event("{")


def write_dead_letters(node):
    """Dead letters that are old already."""
    for text in ("not JSON", '{"specversion":"1.0","id":"1"}'):
        node.database.insert_event(text)
    wait_until(lambda: len(node.read("/v1/dead-letters")["dead_letters"]) == 2,
               "the dead letters")


def start_clock(url, folder):
    Node(url, folder).start().stop()
    url.run("UPDATE manual_clock SET now = %s", START)


def play(url, folder, receiver):
    """Leaves the database as a killed node leaves it; what it showed."""
    start_clock(url, folder)
    for policy in POLICIES:
        node = Node(url, folder, {"policy": policy,
                                  "webhook": {"url": receiver.url}}).start()
        name = f"policy-{POLICIES.index(policy)}"
        book(node, name, f"t-{name}", course="BIO1")
        if policy is not POLICIES[-1]:
            node.stop()
    subprocess.run([BIN / "recapd-sample", "--url", node.url, "--tutors=4"],
                   check=True, stdout=subprocess.DEVNULL)
    play_missed(node)
    receiver.takes = False
    play_open(node)
    play_ended(node)
    write_dead_letters(node)
    play_completed(node)
    shown = {"now": node.time(), "sessions": {}}
    for session in node.sessions():
        shown["sessions"][session] = {"show": node.session(session),
                                      "history": node.history(session)}
    node.kill()
    url.run("DROP TRIGGER refuse_for_now ON ledger")
    url.run("DROP FUNCTION refuse_for_now")
    leave_inbox(url)
    return shown


def dump(url):
    """SQL without what ties it to this server or to this minute."""
    text = subprocess.run(
        ["pg_dump", "--no-owner", "--no-privileges", "--no-toast-compression",
         url], check=True, text=True, stdout=subprocess.PIPE).stdout
    return "".join(line for line in text.splitlines(keepends=True)
                   if not line.startswith(("\\restrict", "\\unrestrict")))


def write(name, text):
    with open(HERE / name, "wb") as file, \
            gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.encode())
    print(name, (HERE / name).stat().st_size, "bytes")


def main():
    version = subprocess.run([BIN / "recapd", "--version"], check=True,
                             text=True, stdout=subprocess.PIPE).stdout.split()
    name = "release_" + version[-1].replace(".", "_")
    receiver = Receiver()
    with database() as url, tempfile.TemporaryDirectory() as folder:
        shown = play(url, folder, receiver)
        write(f"{name}.sql.gz", dump(url))
        write(f"{name}.json.gz", json.dumps(shown, sort_keys=True))
    receiver.close()


if __name__ == "__main__":
    main()
