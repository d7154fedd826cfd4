#!/usr/bin/env python3
"""Fails unless every header and every source compiles alone: the presets put many
sources into one, where each sees what the others include. Tests are not looked at.

A header X.hpp is compiled with its source X.cpp if that includes it first. Most
of the time goes into the libraries' headers, so those that many files include
are precompiled, for those files only: none sees a header that it does not
include.

Usage: check_alone.py PROJECT_FOLDER BUILD_FOLDER
SPDX-License-Identifier: Apache-2.0
"""
import concurrent.futures
import functools
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from sources import sources

ROOT, BUILD = (Path(word).resolve() for word in sys.argv[1:3])
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
PRECOMPILED = 10


@functools.cache
def includes(file):
    """What it includes: own files and the libraries' headers, by their names."""
    found = []
    for quote, name in INCLUDE.findall(file.read_text(encoding="utf-8")):
        near = [folder / name for folder in (file.parent, ROOT)
                if quote == '"' and (folder / name).is_file()]
        found.append(near[0].resolve() if near else name)
    return found


@functools.cache
def closure(file):
    """The headers that it includes, also by way of others."""
    return frozenset().union(*(
        closure(one) | {str(one.relative_to(ROOT))} if isinstance(one, Path) else {one}
        for one in includes(file)))


def own_header(source):
    """The header X.hpp of X.cpp, if that is what it includes first."""
    first = (includes(source) or [None])[0]
    return first if first == source.with_suffix(".hpp") else None


def weight(headers):
    """About how long they take: what is a library's takes long once."""
    return len(headers) + 20 * len({name.split("/")[0] for name in headers if "/" in name})


def to_precompile(wanted):
    """Sets of headers, each of which is all in many of `wanted`."""
    chosen, saved = [frozenset()], dict.fromkeys(wanted, 0)
    for _ in range(PRECOMPILED):
        def gain(candidate):
            w = weight(candidate)
            return sum(max(0, w - s) for one, s in saved.items() if candidate <= wanted[one])
        best = max(sorted(set(wanted.values()), key=sorted), key=gain)
        chosen.append(best)
        for one in saved:
            if best <= wanted[one]:
                saved[one] = max(saved[one], weight(best))
    return chosen


def command_of_all():
    """The compiler, with the flags of all sources but those of a unity build."""
    used = {}
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"].replace("-isystem ", "-isystem"))
        compiler = words["ccache" in words[0]]
        used |= dict.fromkeys(w for w in words if w.startswith(
            ("-I", "-isystem", "-D", "-std", "-W")) and not w.startswith(
            ("-Wno-", "-Wshadow=")))
    return [compiler, *used, "-Wno-unused-function"]


def main():
    flags = command_of_all()
    files = [path for path in sources(ROOT) if path.suffix in (".hpp", ".cpp")
             and path.relative_to(ROOT).parts[0] != "tests"]
    with_source = {own_header(path) for path in files if path.suffix == ".cpp"}
    files = [path for path in files if path not in with_source]
    wanted = {path: closure(own_header(path) or path) for path in files}
    chosen = to_precompile(wanted)

    def run(words):
        return subprocess.run([*flags, *words], capture_output=True, text=True, check=False)

    with (tempfile.TemporaryDirectory() as scratch,
          concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool):
        def precompile(number):
            header = Path(scratch) / f"{number}.hpp"
            header.write_text("".join(f"#include <{name}>\n" for name in sorted(chosen[number])))
            return run(["-x", "c++-header", str(header), "-o", f"{header}.gch"])

        def compiled(file):
            number = max((n for n, one in enumerate(chosen) if one <= wanted[file]),
                         key=lambda n: weight(chosen[n]))
            words = ["-fsyntax-only", "-include", f"{scratch}/{number}.hpp"]
            if file.suffix == ".hpp":
                words += ["-include", str(file), "-x", "c++", os.devnull]
            else:
                words += [str(file)]
            return run(words)

        for made in pool.map(precompile, range(len(chosen))):
            if made.returncode:
                sys.exit(made.stderr)
        failed = 0
        for file, done in zip(files, pool.map(compiled, files)):
            if done.returncode:
                failed += 1
                print(f"{file.relative_to(ROOT)} does not compile alone:\n{done.stderr}")
    print(f"{len(files)} compiled alone, {len(with_source) - 1} headers by their source; "
          f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
