// Tokens by which the next page of a list of sessions is asked for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "storage/store.hpp"

namespace recapd::storage {

/// Returns the token of what is behind a session: its id, or by a start's order
/// its start and id, with a `-` before them where the order goes down.
[[nodiscard]] std::string session_token(session_order order, instant starts_at,
                                        std::string_view id);

/// Lets a filter begin behind the session of a token. Returns false, and leaves
/// the filter as it is, where the text is no token of the filter's order.
[[nodiscard]] bool begin_behind(session_filter &filter, std::string_view token);

}  // namespace recapd::storage
