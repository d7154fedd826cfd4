// Request targets: the path's segments and the query's parameters.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/places.hpp"
#include "workflows/time.hpp"

namespace recapd::gateway::http {

struct target {
  std::optional<config::authority> at;  ///< of a target in absolute form
  std::vector<std::string> path;  ///< decoded segments: `/v1/x` is {v1, x}
  std::string query;              ///< as it came, without the `?`
};

/// Reads a target in origin form, or in absolute form of `http` or `https`.
/// Returns nothing if it is neither, or its encoding is broken.
[[nodiscard]] std::optional<target> parse_target(std::string_view text);

/// Returns the path without the segments of the base path, where it begins with
/// them: a proxy may have taken them off, or not.
[[nodiscard]] std::vector<std::string>
below(const std::vector<std::string> &base, std::vector<std::string> path);

/// The parameters of a query. An empty value is an error, but for `after`,
/// where it counts as absent.
class query {
public:
  /// Reads `text`; what is wrong with it is then in error().
  query(std::string_view text,
        const std::vector<std::string_view> &known_names);

  /// Returns what is wrong first, as a sentence; empty when nothing is so far.
  [[nodiscard]] const std::string &error() const { return error_; }

  [[nodiscard]] bool has(const std::string &name) const;
  /// Returns the value, or an empty one.
  [[nodiscard]] std::string text(const std::string &name) const;
  /// Returns an id (docs/contract.md, 1), or empty; anything else is an error.
  [[nodiscard]] std::string id(const std::string &name);
  /// Reads `true` or `false`, false when absent; anything else is an error.
  [[nodiscard]] bool flag(const std::string &name);
  /// Returns an RFC 3339 time, or nothing; anything else is an error.
  [[nodiscard]] std::optional<workflows::instant> time(const std::string &name);
  /// Returns 1 to 1000, `fallback` when absent; anything else is an error.
  [[nodiscard]] int limit(int fallback = 100);
  /// Returns a number from 0 up, 0 when absent; anything else is an error.
  [[nodiscard]] std::int64_t position(const std::string &name);

  /// Marks the query as wrong; the first sentence stays.
  void fail(std::string sentence);

private:
  std::map<std::string, std::string, std::less<>> values_;
  std::string error_;
};

}  // namespace recapd::gateway::http
