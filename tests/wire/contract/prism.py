# SPDX-License-Identifier: Apache-2.0
"""Prism between client and node: whatever leaves the document is an error."""
import os
import socket
import subprocess

import documents
from node import free_port
from wire import wait_until


class Prism:
    """A validating proxy on a port of its own, as a context."""

    def __init__(self, node, folder):
        self.upstream = node.url
        self.log = folder / "prism.log"
        self.port = free_port()
        self.process = None

    def __enter__(self):
        program = documents.HERE / "node_modules" / ".bin" / "prism"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(program), "proxy", str(documents.OPENAPI), self.upstream,
                 "--errors", "--port", str(self.port)],
                stdout=log, stderr=log,
                env={**os.environ, "NODE_ENV": "production"})
        try:
            wait_until(self.listens, "prism", 240)
        except BaseException:
            self.__exit__()
            raise
        return self

    def listens(self):
        assert self.process.poll() is None, self.log.read_text()
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
