# SPDX-License-Identifier: Apache-2.0
"""recapctl whatif: what a dean reads of another policy."""
import json
import re

import pytest

from node import BIN, Recapctl
from session import RECAP, Session
from terminal import Terminal

ALL = ("--from", "1970-01-01", "--to", "9999-01-01")
SHORT = {**RECAP, "topics_covered": ""}


def words(text):
    return " ".join(text.split())


@pytest.fixture(scope="module")
def told(make_node):
    """recapctl of a node with a session that is paid by a short recap, one by a
    long one after a refusal, and one that nobody has logged."""
    ctl = Recapctl(make_node(clock="manual", shared=True).url)
    now = ctl.now()
    ctl.short, ctl.long, ctl.open = (Session(now) for _ in range(3))
    for one in (ctl.short, ctl.long, ctl.open):
        ctl.submit(one.schedule, one.accept)
    ctl.submit(ctl.short.complete(recap=SHORT), ctl.short.student_recap())
    ctl.submit(ctl.long.complete(minutes=500), status=1)
    ctl.submit(ctl.long.complete(), ctl.long.student_recap())
    return ctl


@pytest.fixture
def asked(told, tmp_path):
    """Asks with a policy; the table, or with `-o json` what it is made of."""
    def ask(policy, *more):
        file = tmp_path / "policy.json"
        file.write_text("// for the term\n" + json.dumps({"policy": policy}))
        return told("whatif", "--policy", str(file), *ALL, *more)
    return ask


def test_reasons_give_money_as_the_columns_do(told, asked):
    answer = json.loads(asked({"pay": {"rate_per_hour": 2000,
                                       "currency": "EUR"}}, "-o", "json"))
    found = {d["session"]: d for d in answer["differing"]}
    assert (found[told.short.id]["was"]["pay"],
            found[told.short.id]["would"]["pay"]) == (1500, 2000)
    assert found[told.short.id]["why"] == (
        "It would have 20.00 EUR, not 15.00 USD.")
    assert found[told.open.id]["why"] == "It would be in EUR, not USD."
    yen = json.loads(asked({"pay": {"rate_per_hour": 2000, "currency": "JPY"}},
                           "-o", "json"))
    assert [d["why"] for d in yen["differing"]
            if d["session"] == told.long.id] == [
                "It would have 2000 JPY, not 15.00 USD."]


def test_how_many_differ_stands_first_and_the_pay_alone_last(told, asked):
    text = asked({"recap": {"min_characters": 250},
                  "pay": {"rate_per_hour": 2000}})
    assert text.startswith("2 of 3 sessions would differ.\n")
    lost, pay = text.index("Lost: "), text.index("Of these the pay alone")
    assert lost < text.index(told.short.id) < pay < text.index(told.long.id)
    assert "Won: " not in text and told.open.id not in text
    assert "refused: recap too short" in text
    assert "would be refused (recap too short)" in text
    assert re.search(r"pay +30\.00 USD +20\.00 USD +-10\.00 USD", text)
    more = asked({"pay": {"rate_per_hour": 2000}})
    assert re.search(r"pay +30\.00 USD +40\.00 USD +\+10\.00 USD", more)


def test_words_of_a_reason_are_whole_at_80_columns(told, tmp_path):
    file = tmp_path / "policy.json"
    file.write_text('{"recap": {"min_characters": 250}}')
    ask = ["whatif", "--policy", str(file), *ALL]
    with Terminal([BIN / "recapctl", "--url", told.url, *ask], 80, 100,
                  {"TERM": "dumb", "PAGER": "cat"}) as terminal:
        assert terminal.finish() == 0
        text = terminal.text.replace("\r", "")
    text = re.sub(r"\d+ of \d+ sessions |\x1b\[K", "", text)
    assert not [line for line in text.splitlines() if len(line) > 80]
    why, = [d["why"] for d in told.json(*ask)["differing"]]
    assert why in words(text)


def test_members_that_a_file_leaves_to_the_defaults_are_named(asked):
    text = asked({"pay": {"rate_per_hour": 2000}})
    assert re.search(r"policy\.timezone +America/New_York", text)
    assert re.search(r"policy\.pay\.currency +USD", text)
    assert "policy.pay.rate_per_hour" not in text
    answer = json.loads(asked({"timezone": "Asia/Tokyo"}, "-o", "json"))
    named = {d["path"]: d["to"] for d in answer["defaults"]}
    assert named["policy.pay.rate_per_hour"] == 1500
    assert named["policy.auto_confirm_after"] is None
    assert "policy.timezone" not in named


def test_what_is_wrong_with_a_policy_or_a_day_is_told(recapctl, tmp_path):
    policy = tmp_path / "policy.json"
    asked = ("whatif", "--policy", str(policy))
    policy.write_text('{"log_window": "soon"}')
    assert "policy.log_window" in recapctl(*asked, *ALL, status=2)
    policy.write_text("[]")
    assert "expected an object" in recapctl(*asked, *ALL, status=2)
    policy.write_text("{}")
    wrong = recapctl(*asked, "--from", "soon", "--to", "2027-01-01", status=2)
    assert "--from: expected a day" in wrong and "%2B" not in wrong
