// Events of one commit as lines of text, and back.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE event_lines
#include "storage/event_lines.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;

namespace {

const event_origin by_ann{.before = 4,
                          .at = instant{},
                          .who = "tutor:ann",
                          .source = "app",
                          .id = "c1",
                          .traceparent = "00-1"};

event_row of(const event_origin &from, int seq, const std::string &data,
             const std::string &notifications = {}) {
  return {.seq = seq,
          .type = "time.logged",
          .at = from.at,
          .by = from.who,
          .command_source = from.source,
          .command_id = from.id,
          .data = data,
          .notifications = notifications,
          .traceparent = from.traceparent};
}

std::string shown(const std::vector<event_row> &events) {
  std::string out;
  for (const auto &e : events)
    out += std::to_string(e.seq) + ' ' + e.type + ' ' + e.by + ' '
           + e.command_source + '/' + e.command_id + ' ' + e.data + ' '
           + e.notifications + ' ' + e.traceparent + '\n';
  return out;
}

void check_same(const std::vector<event_row> &events,
                const event_origin &from) {
  CAF_CHECK_EQUAL(shown(read_lines(to_lines(events, from), from)),
                  shown(events));
}

}  // namespace

CAF_TEST(events of a command are read as they were written) {
  check_same({of(by_ann, 5, "{}")}, by_ann);
  check_same({of(by_ann, 5, R"({"text":"a\tb\nc"})"), of(by_ann, 6, "{}"),
              of(by_ann, 7, "", "[1]")},
             by_ann);
  check_same({of(by_ann, 5, "{}", "[1]"), of(by_ann, 6, "{}")}, by_ann);
}

CAF_TEST(what the engine does with a command is its own) {
  auto own = of(by_ann, 6, "{}", "[]");
  own.by = "system:recapd";
  own.command_source.clear();
  own.command_id.clear();
  check_same({of(by_ann, 5, "{}"), own, of(by_ann, 7, "{}")}, by_ann);
  auto sent_by_it = by_ann;
  sent_by_it.who = "system:recapd";
  check_same({of(sent_by_it, 5, "{}"), own}, sent_by_it);
}

CAF_TEST(what belongs to no command has no identity) {
  const event_origin timer{.before = 0, .at = {}, .who = "system:recapd"};
  const std::vector events{of(timer, 1, "{}"), of(timer, 2, "{}", "[2]")};
  check_same(events, timer);
  CAF_CHECK_EQUAL(to_lines(events, timer).events,
                  "time.logged\t\t{}\ntime.logged\t\t{}");
  CAF_CHECK_EQUAL(to_lines(events, timer).notifications, "\n[2]");
  CAF_CHECK_EQUAL(to_lines({events.data(), 1}, timer).notifications, "");
}
