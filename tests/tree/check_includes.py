#!/usr/bin/env python3
"""Fails on an #include against the directions of ARCHITECTURE.md.

Usage: check_includes.py PROJECT_FOLDER
SPDX-License-Identifier: Apache-2.0
"""

import pathlib
import re
import sys

# What each folder may include of the others.
ALLOWED = {
    "workflows": set(),
    "storage": {"workflows"},
    "actors": {"storage", "workflows"},
    "config": {"workflows"},
    "gateway": {"actors", "config", "storage", "workflows"},
    "tools": {"gateway", "actors", "config", "storage", "workflows"},
}
# Libraries that only some folders may know.
LIBRARIES = {
    "caf/": {"actors"},
    "pqxx/": {"storage"},
    "libpq-fe.h": {"storage"},
    "unicode/": {"workflows", "gateway", "tools"},
    "curl/": {"gateway", "tools"},
    "boost/beast": {"gateway"},
}
# Baselines and load generators speak to the database by themselves.
EXEMPT = re.compile(r"tools/(bench|load)_")
BANNED = {"caf/all.hpp"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)


def wrong_includes(root):
    for folder, allowed in ALLOWED.items():
        for path in sorted((root / folder).glob("*.?pp")):
            name = f"{folder}/{path.name}"
            for target in INCLUDE.findall(path.read_text(encoding="utf-8")):
                first = target.split("/")[0]
                if target in BANNED:
                    yield f"{name}: {target} is banned"
                if "/" in target and first in ALLOWED and first != folder and first not in allowed:
                    yield f"{name}: {folder} must not know {target}"
                for library, users in LIBRARIES.items():
                    if target.startswith(library) and folder not in users and not EXEMPT.match(name):
                        yield f"{name}: {folder} must not know {target}"


def main():
    wrong = list(wrong_includes(pathlib.Path(sys.argv[1])))
    print("\n".join(wrong) if wrong else "every #include follows the directions")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
