# SPDX-License-Identifier: Apache-2.0
"""What tools/crash must find: damage done by hand."""
import re
import subprocess
import sys
from pathlib import Path

PROGRAM = str(Path(__file__).with_name("crash.py"))
SENTENCES = {
    "lost-event": r"lost: .* was accepted and has no event",
    "lost-outcome": r"lost: .* the database has no outcome",
    "paid-twice": r"double_paid: \S+ was paid 2 times",
    "passed-limit": r"limit_passed: tutor_minutes_per_week of tutor",
    "stuck-timer": r"stuck: 1 timers are overdue",
    "stuck-settlement": r"stuck: 1 sessions are completed and not paid",
}


def run(*options):
    """Returns what the campaign prints, and the counts of its last line."""
    done = subprocess.run([sys.executable, PROGRAM, "--seed", "7", *options],
                          text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 1, done.stdout
    last = done.stdout.splitlines()[-1]
    return done.stdout, {name: int(count) for name, count
                         in re.findall(r"(\w+)=(\d+)", last)}


def test_damage_by_hand_is_counted_as_what_it_is():
    text, counts = run("--rounds", "1", "--only", "kill node",
                       *(f"--damage={d}" for d in SENTENCES))
    for damage, sentence in SENTENCES.items():
        assert re.search(sentence, text), (damage, text)
    for kind in ("lost", "double_paid", "limit_passed", "stuck"):
        assert counts[kind] > 0, text


def test_an_answer_before_the_commit_is_durable_is_found():
    text, counts = run("--rounds", "3", "--only", "kill postgres",
                       "--damage=late-commits")
    assert counts["lost"] + counts["stuck"] > 0, text
