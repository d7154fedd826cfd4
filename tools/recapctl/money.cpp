// recapctl limits, account: what is used up and what was paid.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>

#include "gateway/wire/csv.hpp"
#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

struct limits_options {
  std::string id, student, at;
};

struct account_options {
  std::string account, after;
  bool all = false;
};

int print_limits(context &c, const std::string &path) {
  auto answer = c.node().fetch(path);
  if (c.as_json()) {
    print(answer);
    return done;
  }
  fmt::print("{}\n", text_of(answer, "period"));
  table t{{"limit", "of", "used", "remaining"}};
  t.right(1).right(2).right(3);
  const auto or_none = [](const std::string &text) {
    return text.empty() ? std::string{"no limit"} : text;
  };
  for (const auto &one : answer["limits"].as_array()) {
    const auto &l = one.as_object();
    t.add({text_of(l, "code"), or_none(text_of(l, "limit")), text_of(l, "used"),
           text_of(l, "remaining")});
  }
  fmt::print("{}", t.text());
  return done;
}

int tutor_limits(context &c, const limits_options &o) {
  return print_limits(c, "/v1/tutors/" + encoded(o.id) + "/limits"
                             + query({{"at", moment_of(o.at, "--at")}}));
}

int course_limits(context &c, const limits_options &o) {
  return print_limits(c, "/v1/courses/" + encoded(o.id) + "/limits"
                             + query({{"student", o.student},
                                      {"at", moment_of(o.at, "--at")}}));
}

void print_csv(const json::object &a) {
  fmt::print("{}", gateway::csv_head(gateway::entry_columns()));
  for (const auto &one : a.at("entries").as_array())
    fmt::print("{}", gateway::csv_line(gateway::entry_line(
                         text_of(a, "account"), one.as_object())));
}

void print_account(const json::object &a) {
  if (const auto *balances = a.at("balances").if_object())
    for (const auto &[currency, amount] : *balances)
      fmt::print("{}  {}\n", paint(text_of(a, "account"), colour::bold),
                 human_money(amount.as_int64(), currency));
  table t{{"at", "session", "kind", "amount"}};
  t.time_column(0).right(3);
  for (const auto &one : a.at("entries").as_array()) {
    const auto &e = one.as_object();
    const auto *disbursement = e.if_contains("disbursement");
    t.add({human_time(text_of(e, "at")),
           text_of(e, disbursement != nullptr ? "disbursement" : "session"),
           text_of(e, "kind"),
           human_money(e.at("amount").as_int64(), text_of(e, "currency"))});
  }
  fmt::print("{}", t.empty() ? "No entries.\n" : t.text());
}

int account(context &c, const account_options &o) {
  const auto path = "/v1/accounts/" + encoded(o.account);
  const auto first =
      path + query({{"limit", o.all ? "1000" : ""}, {"after", o.after}});
  auto a = c.node().fetch(first);
  auto next = text_of(a, "next");
  if (o.all && !next.empty()) {
    const auto rest =
        pages(c.node(), path + "?limit=1000", "entries", true, next);
    auto &entries = a["entries"].as_array();
    entries.insert(entries.end(), rest.begin(), rest.end());
    a["next"] = nullptr;
  }
  if (c.as_json()) {
    print(a);
    return done;
  }
  if (c.as_csv())
    print_csv(a);
  else
    print_account(a);
  print_more(c, next);
  return done;
}

}  // namespace

void add_money(CLI::App &app, context &c) {
  auto *limits = app.add_subcommand("limits", "Show what limits leave");
  limits->require_subcommand(1);
  auto [t, to] = add_command<limits_options>(*limits, "tutor", "A tutor's", c,
                                             tutor_limits);
  t->add_option("ID", to.id, "The tutor")->required();
  t->add_option("--at", to.at, "In the week of this day (in UTC) or time");
  auto [k, ko] = add_command<limits_options>(*limits, "course", "A course's", c,
                                             course_limits);
  k->add_option("ID", ko.id, "The course")->required();
  k->add_option("--student", ko.student, "And this student's in it");
  k->add_option("--at", ko.at, "In the week of this day (in UTC) or time");
  auto [a, ao] = add_command<account_options>(
      app, "account", "Show an account's balance and entries", c, account);
  a->add_option("ACCOUNT", ao.account, "tutor:ID, program:ID or clearing:ID")
      ->required();
  a->add_option("--after", ao.after, "Go on after this page");
  a->add_flag("--all", ao.all, "All of it, page by page");
}

}  // namespace recapd::tools
