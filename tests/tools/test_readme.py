# SPDX-License-Identifier: Apache-2.0
"""The commands of README.md do what it says."""
import os
import subprocess

from conftest import BIN, ROOT, Recapctl


def block_of(heading):
    """The first block of commands under a heading."""
    text = (ROOT / "README.md").read_text()
    return text.split(f"\n## {heading}\n", 1)[1].split("```\n", 2)[1]


# The settlement follows within moments.
UNTIL_PAID = """
until build/release/tools/recapctl explain "$id" |
  grep "made 7.50 USD for the tutor"; do sleep 0.1; done"""


def test_the_first_session_is_paid_on_any_day(make_node, tmp_path):
    # On the system's clock, as a newcomer's node is.
    node = make_node()
    (tmp_path / "build/release").mkdir(parents=True)
    (tmp_path / "build/release/tools").symlink_to(BIN)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c",
         block_of("A first session") + UNTIL_PAID],
        cwd=tmp_path, text=True, capture_output=True, timeout=120,
        env={**os.environ, "RECAPCTL_URL": node.url})
    assert done.returncode == 0, done.stdout + done.stderr
    sessions = Recapctl(node.url).json("list")["sessions"]
    assert [s["state"] for s in sessions] == ["paid"]
