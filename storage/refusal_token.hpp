// Tokens by which the next page of a session's refusals is asked for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "storage/store.hpp"

namespace recapd::storage {

/// The key by which refusals are ordered; the empty key is below all others.
struct refusal_key {
  instant received_at;
  std::string source;
  std::string id;
  std::string scope;
  auto operator<=>(const refusal_key &) const = default;
};

[[nodiscard]] refusal_key key_of(const outcome_row &row);

/// Returns the token behind which the list goes on: letters, digits and dots.
[[nodiscard]] std::string refusal_token(const outcome_row &row);
/// Returns the key of a token; a text that is no token reads as the beginning.
[[nodiscard]] refusal_key read_refusal_token(std::string_view token);
[[nodiscard]] bool is_refusal_token(std::string_view text);

}  // namespace recapd::storage
