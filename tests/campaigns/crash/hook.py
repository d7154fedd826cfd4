# SPDX-License-Identifier: Apache-2.0
"""The webhook's receiver, which now and then refuses a message, or hangs up
without an answer."""
import asyncio
import json
import random


class Hook:
    """Notes each message when it comes for the first time, by its id."""

    def __init__(self, loop, port, seed, host="127.0.0.1"):
        self.url = f"http://{host}:{port}/"
        self.rng = random.Random(seed)
        self.received = {}  # id: its text, in the order of arrival
        self.repeats = 0
        self.changed = []  # sentences
        self.loop = loop
        self.server = loop.run(asyncio.start_server(self._serve, host, port))

    def close(self):
        self.loop.call(self.server.close)

    async def _serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = next(int(line.split(b":")[1])
                            for line in head.split(b"\r\n")
                            if line.lower().startswith(b"content-length:"))
                answer = self._answer(await reader.readexactly(size))
                if answer is None:
                    return
                writer.write(b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n"
                             % answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, text):
        """Returns the status line's end; None to hang up, when the message may
        have been noted or not."""
        luck = self.rng.random()
        if luck < 0.0005:
            return b"503 Not now"
        message = json.loads(text)
        known = self.received.setdefault(message["id"], text)
        self.repeats += known is not text
        if known != text:
            self.changed.append(f"{message['id']} came as {known}, then as "
                                f"{text}")
        return None if luck > 0.9995 else b"204 Thanks"
