# SPDX-License-Identifier: Apache-2.0
"""The pages of docs/how-to do what they say, against the real node."""
import os
import shutil
import subprocess
import sys

import pytest

from guides import blocks
from node import free_port
from wire import fresh, wait_until

TOKEN = fresh("secret")
PROGRAMS = {
    "producer-javascript.md": ["node", "producer.mjs"],
    "producer-python.md": [sys.executable, "producer.py"]}


class Producer:
    """A page's program, in a folder of its own."""

    def __init__(self, page, folder, node, **environment):
        (name, text), = [(name, text) for language, name, text in blocks("how-to/" + page)
                         if name.startswith("producer.")]
        (folder / name).write_text(text)
        self.command = [*PROGRAMS[page], fresh("math")]
        if not shutil.which(self.command[0]):
            pytest.skip(f"there is no {self.command[0]}")
        assert name == self.command[1]
        self.expected, = [text for language, _, text in blocks("how-to/" + page)
                          if language == "text"]
        self.folder = folder
        self.env = {**os.environ, **environment,
                    "RECAPD_URL": node.url}

    def start(self):
        return subprocess.Popen(self.command, cwd=self.folder, env=self.env,
                                stdout=subprocess.PIPE, text=True,
                                stderr=subprocess.PIPE)

    def finish(self, process):
        said, trouble = process.communicate(timeout=120)
        assert process.returncode == 0, trouble
        assert said == self.expected, trouble


@pytest.mark.parametrize("page", PROGRAMS)
def test_a_producer_in_mode_trusted(page, node, tmp_path):
    producer = Producer(page, tmp_path, node)
    producer.finish(producer.start())


@pytest.fixture(scope="module")
def guarded(make_node):
    return make_node(config={"auth": {"mode": "token", "tokens": [
        {"token": TOKEN, "as": "system:calendar"}]}})


@pytest.mark.parametrize("page", PROGRAMS)
def test_a_producer_in_mode_token(page, guarded, tmp_path):
    producer = Producer(page, tmp_path, guarded, RECAPD_TOKEN=TOKEN)
    producer.finish(producer.start())


@pytest.mark.parametrize("page", PROGRAMS)
def test_a_producer_without_a_token_says_what_is_wrong(page, guarded,
                                                       tmp_path):
    process = Producer(page, tmp_path, guarded).start()
    _, trouble = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "token" in trouble.lower()


@pytest.mark.parametrize("page", PROGRAMS)
def test_a_producer_waits_for_a_node_that_is_away(page, make_node, tmp_path):
    node = make_node(start=False)
    node.port = free_port()
    producer = Producer(page, tmp_path, node)
    process = producer.start()
    assert "waiting" in process.stderr.readline()
    node.start()
    producer.finish(process)


class Shell:
    """psql on one database, as its owner or as a producer."""

    def __init__(self, database, role):
        self.database = database
        self.role = role

    def run(self, statements, producer):
        env = {**os.environ, "PGOPTIONS": f"-c role={self.role}"} if producer \
            else os.environ
        result = subprocess.run(
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", self.database],
            input=statements, capture_output=True, text=True, timeout=60,
            env=env)
        assert result.returncode == 0, result.stderr
        return result.stdout


@pytest.mark.skipif(not shutil.which("psql"), reason="there is no psql")
@pytest.mark.parametrize("mode", ["trusted", "token"])
def test_a_producer_in_sql(mode, make_node):
    node = make_node(config={"auth": {"mode": mode, "tokens": [
        {"token": TOKEN, "as": "support:ann"}]}})
    database, role = node.database, fresh("app").replace("-", "_")
    (may,), = database.run("SELECT rolsuper OR rolcreaterole FROM pg_roles "
                           "WHERE rolname = current_user")
    if not may:
        pytest.skip("the test's database user may make no roles")
    shell = Shell(database, role)
    said = ""
    try:
        for language, how, text in blocks("how-to/producer-sql.md"):
            text = text.replace("calendar_app", role)
            if language == "text":
                assert said == text
            elif how == "as administrator":
                shell.run(text, producer=False)
            elif how == "as producer until a row":
                said = wait_until(lambda: shell.run(text, producer=True), text)
            else:
                said = shell.run(text, producer=True)
        with pytest.raises(AssertionError, match="permission denied"):
            shell.run("SELECT FROM sessions", producer=True)
    finally:
        database.run(f"DROP ROLE IF EXISTS {role}")
