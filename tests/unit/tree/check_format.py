#!/usr/bin/env python3
"""Fails on a C++ file that clang-format 14 would write in another way.

Usage: check_format.py PROJECT_FOLDER; exit code 4: there is no clang-format 14.
SPDX-License-Identifier: Apache-2.0
"""

import pathlib
import shutil
import subprocess
import sys

FOLDERS = ["workflows", "storage", "actors", "config", "gateway", "tools",
           "tests"]
MISSING = 4


def formatter():
    """Another version lays out otherwise, so it cannot tell."""
    for name in ("clang-format-14", "clang-format"):
        found = shutil.which(name)
        if found and "version 14." in subprocess.run(
                [found, "--version"], capture_output=True, text=True).stdout:
            return found
    return None


def main():
    root = pathlib.Path(sys.argv[1])
    program = formatter()
    if program is None:
        print("clang-format 14 is not installed")
        return MISSING
    files = [str(path) for folder in FOLDERS
             for path in sorted((root / folder).rglob("*.[ch]pp"))
             if "node_modules" not in path.parts]
    done = subprocess.run([program, "--dry-run", "-Werror", *files],
                          capture_output=True, text=True)
    wrong = sorted({line.split(":")[0] for line in done.stderr.splitlines()
                    if "-Wclang-format-violations" in line})
    print("\n".join(wrong) if done.returncode else "every file is laid out")
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
