# SPDX-License-Identifier: Apache-2.0
"""Who is not answered, and what each node says of itself meanwhile."""
import contextlib
import http.client
import re
import threading
import time

from load import Wire

PAUSE = 0.4  # between two looks at a node
LOOK = 2     # seconds that a look may take


class NodeWatch(threading.Thread):
    """Asks one node for /readyz all the time. A second in which it says that
    it is ready while a request has waited for longer than `bound` is a silent
    one."""

    def __init__(self, place, bound, log):
        super().__init__(daemon=True, name=f"watch {place[0]}")
        self.place, self.bound, self.log = place, bound, log
        self.lock = threading.Lock()
        self.open = {}  # token: (since, what)
        self.over = threading.Event()
        self.silent = 0.0
        self.said = []  # sentences
        self.last = None

    @contextlib.contextmanager
    def request(self, what):
        token = object()
        with self.lock:
            self.open[token] = (time.monotonic(), what)
        try:
            yield
        finally:
            with self.lock:
                del self.open[token]

    def run(self):
        before = time.monotonic()
        while not self.over.wait(PAUSE):
            status, text = self.look()
            now = time.monotonic()
            if status != self.last:
                self.note(status, text)
            if status == self.last == 200:  # all the time, as far as seen
                self.count(before, now)
            before, self.last = now, status

    def look(self):
        connection = http.client.HTTPConnection(*self.place, timeout=LOOK)
        try:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return None, repr(error)
        finally:
            connection.close()

    def note(self, status, text):
        print(f"{time.strftime('%H:%M:%S', time.gmtime())} {self.place[0]} "
              f"{status} {text[:600]}", file=self.log, flush=True)

    def count(self, before, now):
        with self.lock:
            since, what = min(self.open.values(), default=(now, None),
                              key=lambda entry: entry[0])
        seconds = now - max(before, since + self.bound)
        if seconds <= 0:
            return
        if self.silent == 0 or not self.said[-1].startswith(str(what)):
            self.said.append(f"{what} has no answer of {self.place[0]} for "
                             f"{now - since:.1f} s, and /readyz is 200")
        self.silent += seconds


class Watch:
    """Watches all nodes."""

    def __init__(self, places, bound, log):
        self.nodes = {place: NodeWatch(place, bound, log) for place in places}

    def start(self):
        for node in self.nodes.values():
            node.start()

    def stop(self):
        for node in self.nodes.values():
            node.over.set()
        for node in self.nodes.values():
            if node.ident is not None:
                node.join()

    @property
    def silent(self):
        return sum(node.silent for node in self.nodes.values())

    @property
    def said(self):
        return [s for node in self.nodes.values() for s in node.said]


class WatchedWire(Wire):
    """Its requests are known to the watch, by the id of the first command."""

    def __init__(self, watch, *more):
        super().__init__(*more)
        self.watch = watch

    def attempt(self, place, path, body, media):
        first = re.search('"id": "([^"]*)"', body)
        with self.watch.nodes[place].request(first and first[1] or path):
            return super().attempt(place, path, body, media)
