// Where a page of an account ends: the token its next page is asked with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "storage/store.hpp"

namespace recapd::storage {

/// The key of an account's last entry read; below all keys at first.
struct account_key {
  instant at;
  std::string session;
  std::string kind;
  int n = 0;
  auto operator<=>(const account_key &) const = default;
};

[[nodiscard]] account_key key_of(const account_page::entry &e);

/// A text that is no token reads as the beginning.
[[nodiscard]] account_key read_account_token(std::string_view token);
[[nodiscard]] bool is_account_token(std::string_view text);

/// Of a page with one entry more than `limit`, drops that one and says where
/// the next page begins.
void cut_account_page(account_page &page, int limit);

}  // namespace recapd::storage
