// recapctl report: what sessions add up to.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>

#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

struct report_options {
  std::string by = "week", from, to, program;
};

std::string pay_of(const json::object &group) {
  std::string out;
  for (const auto &[currency, amount] : group.at("pay").as_object())
    out += (out.empty() ? "" : ", ") + human_money(amount.as_int64(), currency);
  return out;
}

/// Returns a median of seconds for people; empty where there is none.
std::string wait_of(const json::object &group) {
  const auto &median = group.at("median_confirm_seconds");
  if (median.is_null()) return {};
  return human_span(std::chrono::seconds{median.to_number<std::int64_t>()});
}

table sessions_table(const std::string &by, const json::array &groups) {
  table t{{by, "sessions", "minutes", "pay", "confirmed after"}};
  t.right(1).right(2).right(3);
  if (by == "state") t.state_column(0);
  for (const auto &one : groups) {
    const auto &g = one.as_object();
    t.add({text_of(g, "key"), text_of(g, "sessions"), text_of(g, "minutes"),
           pay_of(g), wait_of(g)});
  }
  return t;
}

table counts_table(const std::string &by, const json::array &groups) {
  const bool reminders = by == "reminder";
  table t{reminders
              ? std::vector<std::string>{by, "count", "answered within 24 h"}
              : std::vector<std::string>{by, "count"}};
  t.right(1);
  if (reminders) t.right(2);
  for (const auto &one : groups) {
    const auto &g = one.as_object();
    std::vector<std::string> row{text_of(g, "key"), text_of(g, "count")};
    if (reminders) row.push_back(text_of(g, "answered_within_24h"));
    t.add(std::move(row));
  }
  return t;
}

int report(context &c, const report_options &o) {
  const auto answer = c.node().fetch("/v1/stats"
                                     + query({{"by", o.by},
                                              {"from", o.from},
                                              {"to", o.to},
                                              {"program", o.program}}));
  if (c.as_json()) {
    print(answer);
    return done;
  }
  const auto &groups = answer.at("groups").as_array();
  const auto t = o.by == "refusal" || o.by == "reminder"
                     ? counts_table(o.by, groups)
                     : sessions_table(o.by, groups);
  fmt::print("{}", t.empty() ? "No sessions.\n" : t.text());
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
                "That start at this time or later (RFC 3339)");
  r->add_option("--to", o.to, "That start before this time (RFC 3339)");
  r->add_option("--program", o.program, "Only this programme's");
}

}  // namespace recapd::tools
