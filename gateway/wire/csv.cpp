// SPDX-License-Identifier: Apache-2.0
#include "gateway/wire/csv.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <set>

#include "workflows/session/totals.hpp"

namespace recapd::gateway {
namespace {

namespace json = boost::json;

/// Returns true for a text that a spreadsheet would work out.
bool looks_like_formula(std::string_view text) {
  return !text.empty()
         && std::string_view{"=+-@\t\r"}.find(text.front())
                != std::string_view::npos;
}

std::string quoted(std::string_view text) {
  std::string out = looks_like_formula(text) ? "'" : "";
  out += text;
  if (out.find_first_of(",\"\r\n") == std::string::npos) return out;
  for (auto at = out.find('"'); at != std::string::npos;
       at = out.find('"', at + 2))
    out.insert(at, 1, '"');
  return '"' + out + '"';
}

/// Returns a number without an exponent.
std::string plain(double number) {
  std::array<char, 400> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number,
                                 std::chars_format::fixed);
  return {text.data(), end.ptr};
}

std::string field_of(const json::value &v) {
  if (v.is_null()) return {};
  if (v.is_double()) return plain(v.get_double());
  return v.is_string() ? quoted(v.get_string()) : json::serialize(v);
}

/// Returns participants as `bob:going cal:declined`.
std::string students_of(const json::object &shown) {
  std::string out;
  for (const auto &p : shown.at("participants").as_array()) {
    if (!out.empty()) out += ' ';
    out += std::string{p.at("student").as_string()} + ":";
    out += p.at("status").as_string();
  }
  return out;
}

std::string flags_of(const json::object &shown) {
  std::string out;
  for (const auto &f : shown.at("flags").as_array())
    out += (out.empty() ? "" : " ") + std::string{f.as_string()};
  return out;
}

json::value payout_of(const json::object &shown, std::string_view member) {
  const auto *payout = shown.at("payout").if_object();
  return payout != nullptr ? payout->at(member) : json::value();
}

/// Returns the minutes that statistics count of the session.
json::value counted_of(const json::object &shown) {
  const auto state = workflows::parse_session_status(
      std::string_view{shown.at("state").as_string()});
  const auto &minutes = shown.at("minutes");
  return state && workflows::counts_minutes(*state) && !minutes.is_null()
             ? minutes
             : json::value(0);
}

json::value member_or_null(const json::object &of, std::string_view name) {
  const auto *there = of.if_contains(name);
  return there != nullptr ? *there : json::value();
}

std::vector<std::string> statistics_columns(std::string_view by,
                                            const json::array &groups) {
  if (by == "refusal") return {"key", "count"};
  if (by == "reminder") return {"key", "count", "answered_within_24h"};
  std::vector<std::string> columns{"key", "sessions", "minutes",
                                   "median_confirm_seconds"};
  std::set<std::string> currencies;
  for (const auto &group : groups)
    for (const auto &member : group.at("pay").as_object())
      currencies.emplace(member.key());
  for (const auto &currency : currencies)
    columns.push_back("pay_" + currency);
  return columns;
}

}  // namespace

std::string csv_line(const std::vector<json::value> &values) {
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i)
    out += (i == 0 ? "" : ",") + field_of(values[i]);
  return out + "\r\n";
}

std::string csv_head(const std::vector<std::string> &columns) {
  return csv_line({columns.begin(), columns.end()});
}

const std::vector<std::string> &session_columns() {
  static const std::vector<std::string> names{"id",
                                              "state",
                                              "version",
                                              "tutor",
                                              "course",
                                              "program",
                                              "modality",
                                              "timezone",
                                              "starts_at",
                                              "deadline",
                                              "students",
                                              "minutes",
                                              "counted_minutes",
                                              "suggested_minutes",
                                              "rate_per_hour",
                                              "currency",
                                              "payout_amount",
                                              "payout_settled_at",
                                              "next_timer",
                                              "next_timer_kind",
                                              "flags",
                                              "policy_version"};
  return names;
}

std::vector<json::value> session_line(const json::object &shown) {
  std::vector<json::value> out;
  for (const std::string_view column : session_columns())
    if (column == "students")
      out.emplace_back(students_of(shown));
    else if (column == "counted_minutes")
      out.push_back(counted_of(shown));
    else if (column == "flags")
      out.emplace_back(flags_of(shown));
    else if (column.starts_with("payout_"))
      out.push_back(payout_of(shown, column.substr(7)));
    else
      out.push_back(shown.at(column));
  return out;
}

const std::vector<std::string> &entry_columns() {
  static const std::vector<std::string> names{
      "account", "session", "amount", "currency", "at", "kind", "disbursement"};
  return names;
}

std::vector<json::value> entry_line(std::string_view account,
                                    const json::object &shown) {
  std::vector<json::value> out;
  out.emplace_back(account);
  for (std::size_t i = 1; i < entry_columns().size(); ++i)
    out.push_back(member_or_null(shown, entry_columns()[i]));
  return out;
}

std::string statistics_lines(std::string_view by, const json::array &groups) {
  const auto columns = statistics_columns(by, groups);
  auto lines = csv_head(columns);
  for (const auto &one : groups) {
    const auto &group = one.as_object();
    std::vector<json::value> line;
    for (const std::string_view column : columns) {
      const auto *there =
          column.starts_with("pay_")
              ? group.at("pay").as_object().if_contains(column.substr(4))
              : group.if_contains(column);
      line.push_back(there != nullptr ? *there : json::value());
    }
    lines += csv_line(line);
  }
  return lines;
}

}  // namespace recapd::gateway
