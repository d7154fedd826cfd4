# SPDX-License-Identifier: Apache-2.0
"""Nodes come and go, and shards are split and joined, under load."""
import pytest

from load import Load
from test_nodes import cluster  # noqa: F401


def test_a_rolling_restart_loses_nothing_and_shows_no_error(cluster):
    names = "abc"
    for name in names:
        cluster.start(name)
    cluster.settle(a=22, b=21, c=21)
    with Load(cluster) as load:
        for name in names:
            load.go_on()
            cluster.nodes[name].stop()
            load.go_on()
            cluster.start(name)
            cluster.settle(a=22, b=21, c=21)
        load.go_on()
    load.check()


@pytest.mark.parametrize("counts", [(16, 4, 1), (256, 1024), (16, 256, 2)])
def test_shards_are_joined_and_split_under_load(cluster, counts):
    for name in "ab":
        cluster.start(name)
    cluster.settle(a=32, b=32)
    with Load(cluster) as load:
        for count in counts:
            load.go_on()
            cluster.ctl("a")("shards", str(count), "--database",
                             cluster.database)
            cluster.settle(a=count - count // 2, b=count // 2)
        load.go_on()
    load.check()
