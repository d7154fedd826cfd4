# SPDX-License-Identifier: Apache-2.0
"""Fixtures: a node on a manual clock, recapctl against it, a server to stop."""
import pytest

import databases
from node import Recapctl
from session import Session


@pytest.fixture(scope="session")
def node(make_node):
    return make_node(clock="manual")


@pytest.fixture(scope="session")
def recapctl(node):
    return Recapctl(node.url)


@pytest.fixture
def session(recapctl):
    """A session that begins at the node's time, its student going."""
    made = Session(recapctl.now())
    recapctl.submit(made.schedule, made.accept)
    return made


@pytest.fixture
def own_server():
    """A PostgreSQL server of its own, to stop and start at will."""
    with databases.private_server() as server:
        yield server
