# SPDX-License-Identifier: Apache-2.0
"""Fixtures: nodes on a manual clock, one of them shared, and its client."""
import functools
import json
import os

import pytest

import documents
from prism import Prism
from wire import Client


@pytest.fixture(scope="session")
def make_node(make_node):
    """Makes nodes as everywhere, but for the clock."""
    return functools.partial(make_node, clock="manual")


@pytest.fixture(scope="session")
def node(make_node):
    """The node that most tests share; ids are unique for each test."""
    return make_node()


@pytest.fixture(scope="session")
def client(node, tmp_path_factory):
    """A client of the shared node; with RECAPD_TEST_PROXY=prism by Prism."""
    if os.environ.get("RECAPD_TEST_PROXY") != "prism":
        yield Client(node.port)
        return
    with Prism(node, tmp_path_factory.mktemp("prism")) as proxy:
        yield Client(proxy.port)


@pytest.fixture(scope="session")
def asyncapi():
    return json.loads(documents.ASYNCAPI.read_text())


@pytest.fixture(scope="session", autouse=True)
def answers_follow_openapi():
    """Whatever was answered in this run has the published form."""
    yield
    documents.check_exchanges()
