#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A real cluster: nodes in network namespaces of their own on one PostgreSQL and
three NATS servers, under load, while they are killed, paused, cut off, drained and restarted."""
import sys
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "crash"),
                str(HERE.parents[1] / "support")]

from campaign import (Campaign, conduct, has_programs,  # noqa: E402
                      not_allowed, options_of, parse)
from cluster_audit import check_cluster  # noqa: E402
from cluster_damage import DAMAGES, damage  # noqa: E402
from cluster_faults import ClusterFaults  # noqa: E402
from cluster_world import ClusterWorld  # noqa: E402
from nats_audit import check_stored  # noqa: E402
from nats_servers import TROUBLE  # noqa: E402
from network import Network, NotAllowed  # noqa: E402
from postgres import Postgres  # noqa: E402
from takeover import p99  # noqa: E402

KINDS = ("lost", "double_paid", "limit_passed", "out_of_order", "stuck",
         "slow", "other")

EPILOG = """\
A round: load at all nodes, one to three faults in it, everything is healed,
every command gets its answer, every shard has one holder and each node its
share, the client's record is compared with the database and with the streams
of NATS, recapctl check. What JetStream acknowledged is never published again,
so that what is lost stays lost. Every 10 rounds a new database and new NATS
servers. The choice of faults follows from the seed; what they
meet does not. takeover_p99_s: from the moment a node falls silent to the first
answer for a session it served, by another node; more than twice the lease is a
failure.

exit codes: 0 record and database agree; 1 they do not (the sentences say how;
the folder of logs is kept); 2 wrong options; 3 the programs or the server are
missing or did not start; 4 network namespaces are not allowed here (it needs
root, or CAP_NET_ADMIN and CAP_SYS_ADMIN); 130 interrupted
"""


def options():
    parser = options_of("cluster", __doc__, EPILOG, 5, ClusterFaults.WEIGHTS,
                        DAMAGES)
    parser.add_argument("--nodes", type=int, default=3, metavar="N",
                        help="default 3; one more comes and goes")
    parser.add_argument("--lease-ms", type=int, default=2000, metavar="MS",
                        help="how long a lease lasts; default 2000")
    chosen = parse(parser)
    if not 2 <= chosen.nodes <= 20:
        parser.error("--nodes: 2 to 20")
    if not 500 <= chosen.lease_ms <= 60000:
        parser.error("--lease-ms: 500 to 60000")
    return chosen


class Cluster(Campaign):
    KINDS = KINDS
    FAULTS = ClusterFaults
    LOAD_SECONDS = 2.5

    def __init__(self, chosen, folder, network):
        super().__init__(chosen, folder,
                         Postgres(folder / "postgres",
                                  network.services["database"].here))
        self.network = network
        self.starts = self.polite = self.polite_retries = 0
        self.takeovers = []
        self.seen = 0  # of this world's take-overs

    def conclude(self):
        slowest = p99(self.takeovers)
        if slowest is not None and slowest > self.chosen.lease_ms / 500:
            self.found.say("slow", f"p99 of the take-overs is {slowest:.2f} "
                                   f"s, all: {sorted(self.takeovers)}")

    def begin_world(self, folder):
        self.seen = 0
        return ClusterWorld(folder, self.postgres,
                            12 if self.chosen.damage else 60, self.network,
                            self.chosen.lease_ms, self.chosen.nodes)

    def damage(self, world, what):
        damage(world, what)

    def check(self, world):
        return check_cluster(world, self.found)

    def stuck(self, world, error):
        super().stuck(world, error)
        check_stored(world, self.found)

    def describe(self, world):
        try:
            (world.folder / "nats.json").write_text(world.nats.describe())
        except TROUBLE as error:
            print(f"NATS does not say how it is: {error!r}")

    def of_a_round(self, world):
        fresh = world.takeovers.seconds[self.seen:]
        self.seen += len(fresh)
        taken = "/".join(f"{s:.2f}" for s in fresh)
        return f"taken over in {taken or '-'} s, "

    def add_up(self, world):
        super().add_up(world)
        self.starts += world.starts()
        self.polite += world.load.polite.count
        self.polite_retries += world.load.polite.retries
        self.takeovers += world.takeovers.seconds

    def report(self):
        slowest = p99(self.takeovers)
        return self.print_report(
            "cluster",
            f"{self.starts} starts of nodes, {self.resent} commands sent "
            f"again, {len(self.takeovers)} take-overs measured; during "
            f"restarts in turn {self.polite} commands with "
            f"{self.polite_retries} retries",
            " takeover_p99_s="
            f"{'none' if slowest is None else f'{slowest:.2f}'}")


def main():
    chosen = options()
    if not has_programs():
        return 3
    try:
        network = Network(chosen.nodes + 1)
    except NotAllowed as error:
        return not_allowed("cluster", error)
    try:
        return conduct("cluster", chosen,
                       lambda folder: Cluster(chosen, folder, network))
    finally:
        network.close()


if __name__ == "__main__":
    sys.exit(main())
