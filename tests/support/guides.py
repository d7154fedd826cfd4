# SPDX-License-Identifier: Apache-2.0
"""What the pages of docs/ tell a reader to type."""
import os
import re
import subprocess

from databases import ROOT
from node import BIN

BLOCK = re.compile(r"^```(\w+)(?: ([^\n]*))?\n(.*?)^```$", re.M | re.S)


def blocks(page):
    """(language, what else its fence says, text) of each block that has a
    language, of a page named from docs/ on."""
    return BLOCK.findall((ROOT / "docs" / page).read_text())


def lines(text):
    return [line.rstrip() for line in text.splitlines()]


def type_in(page, folder, **environment):
    """Types a page's blocks `sh` into one shell, whose folder has the programs
    where a build leaves them; what each prints, which a block `text` behind it
    has to be."""
    (folder / "build/release").mkdir(parents=True)
    (folder / "build/release/tools").symlink_to(BIN)
    told = blocks(page)
    mark = "----- end of a block"
    script = f"\necho '{mark}'\n".join(
        text for language, _, text in told if language == "sh")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}",
             "RECAPCTL_PAGER": "", **environment})
    assert done.returncode == 0, done.stdout
    printed = done.stdout.split(mark + "\n")
    number = -1
    for language, _, text in told:
        number += language == "sh"
        if language == "text":
            assert lines(printed[number]) == lines(text), printed[number]
    return printed
