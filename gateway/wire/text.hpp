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

/// Returns the text with its ASCII letters in lower case.
[[nodiscard]] std::string lower(std::string_view text);

/// Compares two texts without regard to the case of ASCII letters.
[[nodiscard]] bool equal_no_case(std::string_view a, std::string_view b);

/// Returns the text without spaces and tabs at either end.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Resolves `%XX` and, if `plus_is_space`, `+`; nothing when one is broken.
[[nodiscard]] std::optional<std::string>
percent_decode(std::string_view text, bool plus_is_space = false);

/// A media type (`application/json`, lower case) and its charset parameter.
struct media_type {
  std::string name;
  std::string charset;  ///< lower case; empty without one
};
[[nodiscard]] media_type parse_media_type(std::string_view header);

/// Returns true for a media type whose content is JSON: `application/json`,
/// `text/json`, or one that ends with `+json` and is no CloudEvent's.
[[nodiscard]] bool json_media(std::string_view name);

/// Returns true for 1 to `limit` bytes, none of them a control character.
[[nodiscard]] bool plain_text(std::string_view text, std::size_t limit);

/// Reads the whole of `text` as a decimal number; nothing if it is none.
template <std::integral T>
[[nodiscard]] std::optional<T> parse_integer(std::string_view text) {
  T value{};
  const auto *end = text.data() + text.size();
  const auto [at, ec] = std::from_chars(text.data(), end, value);
  if (ec != std::errc{} || at != end || text.empty()) return std::nullopt;
  return value;
}

}  // namespace recapd::gateway
