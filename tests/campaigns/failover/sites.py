# SPDX-License-Identifier: Apache-2.0
"""The network of a failover campaign: namespaces of nodes, of the hosts of
PostgreSQL, of etcd and of NATS."""
import subprocess

from network import Network, NotAllowed

NODES = 3
HOSTS = 3


class Sites(Network):
    """Nodes are numbers 1 to 3, hosts of PostgreSQL 4 to 6, then etcd and
    NATS. What is not plugged into a bridge is not reached."""
    HOST_NUMBERS = range(NODES + 1, NODES + HOSTS + 1)
    ETCD = NODES + HOSTS + 1
    NATS = NODES + HOSTS + 2

    def __init__(self):
        super().__init__(NODES)
        database, nats = self.services["database"], self.services["nats"]
        try:
            for number in (*self.HOST_NUMBERS, self.ETCD):
                self._add_node(number, [database])
            self._add_node(self.NATS, [nats])
        except OSError as error:
            self.close()
            raise NotAllowed(str(error)) from error

    @property
    def database(self):
        return self.services["database"]

    def others(self, number, nodes):
        """The addresses that a host of PostgreSQL speaks to: with or without
        the nodes, and this machine."""
        numbers = [n for n in (*self.HOST_NUMBERS, self.ETCD) if n != number]
        there = [self.database.of_node(n) for n in numbers]
        if nodes:
            there += [self.database.of_node(n) for n in self.nodes]
            there.append(self.database.here)
        return there

    def heal_hosts(self):
        for number in self.HOST_NUMBERS:
            self.database.heal(number)

    def inside(self, number):
        """The words before a command that is to run in a namespace."""
        return ["ip", "netns", "exec", self.namespace(number)]


def mount_memory(folder, megabytes, owner):
    """A file system of its own, of so many MB, which can be filled up."""
    subprocess.run(["mount", "-t", "tmpfs", "-o",
                    f"size={megabytes}m,uid={owner},mode=700",
                    "recapd-failover", str(folder)], check=True)


def unmount(folder):
    subprocess.run(["umount", "--lazy", str(folder)], check=False,
                   stderr=subprocess.DEVNULL)

