// SPDX-License-Identifier: Apache-2.0
#include "storage/refusal_token.hpp"

#include <boost/algorithm/hex.hpp>
#include <charconv>
#include <iterator>
#include <optional>

#include "storage/storable.hpp"

namespace recapd::storage {

namespace {

std::string to_hex(std::string_view text) {
  std::string out;
  boost::algorithm::hex_lower(text, std::back_inserter(out));
  return out;
}

std::optional<std::string> from_hex(std::string_view hex) {
  try {
    std::string out;
    boost::algorithm::unhex(hex, std::back_inserter(out));
    return is_storable(out) ? std::optional{std::move(out)} : std::nullopt;
  } catch (const boost::algorithm::hex_decode_error &) {
    return std::nullopt;
  }
}

std::optional<refusal_key> parse(std::string_view token) {
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  std::int64_t micros = 0;
  const auto read = std::from_chars(token.data(), token.data() + first, micros);
  if (read.ec != std::errc{} || read.ptr != token.data() + first)
    return std::nullopt;
  auto source = from_hex(token.substr(first + 1, last - first - 1));
  auto id = from_hex(token.substr(last + 1));
  if (!source || !id) return std::nullopt;
  return refusal_key{.received_at = instant{std::chrono::microseconds{micros}},
                     .source = std::move(*source),
                     .id = std::move(*id)};
}

}  // namespace

refusal_key key_of(const outcome_row &row) {
  return {.received_at = row.received_at, .source = row.source, .id = row.id};
}

std::string refusal_token(const outcome_row &row) {
  return std::to_string(row.received_at.time_since_epoch().count()) + "."
         + to_hex(row.source) + "." + to_hex(row.id);
}

refusal_key read_refusal_token(std::string_view token) {
  return parse(token).value_or(refusal_key{});
}

bool is_refusal_token(std::string_view text) {
  return parse(text).has_value();
}

}  // namespace recapd::storage
