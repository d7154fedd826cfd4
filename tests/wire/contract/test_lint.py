# SPDX-License-Identifier: Apache-2.0
"""Redocly, Spectral and Prism take the published documents as they are."""
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


def broken(folder, document, change):
    """The document, changed, in a file of its own."""
    changed = json.loads(document.read_text())
    change(changed)
    file = folder / document.name
    file.write_text(json.dumps(changed))
    return file


@pytest.mark.parametrize("change", [
    lambda d: d["info"].pop("title"),
    lambda d: d["paths"]["/v1/sessions"]["get"].pop("summary"),
    lambda d: d["components"]["schemas"].update(Unused={"type": "string"})])
def test_redocly_sees_what_is_wrong(tmp_path, change):
    result = redocly(broken(tmp_path, documents.OPENAPI, change))
    assert json.loads(result.stdout)["problems"]


@pytest.mark.parametrize("document, change", [
    (documents.OPENAPI,
     lambda d: d["paths"]["/v1/sessions"]["get"].pop("description")),
    (documents.ASYNCAPI,
     lambda d: d["operations"]["sendEvent"].pop("description"))])
def test_spectral_sees_what_is_wrong(tmp_path, document, change):
    assert spectral(broken(tmp_path, document, change)).returncode != 0


def prism(file):
    return subprocess.run(
        ["node", str(documents.HERE / "prism_schemas.cjs"), str(file)],
        capture_output=True, text=True, timeout=300)


def test_prism_compiles_every_schema():
    result = prism(documents.OPENAPI)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_schema_that_prism_cannot_compile_is_seen(tmp_path):
    """What stands beside a reference makes Prism move the lists it refers to."""
    def change(document):
        for name in ("Session", "SessionScheduleData"):
            schema = document["components"]["schemas"][name]
            schema["properties"]["modality"]["description"] = name
    result = prism(broken(tmp_path, documents.OPENAPI, change))
    assert result.returncode == 1
    assert "modality/enum" in result.stdout
