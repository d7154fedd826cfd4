# SPDX-License-Identifier: Apache-2.0
"""A webhook's receiver: takes every message and keeps it."""
import http.server
import json
import threading

import wire


class Receiver:
    """Listens on a port of its own, as a context."""

    def __init__(self):
        taken = self.messages = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                message = json.loads(self.rfile.read(length))
                taken.append(message)
                wire.MESSAGES.append(message)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def types(self):
        return {m["type"] for m in self.messages}

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
