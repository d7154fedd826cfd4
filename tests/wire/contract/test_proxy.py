# SPDX-License-Identifier: Apache-2.0
"""Behind a proxy: nginx as Debian ships it, by what docs/operations.md says."""
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess

import pytest

from guides import blocks
from lesson import Lesson
from node import free_port
from stream import Stream
from wire import Client, wait_until

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
HOST, BASE = "recap.example", "/tutoring"
AROUND = """
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
  {page}
}}
"""
SHARE = 3

pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx here")


def block(language, about):
    """The page's block in that language that has this in it."""
    found, = [text for is_, _, text in blocks("operations.md")
              if is_ == language and about in text]
    return found


class Visitor(Client):
    """A browser's way in: by TLS, below the path, from an address."""
    base = BASE

    def __init__(self, port, authority, address="127.0.0.2"):
        super().__init__(port)
        self.context = ssl.create_default_context(cafile=authority)
        self.address = address

    def connect(self, timeout):
        made = http.client.HTTPSConnection(HOST, self.port, timeout=timeout,
                                           context=self.context)
        made._create_connection = lambda *_: socket.create_connection(
            (self.host, self.port), timeout, (self.address, 0))
        return made


@pytest.fixture(scope="module")
def place(make_node, tmp_path_factory):
    """The node, and a folder with nginx's port and certificate."""
    folder = tmp_path_factory.mktemp("nginx")
    settings = json.loads(block("json", "public_url"))
    settings["http"]["max_connections_per_address"] = SHARE
    node = make_node(config=settings, shared=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
         f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}", "-keyout",
         folder / "key", "-out", folder / "certificate"],
        check=True, capture_output=True)
    port = free_port()
    page = block("nginx", HOST)
    for said, here in ((r"127\.0\.0\.1:8080", f"127.0.0.1:{node.port}"),
                       ("listen 443", f"listen 127.0.0.1:{port}"),
                       (r"/etc/ssl/certs/\S+\.pem", f"{folder}/certificate"),
                       (r"/etc/ssl/private/\S+\.key", f"{folder}/key")):
        page, replaced = re.subn(said, here, page)
        assert replaced == 1, said
    (folder / "nginx.conf").write_text(AROUND.format(
        folder=folder, page=page,
        user="user root;" if os.geteuid() == 0 else ""))
    process = subprocess.Popen([NGINX, "-p", str(folder), "-e",
                                str(folder / "error.log"), "-c",
                                str(folder / "nginx.conf")])

    def visitor(address="127.0.0.2"):
        return Visitor(port, folder / "certificate", address)

    def answers():
        assert process.poll() is None, (folder / "error.log").read_text()
        try:
            return visitor().get("/healthz").status == 200
        except OSError:
            return False

    try:
        wait_until(answers, "nginx")
        yield visitor
    finally:
        process.terminate()
        process.wait(30)


def test_commands_and_reads_pass(place):
    proxied = place()
    lesson = Lesson(proxied).ready()
    assert proxied.session(lesson.id)["state"] == "scheduled"
    answer = proxied.send_text(" " * 70000)
    assert answer.status == 413, answer


def test_what_is_too_large_is_answered_by_the_node(place):
    answer = place().request("POST", "/v1/commands", b"[" + b" " * (4 << 20),
                             {"Content-Type":
                              "application/cloudevents-batch+json"})
    assert answer.status == 413
    assert answer.media == "application/problem+json", answer


def test_pages_are_below_the_path(place):
    page = place().get("/", Accept="text/html")
    assert page.status == 200 and page.media == "text/html"
    assert f'"{BASE}/' in page.body.decode()


def test_what_nodes_and_operators_ask_is_not_there(place):
    assert place().request("POST", "/internal/relay", b"").status == 404
    assert place().get("/metrics").status == 404


def test_events_arrive_as_they_commit(place):
    proxied = place()
    with Stream(proxied) as events:
        assert events.response.getheader("Cache-Control") == (
            "no-store, no-transform")
        lesson = Lesson(proxied).ready()
        kinds = [event for _, event, _ in events.about(lesson.id, 2)]
    assert kinds[0] == "recapd.event.session.scheduled", kinds


def test_an_address_has_its_share_whoever_forwards_it(place):
    streams = [Stream(place("127.0.0.3")) for _ in range(SHARE)]
    try:
        told = place("127.0.0.3").get("/v1/me")
        assert told.status == 429, told
        # Nobody is somebody else by saying so.
        told = place("127.0.0.3").get("/v1/me",
                                      **{"X-Forwarded-For": "127.0.0.4"})
        assert told.status == 429, told
        assert place("127.0.0.4").get("/v1/me").status == 200
    finally:
        for one in streams:
            one.__exit__()
