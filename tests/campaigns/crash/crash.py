#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real crashes: a real node on a real PostgreSQL under load, and kill -9."""
import sys
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "support")]

from audit import KINDS, audit  # noqa: E402
from campaign import (Campaign, become_parent_of_orphans,  # noqa: E402
                      conduct, has_programs, options_of, parse)
from damage import COMMIT_LATE, DAMAGES, damage, write_late  # noqa: E402
from faults import Faults  # noqa: E402
from postgres import Postgres  # noqa: E402
from world import World  # noqa: E402

EPILOG = """\
A round: load for some three seconds, one to four faults in it, everything is
brought up again, every command gets its answer, the client's record is compared
with the database, recapctl check. Every 10 rounds a new database. The choice of
faults follows from the seed; what they meet does not.

exit codes: 0 record and database agree; 1 they do not (the sentences say how;
the folder of logs is kept); 2 wrong options; 3 the programs or the server are
missing or did not start; 130 interrupted
"""


def options():
    return parse(options_of("crash", __doc__, EPILOG, 10, Faults.WEIGHTS,
                            DAMAGES))


class Crashes(Campaign):
    KINDS = KINDS
    FAULTS = Faults
    LOAD_SECONDS = 2.4

    def __init__(self, chosen, folder):
        super().__init__(chosen, folder, Postgres(folder / "postgres"))
        self.cuts = self.starts = 0

    def prepare(self):
        if "late-commits" in self.chosen.damage:
            write_late(self.postgres)

    def begin_world(self, folder):
        late = "late-commits" in self.chosen.damage
        return World(folder, self.postgres, 12 if self.chosen.damage else 60,
                     COMMIT_LATE if late else None)

    def damage(self, world, what):
        damage(world, what)

    def check(self, world):
        return audit(world, self.found)

    def add_up(self, world):
        super().add_up(world)
        self.cuts += world.to_database.cuts + world.to_node.cuts
        self.starts += world.node.starts

    def report(self):
        return self.print_report(
            "crash", f"{self.cuts} cuts, {self.starts} starts of the node, "
                     f"{self.resent} commands sent again")


def main():
    chosen = options()
    become_parent_of_orphans()
    if not has_programs():
        return 3
    return conduct("crash", chosen, lambda folder: Crashes(chosen, folder))


if __name__ == "__main__":
    sys.exit(main())
