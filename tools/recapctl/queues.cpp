// recapctl queues, receivers: what waits for staff, and what waits to be sent.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

struct queue_options {};

/// A count, what it is of, and what shows them; empty: nothing does.
struct queue {
  const char *member;
  const char *meaning;
  const char *shown_by;
};

constexpr std::array queues{
    queue{"asked", "missed, and the tutor asks for an update",
          "list --support asked"},
    queue{"missed", "missed", "list --state missed"},
    queue{"overdue", "a student's recap is overdue", ""},
    queue{"flagged", "not over, and with a flag", "list --flag FLAG"},
    queue{"disputed", "somebody says that it is wrong",
          "list --state disputed"},
    queue{"dead_letters", "taken by nobody", "dead-letters"}};

int show_queues(context &c, const queue_options &) {
  const auto found = c.node().fetch("/v1/queues");
  if (c.as_json()) {
    print(found);
    return done;
  }
  table t{{"queue", "count", "what", "recapctl"}};
  t.right(1);
  for (const auto &q : queues)
    t.add({q.member, text_of(found, q.member), q.meaning, q.shown_by});
  fmt::print("{}", t.text());
  return done;
}

int show_receivers(context &c, const queue_options &) {
  const auto found = c.node().fetch("/v1/receivers");
  if (c.as_json()) {
    print(found);
    return done;
  }
  table t{{"receiver", "behind", "held back", "held sessions"}};
  t.right(1).right(2).right(3);
  for (const auto &one : found.at("receivers").as_array()) {
    const auto &r = one.as_object();
    t.add({text_of(r, "name"), text_of(r, "behind"), text_of(r, "held_back"),
           text_of(r, "held_sessions")});
  }
  fmt::print("{}", t.empty() ? "No receivers.\n" : t.text());
  return done;
}

}  // namespace

void add_queues(CLI::App &app, context &c) {
  add_command<queue_options>(app, "queues", "Show how much waits for staff", c,
                             show_queues);
  add_command<queue_options>(app, "receivers",
                             "Show how far webhook and NATS have come", c,
                             show_receivers);
}

}  // namespace recapd::tools
