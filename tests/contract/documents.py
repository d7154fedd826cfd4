# SPDX-License-Identifier: Apache-2.0
"""The published documents, and the check of answers against them."""
import json
import shutil
import subprocess
from pathlib import Path

import pytest

import wire

HERE = Path(__file__).resolve().parent
DOCS = HERE.parents[1] / "docs"
OPENAPI, ASYNCAPI = DOCS / "openapi.json", DOCS / "asyncapi.json"


def validators():
    """Whether the kept validators are there (`npm ci` brings them)."""
    # npm writes this file last.
    kept = HERE / "node_modules" / ".package-lock.json"
    return bool(shutil.which("node")) and kept.is_file()


NEEDS = pytest.mark.skipif(not validators(),
                           reason="run npm ci in tests/contract")


def run(*arguments, given=""):
    return subprocess.run(
        ["node", str(HERE / "documents.mjs"), *map(str, arguments)],
        input=given, capture_output=True, text=True, timeout=120)


def shape(value):
    """Two answers of one shape need only one check."""
    if isinstance(value, dict):
        return {k: shape(v) for k, v in sorted(value.items())}
    if isinstance(value, list):
        return [shape(v) for v in value[:3]]
    return type(value).__name__


def check_exchanges():
    """All that was answered and streamed so far has the published form."""
    if not validators() or not wire.EXCHANGES:
        return
    distinct = {}
    for method, path, answer in wire.EXCHANGES:
        if answer.status == 413 or method not in ("GET", "POST"):
            continue
        body = answer.json
        code = body.get("type") if isinstance(body, dict) else None
        key = (method, path.split("/")[2:3], answer.status, answer.media,
               code, json.dumps(shape(body)))
        distinct[str(key)] = {
            "method": method, "path": path, "status": answer.status,
            "media": answer.media, "headers": answer.headers, "body": body}
    check("answers", OPENAPI, distinct)
    sent = {json.dumps(shape(m)) + m["type"]: m for m in wire.MESSAGES}
    check("messages", ASYNCAPI, sent)


def check(what, document, found):
    result = run(what, document, given=json.dumps(list(found.values())))
    assert result.returncode == 0, result.stdout + result.stderr
