# SPDX-License-Identifier: Apache-2.0
"""The library that moves one process's wall clock (clock_shim.cpp)."""
import functools
import os
import tempfile
from pathlib import Path

_folder = tempfile.TemporaryDirectory(prefix="recapd-clock-")


@functools.cache
def path():
    """A name of it for LD_PRELOAD, where a blank or a colon ends a name."""
    tools = Path(os.environ["RECAPD_TEST_BIN"])
    for folder in (tools, tools.parent / "tests" / "support"):
        library = (folder / "libclock_shim.so").resolve()
        if library.exists():
            name = Path(_folder.name) / library.name
            name.symlink_to(library)
            return str(name)
    raise FileNotFoundError("libclock_shim.so is built with the tests")
