#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two processes write the same trace of the same seed, byte for byte.

Nothing that differs between processes, such as an address, may decide anything.
"""
import subprocess
import sys

SEEDS = range(1, 5)


def trace(seed):
    return subprocess.run([sys.argv[1], "--seed", str(seed), "--trace"],
                          check=True, stdout=subprocess.PIPE).stdout


def main():
    for seed in SEEDS:
        first, second = trace(seed), trace(seed)
        if first.count(b"\n") < 1000:
            sys.exit(f"seed {seed}: that is no trace: {first[-500:]!r}")
        if first == second:
            continue
        pairs = zip(first.splitlines(), second.splitlines())
        number, lines = next(((i, p) for i, p in enumerate(pairs, 1)
                              if p[0] != p[1]), (0, "one is longer"))
        sys.exit(f"seed {seed}: the traces differ from line {number} on: "
                 f"{lines}")


main()
