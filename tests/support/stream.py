# SPDX-License-Identifier: Apache-2.0
"""A reader of Server-Sent Events."""
import json

import wire


class Stream:
    """GET /v1/events; frames() yields (id, event, data) until it is closed."""

    def __init__(self, client, last_event_id=None, seconds=20):
        headers = {"Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        if client.token is not None:
            headers["Authorization"] = f"Bearer {client.token}"
        self.connection = client.connect(seconds)
        self.connection.request("GET", client.base + "/v1/events",
                                headers=headers)
        self.response = self.connection.getresponse()
        assert self.response.status == 200, self.response.read()
        assert self.response.getheader("Content-Type").startswith(
            "text/event-stream")

    def frames(self):
        frame = {}
        while line := self.response.readline():
            line = line.decode().rstrip("\r\n")
            if line:
                if not line.startswith(":"):
                    name, _, value = line.partition(":")
                    frame[name] = frame.get(name, "") + value.removeprefix(" ")
            elif "data" in frame:
                message = json.loads(frame["data"])
                wire.MESSAGES.append(message)
                yield frame["id"], frame["event"], message
                frame = {}

    def about(self, session, count):
        """The next `count` frames about one session."""
        found = []
        for frame in self.frames():
            if frame[2].get("subject") == session:
                found.append(frame)
                if len(found) == count:
                    return found
        raise AssertionError(f"the stream ended after {found}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()
