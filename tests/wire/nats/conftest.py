# SPDX-License-Identifier: Apache-2.0
"""Fixtures: NATS servers, a place with a node, a client of its server."""
import pytest

from nats_wire import Nats
from place import NatsServer, Place


@pytest.fixture(scope="session")
def make_nats(tmp_path_factory):
    servers = []

    def make(**settings):
        servers.append(NatsServer(tmp_path_factory.mktemp("nats"), **settings))
        return servers[-1]

    yield make
    for one in servers:
        one("stop")


@pytest.fixture(scope="session")
def nats(make_nats):
    """The server that tests may share; each session is of its own."""
    return make_nats()


@pytest.fixture(scope="module")
def place(make_node, make_database, make_nats):
    made = Place(make_node, make_database, make_nats(), shared=True)
    made.start()
    made.wait_stream()
    return made


@pytest.fixture
def own_place(make_node, make_database, make_nats):
    """A place of the test's own, where no node runs yet."""
    return Place(make_node, make_database, make_nats())


@pytest.fixture
def client(place):
    with Nats(place.nats.url) as n:
        yield n
