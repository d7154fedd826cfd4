# SPDX-License-Identifier: Apache-2.0
"""tools/run, with the programs that are built already."""
import os
import re
import signal
import subprocess

from databases import ROOT
from node import BIN
from wire import wait_until


class Run:
    """A tools/run; what it prints is in `text()`."""

    def __init__(self, folder, *arguments, data=None, listen="127.0.0.1:0",
                 cwd="/", env=None):
        self.printed = folder / "run.out"
        with open(self.printed, "w") as out:
            self.process = subprocess.Popen(
                [ROOT / "tools/run", "--data", data or folder / "data",
                 "--listen", listen, *arguments], cwd=cwd, stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "RECAPD_TEST_BIN": str(BIN),
                     **(env or {})})

    def text(self):
        return self.printed.read_text()

    def url(self):
        wait_until(lambda: "in a browser" in self.text()
                   or self.process.poll() is not None, "tools/run")
        assert self.process.poll() is None, self.text()
        return re.search(r"listens on (\S+)", self.text())[1]

    def end(self, ending=signal.SIGTERM):
        self.process.send_signal(ending)
        return self.process.wait(60)
