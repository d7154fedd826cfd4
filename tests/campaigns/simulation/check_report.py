#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A seed that fails is reported with all it takes to see it again.

The bugs are planted, and with --explain reported as any other bug: one that
the checker finds, and one that ends the process.
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

BUGS = {
    "deadline-off-by-one": r"the model ",
    "crash": r"crashed: signal 6",
}
STEPS = 50


def check(holds, what, output):
    if not holds:
        sys.exit(f"{what}, in\n{output}")


def commit():
    """Returns the commit that the report has to name: HEAD, or `unknown` where
    the tree is no repository of its own."""
    here = Path(__file__).resolve().parents[3]
    if not shutil.which("git"):
        return "unknown"
    known = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=here,
                           text=True, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL)
    whole = subprocess.run(["git", "rev-parse", "--show-toplevel"], cwd=here,
                           text=True, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL)
    return (known.stdout.strip() if whole.stdout.strip() == str(here)
            else "unknown")


def check_steps(lines, output):
    """Checks that STEPS lines follow, numbered by the world's step."""
    at = lines.index(f"the last {STEPS} steps:")
    steps = lines[at + 1:at + 1 + STEPS]
    check(all(re.match(r"  \d+ \+\d+us ", s) for s in steps),
          "a line of the last steps has another form", output)
    check(lines[at + 1 + STEPS].startswith("again: "),
          "more steps than were announced", output)


def check_shrunk(lines, sentence, output):
    at = next(i for i, line in enumerate(lines)
              if re.match(r"fails with \d+ commands too: ", line))
    count = int(lines[at].split()[2])
    check(re.search(sentence, lines[at]), "it shrank to another failure",
          output)
    commands = [line for line in lines[at + 1:at + 1 + count]
                if re.match(r"  \d{4}-\d\d-\d\dT\S+Z \w+\.\w+ ", line)]
    check(0 < count < 40 and len(commands) == count,
          "the commands are not listed, or are not few", output)


def check_report(bug, sentence):
    done = subprocess.run([*sys.argv[1:], "--seeds", "300", "--plant", bug,
                           "--explain"], text=True, stdout=subprocess.PIPE)
    output, lines = done.stdout, done.stdout.splitlines()
    check(done.returncode == 1, f"exit status {done.returncode}", output)
    first = re.match(r"seed (\d+) of commit (\S+)(?: \(changed\))? FAILED:$",
                     lines[0])
    check(first and first[2] == commit(), "no seed and commit", output)
    check(re.search(sentence, lines[1]), "not what was planted", output)
    check(f"again: simulate_planted --plant {bug} --explain --seed {first[1]} "
          "--trace" in lines, "not how to see it again", output)
    check_steps(lines, output)
    check_shrunk(lines, sentence, output)


def main():
    for bug, sentence in BUGS.items():
        check_report(bug, sentence)


main()
