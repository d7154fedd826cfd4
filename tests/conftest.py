# SPDX-License-Identifier: Apache-2.0
"""Fixtures of all folders: the test server, databases and nodes on it."""
import pytest

import databases
from node import Node

NODES = []  # all that make_node made and no module shares


def end(nodes):
    """Stops those that run; each must drain and end with 0."""
    trouble = []
    for node in filter(Node.alive, nodes):
        try:
            node.stop()
        except Exception as error:  # the others must be stopped as well
            node.kill()
            trouble.append(error)
    assert not trouble, trouble


@pytest.fixture(scope="session")
def server():
    """The URL of the PostgreSQL server: the one named, else a private one."""
    with databases.test_server() as url:
        yield url


@pytest.fixture(scope="session")
def make_database(server):
    """Makes databases, which are gone in the end."""
    made = []

    def make():
        made.append(databases.create(server))
        return made[-1]

    yield make
    for database in made:
        database.drop()


@pytest.fixture(scope="session")
def make_node(make_database, tmp_path_factory):
    """Makes nodes, each on a database of its own unless one is passed. They
    need not be stopped: they end with their test, shared ones with the last."""
    shared_nodes = []

    def make(*options, database=None, folder=None, start=True, shared=False,
             **settings):
        node = Node(folder or tmp_path_factory.mktemp("node"),
                    database or make_database(), *options, **settings)
        (shared_nodes if shared else NODES).append(node)
        return node.start() if start else node

    yield make
    end(NODES + shared_nodes)


@pytest.fixture(autouse=True)
def nodes_end_with_their_test():
    """Whatever a test started; what its module shares was there before."""
    before = len(NODES)
    yield
    end(NODES[before:])
