# SPDX-License-Identifier: Apache-2.0
"""Clients that two generators make of openapi.json, under tsc --strict."""
import os
import shutil
import subprocess

import pytest

import documents
from wire import fresh, rfc3339

SOURCES = documents.HERE / "typescript"
MODULES = documents.HERE / "node_modules"
PROGRAMS = ["openapi_fetch", "hey_api"]
pytestmark = documents.NEEDS


def run(*command, folder):
    result = subprocess.run(command, cwd=folder, capture_output=True,
                            text=True, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """The folder with both programs, compiled with what was generated."""
    folder = tmp_path_factory.mktemp("typescript")
    for file in SOURCES.iterdir():
        shutil.copy(file, folder)
    (folder / "node_modules").symlink_to(MODULES)
    tools = MODULES / ".bin"
    run(tools / "openapi-typescript", documents.OPENAPI, "-o", "schema.d.ts",
        folder=folder)
    run(tools / "openapi-ts", "-i", documents.OPENAPI, "-o", "hey",
        "-c", "@hey-api/client-fetch", folder=folder)
    run(tools / "tsc", "-p", ".", "--outDir", "out", folder=folder)
    return folder


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_whole_session_with_refusals(compiled, client, program):
    said = run("node", os.path.join("out", f"{program}.js"),
               client.url, rfc3339(client.now()),
               fresh("ts"), folder=compiled)
    assert said.endswith(": ok\n")
