# SPDX-License-Identifier: Apache-2.0
"""Behind a proxy: nginx as Debian ships it, with `proxy_pass` alone."""
import os
import shutil
import subprocess

import pytest

from lesson import Lesson
from node import free_port
from stream import Stream
from wire import Client, wait_until

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CONFIG = """
daemon off;
{user}
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{node}; }}
  }}
}}
"""

pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx here")


@pytest.fixture(scope="module")
def proxied(node, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx")
    port = free_port()
    (folder / "nginx.conf").write_text(CONFIG.format(
        folder=folder, port=port, node=node.port,
        user="user root;" if os.geteuid() == 0 else ""))
    process = subprocess.Popen([NGINX, "-p", str(folder), "-e",
                                str(folder / "error.log"), "-c",
                                str(folder / "nginx.conf")])
    client = Client(port)

    def answers():
        assert process.poll() is None, (folder / "error.log").read_text()
        try:
            return client.get("/healthz").status == 200
        except OSError:
            return False

    try:
        wait_until(answers, "nginx")
        yield client
    finally:
        process.terminate()
        process.wait(30)


def test_commands_and_reads_pass(proxied):
    lesson = Lesson(proxied).ready()
    assert proxied.session(lesson.id)["state"] == "scheduled"
    answer = proxied.send_text(" " * 70000)
    assert answer.status == 413, answer


def test_events_arrive_as_they_commit(proxied):
    with Stream(proxied) as events:
        assert events.response.getheader("Cache-Control") == (
            "no-store, no-transform")
        lesson = Lesson(proxied).ready()
        kinds = [event for _, event, _ in events.about(lesson.id, 2)]
    assert kinds[0] == "recapd.event.session.scheduled", kinds
