# SPDX-License-Identifier: Apache-2.0
"""A subscriber that reads the event stream all the time and resumes."""
import itertools
import threading
import traceback

from stream import Stream
import http.client


class Feed:
    """Collects the events that it receives, in order. Resumes by Last-Event-ID,
    at the next of its nodes."""

    def __init__(self, clients, seconds=20):
        self.clients = clients
        self.seconds = seconds  # of silence, then it resumes elsewhere
        self.cursor = "0"
        self.received = []  # (position, event id)
        self.over = False
        self.broken = []
        self.connections = 0
        self.thread = threading.Thread(target=self._read, daemon=True,
                                       name="feed")
        self.thread.start()

    def take(self, place, event):
        self.received.append((int(place.rpartition(".")[2]), event["id"]))

    def _read(self):
        for client in itertools.cycle(self.clients):
            if self.over:
                return
            try:
                with Stream(client, self.cursor, self.seconds) as stream:
                    self.connections += 1
                    for place, _, event in stream.frames():
                        self.take(place, event)
                        self.cursor = place
                        if self.over:
                            return
            except (OSError, http.client.HTTPException):
                pass
            except AssertionError:
                pass  # 503 while the database is away
            except Exception:
                self.broken.append(f"feed: {traceback.format_exc()}")
                return
            threading.Event().wait(0.05)

    def stop(self):
        self.over = True
