// The feed: every event once, in order, with cursors that last.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE feeding
#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;

namespace {

std::string events(const std::vector<feed_row> &rows) {
  std::string out;
  for (const auto &row : rows)
    out += row.session + "/" + std::to_string(row.event.seq) + " ";
  return out;
}

}  // namespace

STORE_TEST(
    events come in the order of their commits and each session in order) {
  CAF_CHECK_EQUAL(w.s->feed_end(), 0);
  CAF_CHECK(w.s->read_feed(0, 10).empty());
  CAF_CHECK_EQUAL(append(*w.s, {moves("b", 1, 2)}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {moves("a", 1, 2), moves("a", 3)}), "ok ok");
  CAF_CHECK_EQUAL(append(*w.s, {moves("b", 3)}), "ok");
  const auto all = w.s->read_feed(0, 100);
  CAF_CHECK_EQUAL(events(all), "b/1 b/2 a/1 a/2 a/3 b/3 ");
  CAF_CHECK_EQUAL(all[3].event.data, "{\"seq\":2}");
  CAF_CHECK_EQUAL(w.s->feed_end(), all.back().position);
}

STORE_TEST(reading goes on after a position) {
  CAF_CHECK_EQUAL(append(*w.s, {moves("a", 1, 5)}), "ok");
  std::int64_t after = 0;
  std::string all;
  for (auto page = w.s->read_feed(after, 2); !page.empty();
       page = w.s->read_feed(after, 2)) {
    CAF_CHECK(page.size() <= 2);
    CAF_CHECK(page.front().position > after);
    after = page.back().position;
    all += events(page);
  }
  CAF_CHECK_EQUAL(all, "a/1 a/2 a/3 a/4 a/5 ");
  CAF_CHECK_EQUAL(append(*w.s, {moves("a", 6)}), "ok");
  CAF_CHECK_EQUAL(events(w.s->read_feed(after, 2)), "a/6 ");
}

STORE_TEST(a refused commit never shows in the feed) {
  CAF_CHECK_EQUAL(append(*w.s, {moves("a", 1)}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {moves("a", 1), moves("b", 1)}),
                  "version_conflict ok");
  CAF_CHECK_EQUAL(events(w.s->read_feed(0, 9)), "a/1 b/1 ");
}

STORE_TEST(of one session what lies between two positions is read in order) {
  for (const auto &c : {moves("a", 1, 2), moves("b", 1, 2), moves("a", 3, 2)})
    CAF_CHECK_EQUAL(append(*w.s, {c}), "ok");
  const auto all = w.s->read_feed(0, 100);
  CAF_REQUIRE_EQUAL(events(all), "a/1 a/2 b/1 b/2 a/3 a/4 ");
  const auto of_a = [&](std::size_t from, std::size_t last, int limit) {
    return events(
        w.s->read_feed_of("a", all[from].position, all[last].position, limit));
  };
  CAF_CHECK_EQUAL(of_a(0, 5, 10), "a/1 a/2 a/3 a/4 ");
  CAF_CHECK_EQUAL(of_a(1, 4, 10), "a/2 a/3 ");
  CAF_CHECK_EQUAL(of_a(1, 5, 2), "a/2 a/3 ");
  CAF_CHECK_EQUAL(of_a(2, 3, 10), "");
  const auto one = w.s->read_feed_of("a", all[4].position, all[4].position, 1);
  CAF_REQUIRE_EQUAL(one.size(), 1u);
  CAF_CHECK_EQUAL(one[0].position, all[4].position);
  CAF_CHECK_EQUAL(one[0].epoch, all[4].epoch);
  CAF_CHECK_EQUAL(one[0].event.data, "{\"seq\":3}");
  CAF_CHECK(w.s->read_feed_of("none", 0, all[5].position, 9).empty());
}

STORE_TEST(what is still to come is counted up to a bound) {
  CAF_CHECK_EQUAL(w.s->count_feed(0, 10).readable, 0);
  CAF_CHECK_EQUAL(append(*w.s, {moves("a", 1, 3)}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {moves("b", 1, 2)}), "ok");
  const auto all = w.s->read_feed(0, 10);
  CAF_CHECK_EQUAL(w.s->count_feed(0, 10).readable, 5);
  CAF_CHECK_EQUAL(w.s->count_feed(all[1].position, 10).readable, 3);
  CAF_CHECK_EQUAL(w.s->count_feed(all[4].position, 10).readable, 0);
  CAF_CHECK_EQUAL(w.s->count_feed(0, 4).readable, 4);
  CAF_CHECK_EQUAL(w.s->count_feed(0, 10).held_back, 0);
}
