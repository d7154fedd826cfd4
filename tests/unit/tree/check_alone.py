#!/usr/bin/env python3
"""Fails unless every source and every header of a folder compiles alone.

The builds take in several sources as one (unity), where one can do without an
#include that another has. A header X.hpp with a source X.cpp is compiled alone if
that source includes it first; the others are compiled by themselves.

Usage: check_alone.py PROJECT_FOLDER BUILD_FOLDER FOLDER
SPDX-License-Identifier: Apache-2.0
"""

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
    # Of a unity build these are; alone a source has no others' names to shadow.
    unity = {"-Wno-shadow", "-Wshadow=local", "-Wno-subobject-linkage"}
    return [compiler, *(word for word in used if word not in unity)]


def errors_of(file, command):
    alone = ["-Wno-unused-function", "-include", str(file), "-x", "c++", os.devnull]
    done = subprocess.run(
        [*command, "-fsyntax-only", *(alone if file.suffix == ".hpp" else [str(file)])],
        capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else None


def main():
    root, build = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
    folder = root / sys.argv[3]
    command = command_of_all(build)
    files = [path for path in sources(root) if path.is_relative_to(folder)
             and path.suffix in (".cpp", ".hpp")]
    rest = [f for f in files if f.suffix == ".cpp" or not included_first(f)]
    failed = 0
    for file in rest:
        if errors := errors_of(file, command):
            failed += 1
            print(f"{file.relative_to(root)} does not compile alone:\n{errors}")
    print(f"{len(files)} sources and headers, {len(files) - len(rest)} of them included first "
          f"by their source, {len(rest)} compiled alone, {failed} failed")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
