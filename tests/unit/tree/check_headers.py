#!/usr/bin/env python3
"""Fails unless every header compiles alone.

A header X.hpp with a source X.cpp is compiled alone if that source includes it
first; the others are compiled here.

Usage: check_headers.py PROJECT_FOLDER BUILD_FOLDER
SPDX-License-Identifier: Apache-2.0
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

from sources import sources

FIRST_INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)


def included_first(header):
    source = header.with_suffix(".cpp")
    if not source.exists():
        return False
    first = FIRST_INCLUDE.search(source.read_text(encoding="utf-8"))
    return first is not None and first.group(1).split("/")[-1] == header.name


def command_of_all(build):
    """The compiler, with the flags of all sources."""
    used = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"].replace("-isystem ", "-isystem"))
        compiler = words["ccache" in words[0]]
        used |= dict.fromkeys(w for w in words if w.startswith(
            ("-I", "-isystem", "-D", "-std", "-W")))
    return [compiler, *used]


def compiles(header, flags):
    command = [*flags, "-Wno-unused-function", "-fsyntax-only", "-include", str(header), "-x", "c++", os.devnull]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return header, done.returncode, done.stderr


def main():
    root, build = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
    command = command_of_all(build)
    headers = [path for path in sources(root) if path.suffix == ".hpp"
               and path.relative_to(root).parts[0] != "tests"]
    rest = [h for h in headers if not included_first(h)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, status, errors in pool.map(
                lambda header: compiles(header, command), rest):
            if status != 0:
                failed += 1
                print(f"{header.relative_to(root)} does not compile alone:\n{errors}")
    print(f"{len(headers)} headers, {len(headers) - len(rest)} included first by their source, "
          f"{len(rest)} compiled alone, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
