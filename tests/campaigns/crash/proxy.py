# SPDX-License-Identifier: Apache-2.0
"""A proxy that cuts and stalls connections: TCP or unix sockets."""
import asyncio
import contextlib
import threading

# Where a connection is cut. One read brings a chunk; under the campaign's load
# a chunk is one request or one answer.
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
        self.swallow = None  # the cut that the answer meets, if any

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
        self.armed = []  # (a key of CUTS, what the request must hold)
        self.cuts = 0
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.server = loop.run(self._listen(listen))

    async def _listen(self, listen):
        if isinstance(listen, str):
            return await asyncio.start_unix_server(self._serve, listen)
        return await asyncio.start_server(self._serve, *listen)

    def arm(self, where, holding=b""):
        """Cuts the next request that holds these bytes as CUTS[where] says."""
        self.loop.call(self.armed.append, (where, holding))

    def stall(self):
        self.loop.call(self.flowing.clear)

    def flow(self):
        self.loop.call(self.flowing.set)

    def heal(self):
        """Lets everything pass from now on."""
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
                opened = await asyncio.open_unix_connection(self.upstream)
            else:
                opened = await asyncio.open_connection(*self.upstream)
            up_reader, up = opened
        except OSError:
            writer.transport.abort()
            return
        pair = Pair(writer, up)
        self.pairs.add(pair)
        pumps = [asyncio.ensure_future(self._pump(pair, reader, up, True)),
                 asyncio.ensure_future(self._pump(pair, up_reader, writer,
                                                  False))]
        try:
            await asyncio.wait(pumps)
        finally:
            self.pairs.discard(pair)
            pair.cut()

    async def _pump(self, pair, reader, writer, request):
        """Passes one direction on until its end, its cut or an error."""
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
        """Passes on what the cut leaves of a chunk. Returns true when the
        connection ends with the chunk, false when all of it is to be passed."""
        if not request:
            if pair.swallow == "half-answer":
                writer.write(chunk[:len(chunk) // 2])
                await writer.drain()
            return pair.swallow is not None
        armed = next((a for a in self.armed if a[1] in chunk), None)
        if armed is None:
            return False
        self.armed.remove(armed)
        self.cuts += 1
        where, _ = armed
        if where == "before":
            return True
        if where in ("after", "half-answer"):
            pair.swallow = where
            return False
        size = len(chunk) // 2 if where == "half" else len(chunk)
        writer.write(chunk[:size])
        await writer.drain()
        return True
