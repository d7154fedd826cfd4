// What append refuses, and that it refuses nothing else.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE appending
#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;
using recapd::workflows::transfer_kind;

STORE_TEST(a new session is written whole) {
  auto c = accepts("c1", moves("s1", 1, 3));
  c.events[1].notifications = "[{}]";
  for (auto &e : c.events)
    e.traceparent = "00-ab-cd-01";
  c.after->next_timer = at(90);
  CAF_CHECK_EQUAL(append(*w.s, {c}), "ok");
  CAF_CHECK_EQUAL(ids(w.s->list_sessions({.tutor = "ann"})), "s1");
  const std::vector buckets{recapd::workflows::bucket_of("s1")};
  CAF_CHECK(w.s->load_timers(buckets, at(99), 9).at(0).at == at(90));
  const auto history = w.s->history("s1");
  CAF_REQUIRE_EQUAL(history.size(), 3u);
  CAF_CHECK_EQUAL(history[1].notifications, "[{}]");
  CAF_CHECK_EQUAL(history[1].data, "{\"seq\":2}");
  CAF_CHECK(history[1].at == at(1));
  CAF_CHECK_EQUAL(history[2].traceparent, "00-ab-cd-01");
  CAF_CHECK_EQUAL(history[2].command_id, "c1");
  CAF_CHECK_EQUAL(history[0].notifications, "");
}

STORE_TEST(a taken seq is refused and so is one that does not follow) {
  CAF_CHECK_EQUAL(append(*w.s, {moves("s1", 1, 2)}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {moves("s1", 1)}), "version_conflict");
  CAF_CHECK_EQUAL(append(*w.s, {moves("s1", 2)}), "version_conflict");
  CAF_CHECK_EQUAL(append(*w.s, {moves("s1", 4)}), "version_conflict");
  CAF_CHECK_EQUAL(append(*w.s, {moves("s2", 2)}), "version_conflict");
  CAF_CHECK_EQUAL(append(*w.s, {moves("s1", 3)}), "ok");
  CAF_CHECK_EQUAL(w.s->history("s1").size(), 3u);
  CAF_CHECK(w.s->history("s2").empty());
}

STORE_TEST(a command is taken once whatever it does) {
  CAF_CHECK_EQUAL(append(*w.s, {accepts("c1", moves("s1", 1))}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {accepts("c1", moves("s2", 1))}),
                  "duplicate_command");
  CAF_CHECK_EQUAL(append(*w.s, {refuses("c1", "s1")}), "duplicate_command");
  CAF_CHECK_EQUAL(append(*w.s, {refuses("c2", "s1")}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {accepts("c2", moves("s1", 2))}),
                  "duplicate_command");
  CAF_CHECK_EQUAL(w.s->history("s1").size(), 1u);
}

STORE_TEST(a taken command that comes too late as well is a duplicate) {
  const auto c = accepts("c1", moves("s1", 1));
  CAF_CHECK_EQUAL(append(*w.s, {c}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {c}), "duplicate_command");
}

STORE_TEST(of one command twice in a call the first is taken) {
  CAF_CHECK_EQUAL(append(*w.s, {accepts("c1", moves("s1", 1)),
                                accepts("c1", moves("s2", 1)),
                                accepts("c2", moves("s3", 1))}),
                  "ok duplicate_command ok");
  CAF_CHECK(w.s->history("s2").empty());
}

STORE_TEST(a counter never passes its cap) {
  const auto key = week("ann");
  const auto log = [&](const std::string &session, int minutes, int cap) {
    return append(*w.s, {raises(moves(session, 1), key, minutes, cap)});
  };
  CAF_CHECK_EQUAL(log("s1", 60, 100), "ok");
  CAF_CHECK_EQUAL(log("s2", 50, 100), "limit_conflict");
  CAF_CHECK_EQUAL(log("s3", 40, 100), "ok");
  CAF_CHECK_EQUAL(log("s4", 1, 100), "limit_conflict");
  CAF_CHECK_EQUAL(log("s5", 1, 101), "ok");
  CAF_CHECK_EQUAL(used(*w.s, key), 101);
}

STORE_TEST(without a cap a counter counts and refuses nothing) {
  const auto key = week("ann");
  CAF_CHECK_EQUAL(append(*w.s, {raises(moves("s1", 1), key, 60, 60)}), "ok");
  CAF_CHECK_EQUAL(
      append(*w.s, {raises(moves("s2", 1), key, 900, std::nullopt)}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {raises(moves("s3", 1), key, 1, 900)}),
                  "limit_conflict");
}

STORE_TEST(lowering is never refused even below a lowered cap) {
  const auto key = week("ann");
  CAF_CHECK_EQUAL(append(*w.s, {raises(moves("s1", 1), key, 90, 900)}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {raises(moves("s2", 1), key, 5, 50)}),
                  "limit_conflict");
  CAF_CHECK_EQUAL(append(*w.s, {raises(moves("s1", 2), key, -10, 50)}), "ok");
  CAF_CHECK_EQUAL(
      append(*w.s, {raises(moves("s1", 3), key, -60, std::nullopt)}), "ok");
  CAF_CHECK_EQUAL(used(*w.s, key), 20);
}

STORE_TEST(a counter never falls below zero) {
  const auto down = [&](int first, int by) {
    return append(*w.s, {raises(moves("s1", first), week("ann"), by, {})});
  };
  CAF_CHECK_EQUAL(down(1, -1), "limit_conflict");
  CAF_CHECK_EQUAL(down(1, 5), "ok");
  CAF_CHECK_EQUAL(down(2, -6), "limit_conflict");
  CAF_CHECK_EQUAL(down(2, -5), "ok");
}

STORE_TEST(
    given 60 of 100 minutes used when two log 30 in a call one is refused) {
  const auto key = week("ann");
  CAF_CHECK_EQUAL(append(*w.s, {raises(moves("s1", 1), key, 60, 100)}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {raises(moves("s2", 1), key, 30, 100),
                                raises(moves("s3", 1), key, 30, 100),
                                raises(moves("s4", 1), key, 10, 100)}),
                  "ok limit_conflict ok");
  CAF_CHECK_EQUAL(used(*w.s, key), 100);
}

STORE_TEST(raises of one call are each checked by their own cap) {
  const auto key = week("ann");
  CAF_CHECK_EQUAL(append(*w.s, {raises(moves("s1", 1), key, 40, 50),
                                raises(moves("s2", 1), key, 40, 100),
                                raises(moves("s3", 1), key, 40, {})}),
                  "ok ok ok");
  CAF_CHECK_EQUAL(used(*w.s, key), 120);
}

STORE_TEST(a session is settled once and reversed once) {
  const auto pay = [&](int seq, transfer_kind kind, std::int64_t amount) {
    return append(*w.s, {pays(moves("s1", seq), kind, amount)});
  };
  CAF_CHECK_EQUAL(pay(1, transfer_kind::reversal, 1500), "ledger_conflict");
  CAF_CHECK_EQUAL(pay(1, transfer_kind::settlement, 1500), "ok");
  CAF_CHECK_EQUAL(pay(2, transfer_kind::settlement, 1500), "ledger_conflict");
  CAF_CHECK_EQUAL(pay(2, transfer_kind::reversal, 1400), "ledger_conflict");
  CAF_CHECK_EQUAL(pay(2, transfer_kind::reversal, 1500), "ok");
  CAF_CHECK_EQUAL(pay(3, transfer_kind::reversal, 1500), "ledger_conflict");
}

STORE_TEST(corrections follow the settlement and a reversal undoes the net) {
  int seq = 0;
  const auto tries = [&](commit (*make)(commit, int, std::int64_t), int n,
                         std::int64_t amount) {
    const auto answer = append(*w.s, {make(moves("s1", seq + 1), n, amount)});
    seq += answer == "ok" ? 1 : 0;
    return answer;
  };
  const auto reversed = [](commit c, int, std::int64_t amount) {
    return pays(std::move(c), transfer_kind::reversal, amount);
  };
  const auto settled = [](commit c, int, std::int64_t amount) {
    return pays(std::move(c), transfer_kind::settlement, amount);
  };
  const auto *no = "ledger_conflict";
  CAF_CHECK_EQUAL(tries(corrects, 1, 100), no);
  CAF_CHECK_EQUAL(tries(settled, 0, 1500), "ok");
  CAF_CHECK_EQUAL(tries(corrects, 2, 100), no);
  CAF_CHECK_EQUAL(tries(corrects, 0, 100), no);
  CAF_CHECK_EQUAL(tries(corrects, 1, 0), no);
  CAF_CHECK_EQUAL(tries(corrects, 1, -1501), no);
  CAF_CHECK_EQUAL(tries(corrects, 1, -1500), "ok");
  CAF_CHECK_EQUAL(tries(corrects, 1, 100), no);
  CAF_CHECK_EQUAL(tries(corrects, 2, -1), no);
  CAF_CHECK_EQUAL(tries(corrects, 2, 700), "ok");
  CAF_CHECK_EQUAL(tries(reversed, 0, 1500), no);
  CAF_CHECK_EQUAL(tries(reversed, 0, 700), "ok");
  CAF_CHECK_EQUAL(tries(corrects, 3, 5), no);
  CAF_CHECK_EQUAL(tries(settled, 0, 1500), no);
  const auto tutor = w.s->account("tutor:ann", "", 10);
  CAF_CHECK_EQUAL(tutor.entries.size(), 4u);
  CAF_CHECK_EQUAL(tutor.balances.at(0).second, 0);
}

STORE_TEST(a correction is another account or currency for nobody) {
  CAF_CHECK_EQUAL(
      append(*w.s, {pays(moves("s1", 1), transfer_kind::settlement)}), "ok");
  auto c = corrects(moves("s1", 2), 1, 100);
  c.payment->to = "tutor:tom";
  CAF_CHECK_EQUAL(append(*w.s, {c}), "ledger_conflict");
  c = corrects(moves("s1", 2), 1, 100);
  c.payment->currency = "EUR";
  CAF_CHECK_EQUAL(append(*w.s, {c}), "ledger_conflict");
}

STORE_TEST(settled corrected and reversed in one call) {
  CAF_CHECK_EQUAL(
      append(*w.s, {pays(moves("s1", 1), transfer_kind::settlement),
                    corrects(moves("s1", 2), 1, -100),
                    corrects(moves("s1", 3), 2, 50),
                    pays(moves("s1", 4), transfer_kind::reversal, 1450)}),
      "ok ok ok ok");
}

STORE_TEST(settled and reversed in one call) {
  CAF_CHECK_EQUAL(append(*w.s, {pays(moves("s1", 1), transfer_kind::settlement),
                                pays(moves("s1", 2), transfer_kind::reversal)}),
                  "ok ok");
}

STORE_TEST(one refused commit leaves its neighbours alone) {
  CAF_CHECK_EQUAL(append(*w.s, {accepts("c1", moves("s1", 1))}), "ok");
  CAF_CHECK_EQUAL(
      append(*w.s,
             {accepts("c2", moves("s2", 1)), accepts("c1", moves("s3", 1)),
              accepts("c3", moves("s1", 1)), refuses("c4", "s1"),
              raises(moves("s4", 1), week("ann"), 60, 30),
              pays(moves("s5", 1), transfer_kind::reversal),
              accepts("c6", moves("s6", 1))}),
      "ok duplicate_command version_conflict version_conflict limit_conflict"
      " ledger_conflict ok");
  CAF_CHECK_EQUAL(ids(w.s->list_sessions({})), "s1 s2 s6");
}

STORE_TEST(a refused commit writes nothing at all) {
  w.s->save_manual_clock(at(0));
  w.s->insert_inbox("{}");
  auto c = accepts("c1", raises(moves("s1", 1), week("ann"), 60, 30));
  c = raises(c, week("bea"), 10, 30);
  c.new_students = {"bob"};
  c.inbox_seq = 1;
  CAF_CHECK_EQUAL(append(*w.s, {c}), "limit_conflict");
  CAF_CHECK(w.s->history("s1").empty());
  CAF_CHECK(w.s->list_sessions({.student = "bob"}).empty());
  CAF_CHECK_EQUAL(used(*w.s, week("bea")), 0);
  CAF_CHECK(!w.s->find_outcomes(std::vector<command_key>{{"app", "c1"}})[0]);
  CAF_CHECK_EQUAL(w.s->read_inbox(0, 10).size(), 1u);
}

STORE_TEST(a session moves several times in one call) {
  CAF_CHECK_EQUAL(
      append(*w.s,
             {accepts("c1", moves("s1", 1, 2)), accepts("c2", moves("s2", 1)),
              accepts("c3", moves("s1", 3)), accepts("c4", moves("s1", 4, 2))}),
      "ok ok ok ok");
  CAF_CHECK_EQUAL(version_of(*w.s, "s1"), 5);
  CAF_CHECK_EQUAL(w.s->history("s1").size(), 5u);
  CAF_CHECK_EQUAL(append(*w.s, {moves("s1", 6), moves("s1", 7)}), "ok ok");
}

STORE_TEST(what follows a refused commit of its session is refused) {
  CAF_CHECK_EQUAL(append(*w.s, {accepts("c1", moves("s1", 1))}), "ok");
  CAF_CHECK_EQUAL(
      append(*w.s,
             {accepts("c2", moves("s1", 2)), accepts("c1", moves("s1", 3)),
              accepts("c3", moves("s1", 3)), refuses("c4", "s1"),
              accepts("c5", moves("s2", 1))}),
      "ok duplicate_command version_conflict version_conflict ok");
  CAF_CHECK_EQUAL(w.s->history("s1").size(), 2u);
}

STORE_TEST(a gap behind a commit without events is refused) {
  CAF_CHECK_EQUAL(append(*w.s, {moves("s1", 1, 2)}), "ok");
  auto timely = refuses("c1", "s1");
  timely.base_version = 2;
  CAF_CHECK_EQUAL(append(*w.s, {timely, moves("s1", 4)}),
                  "ok version_conflict");
}

STORE_TEST(a gap between commits of one call is refused) {
  CAF_CHECK_EQUAL(
      append(*w.s, {moves("s1", 1), moves("s1", 3), moves("s2", 1)}),
      "ok version_conflict ok");
  CAF_CHECK_EQUAL(w.s->history("s1").size(), 1u);
}

STORE_TEST(an outcome decided on another version is refused) {
  const auto decided = [](const std::string &id, const std::string &session,
                          int version) {
    auto c = refuses(id, session);
    c.base_version = version;
    return c;
  };
  CAF_CHECK_EQUAL(append(*w.s, {moves("s1", 1, 2)}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {decided("c1", "s1", 1)}), "version_conflict");
  CAF_CHECK_EQUAL(append(*w.s, {decided("c1", "s2", 1)}), "version_conflict");
  CAF_CHECK_EQUAL(
      append(*w.s, {decided("c1", "s1", 0), moves("s3", 1),
                    decided("c2", "s1", 2), decided("c3", "s4", 0)}),
      "version_conflict ok version_conflict ok");
  CAF_CHECK_EQUAL(
      append(*w.s, {decided("c4", "s1", 2), moves("s1", 3),
                    decided("c5", "s1", 3), decided("c6", "s1", 2)}),
      "ok ok ok version_conflict");
}

STORE_TEST(a command twice in a call for the same session is a duplicate) {
  CAF_CHECK_EQUAL(append(*w.s, {accepts("c1", moves("s1", 1)),
                                accepts("c1", moves("s1", 3))}),
                  "ok duplicate_command");
}

STORE_TEST(a raise that passes its cap is refused though a lowering follows) {
  const auto key = week("ann");
  CAF_CHECK_EQUAL(append(*w.s, {raises(moves("s1", 1), key, 60, 60)}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {raises(moves("s2", 1), key, 30, 60),
                                raises(moves("s1", 2), key, -60, {}),
                                raises(moves("s3", 1), key, 30, 60)}),
                  "limit_conflict ok ok");
}

STORE_TEST(nothing to append is nothing) {
  CAF_CHECK_EQUAL(append(*w.s, {}), "");
}

STORE_TEST(a student invited again is found once) {
  auto first = moves("s1", 1);
  first.new_students = {"bob", "cal"};
  auto again = moves("s1", 2);
  again.new_students = {"bob"};
  CAF_CHECK_EQUAL(append(*w.s, {first}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {again}), "ok");
  CAF_CHECK_EQUAL(ids(w.s->list_sessions({.student = "bob"})), "s1");
}
