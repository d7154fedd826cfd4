// SPDX-License-Identifier: Apache-2.0
#include "storage/session_token.hpp"

#include <charconv>

namespace recapd::storage {

namespace {

bool take_sign(std::string_view &token) {
  if (!token.starts_with('-')) return false;
  token.remove_prefix(1);
  return true;
}

}  // namespace

std::string session_token(session_order order, instant starts_at,
                          std::string_view id) {
  if (order == session_order::id) return std::string{id};
  return (order == session_order::starts_at_down ? "-" : "")
         + std::to_string(starts_at.time_since_epoch().count()) + "."
         + std::string{id};
}

bool begin_behind(session_filter &filter, std::string_view token) {
  if (filter.order == session_order::id) {
    if (!workflows::valid_id(token)) return false;
    filter.after = token;
    return true;
  }
  const bool down = filter.order == session_order::starts_at_down;
  const auto dot = token.find('.');
  if (dot == std::string_view::npos || take_sign(token) != down) return false;
  const auto number = token.substr(0, token.find('.'));
  const auto id = token.substr(number.size() + 1);
  std::int64_t micros = 0;
  const auto *end = number.data() + number.size();
  const auto read = std::from_chars(number.data(), end, micros);
  if (read.ec != std::errc{} || read.ptr != end || micros < 0
      || !workflows::valid_id(id))
    return false;
  filter.after_start = instant{std::chrono::microseconds{micros}};
  filter.after = id;
  return true;
}

}  // namespace recapd::storage
