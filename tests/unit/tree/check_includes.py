#!/usr/bin/env python3
"""Fails on an #include against the directions of ARCHITECTURE.md: between
folders, or in a circle inside one. A header and its source are one part.

Usage: check_includes.py PROJECT_FOLDER
SPDX-License-Identifier: Apache-2.0
"""

import pathlib
import re
import sys
from graphlib import CycleError, TopologicalSorter

WORKFLOWS = {"workflows", "workflows/session", "workflows/json"}
STORAGE = {"storage"} | WORKFLOWS
ACTORS = {"actors", "actors/engine", "config"} | STORAGE
GATEWAY = {"gateway/telemetry", "gateway/wire"} | ACTORS
SERVING = {"gateway/http", "gateway/inbox", "gateway/nats", "gateway/feed",
           "storage/postgres"} | GATEWAY
# What each folder may include besides itself.
ALLOWED = {
    "workflows": set(),
    "workflows/session": {"workflows"},
    "workflows/json": {"workflows", "workflows/session"},
    "storage": WORKFLOWS,
    "storage/memory": STORAGE,
    "storage/postgres": STORAGE,
    "actors": STORAGE,
    "actors/engine": {"actors"} | STORAGE,
    "config": {"workflows"},
    "gateway/telemetry": ACTORS,
    "gateway/wire": {"gateway/telemetry"} | ACTORS,
    "gateway/feed": {"storage/postgres"} | GATEWAY,
    "gateway/http": GATEWAY,
    "gateway/inbox": {"storage/postgres"} | GATEWAY,
    "gateway/nats": {"gateway/feed"} | GATEWAY,
    "tools/common": {"config", "workflows"},
    "tools/recapd": {"tools/common"} | SERVING,
    "tools/recapctl": {"tools/common"} | SERVING,
    "tools/bench": {"tools/common", "storage/postgres"} | STORAGE,
    "tools/sample": {"tools/common", "workflows"},
}
# Libraries that only some folders may know.
LIBRARIES = {
    "caf/": ("actors",),
    "pqxx/": ("storage/postgres", "tools/bench"),
    "libpq-fe.h": ("storage/postgres", "tools/bench"),
    "unicode/": ("workflows", "gateway", "tools"),
    "curl/": ("gateway", "tools"),
    "nats/": ("gateway/nats",),
    "boost/beast": ("gateway", "tools/bench"),
}
BANNED = {"caf/all.hpp"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)
TOPS = {folder.split("/")[0] for folder in ALLOWED}


def sources(root):
    for top in sorted(TOPS):
        yield from sorted((root / top).rglob("*.?pp"))


def under(folder, users):
    return any(folder == u or folder.startswith(u + "/") for u in users)


def wrong_includes(root):
    parts = {}
    for path in sources(root):
        name = path.relative_to(root)
        folder, part = str(name.parent), str(name.with_suffix(""))
        if folder not in ALLOWED:
            yield f"{name}: {folder} has no directions in check_includes.py"
            continue
        for target in INCLUDE.findall(path.read_text(encoding="utf-8")):
            other = str(pathlib.PurePath(target).parent)
            if target in BANNED:
                yield f"{name}: {target} is banned"
            if target.split("/")[0] in TOPS:
                if other == folder:
                    parts.setdefault(part, set()).add(target[:-len(".hpp")])
                elif other not in ALLOWED[folder]:
                    yield f"{name}: {folder} must not know {target}"
            elif any(target.startswith(library) and not under(folder, users)
                     for library, users in LIBRARIES.items()):
                yield f"{name}: {folder} must not know {target}"
    for part, known in parts.items():
        known.discard(part)
    try:
        TopologicalSorter(parts).prepare()
    except CycleError as error:
        yield "a circle of includes: " + " <- ".join(error.args[1])


def main():
    wrong = list(wrong_includes(pathlib.Path(sys.argv[1])))
    print("\n".join(wrong) if wrong else "every #include follows the directions")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
