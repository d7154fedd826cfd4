// All that was decided about sessions, as a replay reads it.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE recorded
#include "storage/record_reading.hpp"
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

STORE_TEST(what was refused at one moment is in the order of its decision) {
  CAF_CHECK_EQUAL(append(*w.s, {starting("s1", 5)}), "ok");
  std::vector<commit> batch;
  for (const auto *id : {"r5", "r2", "r9"})
    batch.push_back(refuses(id, "s1", at(7)));
  batch.push_back(refuses("r7", "s1", at(6)));
  for (const auto &id : {"r8", "r3"})
    batch.push_back(refuses(id, "s1", at(7)));
  for (auto &c : batch)
    c.outcome->who = "tutor:" + c.outcome->id;
  const std::vector<commit> first{batch.begin(), batch.begin() + 4};
  CAF_CHECK_EQUAL(append(*w.s, first), "ok ok ok ok");
  CAF_CHECK_EQUAL(append(*w.s, {batch[4], batch[5]}), "ok ok");
  const auto all = w.s->list_recorded({.from = at(0), .to = at(9)});
  CAF_CHECK_EQUAL(told(all.at(0)),
                  "1/system:sis,1sys 6/tutor:r7!? 7/tutor:r5!? 7/tutor:r2!? "
                  "7/tutor:r9!? 7/tutor:r8!? 7/tutor:r3!?");
}

STORE_TEST(more refused commands than are read are left out) {
  CAF_CHECK_EQUAL(append(*w.s, {starting("s1", 1), starting("s2", 2)}),
                  "ok ok");
  // As many as are read, to the byte.
  constexpr int count = 64;
  const std::string command(most_refused_bytes / count - refused_row_bytes,
                            'x');
  std::vector<commit> many;
  for (int i = 0; i < count; ++i) {
    many.push_back(refuses("r" + std::to_string(i), "s1", at(3)));
    many.back().outcome->command = command;
  }
  many.push_back(refuses("q", "s2", at(3)));
  (void)append(*w.s, many);
  const auto read = [&](page_bounds bounds) {
    return w.s->list_recorded({.from = at(0), .to = at(9), .most = bounds});
  };
  const auto all = read({9, most_refused_bytes * 2});
  CAF_CHECK_EQUAL(all.at(0).rows.size(), std::size_t{count} + 1);
  CAF_CHECK_EQUAL(refused_bytes(all[0]), most_refused_bytes);
  CAF_CHECK_EQUAL(all.at(1).rows.size(), 2u);
  // What is read of them counts in a page; what is not, does not.
  CAF_CHECK_EQUAL(read({9, 1'000'000}).size(), 1u);
  (void)append(*w.s, {refuses("one more", "s1", at(3))});
  const auto few = read({9, 1'000'000});
  CAF_REQUIRE_EQUAL(few.size(), 2u);
  CAF_REQUIRE_EQUAL(few[0].rows.size(), 2u);
  CAF_CHECK(few[0].rows[1].events.empty() && few[0].rows[1].command.empty());
  CAF_CHECK(refused_bytes(few[0]) > most_refused_bytes);
  CAF_CHECK_EQUAL(few[1].rows.size(), 2u);
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
