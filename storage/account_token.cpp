// SPDX-License-Identifier: Apache-2.0
#include "storage/account_token.hpp"

#include <charconv>

namespace recapd::storage {

account_key key_of(const account_page::entry &e) {
  return {.at = e.at,
          .session = e.session,
          .kind = std::string{workflows::to_string(e.kind)}};
}

account_key read_account_token(std::string_view token) {
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return {};
  std::int64_t micros = 0;
  const auto read = std::from_chars(token.data(), token.data() + first, micros);
  if (read.ec != std::errc{} || read.ptr != token.data() + first) return {};
  const auto session = token.substr(first + 1, last - first - 1);
  const auto kind = token.substr(last + 1);
  if (!workflows::valid_id(session) || !workflows::valid_id(kind)) return {};
  return {.at = instant{std::chrono::microseconds{micros}},
          .session = std::string{session},
          .kind = std::string{kind}};
}

bool is_account_token(std::string_view text) {
  return !read_account_token(text).session.empty();
}

void cut_account_page(account_page &page, int limit) {
  if (page.entries.size() <= static_cast<std::size_t>(limit)) return;
  page.entries.resize(static_cast<std::size_t>(limit));
  const auto key = key_of(page.entries.back());
  page.next = std::to_string(key.at.time_since_epoch().count()) + "."
              + key.session + "." + key.kind;
}

}  // namespace recapd::storage
