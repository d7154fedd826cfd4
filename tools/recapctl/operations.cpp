// recapctl dead-letters, clock, check: running a node.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <cstdint>
#include <fmt/format.h>

#include "storage/postgres/store.hpp"
#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

struct no_options {};

struct letter_options {
  std::string id;
};

struct clock_options {
  std::string value;
};

struct check_options {
  std::string database;
};

int list_letters(context &c, const no_options &) {
  std::string next;
  const auto letters = pages(c.node(), "/v1/dead-letters?limit=1000",
                             "dead_letters", true, next);
  if (c.as_json()) {
    print(json::object{{"dead_letters", letters}});
    return done;
  }
  table t{{"id", "direction", "received", "by", "session", "sender", "code",
           "reason"}};
  t.right(0).time_column(2);
  for (const auto &one : letters) {
    const auto &l = one.as_object();
    t.add({text_of(l, "id"), text_of(l, "direction"),
           human_time(text_of(l, "received_at")), text_of(l, "ingress"),
           text_of(l, "session"), text_of(l, "sender"), text_of(l, "code"),
           text_of(l, "reason")});
  }
  fmt::print("{}", t.empty() ? "No dead letters.\n" : t.text());
  return done;
}

int retry_letter(context &c, const letter_options &o) {
  const auto a = c.node().post("/v1/dead-letters/" + encoded(o.id) + "/retry",
                               "", "application/json");
  if (!a.ok()) throw problem{a.status, problem_text(a)};
  if (c.as_json())
    print(a.body);
  else
    fmt::print("Dead letter {} is in the inbox again.\n", o.id);
  return done;
}

int print_clock(context &c, const answer &a) {
  if (a.status == 404)
    throw problem{404, "this node runs on the system's clock; start one with "
                       "--clock manual to move time"};
  if (!a.ok()) throw problem{a.status, problem_text(a)};
  if (c.as_json())
    print(a.body);
  else
    fmt::print("{}\n", human_time(text_of(a.body.as_object(), "now")));
  return done;
}

int show_clock(context &c, const no_options &) {
  return print_clock(c, c.node().get("/v1/clock"));
}

int move_clock(context &c, const char *how, const std::string &value) {
  const json::object body{{how, value}};
  return print_clock(
      c, c.node().post("/v1/clock", json::serialize(body), "application/json"));
}

int advance_clock(context &c, const clock_options &o) {
  return move_clock(c, "advance", o.value);
}

int set_clock(context &c, const clock_options &o) {
  return move_clock(c, "set", o.value);
}

int check(context &c, const check_options &o) {
  const auto found = with_tables(o.database, [&] {
    return storage::postgres::open_store(o.database)->check();
  });
  if (c.as_json()) {
    print(json::object{{"violations", json::value_from(found)}});
  } else {
    for (const auto &sentence : found)
      fmt::print("{}\n", sentence);
    fmt::print("{}\n", found.empty()
                           ? paint("Every invariant holds.", colour::green)
                           : paint(fmt::format("{} violations.", found.size()),
                                   colour::red));
  }
  return found.empty() ? done : refused;
}

/// Has a command stand for its first subcommand where none is given.
template <class Options>
void means(CLI::App &parent, context &c,
           int (*run)(context &, const Options &)) {
  parent.require_subcommand(0, 1);
  parent.final_callback([&parent, &c, run] {
    if (parent.get_subcommands().empty())
      c.chosen = [&c, run] { return run(c, Options{}); };
  });
}

}  // namespace

void add_operations(CLI::App &app, context &c) {
  auto *letters = app.add_subcommand(
      "dead-letters", "Show commands that could not be taken at all, and "
                      "messages that no receiver took");
  means<no_options>(*letters, c, list_letters);
  add_command<no_options>(*letters, "list", "Show them (the default)", c,
                          list_letters);
  auto [retry, ro] = add_command<letter_options>(
      *letters, "retry", "Put one back into the inbox", c, retry_letter);
  retry->add_option("ID", ro.id, "Its number in the list")->required();

  auto *clock = app.add_subcommand("clock", "Show or move a manual clock");
  means<no_options>(*clock, c, show_clock);
  add_command<no_options>(*clock, "show", "Show it (the default)", c,
                          show_clock);
  auto [advance, ao] = add_command<clock_options>(
      *clock, "advance", "Move it on, firing every timer on the way", c,
      advance_clock);
  advance->add_option("DURATION", ao.value, "Such as 72h or 1h30m")->required();
  auto [set, so] = add_command<clock_options>(
      *clock, "set", "Move it on to a time", c, set_clock);
  set->add_option("TIME", so.value, "RFC 3339, 2026-11-23T14:30:00Z")
      ->required();

  auto [k, ko] = add_command<check_options>(
      app, "check", "Check every invariant of a database (not by HTTP)", c,
      check);
  k->add_option("--database", ko.database, "Its PostgreSQL URL")
      ->envname("RECAPD_DATABASE_URL")
      ->required();
}

}  // namespace recapd::tools
