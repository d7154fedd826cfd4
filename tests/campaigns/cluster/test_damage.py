# SPDX-License-Identifier: Apache-2.0
"""What tools/cluster must find: damage done by hand."""
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = str(Path(__file__).with_name("cluster.py"))
SENTENCES = {
    "swapped-chain": r"out_of_order: chain-\S+ was given",
    "swapped-answers": r"out_of_order: \S+ was sent after the answer of",
    "paid-twice": r"double_paid: \S+ was paid 2 times",
    "lost-outcome": r"lost: .* the database has no outcome",
    "lost-message":
        r"lost: damage-1 was acknowledged by JetStream; the database has no",
    "left-message": r"stuck: NATS: pending and not acknowledged: .*damage",
    "lost-letter": r"lost: 'poison by hand' .* is no dead letter",
    "lost-event": r"lost: the log of \S+ has .* published were",
}


def test_damage_by_hand_is_counted_as_what_it_is():
    done = subprocess.run(
        [sys.executable, PROGRAM, "--seed", "7", "--rounds", "1", "--only",
         "restart node", *(f"--damage={d}" for d in SENTENCES)], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode == 4:
        pytest.skip(done.stdout)
    assert done.returncode == 1, done.stdout
    for damage, sentence in SENTENCES.items():
        assert re.search(sentence, done.stdout), (damage, done.stdout)
        kind = sentence.partition(":")[0]
        assert f" {kind}=0" not in done.stdout.splitlines()[-1], done.stdout
