// SPDX-License-Identifier: Apache-2.0
#include "tools/sample/report.hpp"
#include <algorithm>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <functional>
#include <set>
#include <vector>

#include "tools/common/terminal.hpp"

namespace recapd::sample {

namespace {

using tools::human_minutes;
using tools::human_money;
using tools::table;
using tools::text_of;

/// Calls `each` with every member of a paged list.
void for_each(tools::client &node, const std::string &path,
              const std::string &key,
              const std::function<void(const json::object &)> &each) {
  std::string next;
  do {
    const auto page =
        node.fetch(path + tools::query({{"limit", "1000"}, {"after", next}}));
    for (const auto &one : page.at(key).as_array())
      each(one.as_object());
    next = text_of(page, "next");
  } while (!next.empty());
}

void count_session(const json::object &s, report &r,
                   std::set<std::string> &accounts) {
  ++r.states[text_of(s, "state")];
  accounts.insert("program:" + text_of(s, "program"));
  accounts.insert("tutor:" + text_of(s, "tutor"));
  const auto *payout = s.at("payout").if_object();
  if (!payout || text_of(s, "state") != "paid") return;
  r.currency = text_of(s, "currency");
  for (auto *w :
       {&r.tutors[text_of(s, "tutor")], &r.courses[text_of(s, "course")]}) {
    ++w->sessions;
    w->minutes += s.at("minutes").to_number<std::int64_t>();
    w->pay += payout->at("amount").to_number<std::int64_t>();
  }
}

std::int64_t balance(tools::client &node, const std::string &account) {
  std::int64_t sum = 0;
  const auto a = node.fetch("/v1/accounts/" + tools::encoded(account));
  for (const auto &[currency, amount] : a.at("balances").as_object())
    sum += amount.to_number<std::int64_t>();
  return sum;
}

std::vector<std::pair<std::string, work>>
by_pay(const std::map<std::string, work> &of) {
  std::vector<std::pair<std::string, work>> list{of.begin(), of.end()};
  std::ranges::stable_sort(list, std::greater{},
                           [](const auto &w) { return w.second.pay; });
  return list;
}

void heading(std::string_view text) {
  fmt::print("\n{}\n", tools::paint(text, tools::colour::bold));
}

void print_work(const char *title, const std::map<std::string, work> &of,
                const std::string &currency) {
  heading(title);
  table t{{"who", "sessions", "time", "pay"}};
  t.right(1).right(2).right(3);
  for (const auto &[name, w] : by_pay(of))
    t.add({name, std::to_string(w.sessions), human_minutes(w.minutes),
           human_money(w.pay, currency)});
  fmt::print("{}", t.text());
}

template <class Map> void print_counts(const char *title, const Map &counts) {
  heading(title);
  table t{{"what", "count"}};
  t.right(1);
  for (const auto &[name, n] : counts)
    t.add({name, std::to_string(n)});
  fmt::print("{}", t.text());
}

json::object work_json(const std::map<std::string, work> &of) {
  json::object out;
  for (const auto &[name, w] : of)
    out[name] = {
        {"sessions", w.sessions}, {"minutes", w.minutes}, {"pay", w.pay}};
  return out;
}

work total(const std::map<std::string, work> &of) {
  work sum;
  for (const auto &[name, w] : of) {
    sum.sessions += w.sessions;
    sum.minutes += w.minutes;
    sum.pay += w.pay;
  }
  return sum;
}

}  // namespace

report make_report(tools::client &node, tally commands) {
  report r;
  r.commands = std::move(commands);
  std::set<std::string> accounts;
  for_each(node, "/v1/sessions", "sessions",
           [&](const json::object &s) { count_session(s, r, accounts); });
  for_each(
      node, "/v1/notifications", "notifications",
      [&](const json::object &n) { ++r.notifications[text_of(n, "kind")]; });
  for (const auto &account : accounts)
    r.ledger_sum += balance(node, account);
  return r;
}

json::object to_json(const report &r) {
  return {{"commands",
           {{"sent", r.commands.commands},
            {"accepted", r.commands.accepted},
            {"refused", r.commands.refused},
            {"duplicates", r.commands.duplicates}}},
          {"states", json::value_from(r.states)},
          {"refusals", json::value_from(r.commands.codes)},
          {"notifications", json::value_from(r.notifications)},
          {"tutors", work_json(r.tutors)},
          {"courses", work_json(r.courses)},
          {"ledger_sum", r.ledger_sum},
          {"currency", r.currency}};
}

void print(const report &r) {
  const auto sum = total(r.courses);
  fmt::print("{} commands: {} accepted ({} of them sent twice), {} refused.\n"
             "{} sessions paid: {}, {}.\n",
             r.commands.commands, r.commands.accepted, r.commands.duplicates,
             r.commands.refused, sum.sessions, human_minutes(sum.minutes),
             human_money(sum.pay, r.currency));
  print_counts("Sessions by state", r.states);
  print_work("Tutors", r.tutors, r.currency);
  print_work("Courses", r.courses, r.currency);
  print_counts("Refusals by code", r.commands.codes);
  print_counts("Notifications by kind", r.notifications);
  heading("Ledger");
  fmt::print("The sum over all accounts is {}.\n", r.ledger_sum);
}

}  // namespace recapd::sample
