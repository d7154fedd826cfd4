# SPDX-License-Identifier: Apache-2.0
"""A webhook's receiver: takes every message it is not told to refuse."""
import http.server
import json
import threading

import wire


class Receiver:
    """Listens on a port of its own until it is closed; a context, too."""

    def __init__(self):
        self.messages = []  # taken
        self.takes = True
        self.pause = 0  # seconds before each answer
        self.statuses = {}  # by session: what to answer but 204
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                message = json.loads(self.rfile.read(length))
                wire.MESSAGES.append(message)
                threading.Event().wait(receiver.pause)
                status = receiver.statuses.get(
                    message.get("subject"), 204 if receiver.takes else 503)
                if status == 204:
                    receiver.messages.append(message)
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def types(self):
        return {m["type"] for m in self.messages}

    def of(self, session):
        """The types of what was taken of a session, in order."""
        return [m["type"] for m in self.messages if m["subject"] == session]

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
