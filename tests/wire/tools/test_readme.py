# SPDX-License-Identifier: Apache-2.0
"""The commands of README.md do what it says."""
import os
import subprocess

from databases import ROOT
from node import BIN, Recapctl


def block_of(heading):
    """The first block of commands under a heading."""
    text = (ROOT / "README.md").read_text()
    return text.split(f"\n## {heading}\n", 1)[1].split("```\n", 2)[1]


def test_the_first_session_is_paid_on_any_day(make_node, tmp_path):
    # On the system's clock, as a newcomer's node is.
    node = make_node()
    (tmp_path / "build/release").mkdir(parents=True)
    (tmp_path / "build/release/tools").symlink_to(BIN)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block_of("A first session")],
        cwd=tmp_path, text=True, capture_output=True,
        env={**os.environ, "RECAPCTL_URL": node.url})
    assert done.returncode == 0, done.stdout + done.stderr
    recapctl = Recapctl(node.url)
    (session,) = recapctl.json("list")["sessions"]
    assert session["state"] == "paid"
    assert "made 7.50 USD for the tutor" in recapctl("explain", session["id"])
