// SPDX-License-Identifier: Apache-2.0
#include "storage/account_token.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace recapd::storage {

account_key key_of(const account_page::entry &e) {
  return {.at = e.at,
          .session = e.session,
          .kind = std::string{workflows::to_string(e.kind)},
          .n = e.n};
}

namespace {

/// Takes the part before the next dot, or the rest, off the token.
std::string_view next_part(std::string_view &token) {
  const auto dot = std::min(token.find('.'), token.size());
  const auto part = token.substr(0, dot);
  token.remove_prefix(std::min(dot + 1, token.size()));
  return part;
}

template <class Number>
bool read_number(std::string_view text, Number &number) {
  const auto *end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc{} && read.ptr == end;
}

std::string token_of(const account_key &key) {
  return std::to_string(key.at.time_since_epoch().count()) + "." + key.session
         + "." + key.kind + "." + std::to_string(key.n);
}

}  // namespace

account_key read_account_token(std::string_view token) {
  std::int64_t micros = 0;
  account_key key;
  if (!read_number(next_part(token), micros)) return {};
  key.at = instant{std::chrono::microseconds{micros}};
  key.session = next_part(token);
  key.kind = next_part(token);
  const auto disbursement = workflows::disbursement_of(key.session);
  if (!workflows::valid_id(disbursement.value_or(key.session))
      || !workflows::parse_transfer_kind(key.kind)
      || !read_number(token, key.n))
    return {};
  return key;
}

bool is_account_token(std::string_view text) {
  return !read_account_token(text).session.empty();
}

std::string account_token_from(instant from) {
  // No entry of the microsecond before has a key above this one.
  return token_of({.at = from - std::chrono::microseconds{1},
                   .session = std::string(64, 'z'),
                   .kind = "settlement",
                   .n = std::numeric_limits<int>::max()});
}

void cut_account_page(account_page &page, int limit) {
  if (page.entries.size() <= static_cast<std::size_t>(limit)) return;
  page.entries.resize(static_cast<std::size_t>(limit));
  page.next = token_of(key_of(page.entries.back()));
}

}  // namespace recapd::storage
