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

CAF_TEST(events come in the order of their commits and each session in order) {
  with_each_store([](world &w) {
    CAF_CHECK_EQUAL(w.s->feed_end(), 0);
    CAF_CHECK(w.s->read_feed(0, 10).empty());
    CAF_CHECK_EQUAL(append(*w.s, {moves("b", 1, 2)}), "ok");
    CAF_CHECK_EQUAL(append(*w.s, {moves("a", 1, 2), moves("a", 3)}), "ok ok");
    CAF_CHECK_EQUAL(append(*w.s, {moves("b", 3)}), "ok");
    const auto all = w.s->read_feed(0, 100);
    CAF_CHECK_EQUAL(events(all), "b/1 b/2 a/1 a/2 a/3 b/3 ");
    CAF_CHECK_EQUAL(all[3].event.data, "{\"seq\":2}");
    CAF_CHECK_EQUAL(w.s->feed_end(), all.back().position);
  });
}

CAF_TEST(reading goes on after a position) {
  with_each_store([](world &w) {
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
  });
}

CAF_TEST(a refused commit never shows in the feed) {
  with_each_store([](world &w) {
    CAF_CHECK_EQUAL(append(*w.s, {moves("a", 1)}), "ok");
    CAF_CHECK_EQUAL(append(*w.s, {moves("a", 1), moves("b", 1)}),
                    "version_conflict ok");
    CAF_CHECK_EQUAL(events(w.s->read_feed(0, 9)), "a/1 b/1 ");
  });
}

CAF_TEST(a sink finds its cursor where it left it) {
  with_each_store([](world &w) {
    CAF_CHECK_EQUAL(w.s->load_cursor("webhook"), 0);
    w.s->save_cursor("webhook", 7);
    w.s->save_cursor("nats", 3);
    w.s->save_cursor("webhook", 9007199254740993);
    w.s->save_cursor("webhook", 8);
    const auto other = w.open();
    CAF_CHECK_EQUAL(other->load_cursor("webhook"), 9007199254740993);
    CAF_CHECK_EQUAL(other->load_cursor("nats"), 3);
  });
}

CAF_TEST(what is still to come is counted up to a bound) {
  with_each_store([](world &w) {
    CAF_CHECK_EQUAL(w.s->count_feed(0, 10).readable, 0);
    CAF_CHECK_EQUAL(append(*w.s, {moves("a", 1, 3)}), "ok");
    CAF_CHECK_EQUAL(append(*w.s, {moves("b", 1, 2)}), "ok");
    const auto all = w.s->read_feed(0, 10);
    CAF_CHECK_EQUAL(w.s->count_feed(0, 10).readable, 5);
    CAF_CHECK_EQUAL(w.s->count_feed(all[1].position, 10).readable, 3);
    CAF_CHECK_EQUAL(w.s->count_feed(all[4].position, 10).readable, 0);
    CAF_CHECK_EQUAL(w.s->count_feed(0, 4).readable, 4);
    CAF_CHECK_EQUAL(w.s->count_feed(0, 10).held_back, 0);
  });
}
