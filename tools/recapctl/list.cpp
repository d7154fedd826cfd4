// recapctl list: sessions by what they are found by.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "gateway/wire/csv.hpp"
#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"
#include "workflows/flags.hpp"
#include "workflows/session/session.hpp"

namespace recapd::tools {

namespace {

struct list_options {
  std::string state, tutor, student, course, program, flag, support, from, to,
      order, after;
  int limit = 100;
  bool all = false;
};

std::string path_of(const list_options &o) {
  return "/v1/sessions"
         + query({{"state", o.state},
                  {"tutor", o.tutor},
                  {"student", o.student},
                  {"course", o.course},
                  {"program", o.program},
                  {"flag", o.flag},
                  {"support", o.support},
                  {"from", moment_of(o.from, "--from")},
                  {"to", moment_of(o.to, "--to")},
                  {"order", o.order},
                  {"limit", std::to_string(o.all ? 1000 : o.limit)}});
}

void print_csv(const json::array &sessions) {
  fmt::print("{}", gateway::csv_head(gateway::session_columns()));
  for (const auto &one : sessions)
    fmt::print("{}", gateway::csv_line(gateway::session_line(one.as_object())));
}

void print_table(const context &c, const json::array &sessions) {
  table t{{"session", "state", "tutor", "course", "starts", "minutes"}};
  t.state_column(1).time_column(4).right(5);
  for (const auto &one : sessions) {
    const auto &s = one.as_object();
    t.add({text_of(s, "id"), text_of(s, "state"), text_of(s, "tutor"),
           text_of(s, "course"),
           c.time(text_of(s, "starts_at"), text_of(s, "timezone")),
           text_of(s, "minutes")});
  }
  fmt::print("{}", t.text());
}

int list(context &c, const list_options &o) {
  auto next = o.after;
  auto found = pages(c.node(), path_of(o), "sessions", o.all, next);
  if (c.as_json()) {
    print(json::object{
        {"sessions", std::move(found)},
        {"next", next.empty() ? json::value{} : json::value(next)}});
    return done;
  }
  if (c.as_csv())
    print_csv(found);
  else if (found.empty() && !o.program.empty())
    fmt::print("{}", none_of_program(c, o.program));
  else
    print_table(c, found);
  print_more(c, next);
  return done;
}

/// Returns the names of an enumeration's first values.
template <class Enum> std::vector<std::string> names_of(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i)
    names.emplace_back(workflows::to_string(static_cast<Enum>(i)));
  return names;
}

void add_filters(CLI::App &l, list_options &o) {
  using workflows::session_status;
  l.add_option("--state", o.state, "Only those in this state")
      ->check(CLI::IsMember(names_of<session_status>(
          static_cast<int>(workflows::session_status_count))));
  l.add_option("--tutor", o.tutor, "Only this tutor's");
  l.add_option("--student", o.student, "Only this student's");
  l.add_option("--course", o.course, "Only of this course");
  l.add_option("--program", o.program, "Only of this programme");
  l.add_option("--flag", o.flag, "Only those with this flag")
      ->check(CLI::IsMember(
          names_of<workflows::session_flag>(workflows::flag_count)));
  l.add_option("--support", o.support,
               "asked: only the missed ones of which an update was asked for")
      ->check(CLI::IsMember({"asked"}));
  l.add_option("--from", o.from,
               "That start then or later: a day (in UTC) or a time");
  l.add_option("--to", o.to, "That start before that, a day or a time");
}

}  // namespace

void add_list(CLI::App &app, context &c) {
  auto [l, o] =
      add_command<list_options>(app, "list", "List sessions", c, list);
  add_filters(*l, o);
  l->add_option("--order", o.order,
                "Sorted by id (absent), starts_at, or -starts_at: the latest "
                "first")
      ->check(CLI::IsMember({"id", "starts_at", "-starts_at"}));
  l->add_option("--after", o.after, "Go on after this page");
  l->add_option("--limit", o.limit, "At most so many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  l->add_flag("--all", o.all, "All of them, page by page");
}

}  // namespace recapd::tools
