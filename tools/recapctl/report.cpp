// recapctl report: what sessions add up to.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>
#include <map>

#include "gateway/wire/csv.hpp"
#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

struct report_options {
  std::string by = "week", from, to, program;
};

/// What the groups of a report add up to.
struct sum {
  std::int64_t sessions = 0;
  std::int64_t minutes = 0;
  std::map<std::string, std::int64_t> pay;  ///< by currency

  void add(const json::object &group) {
    sessions += group.at("sessions").to_number<std::int64_t>();
    minutes += group.at("minutes").to_number<std::int64_t>();
    for (const auto &[currency, amount] : group.at("pay").as_object())
      pay[std::string{currency}] += amount.to_number<std::int64_t>();
  }
  /// Returns the cells of a row with that name.
  [[nodiscard]] std::vector<std::string> row(const std::string &name) const {
    std::string money;
    for (const auto &[currency, amount] : pay)
      money += (money.empty() ? "" : ", ") + human_money(amount, currency);
    return {name, std::to_string(sessions), human_minutes(minutes), money};
  }
};

/// Returns a median of seconds for people; empty where there is none.
std::string wait_of(const json::object &group) {
  const auto &median = group.at("median_confirm_seconds");
  if (median.is_null()) return {};
  return human_span(std::chrono::seconds{median.to_number<std::int64_t>()});
}

constexpr const char *total = "total";

table sessions_table(const std::string &by, const json::array &groups) {
  table t{{by, "sessions", "time", "pay", "confirmed after (median)"}};
  t.right(1).right(2).right(3).right(4);
  if (by == "state") t.state_column(0);
  sum all;
  for (const auto &one : groups) {
    const auto &g = one.as_object();
    sum own;
    own.add(g);
    all.add(g);
    auto row = own.row(text_of(g, "key"));
    row.push_back(wait_of(g));
    t.add(std::move(row));
  }
  if (groups.size() > 1) t.add(all.row(total));
  return t;
}

table counts_table(const std::string &by, const json::array &groups) {
  std::vector<std::string> members{"count"};
  std::vector<std::string> head{by, "count"};
  if (by == "reminder") {
    members.emplace_back("answered_within_24h");
    head.emplace_back("answered within 24 h");
  }
  table t{head};
  std::vector<std::int64_t> sums(members.size());
  const auto add = [&t](std::string name,
                        const std::vector<std::int64_t> &figures) {
    std::vector<std::string> row{std::move(name)};
    for (const auto figure : figures)
      row.push_back(std::to_string(figure));
    t.add(std::move(row));
  };
  for (std::size_t i = 0; i < members.size(); ++i)
    t.right(i + 1);
  for (const auto &one : groups) {
    std::vector<std::int64_t> figures;
    for (std::size_t i = 0; i < members.size(); ++i) {
      figures.push_back(one.at(members[i]).to_number<std::int64_t>());
      sums[i] += figures.back();
    }
    add(text_of(one.as_object(), "key"), figures);
  }
  if (groups.size() > 1) add(total, sums);
  return t;
}

int report(context &c, const report_options &o) {
  const auto answer =
      c.node().fetch("/v1/stats"
                     + query({{"by", o.by},
                              {"from", moment_of(o.from, "--from")},
                              {"to", moment_of(o.to, "--to")},
                              {"program", o.program}}));
  if (c.as_json()) {
    print(answer);
    return done;
  }
  const auto &groups = answer.at("groups").as_array();
  if (c.as_csv()) {
    fmt::print("{}", gateway::statistics_lines(o.by, groups));
    return done;
  }
  if (groups.empty()) {
    fmt::print("{}", o.program.empty() ? "No sessions.\n"
                                       : none_of_program(c, o.program));
    return done;
  }
  const auto t = o.by == "refusal" || o.by == "reminder"
                     ? counts_table(o.by, groups)
                     : sessions_table(o.by, groups);
  fmt::print("{}", t.text());
  return done;
}

}  // namespace

void add_report(CLI::App &app, context &c) {
  auto [r, o] = add_command<report_options>(
      app, "report", "Show what sessions add up to", c, report);
  r->add_option("--by", o.by, "What they are grouped by")
      ->check(CLI::IsMember({"state", "day", "week", "course", "tutor",
                             "program", "refusal", "reminder"}))
      ->capture_default_str();
  r->add_option("--from", o.from,
                "Of sessions that start then or later: a day (in UTC) or a "
                "time");
  r->add_option("--to", o.to, "That start before that, a day or a time");
  r->add_option("--program", o.program, "Only this programme's");
}

}  // namespace recapd::tools
