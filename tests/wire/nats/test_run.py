# SPDX-License-Identifier: Apache-2.0
"""tools/run --ingress nats: a server of its own, stopped with the node."""
import json
from pathlib import Path

import databases
from node import Recapctl
from run import Run
from session import Session
from wire import wait_until


def test_a_private_server_comes_and_goes_with_the_node():
    with databases.open_folder() as folder:
        run = Run(folder, "--ingress", "nats")
        run.url()
        nats = folder / "data" / "nats"
        wait_until(lambda: "consuming from NATS" in run.text(), "the ingress")
        [outcome] = Recapctl().json(
            "submit", "--nats", (nats / "url").read_text().strip(),
            stdin=json.dumps(Session().schedule))
        assert outcome["outcome"] == "accepted"
        pid = int((nats / "nats.pid").read_text())
        assert run.end() == 0
        assert "nats-server" not in cmdline(pid)


def cmdline(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
