// Disbursements in both stores.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE disbursements
#include "caf/test/unit_test.hpp"

#include "disbursing.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;
using enum recapd::workflows::disbursement_status;

namespace {

run_row run_until(int minutes) {
  return {.id = "r",
          .program = "default",
          .at = at(minutes),
          .until = at(minutes),
          .by = std::nullopt};
}

/// The sessions whose transfers wait, with blanks between.
std::string waiting(store &s, int until = 1000) {
  std::string line;
  for (const auto &t : s.list_waiting(run_until(until), "", 10).transfers)
    line += (line.empty() ? "" : " ") + t.session;
  return line;
}

}  // namespace

STORE_TEST(a transfer waits until a disbursement that stands pays it out) {
  settle(*w.s, "s1", "s2");
  CAF_CHECK_EQUAL(waiting(*w.s), "s1 s2");
  CAF_CHECK_EQUAL(waiting(*w.s, -1000), "");
  const auto d1 = opens("d1", {line("s1")}, 1500);
  CAF_CHECK_EQUAL(append(*w.s, {d1}), "ok");
  CAF_CHECK_EQUAL(waiting(*w.s), "s2");
  CAF_CHECK_EQUAL(append(*w.s, {turns(d1, failed)}), "ok");
  CAF_CHECK_EQUAL(waiting(*w.s), "s1 s2");
  CAF_CHECK(sound(*w.s));
}

STORE_TEST(no transfer is in two disbursements that stand) {
  settle(*w.s, "s1");
  const auto d1 = opens("d1", {line("s1")}, 1500);
  CAF_CHECK_EQUAL(append(*w.s, {d1}), "ok");
  const auto d2 = opens("d2", {line("s1")}, 1500);
  CAF_CHECK_EQUAL(append(*w.s, {d2}), "ledger_conflict");
  CAF_CHECK_EQUAL(append(*w.s, {d1}), "version_conflict");
  CAF_CHECK_EQUAL(append(*w.s, {turns(d1, returned)}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {d2}), "ok");
}

STORE_TEST(a disbursement comes to its transfers) {
  settle(*w.s, "s1", "s2");
  CAF_CHECK_EQUAL(append(*w.s, {opens("d1", {line("s1")}, 1400)}),
                  "ledger_conflict");
  CAF_CHECK_EQUAL(append(*w.s, {opens("d1", {line("s9")}, 1500)}),
                  "ledger_conflict");
  CAF_CHECK_EQUAL(append(*w.s, {opens("d1", {line("s1"), line("s2")}, 3000)}),
                  "ok");
  const auto account = w.s->account("clearing:default", "", 10);
  CAF_REQUIRE_EQUAL(account.balances.size(), 1u);
  CAF_CHECK_EQUAL(account.balances.front().second, 3000);
}

STORE_TEST(money comes back once and with the state that says so) {
  settle(*w.s, "s1");
  const auto d1 = opens("d1", {line("s1")}, 1500);
  CAF_CHECK_EQUAL(append(*w.s, {d1}), "ok");
  auto silent = turns(d1, failed);
  silent.payment.reset();
  CAF_CHECK_EQUAL(append(*w.s, {silent}), "ledger_conflict");
  auto generous = turns(d1, sent);
  generous.payment = turns(d1, failed).payment;
  CAF_CHECK_EQUAL(append(*w.s, {generous}), "ledger_conflict");
  auto less = turns(d1, failed);
  less.payment->amount = 1;
  CAF_CHECK_EQUAL(append(*w.s, {less}), "ledger_conflict");
  CAF_CHECK_EQUAL(append(*w.s, {turns(d1, sent), turns(d1, failed, 3)}),
                  "ok ok");
  CAF_CHECK(w.s->find_disbursement("d1")->what.status == failed);
}

STORE_TEST(tutors are paged) {
  settle(*w.s, "s1");
  auto page = w.s->list_waiting(run_until(1000), "", 1);
  CAF_CHECK_EQUAL(page.transfers.size(), 1u);
  CAF_CHECK_EQUAL(page.next, w.kind == "memory" ? "" : "ann");
  page = w.s->list_waiting(run_until(1000), "ann", 1);
  CAF_CHECK(page.transfers.empty() && page.next.empty());
}

STORE_TEST(a run is begun once and stays until it is complete) {
  settle(*w.s, "s1");
  const auto r = run_until(5);
  CAF_CHECK(w.s->begin_run(r) == r);
  auto other = r;
  other.minimum = 7;
  CAF_CHECK(w.s->begin_run(other) == r);
  auto of = w.s->list_program_runs("default");
  CAF_REQUIRE_EQUAL(of.size(), 1u);
  CAF_CHECK(of.front().open == r && of.front().last == r.at);
  w.s->complete_run(r.id);
  of = w.s->list_program_runs("");
  CAF_REQUIRE_EQUAL(of.size(), 1u);
  CAF_CHECK(!of.front().open && of.front().last == r.at);
  CAF_CHECK(w.s->list_program_runs("nobody").empty());
}

STORE_TEST(what is to be posted is found until it was sent) {
  settle(*w.s, "s1");
  auto c = opens("d1", {line("s1")}, 1500);
  auto change = *c.disbursed;
  change.after.by = recapd::workflows::disbursement_way::http;
  c.disbursed = std::make_shared<disbursement_change>(change);
  CAF_CHECK_EQUAL(append(*w.s, {c}), "ok");
  CAF_CHECK(w.s->load_unsent(all_buckets, at(59), 10).empty());
  CAF_REQUIRE_EQUAL(w.s->load_unsent(all_buckets, at(60), 10).size(), 1u);
  CAF_CHECK(w.s->load_unsent(bucket_set{}, at(60), 10).empty());
  w.s->save_attempt({.id = "d1",
                     .tries = 1,
                     .next_try_at = at(65),
                     .trouble = "answered 500"});
  CAF_CHECK(w.s->load_unsent(all_buckets, at(64), 10).empty());
  const auto again = w.s->load_unsent(all_buckets, at(65), 10);
  CAF_REQUIRE_EQUAL(again.size(), 1u);
  CAF_CHECK_EQUAL(again.front().tries, 1);
  CAF_CHECK_EQUAL(again.front().trouble, "answered 500");
  CAF_CHECK_EQUAL(append(*w.s, {turns(c, sent)}), "ok");
  CAF_CHECK(w.s->load_unsent(all_buckets, at(100), 10).empty());
}
