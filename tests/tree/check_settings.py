#!/usr/bin/env python3
"""Fails where the README's table of settings and config/recapd.json differ.

Usage: check_settings.py PROJECT_FOLDER
SPDX-License-Identifier: Apache-2.0
"""
import json
import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1]).resolve()
# What the table says of a default that the file cannot name.
SHOWN = {"node.name": "host and data folder"}


def settings(value, path=""):
    """Each key of the file by its path, with its default."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from settings(inner, f"{path}.{key}" if path else key)
    else:
        yield path, value


def rows(page):
    """Keys, default and text of each row of the table."""
    table = page.split("| key | default | meaning |\n| --- | --- | --- |\n")[1]
    for line in table.split("\n\n")[0].splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")]
        # Options stand in parentheses behind their key.
        keys = re.findall(r"`([^`]+)`", re.sub(r"\(`--.*?`\)", "", cells[0]))
        for i, key in enumerate(keys):
            if "." not in key:  # of the same section as the one before
                keys[i] = f"{keys[i - 1].rsplit('.', 1)[0]}.{key}"
        yield keys, cells[1]


def shown(key, value):
    if key in SHOWN:
        return SHOWN[key]
    if value is None:
        return "null"
    return "empty" if value in ("", []) else str(value)


def troubles(defaults, table):
    covered = set()
    for keys, told in table:
        single = []
        for key in keys:
            if key.endswith(".*"):
                found = {k for k in defaults if k.startswith(key[:-1])}
            elif key == "policy.courses.COURSE":
                found = {"policy.courses"}
            else:
                found = {key} & set(defaults)
                single += found
            covered |= found
            if not found:
                yield f"config/recapd.json has no {key}"
        values = [d.strip(" `") for d in re.split(r",| / ", told)]
        expected = [shown(k, defaults[k]) for k in single]
        if single and values not in (expected, sorted(set(expected))):
            yield f"{', '.join(single)}: {told}, but the file has {expected}"
    for key in sorted(set(defaults) - covered):
        yield f"the table has no {key}"


text = (ROOT / "config/recapd.json").read_text(encoding="utf-8")
text = re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*', lambda m: m[1] or "", text)
page = (ROOT / "README.md").read_text(encoding="utf-8")
wrong = list(troubles(dict(settings(json.loads(text))), rows(page)))
print("\n".join(wrong))
sys.exit(1 if wrong else 0)
