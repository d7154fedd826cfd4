#!/usr/bin/env python3
"""Copies into a folder the few inputs that add most to what it covers.

    choose.py CONTROL FOLDER MOST

CONTROL is the control file of a libFuzzer merge of FOLDER and others, MOST how
many files are copied at most.
SPDX-License-Identifier: Apache-2.0
"""
import pathlib
import shutil
import sys

LARGEST = 2500  # bytes: a corpus is to be read, too


def read(control):
    """Returns the files, how many of them are FOLDER's (they come first), and
    what each covers."""
    lines = control.read_text().splitlines()
    count, own = int(lines[0]), int(lines[1])
    covers = {}
    for line in lines[2 + count:]:
        word, index, *places = line.split()
        if word == "COV":
            covers[int(index)] = set(map(int, places))
    return [pathlib.Path(name) for name in lines[2:2 + count]], own, covers


def main():
    files, own, covers = read(pathlib.Path(sys.argv[1]))
    folder, most = pathlib.Path(sys.argv[2]), int(sys.argv[3])
    known = set().union(*(covers.get(i, set()) for i in range(own)))
    # Shorter ones first: of two that add the same the shorter is taken.
    left = sorted((i for i in covers if i >= own
                   and files[i].stat().st_size <= LARGEST),
                  key=lambda i: files[i].stat().st_size)
    for _ in range(most):
        best = max(left, key=lambda i: len(covers[i] - known), default=None)
        if best is None or not covers[best] - known:
            break
        known |= covers[best]
        left.remove(best)
        shutil.copy(files[best], folder / files[best].name)


if __name__ == "__main__":
    main()
