# SPDX-License-Identifier: Apache-2.0
"""tools/measure-whatif over few sessions: its answers are right; its times are
not looked at."""
import subprocess

from databases import ROOT


def test_both_questions_get_the_answers_that_they_have_to_get():
    run = subprocess.run([ROOT / "tools/measure-whatif", "300"], text=True,
                         capture_output=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert [line.partition("  ")[0] for line in run.stdout.splitlines()[:2]] == [
        "the policy that was", "another, all differ"]
