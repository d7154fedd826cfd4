#!/usr/bin/env python3
"""Copies each file of mutants.toml with all its mutants, of which the copy shows
the one that is planted. Prints the bugs and the files as variables of CMake.

Usage: mutate.py MUTANTS_TOML PROJECT_FOLDER COPIES_FOLDER
SPDX-License-Identifier: Apache-2.0
"""
import re
import sys
import tomllib
from itertools import pairwise
from pathlib import Path


def places(file, source, mutants):
    """Yields where each text begins and ends, and its mutant."""
    for mutant in mutants:
        words = map(re.escape, mutant["text"].split())
        found = list(re.finditer(r"\s+".join(words), source))
        if len(found) != 1:
            sys.exit(f"{file} has the text of mutant {mutant['name']} "
                     f"{len(found)} times; it has to be there once")
        yield *found[0].span(), mutant


def switch(mutant, text):
    planted = f'recapd::simulation::planted("{mutant["name"]}")'
    instead = " ".join(mutant["instead"].split())  # the lines keep their numbers
    if text.endswith((";", "}")):
        return f"{{ if ({planted}) {{ {instead} }} else {{ {text} }} }}"
    return f"({planted} ? ({instead}) : ({text}))"


def mutated(file, source, mutants):
    spots = sorted(places(file, source, mutants), key=lambda spot: spot[:2])
    for (_, end, one), (begin, _, other) in pairwise(spots):
        if begin < end:
            sys.exit(f"{file} has the texts of mutants {one['name']} and "
                     f"{other['name']} in one place; they must not overlap")
    for begin, end, mutant in reversed(spots):
        source = source[:begin] + switch(mutant, source[begin:end]) + source[end:]
    return source


def main(table, root, copies):
    files = {}  # the file that each bug is in
    mutants = tomllib.loads(table.read_text(encoding="utf-8"))
    for file, those in mutants.items():
        for name in (mutant["name"] for mutant in those):
            if name in files:
                sys.exit(f"{file} has a mutant {name}, and {files[name]} has one, "
                         "too; a name may be there once")
            files[name] = file
        if not (root / file).is_file():
            sys.exit(f"there is no {file}, which is to have mutants")
        source = (root / file).read_text(encoding="utf-8")
        text = (f'#include "tests/campaigns/simulation/planted.hpp"\n#line 1 "{file}"\n'
                + mutated(file, source, those))
        copy = copies / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists() or copy.read_text(encoding="utf-8") != text:
            copy.write_text(text, encoding="utf-8")
    # The simulation's own code asks for some by itself.
    for source in table.parent.glob("*.[ch]pp"):
        asked = re.findall(r'\bplanted\("([^"]+)"\)', source.read_text("utf-8"))
        files |= dict.fromkeys(asked, source)
    print("set(planted_bugs", *sorted(files), ")\nset(mutated_files", *mutants, ")")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
