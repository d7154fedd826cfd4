# SPDX-License-Identifier: Apache-2.0
"""recapctl policy: versions listed, shown, compared and made."""
import json
import re

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
        "rate_per_hour": 1500, "currency": "USD", "settle_after": None}
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


def test_the_default_of_what_a_file_does_not_have_is_named(ctl, tmp_path):
    file = policy_file(tmp_path, {"pay": {"rate_per_hour": 2000}})
    for words in (["--dry-run", file], [file]):
        told = ctl("policy", "set", *words)
        assert re.search(r"policy\.timezone +America/New_York", told)
        assert re.search(r"policy\.pay\.currency +USD", told)
        assert re.search(r"policy\.limits\.course_minutes_per_week +none", told)
        assert told.count("policy.pay.rate_per_hour") == 1
    whole = tmp_path / "whole.json"
    whole.write_text(ctl("policy", "show", "-o", "json"))
    assert "falls back" not in ctl("policy", "set", "--dry-run", str(whole))
    assert "the same" in ctl("policy", "set", str(whole))
    assert "policy set" in ctl("policy", "show", "--help")


def test_rules_that_there_are_none_of_are_shown_as_none(ctl):
    shown = ctl("policy", "show")
    assert re.search(r"policy\.auto_confirm_after +none", shown)
    assert re.search(r"policy\.limits\.course_minutes_per_week +none", shown)


def test_what_an_override_stands_for_is_shown_as_inherited(ctl, tmp_path):
    course = {"MATH1": {"log_window": "48h"}}
    ctl("policy", "set", policy_file(tmp_path, {
        "courses": course, "programs": {"night": {"log_window": "24h"}}}))
    told = ctl("policy", "diff", "1")
    for path, to in (("courses.MATH1", "48h"), ("programs.night", "24h")):
        assert re.search(
            rf"policy\.{path}\.log_window +72h \(inherited\) +{to}\n", told)
    ctl("policy", "set", policy_file(tmp_path, {
        "courses": course, "programs": {"night": {
            "courses": {"MATH1": {"log_window": "12h"}}}}}))
    told = ctl("policy", "diff", "2")
    assert re.search(r"night\.log_window +24h +72h \(inherited\)", told)
    assert re.search(r"night\.courses\.MATH1\.log_window +24h \(inherited\)"
                     r" +12h", told)
    told = ctl("policy", "diff", "3", "1")
    assert re.search(r"night\.courses\.MATH1\.log_window +12h +72h "
                     r"\(inherited\)", told)


def test_a_manager_is_told_by_the_dry_run_that_an_admin_may(make_node,
                                                            tmp_path):
    who = {name: f"{name}-token-that-is-long-enough" for name in
           ("manager", "admin", "some")}
    tokens = [{"token": who["manager"], "as": "manager:mia"},
              {"token": who["admin"], "as": "admin:ada"},
              {"token": who["some"], "as": "admin:sam", "programs": ["night"]}]
    ctl = Recapctl(make_node(env={
        "RECAPD_AUTH_MODE": "token",
        "RECAPD_AUTH_TOKENS": json.dumps(tokens)}).url)
    file = policy_file(tmp_path, {"log_window": "96h"})
    dry = ("policy", "set", "--dry-run", file, "--token")
    told = ctl(*dry, who["manager"], status=4)
    assert "policy.log_window" in told and "nothing was saved" in told
    assert "an admin may save a policy; you are manager:mia" in told
    assert "all programmes" in ctl(*dry, who["some"], status=4)
    assert "an admin may" not in ctl(*dry, who["admin"])
    refused = ctl("policy", "set", file, "--token", who["manager"], status=4)
    assert "manager; it is for admin." in refused


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
