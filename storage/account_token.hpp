// Tokens by which the next page of an account is asked for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "storage/store.hpp"

namespace recapd::storage {

/// The key of the last entry that was read of an account; below all at first.
struct account_key {
  instant at;
  std::string session;
  std::string kind;
  int n = 0;
  auto operator<=>(const account_key &) const = default;
};

[[nodiscard]] account_key key_of(const account_page::entry &e);

/// Returns the key of a token; a text that is no token reads as the beginning.
[[nodiscard]] account_key read_account_token(std::string_view token);
[[nodiscard]] bool is_account_token(std::string_view text);

/// Returns the token of the page that begins with the first entry at `from`.
[[nodiscard]] std::string account_token_from(instant from);

/// Drops the entry beyond `limit`, if there is one, and names the next page.
void cut_account_page(account_page &page, int limit);

}  // namespace recapd::storage
