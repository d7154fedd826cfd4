#!/usr/bin/env python3
"""Runs clang-tidy over a folder of the project, by .clang-tidy. The headers that
its files share take nearly all of the time, so they are looked at as one file.

Usage: tidy.py PROJECT_FOLDER SCRATCH_FOLDER FOLDER
Exit codes: 0 nothing found; 1 something found; 4 clang-tidy 14 is not to be had.
SPDX-License-Identifier: Apache-2.0
"""
import shutil
import subprocess
import sys
from pathlib import Path

from sources import missing, sources

ROOT = Path(sys.argv[1]).resolve()
SCRATCH = Path(sys.argv[2])
FLAGS = ["-std=c++20", "-I.", "-isystem/usr/include/postgresql",
         '-DRECAPD_VERSION="0"']

tidy = shutil.which("clang-tidy-14")
if tidy is None:
    sys.exit(missing("clang-tidy 14"))

SCRATCH.mkdir(parents=True, exist_ok=True)
whole = SCRATCH / (sys.argv[3].replace("/", "-") + ".cpp")
whole.write_text("".join(
    f'#include "{source.relative_to(ROOT)}"\n' for source in sources(ROOT)
    if source.suffix == ".cpp" and source.is_relative_to(ROOT / sys.argv[3])))
done = subprocess.run(
    [tidy, "--quiet", "--config-file=.clang-tidy", str(whole), "--", *FLAGS],
    cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
print(done.stdout)
sys.exit(1 if done.returncode else 0)
