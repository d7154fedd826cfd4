# SPDX-License-Identifier: Apache-2.0
"""The project's C and C++ files, and what stands for a tool that is missing."""
import platform
import re
import subprocess

SUFFIX = re.compile(r"\.(c|h|cc|hh|cp|cpp|hpp|cxx|hxx|c\+\+|h\+\+|inc|inl|ipp|tpp|tcc)$",
                    re.IGNORECASE)


def sources(root):
    """The files that git has or would take."""
    named = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-zco",
         "--exclude-standard"], check=True, text=True, stdout=subprocess.PIPE).stdout
    return sorted(root / name for name in set(named.split("\0"))
                  if SUFFIX.search(name) and (root / name).exists())


def missing(tool):
    """The exit code: 4 (skipped) where tools/setup --tests has another version."""
    print(f"{tool} is missing, and other versions find other things")
    system = platform.freedesktop_os_release()
    return 1 if (system["ID"], system.get("VERSION_ID")) == ("debian", "12") else 4
