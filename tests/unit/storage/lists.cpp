// Lists for people: sessions by filter, accounts, refused commands.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE lists
#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;
using recapd::workflows::transfer_kind;

namespace {

commit of(const std::string &id, const std::string &state,
          const std::string &tutor, const std::string &course,
          const std::string &student) {
  auto c = moves(id, 1);
  c.after->state = state;
  c.row->tutor = tutor;
  c.row->course = course;
  c.new_students = {student};
  return c;
}

void fill(store &s) {
  CAF_CHECK_EQUAL(append(s, {of("s1", "scheduled", "ann", "math", "bob"),
                             of("s2", "paid", "ann", "latin", "cal"),
                             of("S3", "paid", "tom", "math", "bob"),
                             of("s4", "missed", "tom", "latin", "bob")}),
                  "ok ok ok ok");
}

std::string entries(const account_page &page) {
  std::string out;
  for (const auto &e : page.entries)
    out += e.session + ":" + std::to_string(e.amount) + e.currency + " ";
  return out;
}

commit paid(const std::string &session, int minutes, std::int64_t amount,
            const std::string &currency = "USD") {
  auto c = pays(moves(session, 1), transfer_kind::settlement, amount);
  c.events.back().at = at(minutes);
  c.payment->currency = currency;
  return c;
}

}  // namespace

STORE_TEST(each filter finds its sessions and all must hold) {
  fill(*w.s);
  const auto list = [&](const session_filter &f) {
    return ids(w.s->list_sessions(f));
  };
  CAF_CHECK_EQUAL(list({}), "S3 s1 s2 s4");
  CAF_CHECK_EQUAL(list({.state = "paid"}), "S3 s2");
  CAF_CHECK_EQUAL(list({.state = "missed"}), "s4");
  CAF_CHECK_EQUAL(list({.state = "no'such"}), "");
  CAF_CHECK_EQUAL(list({.tutor = "ann"}), "s1 s2");
  CAF_CHECK_EQUAL(list({.student = "bob"}), "S3 s1 s4");
  CAF_CHECK_EQUAL(list({.course = "math"}), "S3 s1");
  CAF_CHECK_EQUAL(list({.tutor = "tom", .student = "bob", .course = "latin"}),
                  "s4");
  CAF_CHECK_EQUAL(list({.state = "paid", .student = "bob"}), "S3");
  CAF_CHECK_EQUAL(list({.state = "missed", .student = "bob"}), "s4");
  CAF_CHECK_EQUAL(list({.state = "paid", .tutor = "ann"}), "s2");
  CAF_CHECK_EQUAL(list({.state = "missed", .course = "latin"}), "s4");
  CAF_CHECK_EQUAL(list({.tutor = "a\xff"}), "");
}

STORE_TEST(pages continue after the last id) {
  fill(*w.s);
  CAF_CHECK_EQUAL(ids(w.s->list_sessions({.most = 2})), "S3 s1");
  CAF_CHECK_EQUAL(ids(w.s->list_sessions({.after = "s1", .most = 2})), "s2 s4");
  CAF_CHECK_EQUAL(ids(w.s->list_sessions({.student = "bob", .after = "S3"})),
                  "s1 s4");
  CAF_CHECK_EQUAL(ids(w.s->list_sessions({.after = "s4"})), "");
}

STORE_TEST(states are counted) {
  fill(*w.s);
  const auto counts = w.s->count_by_state();
  CAF_CHECK(counts
            == (std::vector<std::pair<std::string, std::int64_t>>{
                {"missed", 1}, {"paid", 2}, {"scheduled", 1}}));
}

STORE_TEST(an account shows both sides of each transfer) {
  CAF_CHECK_EQUAL(append(*w.s, {paid("s1", 5, 1500)}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {pays(moves("s1", 2), transfer_kind::reversal)}),
                  "ok");
  CAF_CHECK_EQUAL(append(*w.s, {paid("s2", 9, 700, "EUR")}), "ok");
  const auto tutor = w.s->account("tutor:ann", "", 10);
  // The reversal's event is the earlier one here.
  CAF_CHECK_EQUAL(entries(tutor), "s1:-1500USD s1:1500USD s2:700EUR ");
  CAF_CHECK(tutor.entries[0].kind == transfer_kind::reversal);
  CAF_CHECK(tutor.entries[1].at == at(5));
  CAF_CHECK(tutor.balances
            == (std::vector<std::pair<std::string, std::int64_t>>{{"EUR", 700},
                                                                  {"USD", 0}}));
  const auto program = w.s->account("program:p", "", 10);
  CAF_CHECK_EQUAL(entries(program), "s1:1500USD s1:-1500USD s2:-700EUR ");
  CAF_CHECK(w.s->account("tutor:none", "", 10).balances.empty());
}

STORE_TEST(an accounts pages have every entry once) {
  std::vector<commit> commits;
  for (int i = 0; i < 7; ++i)
    commits.push_back(paid("s" + std::to_string(i), i / 3, 100 + i));
  (void)w.s->append(commits);
  std::string all, after;
  int pages = 0;
  do {
    const auto page = w.s->account("tutor:ann", after, 3);
    all += entries(page);
    after = page.next;
    ++pages;
  } while (!after.empty());
  CAF_CHECK_EQUAL(pages, 3);
  CAF_CHECK_EQUAL(all, "s0:100USD s1:101USD s2:102USD s3:103USD s4:104USD"
                       " s5:105USD s6:106USD ");
  CAF_CHECK_EQUAL(w.s->account("tutor:ann", "", 7).next, "");
  CAF_CHECK_EQUAL(w.s->account("tutor:ann", "no token", 9).entries.size(), 7u);
}
