#!/usr/bin/env python3
"""Fails where docs/settings.md does not say what config/recapd.json
does, which tests/unit/config holds to be what `recapd --defaults` prints.

Usage: check_settings.py PROJECT_FOLDER [--write RECAPD]
With --write both are made anew of what the program RECAPD prints.
SPDX-License-Identifier: Apache-2.0
"""
import re
import subprocess
import sys
from pathlib import Path

FILE, PAGE = (Path(sys.argv[1], name) for name in ("config/recapd.json", "docs/settings.md"))
BEGIN, END = "<!-- settings -->", "<!-- end of settings -->"


def rows(text):
    """The lines of the list, one for each key of the file by its path."""
    yield "| setting | default | meaning |\n| --- | --- | --- |"
    path = []
    for line in text.splitlines():
        if line.endswith("{"):
            path += re.findall(r'"(\w+)"', line)
        elif found := re.match(r'\s+"(\w+)": (.*?),?\s+// (.*)', line):
            key, value, told = found.groups()
            shown = "empty" if value in ('""', "[]", "{}") else f"`{value}`"
            told = told.replace("|", r"\|")
            yield f"| `{'.'.join([*path, key])}` | {shown} | {told} |"
        elif line.strip().startswith("}"):
            del path[-1:]


if sys.argv[2:3] == ["--write"]:
    FILE.write_bytes(subprocess.check_output([sys.argv[3], "--defaults"]))
page = PAGE.read_text(encoding="utf-8")
before, rest = page.split(BEGIN)
made = "\n\n".join((before + BEGIN, "\n".join(rows(FILE.read_text("utf-8"))),
                    END + rest.split(END)[1]))
if sys.argv[2:3] == ["--write"]:
    PAGE.write_text(made, encoding="utf-8")
elif made != page:
    sys.exit("docs/settings.md: the list of settings is another than config/recapd.json")
