// Strict JSON: what every text from outside is read with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace recapd::gateway {

/// Why a text was not taken.
struct json_fault {
  /// Whether it is no JSON at all, or JSON that is not taken (a member twice,
  /// too deep, text that a database cannot hold).
  enum class kind : std::uint8_t { not_json, not_taken };
  kind what = kind::not_json;
  std::string detail;  ///< one sentence
};

/// Reads one JSON text. Refuses, besides what is no JSON: a member that appears
/// twice, more than 32 levels, invalid UTF-8, NUL and lone surrogates, anything
/// after the value.
[[nodiscard]] boost::system::result<boost::json::value, json_fault>
parse_strict(std::string_view text, boost::json::storage_ptr storage = {});

/// Returns the elements of a JSON array, as slices of `text`, each yet to be
/// parsed; looks for at most `limit` + 1 of them.
[[nodiscard]] boost::system::result<std::vector<std::string_view>, json_fault>
split_array(std::string_view text, std::size_t limit);

}  // namespace recapd::gateway
