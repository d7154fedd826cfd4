# SPDX-License-Identifier: Apache-2.0
"""tools/run --ingress nats: a server of its own, stopped with the node."""
import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path

from databases import ROOT
from node import BIN, Recapctl
from session import Session
from wire import wait_until


def test_a_private_server_comes_and_goes_with_the_node():
    with tempfile.TemporaryDirectory(prefix="recapd-nats-") as folder:
        os.chmod(folder, 0o755)
        printed = Path(folder) / "out"
        with open(printed, "w") as out:
            run = subprocess.Popen(
                [ROOT / "tools/run", "--data", folder, "--listen",
                 "127.0.0.1:0", "--ingress", "nats"], stdout=out, stderr=out,
                env={**os.environ, "RECAPD_TEST_BIN": str(BIN)})
        wait_until(lambda: "Stop it with" in printed.read_text()
                   or run.poll() is not None, "tools/run")
        assert run.poll() is None, printed.read_text()
        url = (Path(folder) / "nats/url").read_text().strip()
        session = Session()
        recapctl = Recapctl()
        wait_until(lambda: "consuming from NATS" in printed.read_text(),
                   "the ingress")
        [outcome] = recapctl.json("submit", "--nats", url,
                                  stdin=json.dumps(session.schedule))
        assert outcome["outcome"] == "accepted"
        pid = int((Path(folder) / "nats/nats.pid").read_text())
        run.send_signal(signal.SIGTERM)
        assert run.wait(60) == 0
        assert "nats-server" not in cmdline(pid)


def cmdline(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
