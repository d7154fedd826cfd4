# SPDX-License-Identifier: Apache-2.0
"""A program in a terminal of its own."""
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time


class Terminal:
    """Runs a program on a pseudo terminal; `text` is all that it showed."""

    def __init__(self, command, columns=80, rows=24, env=None):
        self.text = ""
        self.outer, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(command, stdin=inner, stdout=inner,
                                        stderr=inner, env=env,
                                        start_new_session=True)
        os.close(inner)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.outer)

    def write(self, text):
        os.write(self.outer, text.encode())

    def read(self, seconds=0.02):
        """Takes what is shown within that time; False when it has ended."""
        if not select.select([self.outer], [], [], seconds)[0]:
            return True
        try:
            part = os.read(self.outer, 65536)
        except OSError:  # the inner end is closed
            return False
        self.text += part.decode(errors="replace")
        return bool(part)

    def wait(self, condition, seconds=60):
        """Reads on until it is true; the time is a bound, not a wait."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self.text
            self.read()

    def until(self, text):
        self.wait(lambda: text in self.text)

    def finish(self):
        """Reads until the program has ended; gives its exit code."""
        while self.read(60):
            pass
        return self.process.wait(60)
