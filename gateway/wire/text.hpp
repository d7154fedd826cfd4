// Small text helpers for header fields, media types and targets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace recapd::gateway {

/// ASCII letters in lower case.
[[nodiscard]] std::string lower(std::string_view text);

/// Compares ASCII letters without regard to case.
[[nodiscard]] bool equal_no_case(std::string_view a, std::string_view b);

/// Without spaces and tabs at either end.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Resolves `%XX`; nothing when one is broken. `plus_is_space` as in queries.
[[nodiscard]] std::optional<std::string>
percent_decode(std::string_view text, bool plus_is_space = false);

/// A media type (`application/json`, lower case) and its charset parameter.
struct media_type {
  std::string name;
  std::string charset;  ///< lower case; empty without one
};
[[nodiscard]] media_type parse_media_type(std::string_view header);

/// True for a media type whose content is JSON: `application/json`,
/// `text/json`, or one that ends with `+json` and is no event itself.
[[nodiscard]] bool json_media(std::string_view name);

/// True for 1 or more bytes, at most `limit`, none of them a control.
[[nodiscard]] bool plain_text(std::string_view text, std::size_t limit);

/// The whole of `text` as a decimal number.
template <std::integral T>
[[nodiscard]] std::optional<T> parse_integer(std::string_view text) {
  T value{};
  const auto *end = text.data() + text.size();
  const auto [at, ec] = std::from_chars(text.data(), end, value);
  if (ec != std::errc{} || at != end || text.empty()) return std::nullopt;
  return value;
}

}  // namespace recapd::gateway
