// Lines of CSV (RFC 4180), for spreadsheets and loaders.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace recapd::gateway {

/// Returns a line, with its end. Null is an empty field; a text that a
/// spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a
/// tab or a carriage return) gets an apostrophe before it.
[[nodiscard]] std::string
csv_line(const std::vector<boost::json::value> &values);
[[nodiscard]] std::string csv_head(const std::vector<std::string> &columns);

/// The columns of sessions, and the values of one as it is shown
/// (docs/contract.md, 4): no text that people wrote.
[[nodiscard]] const std::vector<std::string> &session_columns();
[[nodiscard]] std::vector<boost::json::value>
session_line(const boost::json::object &shown);

/// The columns of an account's entries, and the values of one as it is shown.
[[nodiscard]] const std::vector<std::string> &entry_columns();
[[nodiscard]] std::vector<boost::json::value>
entry_line(std::string_view account, const boost::json::object &shown);

/// Returns statistics as a head and a line for each group, as they are shown;
/// pay has a column for each currency.
[[nodiscard]] std::string statistics_lines(std::string_view by,
                                           const boost::json::array &groups);

}  // namespace recapd::gateway
