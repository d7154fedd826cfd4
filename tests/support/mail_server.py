# SPDX-License-Identifier: Apache-2.0
"""A mail server (Debian's aiosmtpd), which takes what it is not told to refuse.

As a program it prints its URL, then a line of JSON for each mail that it takes, until
its input ends. What is for an address that begins with `gone` it refuses for good."""
import email
import email.policy
import json
import socket
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Mail:
    """One mail as it came."""

    def __init__(self, sender, recipients, content):
        self.sender, self.recipients, self.content = sender, recipients, content
        self.parsed = email.message_from_bytes(content,
                                               policy=email.policy.default)

    @property
    def to(self):
        return self.recipients[0]

    @property
    def id(self):
        return self.parsed["Message-ID"]

    @property
    def subject(self):
        return self.parsed["Subject"]

    @property
    def text(self):
        return self.parsed.get_body(("plain",)).get_content()

    @property
    def html(self):
        return self.parsed.get_body(("html",)).get_content()


class MailServer:
    """Listens on a port of its own until it is closed; a context, too."""

    def __init__(self, **options):
        self.taken = []
        self.tried = []  # the recipients of what was asked for
        self.says = {}  # by recipient: the reply to RCPT
        self.says_of_content = {}  # by recipient: the reply to what it holds
        self.says_of_sender = None
        self.on_taken = lambda mail: None  # before it is answered
        self.logins = []
        self.lock = threading.Lock()
        self.port = None
        self.options = options
        self.start()

    def start(self):
        if self.port is None:
            with socket.socket() as found:
                found.bind(("127.0.0.1", 0))
                self.port = found.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port,
                                     authenticator=self.login, **self.options)
        self.controller.start()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_MAIL(self, _server, _session, envelope, address, options):
        if self.says_of_sender:
            return self.says_of_sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, options):
        with self.lock:
            self.tried.append(address)
        said = self.says.get(address)
        if said:
            return said
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        said = self.says_of_content.get(envelope.rcpt_tos[0])
        if said:
            return said
        mail = Mail(envelope.mail_from, envelope.rcpt_tos, envelope.content)
        with self.lock:
            self.taken.append(mail)
        self.on_taken(mail)
        return "250 OK"

    def login(self, _server, _session, _envelope, _mechanism, data):
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"right")

    def of(self, address):
        """What was taken for an address, in order."""
        with self.lock:
            return [mail for mail in self.taken if mail.to == address]

    def close(self):
        self.controller.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main():
    with MailServer() as server:
        server.on_taken = lambda mail: print(json.dumps(
            {"to": mail.to, "subject": mail.subject, "text": mail.text,
             "html": mail.html}), flush=True)
        refuse = server.handle_RCPT

        async def handle_rcpt(a, b, envelope, address, options):
            if address.startswith("gone"):
                return "550 5.1.1 there is nobody of this name"
            return await refuse(a, b, envelope, address, options)

        server.handle_RCPT = handle_rcpt
        print(json.dumps({"url": server.url}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
