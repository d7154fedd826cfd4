# SPDX-License-Identifier: Apache-2.0
"""recapctl policy: versions listed, shown, compared and made."""
import json

import pytest

from node import Recapctl


@pytest.fixture
def ctl(make_node):
    return Recapctl(make_node(clock="manual").url)


def policy_file(folder, policy, name="my.json"):
    file = folder / name
    file.write_text("// for the term\n" + json.dumps(policy))
    return str(file)


def test_a_policy_is_made_listed_shown_and_compared(ctl, tmp_path):
    file = policy_file(tmp_path, {"pay": {"rate_per_hour": 2000}})
    told = ctl("policy", "set", file, "--note", "a raise")
    assert "policy.pay.rate_per_hour" in told and "2000" in told
    assert "Version 2 is in force" in told
    listed = ctl("policy", "list")
    assert "a raise" in listed and "system:recapd" in listed
    assert [v["version"] for v in ctl.json("policy", "list")] == [2, 1]
    assert "policy.pay.rate_per_hour" in ctl("policy", "show")
    assert ctl.json("policy", "show", "1")["policy"]["pay"] == {
        "rate_per_hour": 1500, "currency": "USD"}
    assert ctl.json("policy", "diff", "1") == [
        {"path": "policy.pay.rate_per_hour", "from": 1500, "to": 2000}]
    assert ctl.json("policy", "diff", "2", "1")[0]["to"] == 1500


def test_a_config_files_policy_is_taken_too(ctl, tmp_path):
    file = policy_file(tmp_path, {"policy": {"log_window": "96h"}})
    assert ctl.json("policy", "set", file)["version"] == 2
    assert "the same" in ctl("policy", "set", file)


def test_what_would_change_is_shown_without_a_change(ctl, tmp_path):
    file = policy_file(tmp_path, {"log_window": "96h"})
    told = ctl("policy", "set", "--dry-run", file)
    assert "policy.log_window" in told and "nothing was saved" in told
    assert len(ctl.json("policy", "list")) == 1


def test_a_base_that_is_not_the_newest_is_refused(ctl, tmp_path):
    file = policy_file(tmp_path, {"log_window": "96h"})
    ctl("policy", "set", file, "--base", "1")
    other = policy_file(tmp_path, {"log_window": "48h"}, "other.json")
    assert "version 2" in ctl("policy", "set", other, "--base", "1", status=1)


@pytest.mark.parametrize("policy,status,said", [
    ({"log_window": 7}, 2, "policy.log_window"),
    ({"week_starts_on": "sunday"}, 2, "monday")])
def test_a_wrong_policy_is_refused_with_its_path(ctl, tmp_path, policy, status,
                                                 said):
    assert said in ctl("policy", "set", policy_file(tmp_path, policy),
                       status=status)


def test_a_file_that_is_none_is_wrong_usage(ctl, tmp_path):
    assert "/nowhere" in ctl("policy", "set", "/nowhere", status=2)
    (tmp_path / "bad.json").write_text("{")
    assert "bad.json" in ctl("policy", "set", str(tmp_path / "bad.json"),
                             status=2)
