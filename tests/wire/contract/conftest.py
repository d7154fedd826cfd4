# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the test server, a node shared by a file, nodes of one's own."""
import os

import pytest

import documents
from node import Database, Node, databases
from prism import Prism
from wire import Client

@pytest.fixture(scope="session")
def server():
    """The URL of the PostgreSQL server: the one named, else a private one."""
    with databases.test_server() as url:
        yield url


@pytest.fixture(scope="session")
def make_node(server, tmp_path_factory):
    """Makes nodes, each on a database of its own unless one is passed."""
    nodes, databases = [], []

    def make(database=None, start=True, **settings):
        if database is None:
            database = Database(server)
            databases.append(database)
        made = Node(tmp_path_factory.mktemp("node"), database, **settings)
        nodes.append(made)
        return made.start() if start else made

    yield make
    trouble = []
    for made in nodes:
        if made.process is not None and made.alive():
            try:
                made.stop()
            except Exception as error:  # the others must be stopped as well
                made.kill()
                trouble.append(error)
    for database in databases:
        database.drop()
    assert not trouble, trouble


@pytest.fixture(scope="session")
def node(make_node):
    """The node that most tests share; ids are unique for each test."""
    return make_node()


@pytest.fixture(scope="session")
def client(node, tmp_path_factory):
    """To that node; with RECAPD_TEST_PROXY=prism by way of Prism."""
    if os.environ.get("RECAPD_TEST_PROXY") != "prism":
        yield Client(node.port)
        return
    with Prism(node, tmp_path_factory.mktemp("prism")) as proxy:
        yield Client(proxy.port)


@pytest.fixture(scope="session", autouse=True)
def answers_follow_openapi():
    """Whatever was answered in this run has the published form."""
    yield
    documents.check_exchanges()
