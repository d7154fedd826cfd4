#!/usr/bin/env python3
"""Fails on an #include against the directions of ARCHITECTURE.md: between
folders, or in a circle inside one. A header and its source are one part.

Usage: check_includes.py PROJECT_FOLDER
SPDX-License-Identifier: Apache-2.0
"""

import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePath

from sources import sources

WORKFLOWS = {"workflows", "workflows/session", "workflows/disbursement",
             "workflows/json", "workflows/whatif"}
STORAGE = {"storage"} | WORKFLOWS
ACTORS = {"actors", "actors/engine", "config"} | STORAGE
GATEWAY = {"gateway/telemetry", "gateway/wire"} | ACTORS
SERVING = {"gateway/http", "gateway/disbursing", "gateway/inbox", "gateway/mail", "gateway/nats",
           "gateway/feed",
           "storage/postgres"} | GATEWAY
# What each folder may include besides itself.
ALLOWED = {
    "workflows": set(),
    "workflows/session": {"workflows"},
    "workflows/disbursement": {"workflows"},
    "workflows/json": {"workflows", "workflows/session",
                       "workflows/disbursement"},
    "workflows/whatif": {"workflows", "workflows/session"},
    "storage": WORKFLOWS,
    "storage/memory": STORAGE,
    "storage/postgres": STORAGE,
    "actors": STORAGE,
    "actors/engine": {"actors"} | STORAGE,
    "config": {"workflows"},
    "gateway/telemetry": ACTORS,
    "gateway/wire": {"gateway/telemetry"} | ACTORS,
    "gateway/feed": {"storage/postgres"} | GATEWAY,
    "gateway/disbursing": {"gateway/feed"} | GATEWAY,
    "gateway/http": {"gateway/mail", "gateway/oidc", "gateway/relay"} | GATEWAY,
    "gateway/inbox": {"storage/postgres"} | GATEWAY,
    "gateway/mail": {"gateway/feed", "gateway/oidc"} | GATEWAY,
    "gateway/nats": {"gateway/feed"} | GATEWAY,
    "gateway/oidc": GATEWAY,
    "gateway/relay": GATEWAY,
    "pages/tables": {"workflows"},
    "tools/common": {"config", "workflows"},
    "tools/recapd": {"tools/common"} | SERVING,
    "tools/recapctl": {"tools/common"} | SERVING,
    "tools/bench": {"tools/common", "storage/postgres"} | STORAGE,
    "tools/sample": {"tools/common", "workflows"},
}
# The libraries, and the folders that may know each: with all below them.
LIBRARIES = {
    "CLI": ("tools",),
    "boost/algorithm": ("storage",),
    "boost/asio": ("gateway/http",),
    "boost/beast": ("gateway/http",),
    "boost/json": ("",),
    "boost/system": ("",),
    "boost/uuid": ("workflows",),
    "caf": ("actors",),
    "cctz": ("workflows", "tools/common"),
    "cjose": ("gateway/oidc",),
    "curl": ("gateway/feed", "gateway/mail", "gateway/relay", "gateway/wire", "tools/common"),
    "fmt": ("actors", "gateway/relay", "gateway/wire", "tools"),
    "kainjow": ("gateway/mail",),
    "libpq-fe.h": ("storage/postgres", "tools/bench"),
    "nats": ("gateway/nats",),
    "openssl": ("config", "gateway/oidc", "gateway/wire"),
    "pqxx": ("storage/postgres", "tools/bench"),
    "prometheus": ("gateway/telemetry",),
    "spdlog": ("actors", "gateway/telemetry"),
    "systemd": ("tools/recapd",),
    "unicode": ("workflows", "pages/tables", "tools/common"),
}
SYSTEM = re.compile(r"[a-z_]+|(arpa|linux|netinet|sys)/.*"
                    r"|(cxxabi|fcntl|poll|pthread|sched|strings|unistd)\.h")
BANNED = {"caf/all.hpp"}
# A literal, which stays as it is (a raw one goes), or a comment.
TOKEN = re.compile(r'''R"(\w*)\(.*?\)\1"|("(?:\\.|[^"\\\n])*"|'\\?.')|//[^\n]*|/\*.*?\*/''',
                   re.DOTALL)
INCLUDE = re.compile(r"^\s*(?:#|%:)\s*(?:include\w*|import)\b(.*)", re.MULTILINE)
TARGET = re.compile(r'\s*(?:"([^"]+)"|<([^>]+)>)\s*')


def includes(path):
    """What stands after each #include."""
    text = re.sub(r"\\\r?\n", "", path.read_text(encoding="utf-8"))
    return INCLUDE.findall(TOKEN.sub(lambda token: token[2] or " ", text))


def under(folder, users):
    return any(f"{folder}/".startswith(user) for user in users)


def library(target):
    return "/".join(re.split(r"[/.](?!h$)", target)[:2 if target[:6] == "boost/" else 1])


def wrong_includes(root):
    parts = {}
    files = [path.relative_to(root) for path in sources(root)]
    folders = {str(name.parent) for name in files}
    for name in files:
        folder = str(name.parent)
        tests = name.parts[0] == "tests"
        known = parts.setdefault(str(name.with_suffix("")), set())
        if name.suffix not in (".cpp", ".hpp"):
            yield f"{name}: a source is a .cpp or a .hpp"
        if not tests and folder not in ALLOWED:
            yield f"{name}: {folder} has no directions in check_includes.py"
            continue
        allowed = folders | {"caf/test"} if tests else ALLOWED[folder]
        for text in includes(root / name):
            if not (found := TARGET.fullmatch(text)):
                yield f"{name}: an #include names no file:{text}"
                continue
            quoted, target = found[1], found[1] or found[2]
            other = str(PurePath(target).parent)
            if quoted and "/" not in quoted:
                other = folder
            if target in BANNED:
                yield f"{name}: {target} is banned"
            elif quoted or other in folders:
                if other not in allowed | {folder} or target[-4:] != ".hpp":
                    yield f"{name}: {folder} must not know {target}"
                elif other == folder:
                    known.add(f"{other}/{PurePath(target).stem}")
            elif not (tests or SYSTEM.fullmatch(target)
                      or under(folder, LIBRARIES.get(library(target), ()))):
                yield f"{name}: {folder} must not know {target}"
    for part, known in parts.items():
        known.discard(part)
    try:
        TopologicalSorter(parts).prepare()
    except CycleError as error:
        yield "a circle of includes: " + " <- ".join(error.args[1])


def main():
    wrong = list(wrong_includes(Path(sys.argv[1])))
    print("\n".join(wrong) if wrong else "every #include follows the directions")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
