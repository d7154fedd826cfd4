// All that was decided about sessions, as a replay reads it.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE recorded
#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;

namespace {

commit starting(const std::string &id, int minutes, int count = 1) {
  auto c = moves(id, 1, count);
  c.row->starts_at = at(minutes);
  return c;
}

/// What is recorded of a session, as `at/who/command` and the events' seqs.
std::string told(const recorded_session &one) {
  std::string out;
  for (const auto &row : one.rows) {
    out += out.empty() ? "" : " ";
    out += std::to_string(
        std::chrono::duration_cast<std::chrono::minutes>(row.at - at(0))
            .count());
    out += "/" + row.who + (row.by_command ? "!" : "");
    for (const auto &e : row.events)
      out += "," + std::to_string(e.seq) + e.by.substr(0, 3);
    out += row.command.empty() ? "" : "?";
  }
  return out;
}

std::string listed(store &s, const recorded_filter &f) {
  std::string out;
  const auto page = s.list_recorded(f);
  for (const auto &one : page)
    out += one.id + " ";
  return out + (page.more ? "…" : "");
}

}  // namespace

STORE_TEST(what was decided at once is together and refusals come last) {
  auto engines = moves("s1", 4, 2);
  for (auto &e : engines.events)
    e.by = "system:recapd";
  auto lapsed = accepts("c2", moves("s1", 6, 2));
  lapsed.events[0].by = "system:recapd";
  lapsed.events[0].command_source = lapsed.events[0].command_id = "";
  CAF_CHECK_EQUAL(
      append(*w.s, {accepts("c1", starting("s1", 5, 3)), engines, lapsed,
                    refuses("r2", "s1", at(9)), refuses("r1", "s1", at(2)),
                    refuses("r3", "s2", at(2))}),
      "ok ok ok ok ok ok");
  const auto all = w.s->list_recorded({.from = at(0), .to = at(6)});
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK_EQUAL(told(all[0]),
                  "1/system:sis!,1sys,2sys,3sys 4/system:recapd,4sys,5sys "
                  "6/system:sis!,6sys,7sys 2/!? 9/!?");
  CAF_CHECK(all[0].starts_at == at(5));
  CAF_CHECK_EQUAL(all[0].rows[0].events[1].data, R"({"seq":2})");
  CAF_CHECK_EQUAL(all[0].rows[3].command, R"({"type":"call.join","data":{}})");
}

STORE_TEST(recorded sessions are read by their start a page at a time) {
  CAF_CHECK_EQUAL(append(*w.s, {starting("b", 5), starting("a", 5),
                                starting("c", 1), starting("d", 9)}),
                  "ok ok ok ok");
  const auto page = [&](int from, const std::string &after, int rows) {
    return listed(
        *w.s, {.from = at(from), .to = at(9), .after = after, .most = rows});
  };
  CAF_CHECK_EQUAL(page(0, "", 9), "c a b ");
  CAF_CHECK_EQUAL(page(1, "", 9), "c a b ");
  CAF_CHECK_EQUAL(page(1, "c", 9), "a b ");
  CAF_CHECK_EQUAL(page(2, "", 1), "a …");
  CAF_CHECK_EQUAL(page(5, "a", 1), "b ");
  CAF_CHECK_EQUAL(page(5, "b", 1), "");
  CAF_CHECK_EQUAL(page(5, "\xff", 1), "");
  CAF_CHECK_EQUAL(listed(*w.s, {.from = at(0), .to = at(10), .most = {9, 1}}),
                  "c …");
}

STORE_TEST(sessions that start in a range are counted by programme) {
  auto other = starting("x", 3);
  other.row->program = "other";
  CAF_CHECK_EQUAL(append(*w.s, {starting("a", 1), other, starting("b", 5)}),
                  "ok ok ok");
  const auto count = [&](int from, int to,
                         std::optional<std::vector<std::string>> only) {
    return w.s->count_starting(at(from), at(to), {.only = std::move(only)});
  };
  CAF_CHECK_EQUAL(count(0, 9, {}), 3);
  CAF_CHECK_EQUAL(count(1, 5, {}), 2);
  CAF_CHECK_EQUAL(count(0, 9, {{"other"}}), 1);
  CAF_CHECK_EQUAL(count(0, 9, {{"default", "other"}}), 3);
  CAF_CHECK_EQUAL(count(0, 9, std::vector<std::string>{}), 0);
}
