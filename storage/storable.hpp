// Texts that PostgreSQL can store: UTF-8 without U+0000.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "storage/store.hpp"

namespace recapd::storage {

[[nodiscard]] bool is_storable(std::string_view text);

/// Returns the text with U+FFFD wherever it cannot be stored.
[[nodiscard]] std::string storable(std::string_view text);

/// Returns the letter as it can be stored: of a long text only the beginning.
[[nodiscard]] dead_letter storable(dead_letter letter);

}  // namespace recapd::storage
