# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL server that lets roles in by password and TLS."""
import os
import random
import shutil
import subprocess
from contextlib import contextmanager

from databases import PrivateServer, open_folder, run


class Server(PrivateServer):
    """A private server that listens on a loopback address of its own, with TLS
    and the role `recapd` by password."""

    def __init__(self, folder):
        super().__init__(folder)
        self.address = "127.{}.{}.{}".format(*random.choices(range(2, 250), k=3))
        self.own = self("start", self.address)
        self.password = (self.folder / "pg.password").read_text().strip()
        self.data = (self.folder / "pg").resolve()
        self.admin = self.admin_url.replace("/postgres?", "/recapd?")
        self.hba = ((self.data / "pg_hba.conf").read_text()
                    + "host all recapd 127.0.0.0/8 scram-sha-256\n")
        self.admit()

    @classmethod
    @contextmanager
    def somewhere(cls):
        """One that is gone in the end."""
        with open_folder() as folder:
            made = cls(folder)
            try:
                yield made
            finally:
                made("remove")

    def sql(self, *statements):
        for statement in statements:
            run(self.admin, statement)

    @contextmanager
    def changed(self, there, back):
        """Runs one statement, and in the end the one that takes it back."""
        self.sql(there)
        try:
            yield
        finally:
            self.sql(back)

    def admit(self, *lines):
        """More lines of pg_hba.conf."""
        (self.data / "pg_hba.conf").write_text(
            self.hba + "".join(line + "\n" for line in lines))
        self.reload()

    def give(self, file, name):
        """A file to the server's user."""
        to = self.data / name
        shutil.copy(file, to)
        owner = self.data.stat()
        os.chown(to, owner.st_uid, owner.st_gid)
        to.chmod(0o600)

    def reload(self, **settings):
        self.sql(*(f"ALTER SYSTEM SET {k} = '{v}'" for k, v in settings.items()),
                 "SELECT pg_reload_conf()")

    def url(self, **changes):
        parts = {"host": "db.test", "hostaddr": self.address, "user": "recapd",
                 "password": self.password, "dbname": "recapd", **changes}
        return " ".join(f"{k}={v}" for k, v in parts.items() if v is not None)


def openssl(*arguments, cwd):
    subprocess.run(["openssl", *arguments], cwd=cwd, check=True,
                   capture_output=True)


class Certificates:
    """Two authorities, and what they signed."""

    def __init__(self, folder):
        self.folder = folder
        for authority in ("ca", "other"):
            openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
                    f"/CN={authority}", "-days", "2", "-keyout",
                    f"{authority}.key", "-out", f"{authority}.crt", cwd=folder)

    def make(self, name, common_name, by="ca", days=2):
        """`days=0`: it ends in the second in which it begins, which is over
        before a server has it."""
        (self.folder / "san").write_text(f"subjectAltName=DNS:{common_name}")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj",
                f"/CN={common_name}", "-keyout", f"{name}.key", "-out",
                f"{name}.csr", cwd=self.folder)
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{by}.crt",
                "-CAkey", f"{by}.key", "-CAcreateserial", "-days", str(days),
                "-extfile", "san", "-out", f"{name}.crt", cwd=self.folder)

    def __getitem__(self, name):
        return self.folder / name
