# SPDX-License-Identifier: Apache-2.0
"""Certificates, keys and credentials, as openssl, nk and nsc make them."""
import base64
import binascii
import hashlib
import json
import ssl
import subprocess
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

RAW = (serialization.Encoding.Raw, serialization.PrivateFormat.Raw,
       serialization.NoEncryption())


class Authority:
    """Signs certificates in a folder."""

    def __init__(self, folder, name="ca"):
        self.folder = folder
        self.pem = folder / f"{name}.pem"
        self.key = folder / f"{name}.key"
        self._openssl("req", "-x509", *self._new(self.key), "-out", self.pem,
                      "-days", "2", "-subj", f"/CN={name}", "-addext",
                      "keyUsage=critical,keyCertSign,cRLSign")

    @staticmethod
    def _openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)

    @staticmethod
    def _new(key):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-keyout", key)

    def issue(self, name, alternatives):
        """The files of a certificate and of its key."""
        pem, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        request, more = self.folder / f"{name}.csr", self.folder / f"{name}.x"
        more.write_text(f"subjectAltName={alternatives}\n"
                        "authorityKeyIdentifier=keyid\n"
                        "subjectKeyIdentifier=hash\n")
        self._openssl("req", *self._new(key), "-out", request, "-subj",
                      f"/CN={name}")
        self._openssl("x509", "-req", "-in", request, "-CA", self.pem, "-CAkey",
                      self.key, "-CAcreateserial", "-days", "2", "-extfile",
                      more, "-out", pem)
        return pem, key

    def context(self, certificate=None, key=None):
        made = ssl.create_default_context(cafile=self.pem)
        made.verify_flags |= ssl.VERIFY_X509_STRICT  # as from Python 3.13 on
        if certificate:
            made.load_cert_chain(certificate, key)
        return made


def base32(data):
    summed = data + binascii.crc_hqx(data, 0).to_bytes(2, "little")
    return base64.b32encode(summed).decode().rstrip("=")


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Key:
    """An nkey: of a `user`, an `account` or an `operator`."""
    PREFIXES = {"user": 20 << 3, "account": 0, "operator": 14 << 3}

    def __init__(self, kind="user"):
        self.private = Ed25519PrivateKey.generate()
        prefix = self.PREFIXES[kind]
        raw = self.private.private_bytes(*RAW)
        self.seed = base32(bytes([18 << 3 | prefix >> 5, (prefix & 31) << 3])
                           + raw)
        self.public = base32(bytes([prefix])
                             + self.private.public_key().public_bytes(
                                 RAW[0], serialization.PublicFormat.Raw))

    def sign(self, text):
        return base64url(self.private.sign(text.encode()))

    def issue(self, subject, name, kind, **claims):
        """A JWT of NATS."""
        body = {"iat": int(time.time()), "iss": self.public, "name": name,
                "sub": subject.public,
                "nats": {**claims, "type": kind, "version": 2}}
        body["jti"] = base64.b32encode(hashlib.sha256(
            json.dumps(body).encode()).digest()).decode().rstrip("=")
        head = {"typ": "JWT", "alg": "ed25519-nkey"}
        text = ".".join(base64url(json.dumps(part).encode())
                        for part in (head, body))
        return text + "." + self.sign(text)


def credentials(jwt, seed):
    return (f"-----BEGIN NATS USER JWT-----\n{jwt}\n"
            f"------END NATS USER JWT------\n\n"
            f"************************* IMPORTANT *************************\n"
            f"-----BEGIN USER NKEY SEED-----\n{seed}\n"
            f"------END USER NKEY SEED------\n")


class Operator:
    """An operator with an account that has JetStream, and its configuration."""

    def __init__(self, partitions=64):
        own, system, self.account = (Key("operator"), Key("account"),
                                     Key("account"))
        limits = dict.fromkeys(
            ("subs", "data", "payload", "imports", "exports", "conn", "leaf",
             "mem_storage", "disk_storage", "streams", "consumer"), -1)
        to = ("recapd.commands.{{partition(%d,1)}}.{{wildcard(1)}}"
              % partitions)
        accounts = {
            system.public: own.issue(system, "SYS", "account"),
            self.account.public: own.issue(
                self.account, "app", "account",
                limits={**limits, "wildcards": True},
                mappings={"recapd.commands.*": [{"subject": to,
                                                 "weight": 100}]})}
        preload = "".join(f"  {k}: {v}\n" for k, v in accounts.items())
        self.conf = (f"operator: {own.issue(own, 'op', 'operator')}\n"
                     f"system_account: {system.public}\n"
                     f"resolver: MEMORY\nresolver_preload {{\n{preload}}}\n")

    def user(self, name):
        """Its key and its JWT."""
        key = Key()
        return key, self.account.issue(key, name, "user", pub={}, sub={},
                                       subs=-1, data=-1, payload=-1)
