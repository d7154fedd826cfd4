# SPDX-License-Identifier: Apache-2.0
"""A proxy that cuts and stalls connections: TCP or unix sockets."""
import asyncio
import contextlib
import threading

# Where a connection is cut. A chunk is what one read brings; under this load
# that is one request or one answer.
CUTS = {
    "before": "the request is never passed on",
    "half": "half of the request is passed on",
    "forwarded": "the request is passed on, and nobody waits for its answer",
    "after": "the request is passed on, its answer is swallowed",
    "half-answer": "half of the answer is passed on",
}


class Loop:
    """One thread that runs every proxy."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever,
                                       daemon=True, name="proxies")
        self.thread.start()

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def call(self, function, *values):
        self.loop.call_soon_threadsafe(function, *values)


class Pair:
    """One connection: the client's end and the server's."""

    def __init__(self, client, server):
        self.writers = (client, server)
        self.swallow = False

    def cut(self):
        for writer in self.writers:
            writer.transport.abort()


class Proxy:
    """Passes bytes from `listen` on to `upstream`; both are (host, port) or a
    path."""

    def __init__(self, loop, listen, upstream):
        self.loop = loop
        self.upstream = upstream
        self.pairs = set()
        self.armed = []  # (where, what the request must hold)
        self.cuts = 0
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.server = loop.run(self._listen(listen))

    async def _listen(self, listen):
        if isinstance(listen, str):
            return await asyncio.start_unix_server(self._serve, listen)
        return await asyncio.start_server(self._serve, *listen)

    def arm(self, where, holding=b""):
        """The next request that holds these bytes is cut there."""
        self.loop.call(self.armed.append, (where, holding))

    def stall(self):
        self.loop.call(self.flowing.clear)

    def flow(self):
        self.loop.call(self.flowing.set)

    def heal(self):
        """From now on everything passes."""
        self.loop.call(self.armed.clear)
        self.flow()

    def close(self):
        self.loop.call(self.server.close)

    def cut_all(self):
        def cut():
            self.cuts += len(self.pairs)
            for pair in list(self.pairs):
                pair.cut()
        self.loop.call(cut)

    async def _serve(self, reader, writer):
        try:
            if isinstance(self.upstream, str):
                up = await asyncio.open_unix_connection(self.upstream)
            else:
                up = await asyncio.open_connection(*self.upstream)
        except OSError:
            writer.transport.abort()
            return
        pair = Pair(writer, up[1])
        self.pairs.add(pair)
        pumps = [asyncio.ensure_future(self._pump(pair, reader, up[1], True)),
                 asyncio.ensure_future(self._pump(pair, up[0], writer, False))]
        try:
            await asyncio.wait(pumps)
        finally:
            self.pairs.discard(pair)
            pair.cut()

    async def _pump(self, pair, reader, writer, request):
        with contextlib.suppress(OSError):
            while chunk := await reader.read(1 << 20):
                await self.flowing.wait()
                if await self._cut(pair, chunk, writer, request):
                    return pair.cut()
                writer.write(chunk)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
            return
        pair.cut()

    async def _cut(self, pair, chunk, writer, request):
        """True when the connection ends with this chunk."""
        if not request:
            if pair.swallow == "half-answer":
                writer.write(chunk[:len(chunk) // 2])
                await writer.drain()
            return pair.swallow
        where = next((a for a in self.armed if a[1] in chunk), None)
        if where is None:
            return False
        self.armed.remove(where)
        self.cuts += 1
        if where[0] == "before":
            return True
        if where[0] in ("after", "half-answer"):
            pair.swallow = where[0]
            return False
        size = len(chunk) // 2 if where[0] == "half" else len(chunk)
        writer.write(chunk[:size])
        await writer.drain()
        return True
