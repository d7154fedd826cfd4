# SPDX-License-Identifier: Apache-2.0
"""One host of PostgreSQL: a server and the Patroni that looks after it."""
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import urllib.error
import urllib.request

from processes import kill_until_none, send, title, working_in
from sites import mount_memory, unmount

PORT, REST = 5432, 8008
DISK_MB = 600
# Patroni wants loop_wait + 2 * retry_timeout <= ttl.
TTL, LOOP_WAIT, RETRY_TIMEOUT = 8, 1, 3


def newest_programs():
    """The folder of PostgreSQL's programs."""
    root = "/usr/lib/postgresql"
    versions = sorted(map(int, filter(str.isdigit, os.listdir(root))))
    return f"{root}/{versions[-1]}/bin"


class DatabaseHost:
    """Its data is on a file system in memory, of a size that a file can use
    up. PostgreSQL and Patroni run as the user postgres."""

    def __init__(self, number, folder, sites, etcd, secrets, synchronous):
        self.number = number
        self.name = f"pg{number}"
        self.folder = folder
        self.sites = sites
        self.etcd = etcd
        self.secrets = secrets  # role: password
        self.synchronous = synchronous
        self.address = sites.database.of_node(number)
        self.disk = folder / "disk"
        self.data = self.disk / "data"
        self.filler = self.disk / "filler"
        self.process = None

    def prepare(self):
        """The folders and Patroni's settings, once."""
        postgres = pwd.getpwnam("postgres")
        self.disk.mkdir(parents=True)
        own = self.folder / "own"
        own.mkdir()
        mount_memory(self.disk, DISK_MB, postgres.pw_uid)
        settings = self.folder / "patroni.json"  # JSON is YAML
        settings.touch(0o600)
        settings.write_text(json.dumps(self.settings(own), indent=1))
        for path in (settings, own):
            os.chown(path, postgres.pw_uid, postgres.pw_gid)
        own.chmod(0o700)

    def settings(self, own):
        network = f"{self.sites.database.prefix}.0/24"
        login = {role: {"username": role, "password": password}
                 for role, password in self.secrets.items()}
        return {
            "scope": "recapd", "name": self.name,
            "restapi": {"listen": f"{self.address}:{REST}",
                        "connect_address": f"{self.address}:{REST}"},
            "etcd3": {"host": f"{self.etcd.address}:2379"},
            "bootstrap": {"dcs": self.shared_settings(), "initdb": [
                {"encoding": "UTF8"}, {"locale": "C.UTF-8"},
                {"wal-segsize": "4"}]},
            "postgresql": {
                "listen": f"{self.address}:{PORT}",
                "connect_address": f"{self.address}:{PORT}",
                "data_dir": str(self.data),
                "bin_dir": newest_programs(),
                "pgpass": str(own / "pgpass"),
                "authentication": {"superuser": login["recapd_admin"],
                                   "replication": login["replicator"],
                                   "rewind": login["rewinder"]},
                "remove_data_directory_on_rewind_failure": True,
                "remove_data_directory_on_diverged_timelines": True,
                "basebackup": [{"checkpoint": "fast"}],
                "parameters": {"unix_socket_directories": str(own)},
                "pg_hba": [
                    "local all all scram-sha-256",
                    f"host all all {network} scram-sha-256",
                    f"host replication replicator {network} scram-sha-256"],
            },
        }

    def shared_settings(self):
        return {
            "ttl": TTL, "loop_wait": LOOP_WAIT,
            "retry_timeout": RETRY_TIMEOUT,
            "primary_start_timeout": 0,
            "maximum_lag_on_failover": 64 << 20,
            "synchronous_mode": self.synchronous,
            "synchronous_mode_strict": self.synchronous,
            "postgresql": {"use_pg_rewind": True, "parameters": {
                "shared_buffers": "64MB", "max_connections": 200,
                "min_wal_size": "16MB", "max_wal_size": "64MB",
                "wal_keep_size": "32MB", "wal_log_hints": "on",
                "checkpoint_timeout": "60s", "log_min_messages": "warning",
                "log_line_prefix": "%m [%p] %a "}},
        }

    # ---- processes ----------------------------------------------------------

    def start(self):
        """Patroni, which then starts PostgreSQL."""
        if self.process is not None and self.process.poll() is None:
            return
        with open(self.folder / "patroni.log", "ab") as log:
            self.process = subprocess.Popen(
                [*self.sites.inside(self.number), "setpriv",
                 "--reuid=postgres", "--regid=postgres", "--clear-groups",
                 "--", "/usr/bin/patroni", str(self.folder / "patroni.json")],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True)

    def servers(self):
        """Returns the server's processes: all work in the data folder."""
        return working_in(self.data)

    def patronis(self):
        """Returns Patroni's processes, without those of the server."""
        return working_in(self.folder)

    def family(self):
        return [*self.patronis(), *self.servers()]

    def kill_server(self):
        kill_until_none(self.servers)

    def kill(self):
        """Kills the servers and Patroni, as a power cut would."""
        kill_until_none(self.family)
        if self.process is not None:
            self.process.wait()

    def freeze(self, patroni=True):
        send(self.family() if patroni else self.servers(), signal.SIGSTOP)

    def thaw(self):
        send(self.family(), signal.SIGCONT)

    def senders(self):
        """Returns the processes that send the log to the standbys."""
        return [p for p in self.servers() if "walsender" in title(p)]

    # ---- the disk -----------------------------------------------------------

    def fill_disk(self):
        """Takes all that is free on the disk; called again, what was freed
        since."""
        disk = os.statvfs(self.disk)
        if disk.f_bavail:
            with open(self.filler, "ab") as file:
                os.posix_fallocate(file.fileno(), file.tell(),
                                   disk.f_bavail * disk.f_bsize)

    def empty_disk(self):
        self.filler.unlink(missing_ok=True)

    # ---- what Patroni says --------------------------------------------------

    def ask(self, path, body=None, seconds=3):
        """Status and text of Patroni's answer; nothing without one."""
        request = urllib.request.Request(
            f"http://{self.address}:{REST}/{path}",
            json.dumps(body).encode() if body is not None else None)
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return None, ""

    def led_timeline(self):
        """Returns the timeline in which the host leads, or None."""
        status, text = self.ask("primary")
        # A leader whose server does not answer has none.
        return json.loads(text).get("timeline") if status == 200 else None

    def begun_timelines(self):
        """The timelines that began here, by the server's own word: it may have
        led in one for less than a moment."""
        return [int(n) for n in self.said(rb"selected new timeline ID: (\d+)")]

    def left_branches(self):
        """The ends of timelines beyond which the server had written."""
        return set(self.said(rb"servers diverged at WAL location (.*)"))

    def said(self, pattern):
        return re.findall(pattern, (self.folder / "patroni.log").read_bytes())

    # ---- the end ------------------------------------------------------------

    def make_anew(self):
        """Removes the host's data, so that Patroni copies the leader's."""
        self.kill()
        shutil.rmtree(self.data, ignore_errors=True)
        self.start()

    def close(self):
        self.kill()
        unmount(self.disk)
