// SPDX-License-Identifier: Apache-2.0
#include "storage/refusal_token.hpp"

#include <algorithm>
#include <array>
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
  std::array<std::string, 4> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto dot = token.find('.');
    if ((dot == std::string_view::npos) != (i + 1 == parts.size()))
      return std::nullopt;
    parts.at(i) = token.substr(0, dot);
    token.remove_prefix(std::min(dot, token.size() - 1) + 1);
  }
  std::int64_t micros = 0;
  const auto end = parts[0].data() + parts[0].size();
  const auto read = std::from_chars(parts[0].data(), end, micros);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  auto source = from_hex(parts[1]);
  auto id = from_hex(parts[2]);
  auto scope = from_hex(parts[3]);
  if (!source || !id || !scope) return std::nullopt;
  return refusal_key{.received_at = instant{std::chrono::microseconds{micros}},
                     .source = std::move(*source),
                     .id = std::move(*id),
                     .scope = std::move(*scope)};
}

}  // namespace

refusal_key key_of(const outcome_row &row) {
  return {.received_at = row.received_at,
          .source = row.source,
          .id = row.id,
          .scope = row.scope};
}

std::string refusal_token(const outcome_row &row) {
  return std::to_string(row.received_at.time_since_epoch().count()) + "."
         + to_hex(row.source) + "." + to_hex(row.id) + "." + to_hex(row.scope);
}

refusal_key read_refusal_token(std::string_view token) {
  return parse(token).value_or(refusal_key{});
}

bool is_refusal_token(std::string_view text) {
  return parse(text).has_value();
}

}  // namespace recapd::storage
