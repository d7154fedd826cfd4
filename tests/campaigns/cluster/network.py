# SPDX-License-Identifier: Apache-2.0
"""Networks of this machine alone: a namespace a node, a bridge a service. What
is on no bridge's list is not reached, and each link is cut by itself."""
import os
import random
import subprocess

# A cut drops silently, as a broken switch does; nobody is told.
CUTS = {
    "both": "nothing passes",
    "requests": "what the node sends is lost",
    "answers": "what the node should receive is lost",
}
NOWHERE = "02:00:00:00:de:ad"


class NotAllowed(Exception):
    """The machine does not allow network namespaces."""


def ip(*words):
    done = subprocess.run(["ip", *map(str, words)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise OSError(f"ip {' '.join(map(str, words))}: "
                      f"{done.stdout.strip()}")
    return done.stdout


def sweep():
    """Removes what a run that was killed left behind."""
    for line in ip("netns", "list").splitlines():
        name = line.split()[0]
        owner = name.split("-")[1] if name.startswith("recapd-") else None
        if owner and not os.path.exists(f"/proc/{owner}"):
            ip("netns", "del", name)
    for line in ip("-o", "link", "show", "type", "bridge").splitlines():
        name = line.split(":")[1].strip()
        owner = name[3:] if name[:3] in ("rcc", "rcd", "rcn") else ""
        if owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
            ip("link", "del", name)


class Service:
    """A bridge with its own /24. Host 1 is this machine, host 10 + k node k."""

    def __init__(self, network, letter, octet):
        self.network = network
        self.letter = letter
        self.bridge = f"rc{letter}{os.getpid()}"
        self.prefix = f"10.{octet}.{network.tag}"
        self.here = f"{self.prefix}.1"
        ip("link", "add", self.bridge, "type", "bridge")
        ip("addr", "add", f"{self.here}/24", "dev", self.bridge)
        ip("link", "set", self.bridge, "up")

    def of_node(self, number):
        return f"{self.prefix}.{10 + number}"

    def port(self, number):
        """Returns the name of the bridge's end of a node's cable."""
        return f"v{self.letter}{os.getpid()}n{number}"

    def plug_in(self, number, namespace):
        ip("link", "add", self.port(number), "type", "veth", "peer", "name",
           self.letter, "netns", namespace)
        ip("link", "set", self.port(number), "master", self.bridge, "up")
        ip("-n", namespace, "addr", "add", f"{self.of_node(number)}/24", "dev",
           self.letter)
        ip("-n", namespace, "link", "set", "dev", self.letter, "up")

    def cut(self, number, how, peers=None):
        """Cuts a node off in its namespace's own tables: a wrong hardware
        address loses what the node sends, a rule before all others loses what
        comes in. Without `peers` the cut is of what goes to this machine, and
        of all that comes in."""
        namespace = self.network.namespace(number)
        if how in ("both", "requests"):
            for peer in peers or [self.here]:
                ip("-n", namespace, "neigh", "replace", peer, "lladdr",
                   NOWHERE, "nud", "permanent", "dev", self.letter)
        if how in ("both", "answers"):
            for source in [["from", peer] for peer in peers or []] or [[]]:
                try:
                    ip("-n", namespace, "rule", "add", "pref", 1, *source,
                       "iif", self.letter, "blackhole")
                except OSError as error:  # unless it is cut already
                    if "File exists" not in str(error):
                        raise

    def heal(self, number):
        namespace = self.network.namespace(number)
        ip("-n", namespace, "neigh", "flush", "dev", self.letter, "nud",
           "permanent")
        while f"iif {self.letter} " in ip("-n", namespace, "rule", "list",
                                          "pref", 1):
            ip("-n", namespace, "rule", "del", "pref", 1, "iif", self.letter)


class Network:
    """The namespaces of nodes 1 to `nodes`, and what they are plugged into:
    `clients`, `database` and `nats`. A further service is a further entry."""

    def __init__(self, nodes):
        self.nodes = range(1, nodes + 1)
        self.services = {}
        self.made = []
        try:
            sweep()
            taken = ip("-o", "-4", "addr")
            self.tag = random.choice([t for t in range(1, 255) if not any(
                f" 10.{octet}.{t}." in taken for octet in (213, 214, 215))])
            self.services["clients"] = Service(self, "c", 213)
            self.services["database"] = Service(self, "d", 214)
            self.services["nats"] = Service(self, "n", 215)
            for number in self.nodes:
                self._add_node(number)
        except OSError as error:
            self.close()
            raise NotAllowed(str(error)) from error

    def _add_node(self, number, services=None):
        """A namespace that is plugged into these services, or into all."""
        name = self.namespace(number)
        ip("netns", "add", name)
        self.made.append(name)
        ip("-n", name, "link", "set", "lo", "up")
        # What is for this host itself is looked up after what a cut refuses.
        ip("-n", name, "rule", "add", "pref", 10, "lookup", "local")
        ip("-n", name, "rule", "del", "pref", 0)
        for service in services or self.services.values():
            service.plug_in(number, name)

    def namespace(self, number):
        return f"recapd-{os.getpid()}-{number}"

    def heal(self):
        for service in self.services.values():
            for number in self.nodes:
                service.heal(number)

    def close(self):
        """Removes all that was made of the network."""
        removals = [("netns", "del", name) for name in self.made]
        removals += [("link", "del", service.bridge)
                     for service in self.services.values()]
        for words in removals:
            try:
                ip(*words)
            except OSError:
                pass
