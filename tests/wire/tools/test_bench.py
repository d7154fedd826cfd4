# SPDX-License-Identifier: Apache-2.0
"""tools/measure --quick: the machinery works; times are not compared here."""
import json
import subprocess

import databases
import pytest
from databases import ROOT
from node import BIN

SCENARIOS = {
    "limit", "by-hand", "rows", "batches", "single", "inbox", "repeats",
    "latency", "timers", "neighbours", "replicated", "growth", "churn", "memory",
    "recovery", "idle", "statistics",
}
# Every database made of the template has the trigger as soon as the schema
# `lean` is complete: one row is not written there, or not deleted.
DAMAGE = """
CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION damage() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
  IF to_regclass('lean.ledger') IS NOT NULL THEN
    CREATE TRIGGER skip BEFORE {action} FOR EACH ROW WHEN ({row})
      EXECUTE FUNCTION skip();
  END IF;
END $$;
CREATE EVENT TRIGGER damage ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
  EXECUTE FUNCTION damage();
"""


def measure(seconds, *options):
    return subprocess.run([ROOT / "tools/measure", *options], text=True,
                          capture_output=True, timeout=seconds)


def measured(seconds, *options):
    """The figures of a quick run."""
    run = measure(seconds, "--quick", *options, "-o", "json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)["figures"]


def test_a_quick_run_measures_and_verifies_every_scenario():
    figures = measured(420)
    assert {f["scenario"] for f in figures} == SCENARIOS
    assert all("target" not in f for f in figures)
    compared = {f["scenario"] for f in figures
                if "of_limit" in f and "of_by_hand" in f}
    assert {"batches", "single", "inbox"} <= compared
    throughput = {f["scenario"]: f for f in figures
                  if f["figure"] == "throughput"}
    batches = throughput["batches"]
    for name, base in (("of_limit", "limit"), ("of_by_hand", "by-hand"),
                       ("of_rows", "rows")):
        ratio = batches["median"] / throughput[base]["median"]
        assert abs(batches[name] - ratio) < 1e-6
    replicated = {f["figure"]: f["median"] for f in figures
                  if f["scenario"] == "replicated"}
    for what in "batches", "single", "p50 at 500/s", "p99 at 500/s":
        alone = replicated[f"{what}, no standby"]
        for way in "asynchronous", "synchronous":
            ratio = replicated[f"{what}, {way} over no standby"]
            assert abs(ratio - replicated[f"{what}, {way}"] / alone) < 1e-6


@pytest.mark.parametrize("action, row, found", [
    ("UPDATE ON lean.sessions", "NEW.id = 7 AND NEW.state = 5",
     "settled sessions is"),
    ("DELETE ON lean.timers", "OLD.session = 7", "timers is"),
    ("INSERT ON lean.ledger", "NEW.session = 7 AND NEW.side = 1",
     "ledger entries is"),
])
def test_a_row_that_a_lean_baseline_lost_is_noticed(own_server, action, row,
                                                    found):
    template = own_server.admin_url.replace("/postgres?", "/template1?")
    databases.run(template, DAMAGE.format(action=action, row=row))
    run = subprocess.run(
        [BIN / "recapd-bench", "--quick", "--scenario", "limit,by-hand",
         "--postgres", ROOT / "tools/postgres", "--data", own_server.folder],
        text=True, capture_output=True, timeout=60)
    assert run.returncode == 1
    for scenario in "limit", "by-hand":
        assert (f"recapd-bench: {scenario}: the run's result is wrong: {found}"
                in run.stderr)


def test_several_nodes_are_compared_with_one():
    figures = {(f["scenario"], f["figure"]): f["median"]
               for f in measured(280, "--nodes", "2")}
    assert {s for s, _ in figures} == {
        "nodes 1", "nodes 2 routed", "nodes 2 anywhere"}
    used = ["CPU a step, node", "CPU a step, PostgreSQL"]
    for scenario in "nodes 2 routed", "nodes 2 anywhere":
        ratio = figures[scenario, "CPU of nodes and PostgreSQL, over one node's"]
        assert abs(ratio - sum(figures[scenario, u] for u in used)
                   / sum(figures["nodes 1", u] for u in used)) < 1e-6
        assert figures[scenario, "WAL a step"] > 1000
    # Leases, inbox, reader, and at least one of the journals.
    assert figures["nodes 2 routed", "connections a node"] >= 4


def test_an_unknown_scenario_is_refused_with_the_ones_there_are():
    run = measure(60, "--scenario", "sprint")
    assert run.returncode != 0
    assert "batches" in run.stdout + run.stderr
