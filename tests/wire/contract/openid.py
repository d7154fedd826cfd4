# SPDX-License-Identifier: Apache-2.0
"""A real OpenID provider on this machine, its keys, and tokens of our own."""
import base64
import http.client
import json
import socket
import subprocess
import urllib.parse

from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import (ec, ed25519, padding,
                                                       rsa, utils)

import documents
from node import free_port
from wire import wait_until

ALGORITHMS = ("RS256", "ES256", "EdDSA")


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size=None):
    return base64url(value.to_bytes(size or (value.bit_length() + 7) // 8,
                                    "big"))


class Key:
    """A private key of the kind that an algorithm wants."""

    def __init__(self, alg, kid):
        self.alg, self.kid = alg, kid
        if alg == "RS256":
            self.private = rsa.generate_private_key(65537, 2048)
        elif alg == "ES256":
            self.private = ec.generate_private_key(ec.SECP256R1())
        else:
            self.private = ed25519.Ed25519PrivateKey.generate()

    def jwk(self):
        named = {"kid": self.kid, "alg": self.alg, "use": "sig"}
        if self.alg == "RS256":
            n = self.private.private_numbers()
            p = n.public_numbers
            return {**named, "kty": "RSA", "n": number(p.n), "e": number(p.e),
                    "d": number(n.d), "p": number(n.p), "q": number(n.q),
                    "dp": number(n.dmp1), "dq": number(n.dmq1),
                    "qi": number(n.iqmp)}
        if self.alg == "ES256":
            n = self.private.private_numbers()
            p = n.public_numbers
            return {**named, "kty": "EC", "crv": "P-256",
                    "x": number(p.x, 32), "y": number(p.y, 32),
                    "d": number(n.private_value, 32)}
        raw = serialization.Encoding.Raw
        return {**named, "kty": "OKP", "crv": "Ed25519",
                "x": base64url(self.private.public_key().public_bytes(
                    raw, serialization.PublicFormat.Raw)),
                "d": base64url(self.private.private_bytes(
                    raw, serialization.PrivateFormat.Raw,
                    serialization.NoEncryption()))}

    def public_pem(self):
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo)

    def sign(self, data):
        if self.alg == "RS256":
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        if self.alg == "ES256":
            r, s = utils.decode_dss_signature(
                self.private.sign(data, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return self.private.sign(data)


def jwt(header, claims, sign):
    """A token whose signature is what `sign` makes of its text."""
    text = ".".join(base64url(json.dumps(part).encode())
                    for part in (header, claims))
    return f"{text}.{base64url(sign(text.encode()))}"


def by_secret(secret):
    def sign(data):
        mac = hmac.HMAC(secret, hashes.SHA256())
        mac.update(data)
        return mac.finalize()
    return sign


class Provider:
    """oidc-provider with these keys, for these people, as a context. It can end
    and start again with others, at the same address."""

    def __init__(self, folder, people, keys=None, redirects=()):
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.people = people
        self.keys = keys or [Key(alg, f"first-{alg}") for alg in ALGORITHMS]
        self.redirects = list(redirects) or ["http://127.0.0.1/auth/callback"]
        self.log = folder / "provider.log"
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["node", "oidc_provider.mjs", json.dumps({
                    "port": self.port, "people": self.people,
                    "keys": [key.jwk() for key in self.keys],
                    "redirects": self.redirects})],
                cwd=documents.HERE, stdout=log, stderr=log)
        wait_until(self.listens, "the provider")

    def listens(self):
        assert self.process.poll() is None, self.log.read_text()
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)
            self.process = None

    def token(self, person, alg="RS256", audience="recap", seconds=600):
        """A bearer's token, as the provider gives it to that person."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=20)
        basic = base64.b64encode(f"{person}:secret-{person}".encode()).decode()
        connection.request("POST", "/token", urllib.parse.urlencode(
            {"grant_type": "client_credentials",
             "resource": f"urn:{audience}:{alg}:{seconds}"}),
            {"Content-Type": "application/x-www-form-urlencoded",
             "Authorization": f"Basic {basic}"})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return json.loads(body)["access_token"]

    def settings(self, **more):
        """`auth` of a node that takes its tokens."""
        return {"mode": "oidc", "oidc": {"issuer": self.issuer,
                                         "audience": "recap", **more}}
