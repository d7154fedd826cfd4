// Where a page of a session's refusals ends: the token its next page is asked
// with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "storage/store.hpp"

namespace recapd::storage {

/// Refusals are listed in this order; the empty key is below all others.
struct refusal_key {
  instant received_at;
  std::string source;
  std::string id;
  std::string scope;
  auto operator<=>(const refusal_key &) const = default;
};

[[nodiscard]] refusal_key key_of(const outcome_row &row);

/// Letters, digits and dots.
[[nodiscard]] std::string refusal_token(const outcome_row &row);
/// A text that is no token reads as the beginning.
[[nodiscard]] refusal_key read_refusal_token(std::string_view token);
[[nodiscard]] bool is_refusal_token(std::string_view text);

}  // namespace recapd::storage
