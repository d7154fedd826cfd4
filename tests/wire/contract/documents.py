# SPDX-License-Identifier: Apache-2.0
"""The published documents, and the check of answers against them."""
import functools
import json
import shutil
import subprocess
from pathlib import Path

import pytest

import wire

HERE = Path(__file__).resolve().parent
DOCS = HERE.parents[2] / "docs"
# Members whose value says what else is there.
TELLING = ("type", "kind", "code", "state", "status", "outcome")
OPENAPI, ASYNCAPI = DOCS / "openapi.json", DOCS / "asyncapi.json"


def validators():
    """Returns true if the validators are installed (`npm ci` does it)."""
    # npm writes this file last.
    lock = HERE / "node_modules" / ".package-lock.json"
    return bool(shutil.which("node")) and lock.is_file()


NEEDS = pytest.mark.skipif(not validators(),
                           reason="run npm ci in tests/wire/contract")


def run(*arguments, given=""):
    return subprocess.run(
        ["node", str(HERE / "documents.mjs"), *map(str, arguments)],
        input=given, capture_output=True, text=True, timeout=120)


def shape(value):
    """Two answers of one shape need only one check."""
    if isinstance(value, dict):
        return {k: v if k in TELLING else shape(v)
                for k, v in sorted(value.items())}
    if isinstance(value, list):
        return sorted({json.dumps(shape(v)) for v in value})
    return type(value).__name__


@functools.lru_cache
def words():
    """What stands in the document's paths."""
    described = json.loads(OPENAPI.read_text())["paths"]
    return {word for path in described for word in path.split("/")}


def template(path):
    """A path without what is in it by chance."""
    return [word if word in words() else "" for word in
            path.split("?")[0].split("/")]


def check_exchanges():
    """All that was answered and streamed so far has the published form."""
    if not validators() or not wire.EXCHANGES:
        return
    distinct = {}
    for method, path, answer in wire.EXCHANGES:
        if method == "HEAD":
            continue
        body = answer.json
        code = body.get("type") if isinstance(body, dict) else None
        key = (method, template(path), answer.status, answer.media, code,
               json.dumps(shape(body)))
        distinct[str(key)] = {
            "method": method, "path": path, "status": answer.status,
            "media": answer.media, "headers": answer.headers, "body": body}
    check("answers", OPENAPI, distinct)
    sent = {json.dumps(shape(m)) + m["type"]: m for m in wire.MESSAGES}
    check("messages", ASYNCAPI, sent)


def check(what, document, found):
    result = run(what, document, given=json.dumps(list(found.values())))
    assert result.returncode == 0, result.stdout + result.stderr
