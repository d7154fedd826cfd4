# SPDX-License-Identifier: Apache-2.0
"""A small NATS client on a socket: another mind than the C library."""
import json
import socket
import urllib.parse
import uuid


class Nats:
    """One connection. Every wait ends after `seconds`."""

    def __init__(self, url, seconds=20, tls=None, user=None, password=None,
                 key=None, jwt=None):
        at = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((at.hostname, at.port), seconds)
        self.stream = self.socket.makefile("rb")
        self.inbox = "_INBOX." + uuid.uuid4().hex
        self.held = []
        self.subscriptions = 1
        info = json.loads(self.stream.readline().split(b" ", 1)[1])
        assert info["headers"]
        if tls:
            self.socket = tls.wrap_socket(self.socket,
                                          server_hostname=at.hostname)
            self.stream = self.socket.makefile("rb")
        options = {"verbose": False, "pedantic": False, "headers": True,
                   "no_responders": True, "lang": "test", "version": "1"}
        if at.username:
            options["auth_token"] = at.username
        if user:
            options.update({"user": user, "pass": password})
        if key:
            options.update({"jwt": jwt} if jwt else {"nkey": key.public})
            options["sig"] = key.sign(info["nonce"])
        self._send(f"CONNECT {json.dumps(options)}\r\n"
                   f"SUB {self.inbox}.> 1\r\nPING\r\n")
        assert self._read() == ("PONG",)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stream.close()
        self.socket.close()

    def _send(self, text):
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def _read(self):
        while True:
            line = self.stream.readline()
            assert line, "the server closed the connection"
            word, *rest = line.decode().split()
            if word == "PING":
                self._send("PONG\r\n")
            elif word in ("MSG", "HMSG"):
                sizes = [int(n) for n in rest[-(1 if word == "MSG" else 2):]]
                body = self.stream.read(sizes[-1] + 2)[:-2]
                split = sizes[0] if word == "HMSG" else 0
                return (rest[0], body[:split].decode(), body[split:])
            elif word in ("PONG", "-ERR"):
                return (word, *rest)

    def publish(self, subject, data=b"", headers=None, reply=""):
        data = data.encode() if isinstance(data, str) else data
        if not headers:
            self._send(f"PUB {subject} {reply} {len(data)}\r\n".encode()
                       + data + b"\r\n")
            return
        head = "NATS/1.0\r\n" + "".join(
            f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
        head = head.encode()
        self._send(f"HPUB {subject} {reply} {len(head)} "
                   f"{len(head) + len(data)}\r\n".encode()
                   + head + data + b"\r\n")

    def subscribe(self, subject):
        self.subscriptions += 1
        self._send(f"SUB {subject} {self.subscriptions}\r\nPING\r\n")
        self.held += iter(self._read, ("PONG",))

    def next(self, below=None):
        """The next message (below our inbox's name): subject, headers, body."""
        mine = below and f"{self.inbox}.{below}"
        for i, m in enumerate(self.held):
            if not mine or m[0] == mine:
                return self.held.pop(i)
        while True:
            m = self._read()
            if not mine or m[0] == mine:
                return m
            self.held.append(m)

    def request(self, subject, data=b"", headers=None):
        below = uuid.uuid4().hex
        self.publish(subject, data, headers, f"{self.inbox}.{below}")
        _, head, body = self.next(below)
        assert not head.startswith("NATS/1.0 503"), f"nobody takes {subject}"
        answer = json.loads(body)
        assert "error" not in answer, answer
        return answer

    def api(self, call, **arguments):
        return self.request(f"$JS.API.{call}", json.dumps(arguments))
