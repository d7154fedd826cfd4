# SPDX-License-Identifier: Apache-2.0
"""Redocly and Spectral have nothing to say about the published documents."""
import json
import os
import subprocess

import pytest

import documents

TOOLS = documents.HERE / "node_modules" / ".bin"
pytestmark = documents.NEEDS


def lint(tool, *arguments):
    env = {**os.environ, "REDOCLY_TELEMETRY": "off",
           "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    return subprocess.run([str(TOOLS / tool), "lint", *map(str, arguments)],
                          cwd=documents.HERE, env=env, capture_output=True,
                          text=True, timeout=300)


def redocly(*files):
    return lint("redocly", "--config", "redocly.yaml", "--max-problems=50",
                "--format=json", *files)


def spectral(*files):
    return lint("spectral", "-r", "spectral.yaml", "--fail-severity=info",
                *files)


def test_redocly_finds_nothing():
    result = redocly(documents.OPENAPI)
    assert result.returncode == 0, result.stdout + result.stderr
    assert json.loads(result.stdout)["problems"] == [], result.stdout


def test_spectral_finds_nothing():
    result = spectral(documents.OPENAPI, documents.ASYNCAPI)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("name", ["openapi", "asyncapi"])
def test_the_linters_see_a_missing_description(tmp_path, name):
    document = json.loads((documents.DOCS / f"{name}.json").read_text())
    if name == "openapi":
        del document["paths"]["/v1/sessions"]["get"]["description"]
        del document["paths"]["/v1/sessions"]["get"]["summary"]
    else:
        del document["operations"]["sendEvent"]["description"]
    broken = tmp_path / f"{name}.json"
    broken.write_text(json.dumps(document))
    assert spectral(broken).returncode != 0
    if name == "openapi":
        assert json.loads(redocly(broken).stdout)["problems"]
