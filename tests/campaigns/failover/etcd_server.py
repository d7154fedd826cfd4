# SPDX-License-Identifier: Apache-2.0
"""The etcd server in which Patroni keeps who leads."""
import shutil
import subprocess

from wire import wait_until

PORT = 2379


class Etcd:
    """One server in a namespace of its own; what it has outlives a kill."""

    def __init__(self, folder, sites):
        self.folder = folder
        self.sites = sites
        self.address = sites.database.of_node(sites.ETCD)
        self.process = None

    def start(self):
        if self.process is not None and self.process.poll() is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        url = f"http://{self.address}:{PORT}"
        with open(self.folder / "etcd.log", "ab") as log:
            self.process = subprocess.Popen(
                [*self.sites.inside(self.sites.ETCD), "etcd",
                 "--name", "etcd", "--data-dir", str(self.folder / "data"),
                 "--listen-client-urls", url, "--advertise-client-urls", url,
                 "--listen-peer-urls", "http://127.0.0.1:2380",
                 "--initial-advertise-peer-urls", "http://127.0.0.1:2380",
                 "--initial-cluster", "etcd=http://127.0.0.1:2380",
                 "--logger", "zap"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
        wait_until(self.answers, "etcd to answer", 30)

    def answers(self):
        assert self.process.poll() is None, f"etcd ended, see {self.folder}"
        done = subprocess.run(
            ["etcdctl", "--endpoints", f"{self.address}:{PORT}",
             "--command-timeout=1s", "get", "nothing"],
            env={"ETCDCTL_API": "3", "PATH": "/usr/bin:/bin"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return done.returncode == 0

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def close(self):
        self.kill()
        shutil.rmtree(self.folder / "data", ignore_errors=True)
