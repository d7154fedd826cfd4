#!/usr/bin/env python3
"""Fails on a C++ file that clang-format 14 would write in another way.

Usage: check_format.py PROJECT_FOLDER; exit code 4: clang-format 14 is not to be had.
SPDX-License-Identifier: Apache-2.0
"""

import shutil
import subprocess
import sys
from pathlib import Path

from sources import missing, sources


def formatter():
    """Another version lays out otherwise, so it cannot tell."""
    for name in ("clang-format-14", "clang-format"):
        found = shutil.which(name)
        if found and "version 14." in subprocess.run(
                [found, "--version"], capture_output=True, text=True).stdout:
            return found
    return None


def main():
    program = formatter()
    if program is None:
        return missing("clang-format 14")
    done = subprocess.run(
        [program, "--dry-run", "-Werror", *sources(Path(sys.argv[1]))],
        capture_output=True, text=True)
    wrong = sorted({line.split(":")[0] for line in done.stderr.splitlines()
                    if "-Wclang-format-violations" in line})
    print("\n".join(wrong) if done.returncode else "every file is laid out")
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
